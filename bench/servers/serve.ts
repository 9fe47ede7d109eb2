/** What the servers of the benchmarks share: each prints its port, answers JSON, and ends with its standard input (child-server.ts). */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** Serves on a free port of this machine. An answer that throws closes its connection. */
export function serve(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): void {
  const server = createServer({ noDelay: true }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 120_000;
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    process.stdout.write(`${typeof address === "object" && address !== null ? address.port : 0}\n`);
  });
  process.stdin.on("end", () => process.exit()).resume(); // the process that started this one has ended
}

/** The whole body of a request as text. */
export async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers with `value` as JSON and its length. */
export function reply(response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

/** A chat completion of `model` that calls no tool: 132 tokens by its usage. */
export const completion = (model: string) => ({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: Math.floor(Date.now() / 1000),
  model,
  choices: [{ index: 0, message: { role: "assistant", content: "Look at the next number, then go on." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 120, completion_tokens: 12, total_tokens: 132 },
});
