/** The form that each keyword's value must have. */
import { escapeToken, isObject, type Json, type JsonObject, own } from "../../json.ts";
import { DATA_CLASSES } from "../../label/label.ts";
import { compilePattern } from "../../pattern/pattern.ts";
import type { Errors } from "../form.ts";
import {
  ANCHORS,
  CHILD_MAP,
  COUNTS,
  DEFINITIONS,
  EXCLUSIVE_LIMITS,
  IN_PLACE_LIST,
  IN_PLACE_MAP,
  LIMITS,
  REFUSED,
  TEXTS,
} from "./keywords.ts";

/** The types that a schema can name. */
const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

const isTexts = (value: Json): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === "string") && new Set(value).size === value.length;

/** Adds what is wrong with the keywords of one schema; answers how many instructions its patterns have. */
export function checkKeywords(node: JsonObject, path: string, errors: Errors): number {
  const refuse = (keyword: string, message: string): void => errors.add(`${path}/${escapeToken(keyword)}`, message);
  const each = (keywords: readonly string[], fits: (value: Json) => boolean, what: string): void => {
    for (const keyword of keywords) {
      const value = own(node, keyword);
      if (value !== undefined && !fits(value)) refuse(keyword, `\`${keyword}\` must be ${what}`);
    }
  };
  const type = own(node, "type");
  const types = Array.isArray(type) ? type : [type];
  if (type !== undefined && (types.length === 0 || !types.every((item) => typeof item === "string" && TYPES.includes(item)))) {
    refuse("type", `\`type\` must be one or more of ${TYPES.join(", ")}`);
  }
  each(["enum"], Array.isArray, "a list of values");
  each(["required"], isTexts, "a list of different names");
  each(COUNTS, (value) => typeof value === "number" && Number.isInteger(value) && value >= 0, "a whole number, not negative");
  each(LIMITS, (value) => typeof value === "number", "a number");
  each(EXCLUSIVE_LIMITS, (value) => typeof value === "number" || typeof value === "boolean", "a number");
  each(["multipleOf"], (value) => typeof value === "number" && value > 0, "a number above zero");
  each(["uniqueItems"], (value) => typeof value === "boolean", "true or false");
  each(["sensitivity"], (value) => DATA_CLASSES.some((one) => one === value), `one of ${DATA_CLASSES.join(", ")}`);
  each(TEXTS, (value) => typeof value === "string", "a string");
  each(ANCHORS, (value) => typeof value === "string" && /^[A-Za-z_][-A-Za-z0-9._]*$/.test(value), "a plain name");
  each(["dependentRequired"], (value) => isObject(value) && Object.values(value).every(isTexts), "an object of lists of names");
  each(IN_PLACE_LIST, (value) => Array.isArray(value) && value.length > 0, "a list of schemas");
  each(["prefixItems"], (value) => Array.isArray(value) && value.length > 0, "a list of schemas");
  each([...IN_PLACE_MAP, ...CHILD_MAP, ...DEFINITIONS], isObject, "an object of schemas");
  for (const keyword of REFUSED) if (own(node, keyword) !== undefined) refuse(keyword, `\`${keyword}\` is not supported`);
  return checkPatterns(node, path, errors);
}

function checkPatterns(node: JsonObject, path: string, errors: Errors): number {
  const pattern = own(node, "pattern");
  const map = own(node, "patternProperties");
  if (pattern !== undefined && typeof pattern !== "string") errors.add(`${path}/pattern`, "`pattern` must be a string");
  const written: (readonly [string, string])[] = Object.keys(isObject(map) ? map : {}).map((key) => [
    `/patternProperties/${escapeToken(key)}`,
    key,
  ]);
  if (typeof pattern === "string") written.push(["/pattern", pattern]);
  let size = 0;
  for (const [at, text] of written) {
    const compiled = compilePattern(text);
    if (compiled.ok) size += compiled.value.size;
    else errors.add(`${path}${at}`, compiled.error);
  }
  return size;
}
