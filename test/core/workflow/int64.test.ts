/** Whole numbers of 64 bits: digits inside the platform, bare numbers on the wire. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { readJsonText } from "../../../core/model/json-text.ts";
import { longIn, lostNumberIn, readArguments } from "../../../core/model-call/asked-calls.ts";
import { parseExact } from "../../../core/untrusted-json.ts";
import { takeInt64, withNumbersAt, writeBareAt, writeInt64 } from "../../../core/workflow/int64.ts";
import { validate } from "../../../core/workflow/schema.ts";

const ID = { type: "integer", format: "int64" };
const SCHEMA = {
  type: "object",
  properties: {
    id: { $ref: "#/$defs/id" },
    list: { type: "array", items: { anyOf: [ID, { type: "null" }] } },
    n: { type: "integer" },
    s: { type: "string", format: "int64" },
    constructor: ID,
  },
  additionalProperties: { type: "string" },
  $defs: { id: ID },
};
const taken = (text: string, schema: Json = SCHEMA) => {
  const exact = parseExact(text);
  if (!exact.ok) throw new Error("no JSON");
  return takeInt64(schema as never, exact.value);
};

describe("int64", () => {
  it("[JSON-2] is seen under a pattern of keys, too", () => {
    const schema = { type: "object", patternProperties: { "^id_": ID }, additionalProperties: { type: "number" } };
    expect(taken('{"id_a":1173984759837450241}', schema)).toEqual({ ok: true, value: { id_a: "1173984759837450241" } });
    expect(taken('{"n":1173984759837450241}', schema)).toEqual({ ok: false, error: "/n" });
    expect(writeInt64(schema, { id_a: "1173984759837450241" })).toBe('{"id_a":1173984759837450241}');
    const costly = { type: "object", patternProperties: { "^(?:a{1,500}b){1,5}$": ID } };
    const keys = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`${"a".repeat(400)}${index}`, "x"]));
    const startedAt = performance.now();
    expect(taken(JSON.stringify(keys), costly)).toMatchObject({ ok: true });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("[JSON-2] comes in as digits, whatever its size, and goes out as it came", () => {
    const text = '{"id":9007199254740993,"list":[5,null,-9223372036854775808],"n":5,"s":7,"constructor":9223372036854775807}';
    const inside = taken(text);
    expect(inside).toEqual({
      ok: true,
      value: { id: "9007199254740993", list: ["5", null, "-9223372036854775808"], n: 5, s: "7", constructor: "9223372036854775807" },
    });
    expect(inside.ok && validate(SCHEMA, inside.value)).toEqual([]);
    expect(inside.ok && writeInt64(SCHEMA, inside.value)).toBe(text);
  });

  it("[JSON-2] beside `type: string` too, and a text that is no such number does not fit", () => {
    const schema: JsonObject = { type: "object", properties: { id: { type: "string", format: "int64" } }, required: ["id"] };
    for (const text of ['{"id":9007199254740993}', '{"id":5}', '{"id":-9223372036854775808}']) {
      const inside = taken(text, schema);
      expect(inside).toEqual({ ok: true, value: { id: text.slice(6, -1) } });
      expect(inside.ok && validate(schema, inside.value)).toEqual([]);
      expect(inside.ok && writeInt64(schema, inside.value)).toBe(text);
    }
    expect(taken('{"id":"9007199254740993"}', schema)).toEqual({ ok: true, value: { id: "9007199254740993" } }); // as text it is taken too
    for (const id of ["x", "", "1.5", "01", "9223372036854775808", true]) expect(validate(schema, { id })).not.toEqual([]);
    const both = { type: "object", properties: { id: { type: ["string", "integer"], format: "int64" } } };
    expect(validate(both, { id: "9007199254740993" })).toEqual([]);
  });

  it("[JSON-2] every 64-bit number survives both ways", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
        const inside = taken(`{"id":${id}}`);
        expect(inside).toEqual({ ok: true, value: { id: String(id) } });
        expect(inside.ok && writeInt64(SCHEMA, inside.value)).toBe(`{"id":${id}}`);
      }),
    );
  });

  it.each([
    ['{"n":9007199254740993}', "/n"],
    ['{"id":9223372036854775808}', "/id"],
    ['{"other":9007199254740993}', "/other"],
    ['{"list":[1,99999999999999999999]}', "/list/1"],
  ])("[JSON-2] %s is refused with its path", (text, path) => {
    expect(taken(text)).toEqual({ ok: false, error: path });
  });

  it("[JSON-2] bounds hold for digits, and other texts are no numbers", () => {
    const bounded = { type: "object", properties: { id: { ...ID, maximum: 100 } } };
    expect(validate(bounded, { id: "99" })).toEqual([]);
    expect(validate(bounded, { id: "9007199254740993" })).not.toEqual([]);
    for (const id of ["x", "", "1.5", "01", "9223372036854775808"]) expect(validate(bounded, { id })).not.toEqual([]);
  });

  it("[JSON-2] a text in the form of our mark is no number", () => {
    const value = { id: "5", other: "\u00007\u0000" };
    expect(JSON.parse(writeInt64(SCHEMA, value))).toEqual(value);
  });

  it("[JSON-2] a model's answer and arguments are read by their schema", () => {
    expect(readJsonText('Here: {"id":9007199254740993}', SCHEMA)).toEqual({ ok: true, value: { id: "9007199254740993" } });
    expect(readJsonText('{"n":9007199254740993}', SCHEMA)).toEqual({ ok: false, error: { why: "number", path: "/n" } });
    expect(readArguments('{"id":9007199254740993}', SCHEMA)).toEqual({ id: "9007199254740993" });
    expect(readArguments('{"n":9007199254740993}', SCHEMA)).toBeNull();
    expect(readArguments('{"id":1e400}', SCHEMA)).toBeNull();
    expect(readArguments('{"order_id":2512292042121000001}', { type: "object" })).toEqual({ order_id: "2512292042121000001" });
    // [JSON-4] Where a schema says nothing, every digit is kept as text; a fraction becomes no other number.
    for (const schema of [true, { type: "object" }, { properties: { x: {} } }] as const)
      for (const number of ["1.00000000000000000001", "9007199254740993.5"]) {
        expect([number, readArguments(`{"x":${number}}`, schema)]).toEqual([number, null]);
        expect([number, lostNumberIn(`{"x":${number}}`, schema)]).toEqual([number, "/x"]);
      }
    expect(readArguments('{"x":[0.1,1e2,100.00,0.30000000000000004]}', true)).toEqual({ x: [0.1, 100, 100, 0.30000000000000004] });
  });

  it("[JSON-2] a chat's arguments go through with every digit", () => {
    const text = '{"message_id":1173984759837450241,"s":"1173984759837450241"}';
    const input = readArguments(text, { type: "object" }, true) ?? {};
    expect(longIn(text)).toEqual(["/message_id"]);
    expect(writeBareAt(input, longIn(text))).toBe(text);
    expect(withNumbersAt(input, longIn(text))).toEqual({ message_id: 1173984759837450200, s: "1173984759837450241" });
  });
});
