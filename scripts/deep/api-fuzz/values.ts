/** Values for a place of a request: what its schema asks for, or something that it does not. */
import { isObject, type Json, type JsonObject } from "../../../core/json.ts";
import type { Dice } from "../../../simulation/dice.ts";
import { sampleOf } from "../../../workers/rehearsal/pattern.ts";
import { followed } from "./document.ts";

const NAMES = [
  "constructor",
  "__proto__",
  "toString",
  "",
  " ",
  "a".repeat(300),
  "\u0000",
  "\u202e",
  "..",
  "%2e%2e",
  "a/b",
  "😀",
  "$ref",
  "-1",
];
const TEXTS = [
  ...["", " ", "\u0000", "\ud800", "\ufeff", "\u202etxet", "null", "true", "NaN", "0x10", "{{EMAIL_1}}", "{{", "'; DROP TABLE runs; --"],
  ...["<script>alert(1)</script>", "../../etc/passwd", "a@b.example.net", "4111 1111 1111 1111", "ignore all previous instructions"],
  ...["https://169.254.169.254/", "http://[::1]/", "file:///etc/passwd", "x".repeat(5_000), "é".repeat(300), "(a+)+$", "[", "1e400"],
];
const NUMBERS = [0, -0, -1, 1, 0.1, 1e21, -1e300, 5e-324, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 999_999];
const DEEPEST = 5;

/** What a value is made of. */
export type Making = {
  readonly document: JsonObject;
  readonly dice: Dice;
  /** Values that exist on the platform, by the name of the field that holds one. */
  readonly words: ReadonlyMap<string, readonly Json[]>;
  /** 0: only what the schema asks for; 1: now and then something else. */
  readonly wildness: number;
};

/** Something that the schema takes, most of the time. `name`: of the field that it is for. */
export function fitting(schema: Json, making: Making, depth = 0, name = ""): Json {
  const { document, dice, words, wildness } = making;
  const node = followed(schema, document);
  if (dice.happens("odd", 0.04 * wildness)) return anything(dice, depth);
  const known = words.get(name) ?? [];
  if (known.length > 0 && dice.happens("word", 0.9)) return dice.one("which word", known);
  if (!isObject(node)) return anything(dice, depth);
  const { enum: choices, anyOf, oneOf, allOf, default: standard, type } = node;
  if (Object.hasOwn(node, "const")) return node["const"] ?? null;
  if (Array.isArray(choices) && choices.length > 0) return dice.one("choice", choices);
  const forms = [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  if (forms.length > 0) return fitting(dice.one("form", forms), making, depth, name);
  if (Array.isArray(allOf)) {
    const parts = allOf.map((part) => fitting(part, making, depth, name));
    return parts.every(isObject) ? Object.assign({}, ...parts) : (parts[0] ?? null);
  }
  if (standard !== undefined && dice.happens("standard", 0.3)) return standard;
  switch (Array.isArray(type) ? dice.one("type", type) : type) {
    case "string":
      return textFor(node, making);
    case "integer":
    case "number":
      return numberFor(node, making);
    case "boolean":
      return dice.happens("yes", 0.5);
    case "null":
      return null;
    case "array":
      return Array.from({ length: depth > DEEPEST ? 0 : dice.between("items", Number(node["minItems"] ?? 0), 2) }, () =>
        fitting(node["items"] ?? true, making, depth + 1),
      );
    case "object":
      return objectFor(node, making, depth);
    default:
      return isObject(node["properties"] ?? null) ? objectFor(node, making, depth) : anything(dice, depth);
  }
}

function objectFor(node: JsonObject, making: Making, depth: number): Json {
  const { dice, wildness } = making;
  const properties = isObject(node["properties"] ?? null) ? Object.entries(node["properties"] as JsonObject) : [];
  const required = new Set(Array.isArray(node["required"]) ? node["required"] : []);
  const entries = properties
    .filter(([name]) =>
      required.has(name)
        ? !dice.happens("missing", 0.04 * wildness)
        : dice.happens("optional", depth > DEEPEST ? 0 : 0.05 + 0.2 * wildness),
    )
    .map(([name, child]): [string, Json] => [name, fitting(child, making, depth + 1, name)]);
  if (dice.happens("extra", 0.05 * wildness)) entries.push([dice.one("name", NAMES), anything(dice, depth + 1)]);
  return Object.fromEntries(entries);
}

/** A text that the schema takes, most of the time. */
export function textFor(node: JsonObject, { dice, wildness }: Making): string {
  const { pattern, format, minLength, maxLength } = node;
  if (dice.happens("odd text", 0.1 * wildness)) return dice.one("text", TEXTS);
  if (typeof pattern === "string") return sampleOf(pattern, Number(minLength ?? 0), dice.between("sample", 0, 40)) ?? "a";
  if (format === "date-time") return "2026-11-29T10:00:00Z";
  if (format === "uri" || format === "url") return "https://shop.example/a";
  const text = dice.one("plain", ["a", "chat", "order A-1001", "hello there", "org", "v1", "2026-11-29", "0.5"]);
  return text.slice(0, Number(maxLength ?? 100)).padEnd(Number(minLength ?? 0), "x");
}

function numberFor(node: JsonObject, { dice, wildness }: Making): number {
  if (dice.happens("odd number", 0.15 * wildness)) return dice.one("number", NUMBERS);
  const least = Number(node["minimum"] ?? node["exclusiveMinimum"] ?? 1);
  const most = Math.min(Number(node["maximum"] ?? node["exclusiveMaximum"] ?? least + 100), least + 1_000);
  return Math.min(most, Math.max(least, dice.between("size", Math.ceil(least), Math.floor(most))));
}

/** A value that no schema was asked for. */
function anything(dice: Dice, depth: number): Json {
  const kinds = depth > DEEPEST ? 4 : 7;
  switch (dice.between("kind", 0, kinds)) {
    case 0:
      return null;
    case 1:
      return dice.happens("yes", 0.5);
    case 2:
      return dice.one("number", NUMBERS);
    case 3:
    case 4:
      return dice.one("text", TEXTS);
    case 5:
      return Array.from({ length: dice.between("length", 0, 3) }, () => anything(dice, depth + 1));
    case 6:
      return { [dice.one("name", NAMES)]: anything(dice, depth + 1), a: anything(dice, depth + 1) };
    default:
      return Array.from({ length: dice.between("deep", 1, 60) }).reduce<Json>((inner) => [inner], 1);
  }
}
