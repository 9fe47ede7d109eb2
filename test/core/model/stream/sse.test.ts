import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSse, type SseEvent } from "../../../../core/model/stream/sse.ts";

function read(parts: readonly string[], limits?: { lineUnits: number; eventUnits: number }): SseEvent[] | string {
  const reader = openSse(limits);
  const events: SseEvent[] = [];
  for (const part of parts) {
    const taken = reader.push(part);
    if (!taken.ok) return taken.error;
    events.push(...taken.value);
  }
  return events;
}

function pieces(text: string, sizes: readonly number[]): string[] {
  const cut: string[] = [];
  for (let at = 0, index = 0; at < text.length; index++) {
    const size = sizes[index % sizes.length] ?? 1;
    cut.push(text.slice(at, at + size));
    at += size;
  }
  return cut;
}

describe("server-sent events", () => {
  it("reads fields, comments and unnamed events as the specification says", () => {
    expect(read([": ping\n\ndata: a\ndata:b\ndata\n\nevent: error\nid: 7\nretry: 5\ndata:  x\n\nevent: lost\n\ndata: cut off\n"])).toEqual([
      { type: "message", data: "a\nb\n" },
      { type: "error", data: " x" },
    ]);
  });
  it("takes every line ending and one byte order mark", () => {
    expect(read(["\uFEFFdata: a\r\rdata: b\r\n\r\ndata: c\n\r\n"])).toEqual(["a", "b", "c"].map((data) => ({ type: "message", data })));
  });
  it("[CHAT-46] parts events that one line feed parts, and no other lines of data", () => {
    const events = (...texts: string[]) => texts.map((data) => ({ type: "message", data }));
    expect(read(['data: {"a":1}\ndata: {"a":"}{"}\ndata: [DONE]\n\n'])).toEqual(events('{"a":1}', '{"a":"}{"}', "[DONE]"));
    expect(read(['event: x\ndata: {"a":1}\nevent: y\ndata: {"a":2}\n\n'])).toEqual([
      { type: "x", data: '{"a":1}' },
      { type: "y", data: '{"a":2}' },
    ]);
    // One value over several lines.
    for (const lines of [
      ["{", '"a": {}', "}"],
      ['{"a": [{}', "{}]}"],
      ['{"a": {"b": 1}', ', "c": {}}'],
      ["words", "{more}"],
    ])
      expect(read([`${lines.map((line) => `data: ${line}\n`).join("")}\n`])).toEqual(events(lines.join("\n")));
  });
  it("reads the same for any cut", () => {
    const line = fc.constantFrom(
      "data: x",
      'data: {"a":1}',
      "data:y:z",
      ": c",
      "event: e",
      "data",
      "",
      "\uFEFFdata: q",
      "id: 1",
      "data: 😀",
    );
    const ending = fc.constantFrom("\n", "\r", "\r\n");
    const text = fc.array(fc.tuple(line, ending), { maxLength: 30 }).map((lines) => lines.flat().join(""));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 6 }), (whole, sizes) => {
        expect(read(pieces(whole, sizes))).toEqual(read([whole]));
      }),
      { numRuns: 500, seed: 20_261_120 },
    );
  });
  it("ends at a line or an event beyond its limits, however it comes", () => {
    const limits = { lineUnits: 20, eventUnits: 30 };
    for (const size of [1, 5, 1000]) {
      expect(read(pieces(`data: ${"x".repeat(30)}`, [size]), limits)).toBe("line_too_long");
      expect(read(pieces("data: 0123456789\n".repeat(9), [size]), limits)).toBe("event_too_long");
      expect(read(pieces("data: 0123456789\n\n".repeat(9), [size]), limits)).toHaveLength(9);
    }
    const reader = openSse(limits);
    reader.push("x".repeat(50));
    expect(reader.push("\ndata: a\n\n")).toEqual({ ok: false, error: "line_too_long" });
  });
});
