/** What a model's answer may leave out, and where it may say null. */
import { expect, it } from "vitest";
import type { Json, JsonObject } from "../../../core/json.ts";
import { readArguments } from "../../../core/model-call/asked-calls.ts";
import { flawsOfValue } from "../../../core/model-call/flaws.ts";

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: "object", properties, ...more });
const DATE: JsonObject = { type: "string", format: "date-time" };

it.each<[string, JsonObject, Json, boolean]>([
  [
    "null where the schema says nullable",
    object({ seat: { type: "string", nullable: true } }, { required: ["seat"] }),
    { seat: null },
    true,
  ],
  ["null where it says that it is not", object({ seat: { type: "string", nullable: false } }), { seat: null }, false],
  ["null where it says nothing", object({ seat: { type: "string" } }), { seat: null }, false],
  ["another type where it says nullable", object({ seat: { type: "string", nullable: true } }), { seat: 1 }, false],
  ["null in a nullable list of words", object({ size: { enum: ["s", "m"], nullable: true } }), { size: null }, true],
  ["a field called nullable", object({ nullable: { type: "string" } }), { nullable: null }, false],
  ["null in an item", { type: "array", items: { type: "string", nullable: true } }, ["a", null], true],
  [
    "null behind a reference",
    { ...object({ a: { $ref: "#/$defs/A" } }), $defs: { A: { type: "string", nullable: true } } },
    { a: null },
    true,
  ],
  ["a date-time without zone", object({ at: DATE }), { at: "2026-12-01T09:00:00" }, true],
  ["one with its zone", object({ at: DATE }), { at: "2026-12-01T09:00:00Z" }, true],
  ["one that may be null", object({ at: { anyOf: [DATE, { type: "null" }] } }), { at: "2026-12-01T09:00" }, true],
  ["a day alone", object({ at: DATE }), { at: "2026-12-01" }, false],
  ["an hour that is not", object({ at: DATE }), { at: "2026-12-01T29:00:00" }, false],
  ["words", object({ at: DATE }), { at: "tomorrow" }, false],
  ["one too short for its schema", object({ at: { ...DATE, minLength: 40 } }), { at: "2026-12-01T09:00:00" }, false],
  [
    "one beside another choice",
    object({ at: { ...DATE, anyOf: [{ minLength: 40 }, { const: "x" }] } }),
    { at: "2026-12-01T09:00:00" },
    false,
  ],
  ["a field called format", object({ format: { const: "date-time" } }), { format: "2026-12-01T09:00:00" }, false],
])("[MODEL-1] %s", (_, schema, value, fits) => expect(flawsOfValue(schema, value).length === 0).toBe(fits));

const NONE: JsonObject = { type: "object", properties: {} };
const OSLO = { city: "Oslo" };
const CITY = object({ city: { type: "string" } });
it.each<[string, Json, JsonObject | undefined, JsonObject | null]>([
  ["null in a text, of a tool without parameters", "null", NONE, {}],
  ["null, of a tool without parameters", null, NONE, {}],
  // Nothing but "no arguments" can be meant where none is needed.
  ["null in a text, of a tool that needs none", "null", CITY, {}],
  ["null, of a tool that needs none", null, CITY, {}],
  ["null in a text, of a tool that needs some", "null", { ...CITY, required: ["city"] }, null],
  ["null, of a tool that needs some", null, { ...CITY, required: ["city"] }, null],
  ["null, of a tool that nobody knows", "null", undefined, null],
  ["no text", "", CITY, {}],
  ["an object", OSLO, CITY, OSLO],
  ["JSON in a text", JSON.stringify(OSLO), CITY, OSLO],
  ["JSON in a text in a text", JSON.stringify(JSON.stringify(OSLO)), CITY, OSLO],
  ["a text in a text", '"Oslo"', CITY, null],
  ["a list", "[]", CITY, null],
])("[MODEL-7] arguments are read: %s", (_, said, schema, read) => expect(readArguments(said, schema)).toEqual(read));
