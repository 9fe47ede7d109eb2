/** Expressions that read a field which its schema rules out: `input.amuont`, or a field of a step whose output is text. */
import { isObject, type JsonObject, own } from "../../json.ts";
import type { Node } from "../cel/node.ts";
import { parse } from "../cel/parse.ts";
import type { Definition, JsonSchema, Step } from "../definition.ts";
import { expressionsOf } from "./places.ts";
import type { Surroundings, Warning } from "./warning.ts";

type Read = { readonly root: string; readonly fields: readonly string[] };

export function missingPaths(definition: Definition, around: Surroundings): Warning[] {
  const warnings: Warning[] = [];
  for (const { path, cel } of expressionsOf(definition)) {
    const parsed = parse(cel);
    if (!parsed.ok) continue;
    for (const read of readsIn(parsed.value.root)) {
      const message = flawOf(read, definition, around);
      if (message !== null) warnings.push({ path, message });
    }
  }
  return warnings;
}

/** What is certainly wrong with a read; null: nothing, or nothing certain. */
function flawOf({ root, fields }: Read, definition: Definition, around: Surroundings): string | null {
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

/** Every chain of fields that starts at a free variable, at its longest; `has(a.b)` asks and is no read of `b`. */
function readsIn(root: Node): Read[] {
  const reads: Read[] = [];
  const visit = (node: Node, bound: ReadonlySet<string>): void => {
    const chain = chainOf(node);
    if (chain !== null) {
      if (!bound.has(chain.root)) reads.push(chain);
      return;
    }
    switch (node.kind) {
      case "macro": {
        visit(node.over, bound);
        const inside = new Set([...bound, node.variable]);
        if (node.condition !== null) visit(node.condition, inside);
        if (node.transform !== null) visit(node.transform, inside);
        return;
      }
      case "map":
        for (const [key, value] of node.entries) {
          visit(key, bound);
          visit(value, bound);
        }
        return;
      default:
        for (const child of childrenOf(node)) visit(child, bound);
    }
  };
  visit(root, new Set());
  return reads;
}

function chainOf(node: Node): Read | null {
  if (node.kind === "variable") return { root: node.name, fields: [] };
  if (node.kind !== "field") return null;
  const before = chainOf(node.of);
  return before === null ? null : { root: before.root, fields: [...before.fields, node.name] };
}

function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "field":
    case "has":
    case "not":
    case "minus":
      return [node.of];
    case "index":
      return [node.of, node.at];
    case "call":
      return node.args;
    case "list":
      return node.items;
    case "choice":
      return [node.condition, node.whenTrue, node.whenFalse];
    case "logic":
    case "binary":
      return [node.left, node.right];
    default:
      return [];
  }
}
