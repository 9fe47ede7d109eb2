/** Expressions that read a field which its schema rules out: `input.amuont`, or a field of a step whose output is text. */
import { isObject, type JsonObject, own } from "../../json.ts";
import { parse } from "../cel/parse.ts";
import { type Read, readsIn } from "../cel/reads.ts";
import type { Definition, JsonSchema, Step } from "../definition.ts";
import { expressionsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

export function missingPaths(definition: Definition, around: Surroundings): Warning[] {
  const warnings: Warning[] = [];
  for (const { path, cel } of expressionsOf(definition)) {
    const parsed = parse(cel);
    if (!parsed.ok) continue;
    for (const read of readsIn(parsed.value.root)) {
      const message = read.isAsked ? null : flawOf(read, definition, around);
      if (message !== null) warnings.push({ path, message });
    }
  }
  return warnings;
}

/** What is certainly wrong with a read; null: nothing, or nothing certain. */
function flawOf({ root, fields }: Pick<Read, "root" | "fields">, definition: Definition, around: Surroundings): string | null {
  if (root === "input") return missingIn(definition.input, "input", fields);
  const [id, word, ...rest] = fields;
  const step = root === "steps" && id !== undefined && word === "output" ? own(definition.steps, id) : undefined;
  // What stands in for a failed step's output need not fit the step's own schema.
  if (step === undefined || step.on_error !== null) return null;
  const output = outputOf(step, around);
  return missingIn(output, `steps.${id}.output`, rest);
}

/** The schema of what a step gives; true where it is not known. */
function outputOf(step: Step, { tools }: Surroundings): JsonSchema {
  if (step.kind === "model" || step.kind === "agent") return step.output ?? { type: "string" };
  return step.kind === "tool" ? (tools.get(step.tool)?.output ?? true) : true;
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
