/**
 * Values of a run that has not begun: some are known (the input, and what follows from it alone), of others only the size and the
 * form are. An expression over known values is evaluated; of any other the size of all that it mentions is taken.
 */
import { isObject, type Json } from "../json.ts";
import type { JsonSchema, Template } from "../workflow/definition.ts";
import { evaluate, evaluateCondition, expressionOf, namesIn, type Scope } from "../workflow/expression.ts";
import { inside, type Measure, NOTHING, type Size, sizeOfSchema, together } from "./size.ts";
import { exactly, type Spread } from "./spread.ts";

/** A value of the run: known, or only its size and schema. */
export type Part = { readonly known: Json } | { readonly size: Size; readonly schema: JsonSchema | null };

/** What expressions can see while an estimate is made. */
export type Parts = {
  readonly input: Part;
  readonly steps: ReadonlyMap<string, Part>;
  readonly measure: Measure;
  /** Of a `map`. */
  readonly item?: Part;
  readonly index?: number;
};

/** True when the value itself is known. */
export const isKnown = (part: Part | undefined): part is { readonly known: Json } => part !== undefined && "known" in part;

/** The size of a part in tokens. */
export const sizeOf = (part: Part, measure: Measure): Size => (isKnown(part) ? measure(part.known) : part.size);

/** The value of a template, or what is known of it. null: evaluating it fails, whatever the rest of the run brings. */
export function partOf(template: Template, parts: Parts): Part | null {
  if (mentions(template).every((cel) => isTold(cel, parts))) {
    const value = evaluate(template, scopeOf(parts));
    return value.ok ? { known: value.value } : null;
  }
  const cel = expressionOf(template);
  if (cel !== null) return ofExpression(cel, parts);
  if (Array.isArray(template)) {
    const items = template.map((item) => partOf(item, parts));
    const size = together(items.map((item) => (item === null ? NOTHING : sizeOf(item, parts.measure))));
    return items.includes(null) ? null : { size, schema: { type: "array", minItems: items.length, maxItems: items.length } };
  }
  if (!isObject(template)) return { known: template };
  const fields = Object.entries(template).map(([name, value]): [string, Part | null] => [name, partOf(value, parts)]);
  const properties: [string, Json][] = [];
  const sizes: Size[] = [];
  for (const [name, part] of fields) {
    if (part === null) return null;
    sizes.push(parts.measure(`"${name}": `), sizeOf(part, parts.measure));
    properties.push([name, isKnown(part) ? { const: part.known } : (part.schema ?? true)]);
  }
  return { size: together(sizes), schema: { type: "object", properties: Object.fromEntries(properties) } };
}

/** How likely the condition is to hold: 0 or 1 where it is known. null: it fails. */
export function chanceOf(cel: string, parts: Parts): Spread | null {
  // Half of the conditions that nobody can tell: past runs say better.
  if (!isTold(cel, parts)) return { low: 0, expected: 0.5, max: 1 };
  const condition = evaluateCondition(cel, scopeOf(parts));
  return condition.ok ? exactly(condition.value ? 1 : 0) : null;
}

/** Every expression of a template. */
function mentions(template: Json): string[] {
  const cel = expressionOf(template);
  if (cel !== null) return [cel];
  if (Array.isArray(template)) return template.flatMap(mentions);
  return isObject(template) ? Object.values(template).flatMap(mentions) : [];
}

/** Everything that the expression reads is known. */
function isTold(cel: string, parts: Parts): boolean {
  const names = namesIn(cel);
  if (names === null) return false;
  for (const name of names.variables) {
    if (name === "error") return false; // nothing has failed yet
    if (name === "session") return false; // nothing of it is read before the run has its turn
    if (name === "input" && !isKnown(parts.input)) return false;
    if (name === "item" && !isKnown(parts.item)) return false;
    if (name === "index" && parts.index === undefined) return false; // of a list whose items are not known
  }
  return [...names.steps].every((id) => isKnown(parts.steps.get(id)));
}

/** A run's ids are not known before it begins; these have their length. */
const RUN = { id: "run_00000000000000000000000000", org: "org", user: "user", subject: "subject" };

function scopeOf({ input, steps, item, index }: Parts): Scope {
  const known = [...steps].flatMap(([id, part]): [string, { output: Json }][] => (isKnown(part) ? [[id, { output: part.known }]] : []));
  return {
    input: isKnown(input) ? input.known : null,
    steps: Object.fromEntries(known),
    run: RUN,
    ...(isKnown(item) ? { item: item.known } : {}),
    ...(index === undefined ? {} : { index }),
  };
}

/** Stands for the index of an item that is not known yet: `limits.steps` is at most 100,000. */
const LARGEST_INDEX: Part = { known: 100_000 };

/** `input.a.b`, `item.a`, `steps.classify.output.reason`. */
const PATH = /^(input|item|steps\.([a-z][a-z0-9_]*)\.output)((?:\.[A-Za-z_]\w*)*)$/;

function ofExpression(cel: string, parts: Parts): Part {
  const path = PATH.exec(cel.trim());
  if (path !== null) {
    const root = path[2] === undefined ? (path[1] === "input" ? parts.input : parts.item) : parts.steps.get(path[2]);
    const field = (path[3] ?? "").split(".").slice(1);
    if (root !== undefined && !isKnown(root)) return fieldOf(root, field);
  }
  const names = namesIn(cel);
  const read: (Part | undefined)[] = [
    ...[...(names?.steps ?? parts.steps.keys())].map((id) => parts.steps.get(id)),
    ...(names === null || names.variables.has("input") ? [parts.input] : []),
    ...(names === null || names.variables.has("item") ? [parts.item] : []),
    ...(names?.variables.has("index") && parts.index === undefined ? [LARGEST_INDEX] : []),
  ];
  const all = together([...read.flatMap((part) => (part === undefined ? [] : [sizeOf(part, parts.measure)])), parts.measure(cel)]);
  return { size: { ...all, low: 0 }, schema: null };
}

function fieldOf(root: Exclude<Part, { known: Json }>, field: readonly string[]): Part {
  if (field.length === 0) return root;
  const schema = inside(root.schema, field);
  const told = schema === null ? { ...root.size, low: 0 } : sizeOfSchema(schema);
  const max = Math.min(told.max, root.size.max);
  const expected = Math.min(told.expected, max);
  return { size: { low: Math.min(told.low, expected), expected, max, isOpen: told.isOpen || root.size.isOpen }, schema };
}
