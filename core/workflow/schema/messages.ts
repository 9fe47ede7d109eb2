/**
 * The validator's findings as errors for people: the causes only, each with a pointer into the value and a message that names
 * the field. What the value holds is never repeated; what the schema asks for is.
 */
import type { OutputUnit } from "@cfworker/json-schema";
import type { FieldError } from "../../errors/problem.ts";
import { escapeToken, isObject, type Json, type JsonObject, parsePointer } from "../../json.ts";
import { MAX_ERRORS, shortName } from "../form.ts";
import { own } from "./inspect.ts";
import { BOUND_MARK } from "./prepare.ts";

/** Units that only say that something below them failed. */
const WRAPPERS = new Set([
  "$ref",
  "properties",
  "patternProperties",
  "additionalProperties",
  "unevaluatedProperties",
  "propertyNames",
  "dependentSchemas",
  "items",
  "prefixItems",
  "unevaluatedItems",
  "allOf",
]);

/** The validator's output as errors for people, at most `MAX_ERRORS`. */
export function toFieldErrors(units: readonly OutputUnit[], schema: JsonObject): readonly FieldError[] {
  const errors = new Map<string, FieldError>();
  for (let at = 0; at < units.length; at++) {
    const unit = units[at];
    if (unit === undefined || WRAPPERS.has(unit.keyword) || unit.keywordLocation.includes("/contains/")) continue;
    const tooLong = isBound(unit, schema);
    if (unit.keyword === "if" && !tooLong) continue;
    const path =
      unit.keyword === "required"
        ? `${pointerOf(unit.instanceLocation)}/${escapeToken(missingName(unit))}`
        : pointerOf(unit.instanceLocation);
    const message = tooLong
      ? `${nameOf(path)} is too long`
      : unit.keyword === "false"
        ? forbidden(path, units[at - 1])
        : messageOf(unit, path, schema);
    errors.set(`${path} ${message}`, { path, message });
    if (tooLong || unit.keyword === "anyOf" || unit.keyword === "oneOf") at = lastBelow(units, at);
  }
  return [...errors.values()].slice(0, MAX_ERRORS);
}

/** The reasons why alternatives do not fit. None of them is the cause by itself; they follow the unit of their alternative. */
function lastBelow(units: readonly OutputUnit[], from: number): number {
  const below = `${units[from]?.keywordLocation}/`;
  const isBelow = (unit: OutputUnit | undefined): boolean =>
    unit !== undefined && (unit.keyword === "false" || unit.keywordLocation.startsWith(below));
  let at = from;
  while (isBelow(units[at + 1])) at += 1;
  return at;
}

/** A costly keyword that was not tried, since the value is too long for it. */
function isBound(unit: OutputUnit, schema: JsonObject): boolean {
  if (unit.keyword !== "if" || !unit.error.includes('"else"')) return false;
  const holder = valueAt(schema, unit.keywordLocation.slice(0, -"/if".length));
  return isObject(holder) && own(holder, "$comment") === BOUND_MARK;
}

const forbidden = (path: string, reason: OutputUnit | undefined): string => {
  if (reason?.keyword === "additionalProperties" || reason?.keyword === "unevaluatedProperties") return `unknown field ${nameOf(path)}`;
  if (reason?.keyword === "items" || reason?.keyword === "unevaluatedItems") return "the list has more items than its schema allows";
  return `${nameOf(path)} is not allowed here`;
};

function messageOf(unit: OutputUnit, path: string, schema: JsonObject): string {
  const name = nameOf(path);
  const asked = valueAt(schema, unit.keywordLocation);
  switch (unit.keyword) {
    case "required":
      return `${name} is missing`;
    case "type":
      return `${name} must be ${(Array.isArray(asked) ? asked : [asked]).map((type) => TYPE_NAMES[String(type)] ?? String(type)).join(" or ")}`;
    case "enum":
      return `${name} must be one of ${listed(Array.isArray(asked) ? asked : [])}`;
    case "const":
      return `${name} must be ${listed([asked ?? null])}`;
    case "minimum":
      return `${name} must be at least ${Number(asked)}`;
    case "maximum":
      return `${name} must be at most ${Number(asked)}`;
    case "exclusiveMinimum":
      return `${name} must be above ${Number(asked)}`;
    case "exclusiveMaximum":
      return `${name} must be below ${Number(asked)}`;
    case "multipleOf":
      return `${name} must be a multiple of ${Number(asked)}`;
    case "minLength":
      return `${name} must have at least ${Number(asked)} characters`;
    case "maxLength":
      return `${name} must have at most ${Number(asked)} characters`;
    case "minItems":
      return `${name} must have at least ${Number(asked)} items`;
    case "maxItems":
      return `${name} must have at most ${Number(asked)} items`;
    case "minProperties":
      return `${name} must have at least ${Number(asked)} fields`;
    case "maxProperties":
      return `${name} must have at most ${Number(asked)} fields`;
    case "uniqueItems":
      return `${name} has an item twice`;
    case "pattern":
      return `${name} does not have the form that its schema asks for`;
    case "format":
      return `${name} must be a valid ${String(asked)}`;
    case "dependentRequired":
      return `${name} lacks a field that another one asks for`;
    case "contains":
    case "minContains":
    case "maxContains":
      return `${name} does not contain what its schema asks for`;
    case "oneOf":
    case "anyOf":
      return `${name} fits ${unit.keyword === "oneOf" ? "not exactly one" : "none"} of the forms that its schema allows`;
    default:
      return `${name} does not fit its schema`;
  }
}

const TYPE_NAMES: { readonly [type: string]: string } = {
  string: "a string",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

/** Values of the schema, not of what was checked. */
function listed(values: readonly Json[]): string {
  const shown = values.slice(0, 12).map((value) => `\`${shortName(typeof value === "string" ? value : JSON.stringify(value))}\``);
  return values.length > 12 ? `${shown.join(", ")}, …` : shown.join(", ");
}

const nameOf = (path: string): string => {
  const token = parsePointer(path)?.at(-1);
  return token === undefined ? "the value" : /^\d+$/.test(token) ? `item ${token}` : `\`${shortName(token)}\``;
};

/** The validator names the missing field in its text alone; the name is the schema's. */
const missingName = (unit: OutputUnit): string => /property "(.*)"\.$/s.exec(unit.error)?.[1] ?? "";

/** `#/a%20b` → `/a b`. */
function pointerOf(location: string): string {
  try {
    return decodeURIComponent(location.slice(1));
  } catch {
    return "";
  }
}

/** Follows a keyword location through references: after `$ref` goes on at what it points to. */
function valueAt(schema: JsonObject, location: string): Json | undefined {
  let node: Json | undefined = schema;
  for (const token of parsePointer(pointerOf(location)) ?? []) {
    if (Array.isArray(node)) node = node[Number(token)];
    else if (!isObject(node)) return undefined;
    else if (token === "$ref") node = definition(schema, own(node, "$ref"));
    else node = own(node, token);
  }
  return node;
}

function definition(schema: JsonObject, reference: Json | undefined): Json | undefined {
  const definitions = own(schema, "$defs");
  return typeof reference === "string" && isObject(definitions) ? own(definitions, reference.slice("#/$defs/".length)) : undefined;
}
