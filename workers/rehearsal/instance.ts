/**
 * A value that fits a JSON Schema (2020-12), filled from the conversation where a place's name suggests it and with the plainest
 * value that fits elsewhere. Every choice is checked against its schema; what no attempt meets is given as it is, and fails openly.
 */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { JsonSchema } from "../../core/workflow/definition.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { Facts } from "./facts.ts";
import { numberCandidates, textCandidates } from "./leaves.ts";
import { mergeSchemas } from "./merge.ts";
import { type Place, rankForms, suggestBoolean, suggestChoice, suggestItems } from "./suggest.ts";

/** A value, and whether the conversation gave it. `variant` counts up where items must differ. */
type Filled = { readonly value: Json; readonly grounded: boolean };
type Frame = { readonly place: Place; readonly depth: number; readonly variant: number };

/** Deeper, only what is required is filled, and nothing refers on. */
const DEEP = 6;
const DEEPEST = 24;
/** Attempts over one whole value: alternatives of alternatives multiply. */
const ATTEMPTS = 4_000;

const plain = (value: Json): Filled => ({ value, grounded: false });

/** A value that fits the schema, made of facts where there are any. */
export function instanceOf(schema: JsonSchema, facts: Facts): Json {
  return new Filler(schema, facts).fill(schema, { place: { names: [], description: "" }, depth: 0, variant: 0 }).value;
}

/** An object for a schema, and the fields that it asks for and the conversation does not give. */
export function filledInput(schema: JsonObject, facts: Facts): { readonly value: Json; readonly missing: readonly string[] } {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  const missing = required.filter((name) => {
    const field = properties[name];
    if (isObject(field) && (Object.hasOwn(field, "const") || Object.hasOwn(field, "default"))) return false;
    return !new Filler(schema, facts).fill(field, { place: { names: [name], description: "" }, depth: 1, variant: 0 }).grounded;
  });
  return { value: instanceOf(schema, facts), missing };
}

class Filler {
  readonly #root: JsonSchema;
  readonly #facts: Facts;
  readonly #checked = new WeakMap<JsonObject, JsonObject>();
  readonly #anchored: JsonObject;
  #attempts = ATTEMPTS;

  constructor(root: JsonSchema, facts: Facts) {
    this.#root = root;
    this.#facts = facts;
    this.#anchored = { root: anchorReferences(root) };
  }

  fill(schema: Json | undefined, frame: Frame): Filled {
    if (!isObject(schema)) return plain(schema === false ? null : frame.variant === 0 ? "" : `${frame.variant}`);
    if (frame.depth > DEEPEST || this.#attempts-- <= 0) return plain(null);
    const described = typeof schema["description"] === "string" ? schema["description"] : frame.place.description;
    const here = { ...frame, place: { ...frame.place, description: described } };
    if (Object.hasOwn(schema, "const")) return plain(schema["const"] ?? null);
    // A program is made of no facts: the developer's own example is the one that the rehearsal knows.
    if (typeof schema["contentMediaType"] === "string" && Array.isArray(schema["examples"])) return plain(schema["examples"][0] ?? null);
    if (Array.isArray(schema["enum"])) return this.#choose(schema, schema["enum"], here);
    return this.#firstFitting(schema, this.#forms(schema, here));
  }

  /** Attempts in the order of preference: a grounded one that fits, else any that fits, else the last. */
  #firstFitting(schema: JsonObject, attempts: Iterable<Filled>): Filled {
    let fitting: Filled | null = null;
    let last = plain(null);
    for (const attempt of attempts) {
      last = attempt;
      if (!this.#fits(schema, attempt.value)) continue;
      if (attempt.grounded) return attempt;
      // `null`, where it is allowed, says what is true: the conversation does not tell.
      if (fitting === null || (attempt.value === null && fitting.value !== null)) fitting = attempt;
    }
    return fitting ?? last;
  }

  /** The schema with its combinations resolved one way or another. */
  *#forms(schema: JsonObject, frame: Frame): Generator<Filled> {
    const { $ref, allOf, anyOf, oneOf, if: condition, then: consequence, else: alternative, ...rest } = schema;
    const deeper = { ...frame, depth: frame.depth + 1 };
    if (typeof $ref === "string") {
      const target = this.#resolve($ref);
      yield isObject(target) ? this.fill(mergeSchemas(target, { ...without(schema, "$ref") }), deeper) : plain(null);
      return;
    }
    if (Array.isArray(allOf)) {
      const parts = allOf.map((part) => (isObject(part) ? this.#inlined(part, 0) : {}));
      yield this.fill(parts.reduce<JsonObject>(mergeSchemas, without(schema, "allOf")), deeper);
      return;
    }
    for (const [keyword, forms] of [
      ["anyOf", anyOf],
      ["oneOf", oneOf],
    ] as const) {
      if (!Array.isArray(forms)) continue;
      const objects = forms.map((form) => (isObject(form) ? this.#inlined(form, 0) : {}));
      for (const index of rankForms(this.#facts, objects))
        yield this.fill(mergeSchemas(without(schema, keyword), objects[index] ?? {}), deeper);
      return;
    }
    if (isObject(condition)) {
      const base = rest as JsonObject;
      const ways = [
        mergeSchemas(mergeSchemas(base, this.#inlined(condition, 0)), isObject(consequence) ? consequence : {}),
        isObject(alternative) ? mergeSchemas(base, alternative) : base,
        base,
      ];
      for (const way of ways) yield this.fill(way, deeper);
      return;
    }
    for (const type of typesOf(rest as JsonObject)) yield* this.#ofType(type, rest as JsonObject, frame);
  }

  *#ofType(type: string, schema: JsonObject, frame: Frame): Generator<Filled> {
    switch (type) {
      case "object":
        yield this.#object(schema, frame, frame.depth < DEEP);
        yield this.#object(schema, frame, false);
        return;
      case "array":
        yield this.#array(schema, frame, this.#toldItems(schema, frame));
        yield this.#array(schema, frame, []);
        return;
      case "string":
        yield* textCandidates(schema, this.#facts, frame.place, frame.variant);
        return;
      case "number":
      case "integer":
        yield* numberCandidates({ ...schema, type }, this.#facts, frame.place, frame.variant);
        return;
      case "boolean": {
        const said = frame.variant === 0 ? suggestBoolean(this.#facts, frame.place) : null;
        if (said !== null) yield { value: said, grounded: true };
        yield plain(frame.variant % 2 === 1);
        yield plain(frame.variant % 2 === 0);
        return;
      }
      default:
        yield plain(null);
    }
  }

  #choose(schema: JsonObject, allowed: readonly Json[], frame: Frame): Filled {
    const fitting = allowed.filter((value) => this.#fits(schema, value));
    if (frame.variant > 0) return plain(fitting[frame.variant % Math.max(1, fitting.length)] ?? null);
    const chosen = suggestChoice(this.#facts, frame.place, fitting);
    return chosen === null ? plain(fitting[0] ?? allowed[0] ?? null) : { value: chosen, grounded: true };
  }

  /** What is required, what the conversation tells, and as many more as the schema wants. */
  #object(schema: JsonObject, frame: Frame, optional: boolean): Filled {
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"].map(String) : []);
    const entries = new Map<string, Json>();
    let grounded = false;
    const put = (name: string, needed: boolean): void => {
      if (entries.has(name)) return;
      const child = Object.hasOwn(properties, name) ? properties[name] : this.#schemaOfOther(schema, name);
      if (child === false || (!needed && frame.depth > DEEP)) return;
      const filled = this.fill(child, {
        place: { names: [...frame.place.names, name], description: "" },
        depth: frame.depth + 1,
        variant: frame.variant,
      });
      if (!needed && !(filled.grounded && (!isObject(child) || this.#fits(child, filled.value)))) return;
      entries.set(name, filled.value);
      grounded ||= filled.grounded;
    };
    for (const name of Object.keys(properties)) if (required.has(name) || optional) put(name, required.has(name));
    for (const name of required) put(name, true);
    const dependent = isObject(schema["dependentRequired"]) ? schema["dependentRequired"] : {};
    for (let round = 0; round < 8; round++) {
      for (const [name, others] of Object.entries(dependent))
        if (entries.has(name) && Array.isArray(others)) for (const other of others) put(String(other), true);
    }
    const least = Number(schema["minProperties"] ?? 0);
    for (const name of Object.keys(properties)) if (entries.size < least) put(name, true);
    for (let index = 1; entries.size < least && index <= least; index++) put(this.#otherName(schema, index), true);
    return { value: Object.fromEntries(entries), grounded };
  }

  #schemaOfOther(schema: JsonObject, name: string): Json {
    const patterns = isObject(schema["patternProperties"]) ? Object.entries(schema["patternProperties"]) : [];
    const matching = patterns.find(([pattern]) => safeTest(pattern, name))?.[1];
    return matching ?? schema["additionalProperties"] ?? true;
  }

  #otherName(schema: JsonObject, index: number): string {
    const names = schema["propertyNames"];
    const fitting = isObject(names)
      ? this.fill({ type: "string", ...names }, { place: { names: [], description: "" }, depth: DEEP, variant: index }).value
      : null;
    return typeof fitting === "string" ? fitting : `field${index}`;
  }

  /** `offered`: texts from the conversation. */
  #array(schema: JsonObject, frame: Frame, offered: readonly string[]): Filled {
    const { items, tuple: prefix } = itemsOf(schema);
    const least = Number(schema["minItems"] ?? 0);
    const most = Math.min(Number(schema["maxItems"] ?? 50), items === false ? prefix.length : Number.POSITIVE_INFINITY);
    const contained = Object.hasOwn(schema, "contains") ? Number(schema["minContains"] ?? 1) : 0;
    const told = prefix.length === 0 ? offered.slice(0, most) : [];
    const values: Json[] = [...told];
    const wanted = Math.min(most, Math.max(least, contained, told.length));
    for (let index = 0; values.length < wanted && index < wanted * 4 + 8; index++) {
      const position = values.length;
      const itemSchema =
        position < prefix.length
          ? prefix[position]
          : position < contained && items === undefined
            ? schema["contains"]
            : this.#itemSchema(schema, position, contained);
      const place = {
        names: frame.place.names.map((name, at) => (at === frame.place.names.length - 1 ? singular(name) : name)),
        description: "",
      };
      const { value } = this.fill(itemSchema, { place, depth: frame.depth + 1, variant: frame.variant + index });
      if (schema["uniqueItems"] === true && values.some((other) => JSON.stringify(other) === JSON.stringify(value))) continue;
      values.push(value);
    }
    return { value: values, grounded: told.length > 0 };
  }

  #itemSchema(schema: JsonObject, position: number, contained: number): Json | undefined {
    const { items } = itemsOf(schema);
    const { contains } = schema;
    return position < contained && isObject(items) && isObject(contains) ? { allOf: [items, contains] } : items;
  }

  /** Texts from the conversation that the items' schema takes. */
  #toldItems(schema: JsonObject, frame: Frame): string[] {
    const { items } = itemsOf(schema);
    if (frame.variant > 0 || (isObject(items) && items["type"] !== "string" && !Array.isArray(items["enum"]))) return [];
    return suggestItems(this.#facts, frame.place).filter((text) => !isObject(items) || this.#fits(items, text));
  }

  /** A form with its reference followed, so that its names can be ranked and merged. */
  #inlined(schema: JsonObject, hops: number): JsonObject {
    const { $ref } = schema;
    const target = typeof $ref === "string" && hops < 8 ? this.#resolve($ref) : null;
    return isObject(target) ? this.#inlined(mergeSchemas(target, without(schema, "$ref")), hops + 1) : schema;
  }

  #resolve(reference: string): Json | null {
    if (!reference.startsWith("#")) return null;
    let node: Json | undefined = this.#root as Json;
    if (reference.length > 1 && reference[1] !== "/") return findAnchor(node, reference.slice(1));
    for (const token of decodeURIComponent(reference.slice(1)).split("/").slice(1)) {
      const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
      node = Array.isArray(node) ? node[Number(key)] : isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
    }
    return node ?? null;
  }

  #fits(schema: JsonObject, value: Json): boolean {
    const anchored = this.#checked.get(schema) ?? this.#withRoot(schema);
    this.#checked.set(schema, anchored);
    return validate(anchored, value).length === 0;
  }

  #withRoot(schema: JsonObject): JsonObject {
    const refers = JSON.stringify(schema).includes('"$ref"');
    return refers ? { ...(anchorReferences(schema) as JsonObject), $defs: this.#anchored } : schema;
  }
}

/** What the first items are, one by one, and what the others are; draft-07 says both in `items`. */
function itemsOf({ items, additionalItems, prefixItems }: JsonObject): {
  readonly items: Json | undefined;
  readonly tuple: readonly Json[];
} {
  if (Array.isArray(items)) return { items: additionalItems, tuple: items };
  return { items, tuple: Array.isArray(prefixItems) ? prefixItems : [] };
}

/** References are made to hold from anywhere: the whole schema lies in `$defs/root` of whatever part is checked. */
function anchorReferences(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(anchorReferences);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      const pointer = keyword === "$ref" && typeof value === "string" && /^#(\/|$)/.test(value);
      return [keyword, pointer ? `#/$defs/root${value.slice(1)}` : anchorReferences(value)];
    }),
  );
}

function findAnchor(schema: Json | undefined, name: string): Json | null {
  if (Array.isArray(schema)) return schema.map((item) => findAnchor(item, name)).find((found) => found !== null) ?? null;
  if (!isObject(schema)) return null;
  return schema["$anchor"] === name
    ? schema
    : (Object.values(schema)
        .map((item) => findAnchor(item, name))
        .find((found) => found !== null) ?? null);
}

/** The types a schema takes, those that its keywords speak of first; null last. */
function typesOf(schema: JsonObject): string[] {
  const declared = schema["type"];
  if (declared !== undefined)
    return [declared]
      .flat()
      .map(String)
      .sort((a, b) => Number(a === "null") - Number(b === "null"));
  const speaksOf = (...keywords: readonly string[]): boolean => keywords.some((keyword) => Object.hasOwn(schema, keyword));
  if (speaksOf("properties", "required", "minProperties", "additionalProperties", "patternProperties", "propertyNames"))
    return ["object", "string"];
  if (speaksOf("items", "prefixItems", "minItems", "contains", "uniqueItems")) return ["array", "string"];
  if (speaksOf("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")) return ["number", "string"];
  return ["string", "object", "number", "array", "boolean", "null"];
}

function without(schema: JsonObject, keyword: string): JsonObject {
  const { [keyword]: _, ...rest } = schema;
  return rest;
}

const singular = (name: string): string => name.replace(/ies$/, "y").replace(/s$/, "");

function safeTest(pattern: string, text: string): boolean {
  try {
    return text.length <= 64 && new RegExp(pattern, "u").test(text);
  } catch {
    return false;
  }
}
