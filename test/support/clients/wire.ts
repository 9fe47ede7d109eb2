/** What an upstream sends on OpenAI's wire: whole answers, and streams cut wherever a test wants. Knows no platform. */
import type { Json, JsonObject } from "../../../core/json.ts";

/** What an upstream says that it counted. */
export type Counted = { readonly prompt_tokens: number; readonly completion_tokens: number };
export const COUNTED: Counted = { prompt_tokens: 100, completion_tokens: 50 };

/** `choice`: replaces fields of the choice; `more`: of the answer. */
export const says = (content: string | null, choice: JsonObject = {}, more: JsonObject = {}): Response =>
  Response.json({
    id: "upstream-1",
    object: "chat.completion",
    created: 1,
    model: "upstream",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop", ...choice }],
    usage: COUNTED,
    ...more,
  });

export const callOf = (name: string, input: Json, id = "call_1"): JsonObject => ({
  id,
  type: "function",
  function: { name, arguments: typeof input === "string" ? input : JSON.stringify(input) },
});

export const asks = (...calls: JsonObject[]): Response =>
  says(null, { message: { role: "assistant", content: null, tool_calls: calls }, finish_reason: "tool_calls" });

export const refuses = (status: number, headers: Record<string, string> = {}, body: Json = { error: { message: SIDE } }): Response =>
  Response.json(body, { status, headers });

/** Words of the other side that no client may ever read. */
export const SIDE = "internal words of the other side";

export const frame = (body: Json): string => `data: ${typeof body === "string" ? body : JSON.stringify(body)}\n\n`;
export const delta = (part: JsonObject, finish: string | null = null): string =>
  frame({ id: "upstream-1", object: "chat.completion.chunk", choices: [{ index: 0, delta: part, finish_reason: finish }] });
export const words = (...texts: string[]): string[] => texts.map((content) => delta({ content }));
export const finish = (reason: string): string => delta({}, reason);
export const counted = (usage: Json = COUNTED): string => frame({ choices: [], usage });
export const DONE = frame("[DONE]");

/** A stream that ends as it should after these frames. */
export const ended = (frames: readonly string[], reason = "stop"): string[] => [...frames, finish(reason), counted(), DONE];

/** `then`: what happens after the last frame. `seen.cancelled`: nobody reads any more. */
export function streams(frames: readonly string[], then: "end" | "cut" | "hang" = "end") {
  const seen = { cancelled: false, sent: 0 };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = frames[seen.sent];
      if (next !== undefined) {
        seen.sent++;
        controller.enqueue(new TextEncoder().encode(next));
      } else if (then === "end") controller.close();
      else if (then === "cut") controller.error(new TypeError("connection reset by the other side"));
      else return new Promise<void>(() => undefined);
    },
    cancel() {
      seen.cancelled = true;
    },
  });
  return { seen, response: new Response(body, { headers: { "content-type": "text/event-stream" } }) };
}

/** One text, cut every `size` bytes whatever stands there, so that borders fall into frames, words and characters. */
export function chopped(frames: readonly string[], size: number): Response {
  const bytes = new TextEncoder().encode(frames.join(""));
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
