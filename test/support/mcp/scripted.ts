/** MCP servers that do what a test says, over streamable HTTP: each is a `fetch`. */
import type { Json, JsonObject } from "../../../core/json.ts";

/** What came in, in order. */
export type Asked = {
  readonly method: string;
  readonly verb: string;
  readonly headers: Headers;
  readonly message: JsonObject;
  readonly redirect: string | undefined;
  readonly text: string;
};
/** Answers one message. */
export type Turn = (message: JsonObject, headers: Headers, signal: AbortSignal) => Response | Promise<Response>;
/** A server with sessions (2025-06-18) unless `turns` say otherwise; by JSON-RPC method, `DELETE` for the end of a session. */
export type ScriptedMcp = { readonly fetch: typeof fetch; readonly asked: Asked[]; readonly methods: () => string[] };

export const URL_OF_SERVER = "https://mcp.example.com/mcp";
const SESSION = "session-1";

export const rpc = (id: Json | undefined, result: Json): JsonObject => ({ jsonrpc: "2.0", id: id ?? null, result });
export const rpcError = (id: Json | undefined, code: number, message: string): JsonObject => ({
  jsonrpc: "2.0",
  id: id ?? null,
  error: { code, message },
});
export const asJson = (body: Json, headers: Record<string, string> = {}, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
export const asText = (text: string, type = "application/json"): Response => new Response(text, { headers: { "content-type": type } });
export const event = (message: Json): string => `event: message\nid: 7\ndata: ${JSON.stringify(message)}\n\n`;
/** A stream of events in these pieces. */
export const asEvents = (...pieces: readonly string[]): Response => {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(next));
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
};
export const content = (text: string): JsonObject => ({ content: [{ type: "text", text }] });

export function scriptedMcp(turns: Readonly<Record<string, Turn>> = {}, revision = "2025-06-18"): ScriptedMcp {
  const asked: Asked[] = [];
  const usual: Readonly<Record<string, Turn>> = {
    "server/discover": ({ id }) => asJson(rpcError(id, -32600, "no session"), {}, 400),
    initialize: ({ id }) =>
      asJson(rpc(id, { protocolVersion: revision, capabilities: { tools: {} }, serverInfo: { name: "scripted", version: "1" } }), {
        "mcp-session-id": SESSION,
      }),
    "notifications/initialized": () => new Response(null, { status: 202 }),
    "notifications/cancelled": () => new Response(null, { status: 202 }),
    "tools/call": ({ id }) => asJson(rpc(id, content("done"))),
    DELETE: () => new Response(null, { status: 200 }),
    answer: () => new Response(null, { status: 202 }),
  };
  const send = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    const text = typeof init.body === "string" ? init.body : "";
    const message = (text === "" ? {} : JSON.parse(text)) as JsonObject;
    const verb = init.method ?? "GET";
    const method = verb === "POST" ? String(message["method"] ?? "answer") : verb;
    const headers = new Headers(init.headers);
    asked.push({ method, verb, headers, message, redirect: init.redirect, text });
    const turn = turns[method] ?? usual[method];
    if (turn === undefined) throw new Error(`no answer is written for ${method}`);
    return turn(message, headers, init.signal ?? new AbortController().signal);
  };
  return { fetch: send as typeof fetch, asked, methods: () => asked.map(({ method }) => method) };
}
