/** The shop as a process of its own: `node shop/server.ts --port N --ledger FILE [--jwks URL]`. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { parseArgs } from "node:util";
import { createRemoteJWKSet } from "jose";
import { defineShop, newShopState, type Shop } from "./app.ts";
import { verifyWith } from "./credential.ts";
import { openLedgerFile } from "./ledger-file.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    ledger: { type: "string" },
    jwks: { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
  },
});

/** An answer larger than any that the shop gives is not needed as a request either. */
const REQUEST_BYTES = 1024 * 1024;

const file = openLedgerFile(required(values.ledger));
const authorise = values.jwks === undefined ? null : verifyWith(createRemoteJWKSet(new URL(values.jwks)));
const shop = defineShop(newShopState(file.lines, file.append, authorise));
const server = createServer((incoming, outgoing) => void serve(shop, incoming, outgoing));
server.listen(Number(required(values.port)), values.host, () => {
  const address = server.address();
  console.log(`shop: http://${values.host}:${typeof address === "object" ? address?.port : values.port}`);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    server.closeAllConnections();
    server.close(() => {
      file.close();
      process.exit(0);
    });
  });
}

function required(value: string | undefined): string {
  if (value !== undefined) return value;
  throw new Error("usage: node shop/server.ts --port N --ledger FILE [--jwks URL] [--host ADDRESS]");
}

async function serve(handler: Shop, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const left = new AbortController();
  outgoing.on("close", () => left.abort());
  try {
    const response = await handler(await toRequest(incoming, left.signal));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body !== null) for await (const chunk of response.body) outgoing.write(chunk);
    outgoing.end();
  } catch {
    incoming.socket.destroy(); // cut short, or the caller left: there is nobody to explain it to
  }
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > REQUEST_BYTES) throw new RangeError("the request is too large");
    chunks.push(chunk);
  }
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as [string, string]] : [],
  );
  const method = incoming.method ?? "GET";
  const body = method === "GET" || method === "HEAD" ? null : Buffer.concat(chunks);
  return new Request(new URL(incoming.url ?? "/", "http://shop"), { method, headers, body, signal });
}
