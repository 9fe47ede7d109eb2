/** The rehearsal's stream and its vectors, as an upstream's client reads them. */
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { assemble } from "../../../core/model/stream/assemble.ts";
import { type ChatDelta, readEvent } from "../../../core/model/stream/chunk.ts";
import { openSse } from "../../../core/model/stream/sse.ts";
import { vectorOf } from "../../../workers/rehearsal/embed.ts";
import { rehearse } from "../../../workers/rehearsal/handler.ts";

const send = (path: string, body: Json): Promise<Response> =>
  rehearse(new Request(`https://rehearsal.invalid/v1${path}`, { method: "POST", body: JSON.stringify(body) }));

describe("the rehearsal", () => {
  const tools = [
    {
      type: "function",
      function: { name: "weather_find", description: "find the weather", parameters: { type: "object", properties: {} } },
    },
  ];
  it.each([
    ["words", { messages: [{ role: "user", content: "Good morning, everybody!" }] }],
    ["a call", { messages: [{ role: "user", content: "find the weather" }], tools, tool_choice: "required" }],
  ])("streams %s that add up to its whole answer, in several chunks", async (_name, body) => {
    const whole = (await (await send("/chat/completions", body)).json()) as { choices: { message: JsonObject; finish_reason: string }[] };
    const response = await send("/chat/completions", { ...body, stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = openSse().push(await response.text());
    const chunks = (events.ok ? events.value : []).map((event) => readEvent(event, 100_000));
    expect(chunks.at(-1)).toEqual({ ok: true, value: { kind: "done" } });
    const deltas = chunks.flatMap((chunk) => (chunk.ok && chunk.value.kind === "delta" ? [chunk.value as ChatDelta] : []));
    expect(deltas.length).toBeGreaterThan(4);
    const answer = assemble(deltas);
    const [choice] = whole.choices;
    expect(answer).toMatchObject({ ok: true, value: { finish: choice?.finish_reason, rehearsal: true, usage: { kind: "reported" } } });
    if (!answer.ok) return;
    expect(answer.value.text ?? "").toBe(choice?.message["content"] ?? "");
    expect(answer.value.calls.map(({ name }) => name)).toEqual(
      ((choice?.message["tool_calls"] ?? []) as { function: { name: string } }[]).map((call) => call.function.name),
    );
  });

  it("has vectors of unit length, the same each time, nearer where words are shared", () => {
    const near = (a: string, b: string): number =>
      vectorOf(a, 256).reduce((sum, value, index) => sum + value * (vectorOf(b, 256)[index] ?? 0), 0);
    for (const text of ["the parcel came late", "", "…", "a b c d e f g"]) expect(near(text, text)).toBeCloseTo(1, 9);
    expect(near("the parcel came late", "the parcel came early")).toBeGreaterThan(near("the parcel came late", "bread and butter"));
  });

  it("says in its vectors what it is", async () => {
    expect(await (await send("/embeddings", { input: "x", dimensions: 8 })).json()).toMatchObject({
      data: [{ index: 0, embedding: { length: 8 } }],
      bulkhead: { rehearsal: true },
    });
    expect((await send("/embeddings", { input: 7 })).status).toBe(400);
  });
});
