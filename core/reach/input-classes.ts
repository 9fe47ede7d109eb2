/** The classes that a schema names, by place: what its reader needs to know of data that is not there yet. */
import { escapeToken, isObject, type Json, type JsonObject, own, parsePointer } from "../json.ts";
import { valueAt } from "../json-pointer.ts";
import { CALLER, DATA_CLASSES, type DataClass } from "../label/label.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { subschemas } from "../workflow/schema/keywords.ts";

/** A place, and its class: `*` stands for any name or index. */
export type PlacedClass = { readonly at: string; readonly class: DataClass };

/** Schemas that are visited; beyond them the whole value counts as having the highest class that is named. */
const MOST_VISITED = 2_000;

/** The value as a whole first (`internal` where nothing is named), then each place with a class of its own, in the schema's order. */
export function classesOfSchema(schema: JsonSchema): readonly PlacedClass[] {
  if (!isObject(schema)) return [{ at: "", class: CALLER.class }];
  const found = new Map<string, DataClass>();
  const raise = (at: string, named: DataClass): void => {
    const before = found.get(at);
    if (before === undefined || isHigher(named, before)) found.set(at, named);
  };
  const highest = highestIn(schema);
  let visited = 0;
  const walk = (one: JsonObject, at: string, open: readonly JsonObject[]): void => {
    visited++;
    if (visited > MOST_VISITED || open.includes(one)) return;
    const named = classOf(one);
    if (named !== null) raise(at, named);
    const within = [...open, one];
    for (const [keyword, key, inner] of subschemas(one)) {
      const step = stepOf(keyword, key);
      if (step !== null && isObject(inner)) walk(inner, `${at}${step}`, within);
    }
    for (const keyword of ["$ref", "$dynamicRef"]) {
      const to = own(one, keyword);
      if (typeof to !== "string") continue;
      const target = resolved(schema, to);
      if (isObject(target)) walk(target, at, within);
      else if (highest !== null) raise(at, highest);
    }
  };
  walk(schema, "", []);
  if (visited > MOST_VISITED && highest !== null) raise("", highest);
  return [
    { at: "", class: found.get("") ?? CALLER.class },
    ...[...found].flatMap(([at, named]) => (at === "" ? [] : [{ at, class: named }])),
  ];
}

/** Where below a place a keyword's schema applies; "": at the same place; null: at none of the value's. */
function stepOf(keyword: string, key: string | number | null): string | null {
  switch (keyword) {
    case "properties":
      return `/${escapeToken(String(key))}`;
    case "prefixItems":
      return `/${key}`;
    case "items":
      return key === null ? "/*" : `/${key}`;
    case "patternProperties":
    case "additionalProperties":
    case "unevaluatedProperties":
    case "additionalItems":
    case "unevaluatedItems":
    case "contains":
      return "/*";
    case "not":
    case "propertyNames":
    case "$defs":
    case "definitions":
      return null;
    default:
      return ""; // allOf, anyOf, oneOf, if, then, else, dependentSchemas, dependencies
  }
}

function resolved(root: JsonObject, reference: string): Json | undefined {
  const tokens = reference.startsWith("#") ? parsePointer(reference.slice(1)) : null;
  return tokens === null ? undefined : valueAt(root, tokens);
}

function classOf(schema: JsonObject): DataClass | null {
  const named = own(schema, "sensitivity");
  return DATA_CLASSES.find((one) => one === named) ?? null;
}

const isHigher = (a: DataClass, b: DataClass): boolean => DATA_CLASSES.indexOf(a) > DATA_CLASSES.indexOf(b);

/** The highest class that is named anywhere; null: none is. */
function highestIn(schema: JsonObject): DataClass | null {
  const text = JSON.stringify(schema);
  return DATA_CLASSES.findLast((one) => text.includes(`"sensitivity":"${one}"`)) ?? null;
}
