/** One kind of request, sent again and again over connections that stay open. */
import { Agent, request } from "node:http";

export type Target = {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers?: { readonly [name: string]: string };
  readonly body?: unknown;
};

export type Answer = { readonly status: number; readonly text: string };
export type Send = () => Promise<Answer>;

export type LoadClient = { readonly send: Send; close(): void };

/** `connections`: as many as requests are under way at once. */
export function loadClient({ url, method, headers = {}, body }: Target, connections: number): LoadClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections });
  const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const { hostname, port, pathname, search } = new URL(url);
  const sent = {
    ...headers,
    ...(payload === null ? {} : { "Content-Type": "application/json", "Content-Length": String(payload.length) }),
  };
  const send = (): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      const outgoing = request({ hostname, port, path: `${pathname}${search}`, method, headers: sent, agent }, (incoming) => {
        let text = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => {
          text += chunk;
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, text }));
        incoming.on("error", reject);
      });
      // A connection that rested for some seconds may be closed by the runtime just as it is used again: nothing was asked yet.
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        if (outgoing.reusedSocket && error.code === "ECONNRESET") resolve(send());
        else
          reject(
            new Error(`${method} ${url}: ${error.code ?? ""} ${error.message}${outgoing.reusedSocket ? " (on a kept connection)" : ""}`),
          );
      });
      outgoing.end(payload ?? undefined);
    });
  return { send, close: () => agent.destroy() };
}
