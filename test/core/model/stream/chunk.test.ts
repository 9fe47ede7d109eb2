import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../../core/json.ts";
import { readChatAnswer } from "../../../../core/model/answer.ts";
import { assemble, openAssembly } from "../../../../core/model/stream/assemble.ts";
import { type ChatChunk, type ChatDelta, readChunk, readEvent } from "../../../../core/model/stream/chunk.ts";
import { DONE_FRAME, formatChunk, formatFrame, formatUsage } from "../../../../core/model/stream/frame.ts";
import { openSse } from "../../../../core/model/stream/sse.ts";

const CEILING = 100_000;
const message = (data: string, type = "message") => readEvent({ type, data }, CEILING);
const deltaOf = (body: Json): ChatDelta => {
  const read = readChunk(body, CEILING);
  if (!read.ok || read.value.kind !== "delta") throw new Error("no delta");
  return read.value;
};

describe("one chunk", () => {
  it("reads words, ends and counts", () => {
    expect(deltaOf({ choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: null }] })).toEqual({
      kind: "delta",
      parts: [{ choice: 0, text: "Hi", refusal: null, calls: [], finish: null }],
      usage: { kind: "absent" },
      rehearsal: false,
    });
    expect(deltaOf({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } }).usage).toEqual({
      kind: "reported",
      tokens: { input: 3, output: 4, cachedInput: 0 },
    });
    expect(deltaOf({ choices: [], usage: { prompt_tokens: -3, completion_tokens: 4 } }).usage).toMatchObject({
      kind: "partial",
      input: null,
      output: 4,
    });
  });
  it.each(["null", '""', "0", "true", "ping", "keep-alive", "OPENROUTER PROCESSING"])("takes %s for a sign of life", (data) =>
    expect(message(data)).toEqual({ ok: true, value: { kind: "nothing" } }),
  );
  it.each(["Internal Server Error", "upstream timed out", "rate limit", "<html>", "{broken"])("does not take %s for one", (data) =>
    expect(message(data)).toEqual({ ok: false, error: "not_json" }),
  );
  it.each([
    ['{"error":{"message":"no","type":"server_error","code":"overloaded"}}', "message", 503],
    ['{"error":{"message":"no","code":429}}', "message", 429],
    ['{"error":"it broke"}', "message", 502],
    ["it broke", "error", 502],
    ['{"code":"rate_limited"}', "error", 429],
    ['{"message":"no","code":504}', "message", 504],
    ['{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}', "message", 502],
    ['{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop","error":{"code":503}}]}', "message", 503],
  ])("reads what %s as event %s amounts to", (text, type, status) => {
    expect(message(text, type)).toMatchObject({ ok: true, value: { kind: "error", told: { status } } });
  });
  it("takes no empty error for one", () => {
    for (const error of [null, {}, "", false])
      expect(message(JSON.stringify({ error, choices: [] }))).toMatchObject({ ok: true, value: { kind: "delta" } });
  });
  it("says what is no chunk", () => {
    expect(message("[DONE]")).toEqual({ ok: true, value: { kind: "done" } });
    expect(message('{"choices":[')).toEqual({ ok: false, error: "not_json" });
    expect(message("[".repeat(100_000))).toEqual({ ok: false, error: "not_json" });
    expect(message("[1]")).toEqual({ ok: false, error: "not_an_object" });
  });
  it("never throws, whatever the JSON", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (choice, delta) => {
        const body = { choices: [{ delta: delta as Json, index: 0 }, choice as Json], usage: choice as Json, error: null };
        expect(readChunk(body, CEILING).ok).toBe(true);
        expect(readChunk({ choices: [{ delta: { tool_calls: [choice as Json, { function: delta as Json }] } }] }, CEILING).ok).toBe(true);
        readChunk(choice as Json, CEILING);
      }),
      { numRuns: 500, seed: 20_261_120 },
    );
  });
});

const call = fc.record({
  id: fc.option(fc.string({ minLength: 1 })),
  name: fc.option(fc.string({ minLength: 1 })),
  text: fc.option(fc.string({ minLength: 1 })),
});
const answer = fc.record({
  text: fc.option(fc.string({ unit: "grapheme", maxLength: 60 })),
  finish: fc.option(fc.constantFrom("stop", "length", "tool_calls", "content_filter")),
  refusal: fc.option(fc.string({ minLength: 1 })),
  calls: fc.array(call, { maxLength: 4 }),
  usage: fc.option(fc.record({ prompt_tokens: fc.integer({ min: -1, max: 50 }), completion_tokens: fc.integer({ min: 0, max: 50 }) })),
  rehearsal: fc.boolean(),
});
const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });

/** Without cutting surrogate pairs when `whole`; the JSON of a chunk may hold a half of one. */
function cut(text: string, by: readonly number[]): string[] {
  const parts: string[] = [];
  for (let at = 0, index = 0; at < text.length; index++) {
    const size = by[index % by.length] ?? 1;
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}

describe("assembling", () => {
  it("[STREAM-7] gives for an answer cut in any way what the whole answer gives", () => {
    fc.assert(
      fc.property(answer, sizes, fc.boolean(), ({ text, finish, refusal, calls, usage, rehearsal }, by, turns) => {
        const fingerprint: JsonObject = rehearsal ? { system_fingerprint: "rehearsal" } : {};
        const whole: JsonObject = {
          ...fingerprint,
          choices: [
            {
              index: 0,
              finish_reason: finish,
              message: {
                content: text,
                refusal,
                tool_calls: calls.map(({ id, name, text: given }) => ({ id, type: "function", function: { name, arguments: given } })),
              },
            },
          ],
          ...(usage === null ? {} : { usage }),
        };
        const deltas: JsonObject[] = text === null ? [] : ["", ...cut(text, by)].map((content) => ({ content }));
        for (const piece of refusal === null ? [] : cut(refusal, by)) deltas.push({ refusal: piece });
        const first = calls.map(({ id, name }, index) => ({
          tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }],
        }));
        const pieces = calls.map(({ text: given }, index) =>
          (given === null ? [] : cut(given, by)).map((piece) => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
        );
        // One call after the other, or all of them by turns.
        const rest = turns
          ? Array.from({ length: Math.max(0, ...pieces.map(({ length }) => length)) }, (_, round) =>
              pieces.flatMap((own) => own[round] ?? []),
            ).flat()
          : pieces.flat();
        const withoutEmpty = first.map((delta, index) =>
          calls[index]?.text === null
            ? { tool_calls: [{ index, id: calls[index]?.id ?? null, function: { name: calls[index]?.name ?? null } }] }
            : delta,
        );
        deltas.push(...withoutEmpty, ...rest);
        const bodies: JsonObject[] = deltas.map((delta) => ({ ...fingerprint, choices: [{ index: 0, delta, finish_reason: null }] }));
        bodies.push({ ...fingerprint, choices: [{ index: 0, delta: {}, finish_reason: finish }] });
        if (usage !== null) bodies.push({ choices: [], usage });
        const events = openSse().push(`${bodies.map(formatFrame).join("")}${DONE_FRAME}`);
        if (!events.ok) throw new Error("refused");
        const chunks = events.value.map((event) => readEvent(event, CEILING)).map((read) => (read.ok ? read.value : null));
        expect(chunks.at(-1)).toEqual({ kind: "done" });
        const assembled = assemble(chunks.filter((chunk): chunk is ChatDelta => chunk?.kind === "delta"));
        expect(assembled).toEqual(readChatAnswer(whole, CEILING));
      }),
      { numRuns: 800, seed: 20_261_120 },
    );
  });
  it("keeps calls apart where the server counts none", () => {
    const calls = (...list: Json[]) => deltaOf({ choices: [{ delta: { tool_calls: list } }] });
    const assembled = assemble([
      calls({ id: "a", function: { name: "x", arguments: '{"n"' } }),
      calls({ function: { arguments: ":1}" } }),
      calls({ id: "b", function: { name: "y", arguments: { n: 2 } } }),
    ]);
    expect(assembled.ok && assembled.value.calls).toEqual([
      { id: "a", name: "x", arguments: '{"n":1}' },
      { id: "b", name: "y", arguments: { n: 2 } },
    ]);
  });
  type Piece = readonly [index: number | null, id: string | null, name: string | null, given: string];
  const asked = (pieces: readonly Piece[], choice = 0) =>
    pieces.map(([index, id, name, given]) =>
      deltaOf({ choices: [{ index: choice, delta: { tool_calls: [{ index, id, function: { name, arguments: given } }] } }] }),
    );
  const GIVEN = '{"city":"Oslo"}';
  it.each<[string, readonly Piece[], readonly (readonly [string | null, string])[]]>([
    [
      "empty ids and names continue a call",
      [
        [0, "a", "x", '{"city":'],
        [0, "", "", '"Oslo"}'],
        [0, "", "", ""],
      ],
      [["a", GIVEN]],
    ],
    [
      "without an index, too",
      [
        [null, "a", "x", '{"city":'],
        [null, "", "", '"Oslo"}'],
      ],
      [["a", GIVEN]],
    ],
    [
      "a new id for every piece is one call",
      [
        [0, "a", "x", ""],
        [0, "b", "x", '{"city":'],
        [0, "c", "x", '"Os}{lo\\'],
        [0, "d", "x", '""}'],
      ],
      [["a", '{"city":"Os}{lo\\""}']],
    ],
    [
      "a new id after complete arguments is another call",
      [
        [0, "a", "x", GIVEN],
        [0, "b", "x", GIVEN],
      ],
      [
        ["a", GIVEN],
        ["b", GIVEN],
      ],
    ],
    [
      "[MODEL-13] whole calls at one index, without ids",
      [
        [0, null, "x", GIVEN],
        [0, null, "x", '{"city":"Rome"}'],
        [0, null, "y", GIVEN],
      ],
      [
        [null, GIVEN],
        [null, '{"city":"Rome"}'],
        [null, GIVEN],
      ],
    ],
    [
      "[MODEL-13] the same call once more, or behind none, is one",
      [
        [0, null, "x", "{}"],
        [0, null, "x", GIVEN],
        [1, null, "x", GIVEN],
        [1, null, "x", GIVEN],
        [1, null, "x", ""],
      ],
      [
        [null, `{}${GIVEN}`],
        [null, `${GIVEN}${GIVEN}`],
      ],
    ],
    [
      "another name is another call",
      [
        [0, "a", "x", ""],
        [0, "b", "y", GIVEN],
      ],
      [
        ["a", ""],
        ["b", GIVEN],
      ],
    ],
  ])("[STREAM-7] tells calls apart: %s", (_, pieces, calls) => {
    const assembled = assemble(asked(pieces));
    expect(assembled.ok && assembled.value.calls.map(({ id, arguments: given }) => [id, given])).toEqual(calls);
  });
  it("[MODEL-13] an index in a text counts, and the older field is a call", () => {
    const text = (index: string, given: string) =>
      deltaOf({ choices: [{ delta: { tool_calls: [{ index, function: { name: "x", arguments: given } }] } }] });
    const two = assemble([text("1", '{"b":1}'), text("0", '{"a":1}')]);
    expect(two.ok && two.value.calls.map(({ arguments: given }) => given)).toEqual(['{"a":1}', '{"b":1}']);
    const old = (asked: JsonObject) => deltaOf({ choices: [{ delta: { function_call: asked } }] });
    const one = assemble([old({ name: "x", arguments: "" }), old({ arguments: '{"ci' }), old({ arguments: 'ty":"Oslo"}' })]);
    expect(one.ok && one.value.calls).toEqual([{ id: null, name: "x", arguments: GIVEN }]);
  });
  const spoken = (choice: number, delta: JsonObject, finish: string | null = null) => ({ index: choice, delta, finish_reason: finish });
  const call = { index: 0, id: "a", type: "function", function: { name: "x", arguments: GIVEN } };
  it.each<[string, readonly JsonObject[], readonly [string, number, string]]>([
    [
      "words first, then a call",
      [spoken(0, { content: "I will look" }, "stop"), spoken(1, { tool_calls: [call] }, "tool_calls")],
      ["I will look", 1, "tool_calls"],
    ],
    [
      "a call first",
      [spoken(0, { content: null, tool_calls: [call] }, "tool_calls"), spoken(1, { content: "I will look" }, "stop")],
      ["I will look", 1, "tool_calls"],
    ],
    [
      "words in the second alone",
      [spoken(0, { content: "", tool_calls: [] }, "stop"), spoken(1, { content: "I will look" }, "stop")],
      ["I will look", 0, "stop"],
    ],
    [
      "another answer in the second",
      [spoken(0, { content: "I will look" }, "stop"), spoken(1, { content: "It rains and then it" }, "length")],
      ["I will look", 0, "stop"],
    ],
    [
      "a call in each",
      [spoken(0, { tool_calls: [call] }, "tool_calls"), spoken(1, { tool_calls: [{ ...call, id: "b" }] }, "tool_calls")],
      ["", 2, "tool_calls"],
    ],
    [
      "a call that was cut",
      [spoken(0, { content: "I will look" }, "stop"), spoken(1, { tool_calls: [call] }, "length")],
      ["I will look", 1, "length"],
    ],
  ])("[STREAM-7] an answer in two choices is one, whole and streamed: %s", (_, choices, said) => {
    const whole = readChatAnswer({ choices: choices.map(({ delta, ...choice }) => ({ ...choice, message: delta ?? null })) }, CEILING);
    if (!whole.ok) throw new Error("refused");
    const apart = assemble(choices.map((choice) => deltaOf({ choices: [choice] })));
    expect(apart).toEqual(whole);
    expect(assemble([deltaOf({ choices: [...choices] })])).toEqual(whole);
    expect([whole.value.text ?? "", whole.value.calls.length, whole.value.finish]).toEqual(said);
  });
  it("an answer of which one choice lacks its end was cut", () => {
    const assembly = openAssembly();
    assembly.take(deltaOf({ choices: [spoken(0, { content: "I will look" }, "stop")] }));
    expect(assembly.isFinished()).toBe(true);
    assembly.take(deltaOf({ choices: [spoken(1, { tool_calls: [call] })] }));
    expect(assembly.isFinished()).toBe(false);
  });
  it("is bounded, and knows whether the end was said", () => {
    const assembly = openAssembly(10);
    expect(assembly.take(deltaOf({ choices: [{ delta: { content: "12345" } }] })).ok).toBe(true);
    expect(assembly.isFinished()).toBe(false);
    expect(assembly.take(deltaOf({ choices: [{ delta: { content: "123456" } }] }))).toEqual({ ok: false, error: "too_long" });
    expect(assembly.take(deltaOf({ choices: [{ delta: {}, finish_reason: "stop" }] })).ok).toBe(false);
  });
  it("reads no more calls than any turn may have", () => {
    const many = Array.from({ length: 300 }, (_, index) => deltaOf({ choices: [{ delta: { tool_calls: [{ index, id: `c${index}` }] } }] }));
    const assembled = assemble(many);
    expect(assembled.ok && assembled.value.calls.length).toBe(100);
  });
});

describe("what our clients read", () => {
  const head = { id: "chatcmpl-1", created: 1_700_000_000, model: "bulkhead/m-1", includeUsage: true };
  it("reads back as it was written", () => {
    const usage = { input: 9, output: 4, cachedInput: 2 };
    const frames = [
      formatChunk(head, { kind: "role" }),
      formatChunk(head, { kind: "text", text: "Hi\n\ndata: [DONE]\r\n" }),
      formatChunk(head, { kind: "call", index: 0, call: { id: "c", name: "f", arguments: "{}" } }),
      formatChunk(head, { kind: "finish", reason: "tool_calls" }),
      formatChunk(head, { kind: "usage", usage }),
    ].map(formatFrame);
    const events = openSse().push(frames.join("") + DONE_FRAME);
    const chunks = (events.ok ? events.value : []).map((event) => readEvent(event, CEILING)).map((read) => (read.ok ? read.value : null));
    expect(chunks.map((chunk) => chunk?.kind)).toEqual(["delta", "delta", "delta", "delta", "delta", "done"]);
    const assembled = assemble(chunks.filter((chunk): chunk is ChatDelta => (chunk as ChatChunk).kind === "delta"));
    expect(assembled.ok && assembled.value).toEqual({
      text: "Hi\n\ndata: [DONE]\r\n",
      finish: "tool_calls",
      refused: false,
      calls: [{ id: "c", name: "f", arguments: "{}" }],
      usage: { kind: "reported", tokens: usage },
      rehearsal: false,
    });
  });
  it("has the shape that OpenAI's clients expect", () => {
    expect(formatChunk(head, { kind: "role" })).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1_700_000_000,
      model: "bulkhead/m-1",
      choices: [{ index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }],
      usage: null,
    });
    expect(formatChunk({ ...head, includeUsage: false }, { kind: "finish", reason: "stop" })).not.toHaveProperty("usage");
    expect(formatChunk(head, { kind: "usage", usage: { input: 1, output: 2, cachedInput: 0 } })).toMatchObject({
      choices: [],
      usage: formatUsage({ input: 1, output: 2, cachedInput: 0 }),
    });
  });
});
