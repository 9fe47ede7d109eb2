/**
 * Schemas of an OpenAPI document as JSON Schemas that stand alone: references to its components become references to `$defs` of the schema,
 * so that what refers to itself stays finite; what OpenAPI 3.0 says in words of its own is said as 2020-12 does. Pure, total, bounded.
 */
import { escapeToken, isObject, type Json, type JsonObject, own, parsePointer } from "../../json.ts";
import { valueAt } from "../../json-pointer.ts";

/** Schemas that one operation may pull in. */
const MOST_DEFS = 200;
/** Nodes of a schema that are looked at, with everything that it pulls in. */
const MOST_NODES = 5_000;
const MOST_DEPTH = 60;
/** References that lead to references. */
const MOST_HOPS = 10;
/** Keywords that describe and never judge, or that only OpenAPI knows. */
const LEFT_OUT = new Set(["example", "examples", "xml", "externalDocs", "discriminator", "nullable", "deprecated", "$schema", "$id", "id"]);
/** Keywords whose value is a map from names to schemas. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
/** Keywords whose value is data. */
const DATA = new Set(["enum", "const", "default", "required"]);

/** Keywords whose value is a number. */
const LIMITS = new Set(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]);

/** Why a document cannot be read, in words for the one who imports it. */
export class UnreadableSchema extends Error {}

/** Follows a reference inside the document; undefined: it points to nothing. Throws `UnreadableSchema` when it leaves the document. */
export function resolve(document: JsonObject, raw: Json | undefined): Json | undefined {
  let node = raw;
  for (let hop = 0; isObject(node) && typeof own(node, "$ref") === "string"; hop++) {
    if (hop >= MOST_HOPS) throw new UnreadableSchema("a reference leads through too many references");
    const tokens = tokensOf(String(own(node, "$ref")));
    node = valueAt(document, tokens);
  }
  return node;
}

/** A schema of the document, alone. Throws `UnreadableSchema` with the reason. */
export function standalone(document: JsonObject, schema: Json): Json {
  const lift = new Lift(document);
  const root = lift.schema(schema, 0);
  const defs = lift.defs();
  if (Object.keys(defs).length === 0) return root;
  // A reference of its own would hide its neighbours for readers of older drafts.
  return isObject(root) && own(root, "$ref") === undefined ? { ...root, $defs: defs } : { allOf: [root], $defs: defs };
}

class Lift {
  readonly #document: JsonObject;
  readonly #names = new Map<string, string>();
  readonly #done = new Map<string, Json>();
  readonly #waiting: string[] = [];
  #nodes = 0;

  constructor(document: JsonObject) {
    this.#document = document;
  }

  /** What the schema refers to, and what that refers to. */
  defs(): JsonObject {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const target = valueAt(this.#document, tokensOf(next));
      if (target === undefined) throw new UnreadableSchema("a reference points to nothing in the document");
      this.#done.set(this.#names.get(next) ?? "", this.schema(target, 0));
    }
    return Object.fromEntries(this.#done);
  }

  schema(node: Json, depth: number): Json {
    if (++this.#nodes > MOST_NODES) throw new UnreadableSchema("a schema is too large");
    if (depth > MOST_DEPTH) throw new UnreadableSchema("a schema is nested too deeply");
    if (!isObject(node)) return typeof node === "boolean" ? node : true;
    const reference = own(node, "$ref");
    if (typeof reference === "string") return { $ref: `#/$defs/${escapeToken(this.#nameOf(reference))}` };
    const entries = Object.entries(node).filter(([key]) => !LEFT_OUT.has(key) && !key.startsWith("x-"));
    const lifted = Object.fromEntries(entries.map(([key, value]): [string, Json] => [key, this.#keyword(key, value, depth)]));
    return asOf2020(lifted, own(node, "nullable") === true);
  }

  #keyword(key: string, value: Json, depth: number): Json {
    if (DATA.has(key)) return value;
    // A bound of 64 bits came as the text of its digits (core/untrusted-json.ts): as a bound, the nearest double serves.
    if (LIMITS.has(key) && typeof value === "string" && /^-?\d+$/.test(value)) return Number(value);
    if (MAPS.has(key)) {
      if (!isObject(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([name, child]): [string, Json] => [name, this.schema(child, depth + 1)]));
    }
    if (Array.isArray(value)) return value.map((child) => (isObject(child) ? this.schema(child, depth + 1) : child));
    return isObject(value) ? this.schema(value, depth + 1) : value;
  }

  #nameOf(reference: string): string {
    const known = this.#names.get(reference);
    if (known !== undefined) return known;
    if (this.#names.size >= MOST_DEFS) throw new UnreadableSchema("a schema refers to too many others");
    const last = tokensOf(reference).at(-1) ?? "";
    const base = last === "" ? "schema" : last;
    const taken = new Set(this.#names.values());
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
    this.#names.set(reference, name);
    this.#waiting.push(reference);
    return name;
  }
}

/** `nullable`, and limits that are exclusive by a flag (OpenAPI 3.0), as 2020-12 writes them. */
function asOf2020(schema: JsonObject, nullable: boolean): JsonObject {
  const changed = new Map(Object.entries(schema));
  for (const [flag, limit] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    const value = changed.get(flag);
    if (typeof value !== "boolean") continue;
    changed.delete(flag);
    const bound = changed.get(limit);
    if (!value || typeof bound !== "number") continue;
    changed.delete(limit);
    changed.set(flag, bound);
  }
  if (!nullable) return Object.fromEntries(changed);
  const type = changed.get("type");
  const values = changed.get("enum");
  if (Array.isArray(values) && !values.includes(null)) changed.set("enum", [...values, null]);
  if (typeof type === "string") changed.set("type", [type, "null"]);
  else if (changed.size > 0 && type === undefined) return { anyOf: [Object.fromEntries(changed), { type: "null" }] };
  return Object.fromEntries(changed);
}

function tokensOf(reference: string): string[] {
  if (!reference.startsWith("#")) throw new UnreadableSchema("a reference leaves the document");
  let pointer: string;
  try {
    pointer = decodeURIComponent(reference.slice(1));
  } catch {
    throw new UnreadableSchema("a reference is malformed");
  }
  const tokens = parsePointer(pointer);
  if (tokens === null) throw new UnreadableSchema("a reference is malformed");
  return tokens;
}
