/**
 * The outside that runs call: a tool that answers at once, a tool and a model that take their time. A process of its own, so that it
 * and the load generator do not wait for each other. `/next` remembers when each call came. Prints its port.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readText, serve } from "./serve.ts";

/** Epoch milliseconds with fractions, in the order of arrival. */
let arrivals: { readonly at: number; readonly value: number }[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = performance.timeOrigin + performance.now();
  const [, kind, pause] = (request.url ?? "").split("/");
  const body = await readText(request);
  if (kind === "next") {
    const { value } = JSON.parse(body) as { value: number };
    arrivals.push({ at, value });
    return reply(response, { value: value + 1 });
  }
  if (kind === "arrivals") {
    const seen = arrivals;
    arrivals = [];
    return reply(response, { arrivals: seen });
  }
  if (kind === "slow") {
    await sleep(Number(pause));
    const { value } = JSON.parse(body) as { value: number };
    return reply(response, { value: value + 1 });
  }
  if (kind === "model") {
    await sleep(Number(pause));
    return reply(response, completion());
  }
  return reply(response, { status: "ok" });
}

const completion = () => ({
  id: "chatcmpl-bench",
  object: "chat.completion",
  created: Math.floor(Date.now() / 1000),
  model: "slow-1",
  choices: [{ index: 0, message: { role: "assistant", content: "Look at the next number, then go on." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 120, completion_tokens: 12, total_tokens: 132 },
});

function reply(response: ServerResponse, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
  response.end(text);
}

serve(answer);
