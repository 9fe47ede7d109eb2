/** JSON that was cut: what there is of it, and nothing that reads as whole. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { closeJson, openAgain } from "../../../core/model/cut-json.ts";

it.each<[string, string, string]>([
  ['{"a":"one two', '{"a":"one two"}', '"}'],
  ['{"a":["x",{"b":"y', '{"a":["x",{"b":"y"}]}', '"}]}'],
  ['{"a":1,"b', '{"a":1}', "}"],
  ['{"a":1,"b"', '{"a":1}', "}"],
  ['{"a":1,"b":', '{"a":1}', "}"],
  ['{"amount":12', "{}", "}"],
  ['{"a":12,', '{"a":12}', "}"],
  ['{"a":tr', "{}", "}"],
  ["[1, 2, 3", "[1, 2]", "]"],
  ['["a\\', '["a"]', '"]'],
  ['["a\\u00', '["a"]', '"]'],
  ['["a\\ud83d', '["a"]', '"]'],
  ['["a\\ud83d\\ude0', '["a"]', '"]'],
  ['["a\\ud83d\\ude00', '["a\\ud83d\\ude00"]', '"]'],
  ['["a\ud83d', '["a"]', '"]'],
  ["{", "{}", "}"],
  [' {"a":1} ', ' {"a":1}', ""],
])("[CHAT-44] %s is read as %s", (text, closed, closers) => {
  expect(closeJson(text)).toEqual({ text: closed, closers });
  expect(() => JSON.parse(closed)).not.toThrow();
});

it.each([
  "",
  "  ",
  "12",
  '"text',
  "Sure: {",
  "{a:1",
  '{"a" 1',
  '{"a":1}}',
  '{"a":1} x',
  '{"a":wrong,',
  "[1 2",
  '{"a":"x\n',
  '["\\x',
  "]",
  "{,",
  "[,1",
])("[CHAT-44] %j is the beginning of no JSON", (text) => expect(closeJson(text)).toBeNull());

it("[CHAT-44] every beginning of an object is closed, and shown as a beginning that no parser takes", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), fc.nat(), fc.nat(4), (value, cut, indent) => {
      const text = JSON.stringify(value, null, indent);
      const part = text.slice(0, 1 + (cut % text.length));
      const closed = closeJson(part);
      if (closed === null) throw new Error(part);
      expect(() => JSON.parse(closed.text)).not.toThrow();
      const shown = openAgain(closed.text, closed.closers);
      expect(part.startsWith(shown)).toBe(true);
      if (part !== text) expect(() => JSON.parse(shown)).toThrow();
    }),
  );
});

it("[CHAT-44] a string that was replaced does not close what was cut", () => {
  expect(openAgain('{"a":null}', '"}')).toBe('{"a":null');
  expect(openAgain("null", '"}')).toBe("");
  expect(openAgain('{"a":1}', "")).toBe('{"a":1}');
});

it("[CHAT-44] a long text takes time in its length alone", () => {
  const long = `{"a":"${"x\\n".repeat(400_000)}`;
  const startedAt = performance.now();
  expect(closeJson(long)?.closers).toBe('"}');
  expect(closeJson("[".repeat(400_000))?.closers.length).toBe(400_000);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
