/** The model's upstream of a case: answers by the case's rules and remembers what it was sent. */
import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { at, same, type UpstreamRule } from "./case.ts";

export type Upstream = {
  /** New rules, nothing seen. */
  follow(rules: readonly UpstreamRule[]): void;
  /** Request bodies since `follow`, in order. */
  readonly seen: () => readonly unknown[];
  close(): Promise<void>;
};

export async function startUpstream(port: number): Promise<Upstream> {
  let rules: readonly UpstreamRule[] = [];
  let seen: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body: unknown = JSON.parse((await text(request)) || "{}");
    seen.push(body);
    const rule = rules.find(({ when }) => fits(when ?? {}, body, seen.length));
    answer(response, rule ?? { status: 500, body: { error: { message: "the case has no rule for this request" } } });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    follow(next) {
      rules = next;
      seen = [];
    },
    seen: () => seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fits(when: NonNullable<UpstreamRule["when"]>, body: unknown, call: number): boolean {
  const { present, absent, equals, present_not: other } = when;
  if (when.call !== undefined && when.call !== call) return false;
  if (when.model !== undefined && at(body, "model") !== when.model) return false;
  if (present !== undefined && at(body, present) === undefined) return false;
  if (absent !== undefined && at(body, absent) !== undefined) return false;
  if (other !== undefined && (at(body, other[0]) === undefined || same(at(body, other[0]), other[1]))) return false;
  return equals === undefined || same(at(body, equals[0]), equals[1]);
}

function answer(response: ServerResponse, { status = 200, headers, body, chunks }: UpstreamRule): void {
  const type = chunks === undefined ? "application/json" : "text/event-stream";
  response.writeHead(status, { "content-type": type, ...headers });
  if (chunks === undefined) return void response.end(JSON.stringify(body));
  for (const chunk of chunks) response.write(typeof chunk === "string" ? chunk : Buffer.from(chunk.base64, "base64"));
  response.end();
}
