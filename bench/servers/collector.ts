/** A collector of traces: takes every request of OTLP/HTTP and counts spans by their id. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type TraceCollector = {
  readonly url: string;
  /** How often each span came, by its id. */
  readonly spans: ReadonlyMap<string, number>;
  /** Spans of runs without one above them, that is, runs. */
  readonly roots: () => number;
  readonly requests: () => number;
  stop(): Promise<void>;
};

type Request = { readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[] };
type Span = { readonly spanId: string; readonly name: string };

export async function startCollector(): Promise<TraceCollector> {
  const spans = new Map<string, number>();
  let roots = 0;
  let requests = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      requests += 1;
      for (const { scopeSpans } of (JSON.parse(Buffer.concat(pieces).toString()) as Request).resourceSpans)
        for (const { spans: some } of scopeSpans)
          for (const { spanId, name } of some) {
            if (name.startsWith("run ") && !spans.has(spanId)) roots += 1;
            spans.set(spanId, (spans.get(spanId) ?? 0) + 1);
          }
      response.setHeader("content-type", "application/json").end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    roots: () => roots,
    requests: () => requests,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
