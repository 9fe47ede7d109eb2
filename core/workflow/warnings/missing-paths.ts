/** Expressions that read a field which its schema rules out: `input.amuont`, or a field of a step whose output is text. */
import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import type { Node } from "../cel/node.ts";
import { parse } from "../cel/parse.ts";
import { partsOf, type Read, readsIn } from "../cel/reads.ts";
import type { Definition, JsonSchema, Step } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import { errorRules } from "../on-error.ts";
import { outputOf } from "./known-types.ts";
import { expressionsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

export function missingPaths(definition: Definition, around: Surroundings): Warning[] {
  const warnings: Warning[] = [];
  for (const { path, cel } of expressionsOf(definition)) {
    const parsed = parse(cel);
    if (!parsed.ok) continue;
    const isCertain = !branches(parsed.value.root) && (own(definition.steps, stepAt(path))?.when ?? null) === null;
    for (const read of readsIn(parsed.value.root)) {
      const message = read.isAsked ? null : flawOf(read, definition, around, isCertain);
      if (message !== null) warnings.push({ path, message });
    }
  }
  return warnings;
}

/** The step that an expression stands in; "" for one of the definition itself. */
const stepAt = (path: string): string => /^\/steps\/([^/]+)/.exec(path)?.[1] ?? "";

/** Parts of the expression are evaluated in some runs alone. */
const branches = (node: Node): boolean =>
  node.kind === "choice" || node.kind === "logic" || node.kind === "macro" || partsOf(node).some(branches);

/** What is certainly wrong with a read; null: nothing, or nothing certain. */
function flawOf(
  { root, fields }: Pick<Read, "root" | "fields">,
  definition: Definition,
  around: Surroundings,
  isCertain: boolean,
): string | null {
  if (root === "call" && fields[0] !== undefined && fields[0] !== "input") return "`call` has no field but `input`";
  if (root === "input") return missingIn(definition.input, "input", fields);
  const [id, word, ...rest] = fields;
  const step = root === "steps" && id !== undefined && word === "output" ? own(definition.steps, id) : undefined;
  if (step === undefined) return null;
  // What stands in for a failed step's output need not fit the step's own schema.
  if (step.on_error !== null) return isCertain ? missingInFallback(step, `steps.${id}.output`, rest) : null;
  const output = outputOf(step, around);
  return missingIn(output, `steps.${id}.output`, rest);
}

/** What a constant that stands in for a failed step's output lacks. */
function missingInFallback({ on_error }: Step, name: string, [field]: readonly string[]): string | null {
  if (field === undefined) return null;
  const lacking = errorRules(on_error).find(({ rule }) => "value" in rule && lacks(rule.value, field));
  return lacking === undefined ? null : `where \`on_error\` gives the value, \`${name}\` has no field \`${field}\``;
}

function lacks(value: Json, field: string): boolean {
  if (expressionOf(value) !== null) return false;
  if (Array.isArray(value)) return !/^\d+$/.test(field);
  return !isObject(value) || !Object.hasOwn(value, field);
}

function missingIn(schema: JsonSchema, name: string, fields: readonly string[]): string | null {
  const [field, ...rest] = fields;
  if (field === undefined || !isObject(schema) || hasBranches(schema)) return null;
  const { type, properties, additionalProperties } = schema;
  if (typeof type === "string" && !["object", "array"].includes(type)) return `\`${name}\` is a ${type} and has no field \`${field}\``;
  const known = isObject(properties) ? properties : {};
  if (Object.hasOwn(known, field)) return missingIn(known[field] as JsonSchema, `${name}.${field}`, rest);
  if (type !== "object" || additionalProperties !== false) return null;
  const names = Object.keys(known)
    .slice(0, 8)
    .map((known) => `\`${known}\``);
  return `the schema of \`${name}\` has no field \`${field}\`${names.length === 0 ? "" : `; it has ${names.join(", ")}`}`;
}

/** A schema whose fields are also said elsewhere than in its own `properties`. */
const hasBranches = (schema: JsonObject): boolean =>
  ["$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "if", "patternProperties", "dependentSchemas"].some((word) =>
    Object.hasOwn(schema, word),
  );
