/** A stream that comes faster than it is read lets others be served. */
import { expect, it } from "vitest";
import { readUpstream } from "../../../workers/chat/upstream-stream.ts";

it("[LOAD-12] reads 200 events of a fast upstream at most before others are served", async () => {
  const encoder = new TextEncoder();
  const event = (text: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text } }] })}\n\n`;
  let left = 40;
  const bytes = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(encoder.encode(event("a ").repeat(50)));
      else {
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
        controller.close();
      }
    },
  });
  let pauses = 0;
  const failureOf = () => ({ class: "permanent", code: "internal", message: "", retryAfterMs: null }) as const;
  const bounds = { idleMs: 5_000, streamMs: 5_000, ceiling: 1_000_000, now: () => 0 };
  const stream = readUpstream({ bytes, failureOf }, bounds, new AbortController().signal, async () => void pauses++);
  let said = "";
  for (let piece = await stream.next(); piece.ok && piece.value !== null; piece = await stream.next()) said += piece.value;
  expect(said).toBe("a ".repeat(2_000));
  expect(pauses).toBe(10);
});
