/** Which JSON types a value may have, as far as the schemas of a definition leave no doubt. Pure and total. */
import { isObject, type Json, own } from "../../json.ts";
import type { Node } from "../cel/node.ts";
import { parse } from "../cel/parse.ts";
import { type Read, readsIn } from "../cel/reads.ts";
import type { Definition, JsonSchema, Step } from "../definition.ts";
import type { Surroundings } from "./warning.ts";

/** A JSON type; whole numbers are numbers. */
export type JsonType = "null" | "boolean" | "number" | "string" | "array" | "object";

/** Words that say more of a value than its place's own `type`, or make another of it. */
const DOUBTFUL = [
  "$ref",
  "$dynamicRef",
  "allOf",
  "anyOf",
  "oneOf",
  "if",
  "not",
  "patternProperties",
  "dependentSchemas",
  "nullable",
] as const;
const hasDoubt = (schema: { readonly [name: string]: Json }): boolean => DOUBTFUL.some((word) => Object.hasOwn(schema, word));

/** The types that a schema allows; null: not known. A whole number of 64 bits is a text inside a run and a number outside: not known. */
export function typesOf(schema: JsonSchema | undefined): ReadonlySet<JsonType> | null {
  if (schema === undefined || !isObject(schema) || hasDoubt(schema) || schema["format"] === "int64") return null;
  const values = valuesOf(schema);
  if (values !== null) return new Set(values.map(typeOf));
  const { type } = schema;
  const names = [type ?? []].flat().map((name) => (name === "integer" ? "number" : name));
  return names.length === 0 ? null : new Set(names as JsonType[]);
}

/** The values that a schema lists; null: it lists none. */
export function valuesOf(schema: JsonSchema): readonly Json[] | null {
  if (!isObject(schema) || hasDoubt(schema)) return null;
  if (Object.hasOwn(schema, "const")) return [schema["const"] ?? null];
  const listed = schema["enum"];
  return Array.isArray(listed) ? listed : null;
}

/** The type of a value. */
export function typeOf(value: Json): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as "boolean" | "number" | "string" | "object";
}

/** What a read leads to; null: not known. A step that may be skipped, or whose failure something stands in for, may give anything. */
export function schemaOfRead(
  { root, fields }: Pick<Read, "root" | "fields">,
  definition: Definition,
  around: Surroundings,
): JsonSchema | null {
  if (root === "input") return schemaAt(definition.input, fields);
  const [id = "", word, ...rest] = fields;
  const step = root === "steps" && word === "output" ? own(definition.steps, id) : undefined;
  if (step === undefined || step.on_error !== null || step.when !== null) return null;
  return schemaAt(outputOf(step, around), rest);
}

/** The schema of what a step gives; true where it is not known. */
export function outputOf(step: Step, { tools }: Surroundings): JsonSchema {
  if (step.kind === "model" || step.kind === "agent") return step.output ?? { type: "string" };
  return step.kind === "tool" ? (tools.get(step.tool)?.output ?? true) : true;
}

function schemaAt(schema: JsonSchema, [field, ...rest]: readonly string[]): JsonSchema | null {
  if (field === undefined) return schema;
  if (!isObject(schema) || hasDoubt(schema)) return null;
  const { properties } = schema;
  const below = isObject(properties) ? own(properties, field) : undefined;
  return below === undefined ? null : schemaAt(below as JsonSchema, rest);
}

/** The read that an expression is, and nothing else; null: it is more. */
export function soleRead(cel: string): Read | null {
  const parsed = parse(cel);
  return parsed.ok ? readOf(parsed.value.root) : null;
}

/** As `soleRead`, of a part of an expression. */
export function readOf(node: Node): Read | null {
  const isChain = node.kind === "variable" || node.kind === "field" || node.kind === "index";
  const reads = isChain ? readsIn(node) : [];
  const [first] = reads;
  return reads.length === 1 && first !== undefined && isPlain(node) ? first : null;
}

/** A chain of names and literal indexes down to a variable. */
function isPlain(node: Node): boolean {
  if (node.kind === "variable") return true;
  if (node.kind === "index") return node.at.kind === "literal" && isPlain(node.of);
  return node.kind === "field" && isPlain(node.of);
}
