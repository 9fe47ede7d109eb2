/**
 * The labels of a value that a caller sent, read off its schema: the keyword `sensitivity` is the class of the place that it stands at and
 * of everything in it. Where several schemas apply to a place, or may apply, the highest class counts; a place of which no schema says a
 * class is `internal`. A branch that did not hold (`anyOf`, `if`) counts too: whether it holds is not looked at.
 */
import { escapeToken, isObject, type Json, type JsonObject, own, parsePointer } from "../json.ts";
import { valueAt } from "../json-pointer.ts";
import type { JsonSchema } from "../workflow/definition.ts";
import { subschemas } from "../workflow/schema/keywords.ts";
import { CALLER, DATA_CLASSES, type DataClass, type Label, UNKNOWN } from "./label.ts";
import { type Labels, merged, whole } from "./labels.ts";

/** Keywords whose schemas apply to the same place of a value. */
const IN_PLACE: ReadonlySet<string> = new Set(["allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "dependencies"]);

/** The labels of the caller's input, or null where the schema names no class: all of it is as the caller's word always is. */
export function labelsOfCallersInput(schema: JsonSchema, input: Json): Labels | null {
  const classes = classesIn(schema, input);
  return classes === null ? null : merged([classes.map(({ at, class: named }) => ({ at, label: { ...CALLER, class: named } }))]);
}

/** The labels with the classes that the schema adds to them: for a child run, whose input is its parent's. Absent: nobody noted them. */
export function raisedBySchema(labels: Labels | undefined, schema: JsonSchema, input: Json): Labels | undefined {
  const named = classesIn(schema, input);
  return named === null ? labels : raised(labels ?? whole(UNKNOWN), named);
}

function raised(labels: Labels, named: readonly ClassAt[]): Labels {
  const own: Omit<Label, "class"> = { trust: "trusted", sources: [] };
  const classes = named.filter((one) => one.class !== "public");
  return merged([labels, classes.map((one) => ({ at: one.at, label: { ...own, class: one.class } }))]);
}

type ClassAt = { readonly at: string; readonly class: DataClass };

/** null: the schema names no class. */
function classesIn(schema: JsonSchema, input: Json): readonly ClassAt[] | null {
  if (!isObject(schema)) return null;
  const reader = new Reader(schema);
  return reader.highest === null ? null : reader.walk([schema], input, null, "");
}

class Reader {
  readonly #root: JsonObject;
  readonly #tells = new Map<JsonObject, boolean>();
  /** The highest class that is named anywhere; null: none. What a reference that is not understood may lead to. */
  readonly highest: DataClass | null;

  constructor(root: JsonObject) {
    this.#root = root;
    this.highest = highestIn(root);
  }

  /** `floor`: the class of what the value lies in; null: none was named. */
  walk(schemas: readonly Json[], value: Json, floor: DataClass | null, at: string): readonly ClassAt[] {
    const here = this.#applied(schemas);
    const named = here.reduce<DataClass | null>((sofar, schema) => higher(sofar, classOf(schema)), floor);
    const plain = [{ at, class: named ?? CALLER.class }];
    if (value === null || typeof value !== "object" || !here.some((schema) => this.#tellsBelow(schema))) return plain;
    const parts = (Array.isArray(value) ? [...value.entries()] : Object.entries(value)) as readonly (readonly [string | number, Json])[];
    if (parts.length === 0) return plain;
    return parts.flatMap(([key, part]) =>
      this.walk(
        here.flatMap((schema) => below(schema, key)),
        part,
        named,
        `${at}/${escapeToken(key)}`,
      ),
    );
  }

  /** The schemas with all that apply to the same place through them, each once. */
  #applied(schemas: readonly Json[]): JsonObject[] {
    const found = new Set<JsonObject>();
    const open = [...schemas];
    for (let schema = open.pop(); schema !== undefined; schema = open.pop()) {
      if (!isObject(schema) || found.has(schema)) continue;
      found.add(schema);
      for (const [keyword, , inner] of subschemas(schema)) if (IN_PLACE.has(keyword)) open.push(inner);
      for (const keyword of ["$ref", "$dynamicRef"]) {
        const to = own(schema, keyword);
        if (typeof to === "string") open.push(this.#resolved(to));
      }
    }
    return [...found];
  }

  /** A pointer into the schema itself. Of any other reference nothing is known but the classes that are named somewhere. */
  #resolved(reference: string): Json {
    const tokens = reference.startsWith("#") ? parsePointer(decoded(reference.slice(1))) : null;
    const target = tokens === null ? undefined : valueAt(this.#root, tokens);
    return target ?? (this.highest === null ? {} : { sensitivity: this.highest });
  }

  /** A class is named for a place below; a reference may lead anywhere. */
  #tellsBelow(schema: JsonObject): boolean {
    const known = this.#tells.get(schema);
    if (known !== undefined) return known;
    const tells = [...subschemas(schema)].some(([keyword, , inner]) => !IN_PLACE.has(keyword) && isObject(inner) && mayTell(inner));
    this.#tells.set(schema, tells);
    return tells;
  }
}

const mayTell = (schema: JsonObject): boolean => {
  const text = JSON.stringify(schema);
  return text.includes('"sensitivity"') || text.includes('"$ref"') || text.includes('"$dynamicRef"');
};

/** The schemas of a part of a value, whether or not their pattern fits its name. */
function below(schema: JsonObject, key: string | number): Json[] {
  const some = (...values: readonly (Json | undefined)[]): Json[] => values.filter((value) => value !== undefined);
  if (typeof key === "number") {
    const items = own(schema, "items");
    const prefix = own(schema, "prefixItems") ?? items;
    return some(
      Array.isArray(prefix) ? prefix[key] : undefined,
      Array.isArray(items) ? undefined : items,
      own(schema, "additionalItems"),
      own(schema, "unevaluatedItems"),
      own(schema, "contains"),
    );
  }
  const properties = own(schema, "properties");
  const patterns = own(schema, "patternProperties");
  const property = isObject(properties) ? own(properties, key) : undefined;
  const others = property === undefined ? [own(schema, "additionalProperties"), own(schema, "unevaluatedProperties")] : [];
  return some(property, ...(isObject(patterns) ? Object.values(patterns) : []), ...others);
}

function classOf(schema: JsonObject): DataClass | null {
  const named = own(schema, "sensitivity");
  return DATA_CLASSES.find((one) => one === named) ?? null;
}

const higher = (a: DataClass | null, b: DataClass | null): DataClass | null =>
  a === null || (b !== null && DATA_CLASSES.indexOf(b) > DATA_CLASSES.indexOf(a)) ? b : a;

function highestIn(schema: JsonObject): DataClass | null {
  let highest = classOf(schema);
  for (const [, , inner] of subschemas(schema)) if (isObject(inner)) highest = higher(highest, highestIn(inner));
  return highest;
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
