/** What the platform writes, it reads. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUntrusted } from "../../core/untrusted-json.ts";
import { takeInt64, writeInt64 } from "../../core/workflow/int64.ts";
import { writeJson } from "../../core/write-json.ts";

describe("[JSON-5] a number beyond ±2^53", () => {
  it.each([
    [1e20, "1e+20"],
    [-1e16, "-1e+16"],
    [2 ** 60, "1.152921504606847e+18"],
    [2 ** 53, "9007199254740992"],
    [1e21, "1e+21"],
    [0.1, "0.1"],
  ])("%d is written as %s and read again", (number, text) => {
    expect(writeJson({ a: [number], "9007199254740993": "9007199254740993" })).toBe(
      `{"a":[${text}],"9007199254740993":"9007199254740993"}`,
    );
    expect(parseUntrusted(writeJson([number]))).toEqual({ ok: true, value: [number] });
  });

  it("is written so to a tool, beside whole numbers of 64 bits", () => {
    const schema = { properties: { id: { type: "integer", format: "int64" } } };
    expect(writeInt64(schema, { id: "9007199254740993", x: 1e20 })).toBe('{"id":9007199254740993,"x":1e+20}');
    expect(writeInt64({ type: "object" }, { x: 1e20 })).toBe('{"x":1e+20}');
    expect(takeInt64(schema, { value: { id: "9007199254740993", x: 1e20 }, long: ["/id"] })).toMatchObject({ ok: true });
  });

  it("and any other value comes back as it was", () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger());
    const values = fc.array(fc.oneof(numbers, fc.string({ unit: "grapheme" }), fc.dictionary(fc.string({ unit: "grapheme" }), numbers)));
    fc.assert(
      fc.property(values, (value) => {
        expect(JSON.parse(writeJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        expect(parseUntrusted(writeJson(value))).toMatchObject({ ok: true });
      }),
    );
  });
});
