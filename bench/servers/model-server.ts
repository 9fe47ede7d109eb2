/**
 * A model's upstream in OpenAI's format that takes no time: what is measured before it is the gateway. `/{pace}/v1/chat/completions`
 * answers at once, whole; or, with `stream`, by a first event with the role, and twenty pieces of the text with `pace` milliseconds
 * between them (0: all at once). A process of its own. Prints its port.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ANSWER, ANSWER_PIECES } from "./answer.ts";
import { readText, serve } from "./serve.ts";

const HEAD = { id: "chatcmpl-bench", created: 1_767_225_600, model: "bench-1" };
const USAGE = { prompt_tokens: 110, completion_tokens: 44, total_tokens: 154 };

const WHOLE = Buffer.from(
  JSON.stringify({
    ...HEAD,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", content: ANSWER }, finish_reason: "stop" }],
    usage: USAGE,
  }),
);
const event = (value: object): string => `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", ...value })}\n\n`;
const delta = (value: object, finish: string | null = null): string =>
  event({ choices: [{ index: 0, delta: value, finish_reason: finish }] });
const FIRST = delta({ role: "assistant", content: "" });
const PIECES = ANSWER_PIECES.map((content) => delta({ content }));
const LAST = delta({}, "stop");
const END = `${event({ choices: [], usage: USAGE })}data: [DONE]\n\n`;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse(await readText(request)) as { stream?: boolean; stream_options?: { include_usage?: boolean } };
  if (body.stream !== true) {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": WHOLE.length });
    response.end(WHOLE);
    return;
  }
  const pace = Number((request.url ?? "").split("/")[1]);
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.write(FIRST + PIECES[0]);
  for (const piece of PIECES.slice(1)) {
    if (pace > 0) await sleep(pace);
    if (response.destroyed) return;
    response.write(piece);
  }
  response.end(LAST + (body.stream_options?.include_usage === true ? END : "data: [DONE]\n\n"));
}

serve(answer);
