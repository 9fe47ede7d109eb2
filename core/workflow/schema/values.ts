/** Keywords that look at a value without going into it: types, numbers, texts, and equality. */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import { compilePattern } from "../../pattern/pattern.ts";
import type { Check, Judge } from "./check.ts";
import { formatCheck } from "./formats.ts";
import { listed, mustBeOfType, mustFit, nameOf } from "./messages.ts";
import { isMultipleOf } from "./number.ts";

/** The judges of one schema's keywords about the value itself. */
export function valueKeywords(node: JsonObject): Judge[] {
  return [...typeOf(node), ...equality(node), ...numbers(node), ...texts(node)];
}

function typeOf(node: JsonObject): Judge[] {
  const type = own(node, "type");
  if (type === undefined) return [];
  const types = [type].flat().map(String);
  const message = mustBeOfType(types);
  return [(value, place, check) => types.some((one) => isOfType(value, one)) || check.refuse(place, message)];
}

function isOfType(value: Json, type: string): boolean {
  if (value === null) return type === "null";
  if (Array.isArray(value)) return type === "array";
  if (typeof value === "object") return type === "object";
  if (typeof value === "number") return type === "number" || (type === "integer" && Number.isInteger(value));
  return typeof value === type;
}

function equality(node: JsonObject): Judge[] {
  const judges: Judge[] = [];
  const [asked, list] = [own(node, "const"), own(node, "enum")];
  if (Object.hasOwn(node, "const")) judges.push(oneOf([asked ?? null], (path) => `${nameOf(path)} must be ${listed([asked ?? null])}`));
  if (Array.isArray(list)) judges.push(oneOf(list, (path) => `${nameOf(path)} must be one of ${listed(list)}`));
  return judges;
}

/** A constant tells the forms of a value apart: another one says more than a missing field that another form was meant. */
const OTHER_VALUE = 4;

function oneOf(values: readonly Json[], message: (path: string) => string): Judge {
  const plain = new Set(values.filter((value) => typeof value !== "object" || value === null));
  const others = new Set(values.filter((value) => typeof value === "object" && value !== null).map(sameText));
  return (value, place, check) => {
    const isKnown = typeof value !== "object" || value === null ? plain.has(value) : others.size > 0 && others.has(spentText(value, check));
    return isKnown || check.refuse(place, message, OTHER_VALUE);
  };
}

/** Equal for values that are equal (2020-12 core, section 4.2.2), whatever the order of their properties. */
export function spentText(value: Json, check: Check): string {
  const text = sameText(value);
  check.spend(text.length / 16);
  return text;
}

function sameText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sameText).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sameText(value[key] ?? null)}`);
  return `{${entries.join(",")}}`;
}

function numbers(node: JsonObject): Judge[] {
  const rules: (readonly [string, number, (value: number, asked: number) => boolean])[] = [];
  const add = (keyword: string, asked: Json | undefined, fits: (value: number, asked: number) => boolean): void => {
    if (typeof asked === "number") rules.push([keyword, asked, fits]);
  };
  for (const [limit, exclusive, within, inside] of LIMITS) {
    const isBeside = own(node, exclusive) === true; // of draft-04 and OpenAPI 3.0
    add(isBeside ? exclusive : limit, own(node, limit), isBeside ? inside : within);
    add(exclusive, own(node, exclusive), inside);
  }
  add("multipleOf", own(node, "multipleOf"), isMultipleOf);
  return rules.map(([keyword, asked, fits]): Judge => {
    const message = mustFit(keyword, asked);
    return (value, place, check) => {
      if (typeof value !== "number") return true;
      if (keyword === "multipleOf") check.spend(20);
      return fits(value, asked) || check.refuse(place, message);
    };
  });
}

type Compare = (value: number, asked: number) => boolean;
const LIMITS: readonly (readonly [limit: string, exclusive: string, within: Compare, inside: Compare])[] = [
  ["minimum", "exclusiveMinimum", (value, asked) => value >= asked, (value, asked) => value > asked],
  ["maximum", "exclusiveMaximum", (value, asked) => value <= asked, (value, asked) => value < asked],
];

/** A pattern as it is told: its beginning, where it is long. */
const shown = (pattern: string): string => (pattern.length <= 100 ? pattern : `${pattern.slice(0, 100).toWellFormed()}…`);

function texts(node: JsonObject): Judge[] {
  const judges: Judge[] = [];
  const [least, most, pattern, format] = [own(node, "minLength"), own(node, "maxLength"), own(node, "pattern"), own(node, "format")];
  const onTexts = (fits: (value: string, check: Check) => boolean, message: (path: string) => string): void => {
    judges.push((value, place, check) => typeof value !== "string" || fits(value, check) || check.refuse(place, message));
  };
  if (typeof least === "number") onTexts((value, check) => charactersOf(value, check) >= least, mustFit("minLength", least));
  if (typeof most === "number") onTexts((value, check) => charactersOf(value, check) <= most, mustFit("maxLength", most));
  const compiled = typeof pattern === "string" ? compilePattern(pattern) : null;
  if (compiled?.ok) {
    const { test } = compiled.value;
    onTexts(
      (value, check) => {
        check.beginPattern();
        return test(value, check.spendSteps);
      },
      (path) => `${nameOf(path)} must match \`${shown(String(pattern))}\``,
    );
  }
  const fits = typeof format === "string" ? formatCheck(format, [own(node, "type") ?? []].flat().includes("string")) : null;
  if (fits !== null) {
    onTexts(
      (value, check) => {
        check.spend(4 + value.length / 8);
        return fits(value);
      },
      (path) => `${nameOf(path)} must be a valid ${String(format)}`,
    );
  }
  return judges;
}

/** Code points. */
function charactersOf(text: string, check: Check): number {
  check.spend(text.length / 16);
  let pairs = 0;
  for (let at = 1; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800) pairs += 1;
  }
  return text.length - pairs;
}
