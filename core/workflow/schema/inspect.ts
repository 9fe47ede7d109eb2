/**
 * Is this a JSON Schema (2020-12, or an older one that says the same in other words)? Walks the schema once, finds what its references
 * point to, and gives what the judge needs to know of it.
 */
import type { FieldError } from "../../errors/problem.ts";
import { escapeToken, isObject, type Json, type JsonObject, own, parsePointer } from "../../json.ts";
import { valueAt } from "../../json-pointer.ts";
import { Errors } from "../form.ts";
import { checkKeywords } from "./forms.ts";
import { IN_PLACE_LIST, IN_PLACE_MAP, IN_PLACE_ONE, subschemas } from "./keywords.ts";
import { resolveUri } from "./uri.ts";
import { warningsOf } from "./warnings.ts";

/** UTF-16 units of a schema written as JSON. */
const MAX_SIZE = 65_536;
const MAX_NODES = 3_000;
const MAX_DEPTH = 40;
const MAX_REFERENCES = 1_000;
/** Instructions of all patterns of a schema. */
const MAX_PATTERNS = 50_000;
/** What a schema without an `$id` of its own is called (2020-12 core, section 9.1.1). */
const NAMELESS = "schema:/";

/** A schema that has a URI of its own, with what it names in itself (2020-12 core, section 8.2). */
export type Resource = {
  readonly uri: string;
  /** JSON Pointer to it. */
  readonly path: string;
  readonly anchors: Map<string, JsonObject>;
  readonly dynamicAnchors: Map<string, JsonObject>;
};

/** What is known of a schema after one walk. */
export type Document = {
  readonly resourceOf: (node: JsonObject) => Resource | undefined;
  /** What a reference in a schema points to; null: nothing. */
  readonly resolve: (from: JsonObject, reference: string) => Json | null;
  /** What it means depends on the way it was reached. */
  readonly isDynamic: boolean;
  readonly hasReferences: boolean;
  /** Some keyword asks which properties or items others have looked at. */
  readonly asksWhatWasSeen: boolean;
};

/** A schema with errors has no document: nothing is to be checked with it. */
export type Inspection =
  | { readonly ok: true; readonly document: Document; readonly warnings: readonly FieldError[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** The schema with what the judge needs, or everything that is wrong with it. Linear in its size. */
export function inspect(schema: JsonObject): Inspection {
  const walk = new Walk(schema);
  walk.all();
  return walk.errors.list.length > 0
    ? { ok: false, errors: walk.errors.list }
    : { ok: true, document: walk.document(), warnings: walk.warnings.list };
}

type Reference = { readonly path: string; readonly from: JsonObject; readonly to: string };

class Walk {
  readonly errors = new Errors();
  readonly warnings = new Errors();
  readonly #schema: JsonObject;
  readonly #root: Resource = { uri: NAMELESS, path: "", anchors: new Map(), dynamicAnchors: new Map() };
  readonly #resources = new Map<string, Resource>();
  readonly #resourceOf = new Map<JsonObject, Resource>();
  /** Every place where a schema stands, by JSON Pointer. */
  readonly #places = new Map<string, Json>();
  readonly #references: Reference[] = [];
  #nodes = 0;
  #patterns = 0;
  #asksWhatWasSeen = false;

  constructor(schema: JsonObject) {
    this.#schema = schema;
  }

  all(): void {
    if (sizeOf(this.#schema, 0) > MAX_SIZE) {
      this.errors.add("", `the schema is larger than ${MAX_SIZE} characters, or nested too deeply`);
      return;
    }
    this.#walk(this.#schema, "", 0, this.#root);
    for (const { path, from, to } of this.#references) {
      // Grows while it is walked: a reference may point to where no keyword has a schema.
      const target = this.#resolve(from, to);
      if (target !== null) continue;
      const isOutside = this.#resourceFor(from, to) === undefined;
      this.errors.add(path, isOutside ? "a reference cannot leave its schema" : "the reference points to nothing in this schema");
    }
    if (this.#references.length > MAX_REFERENCES) this.errors.add("", `the schema has more than ${MAX_REFERENCES} references`);
    if (this.#patterns > MAX_PATTERNS) this.errors.add("", "the patterns of the schema count too far");
    if (this.errors.list.length === 0) this.#refuseCircles();
  }

  document(): Document {
    return {
      resourceOf: (node) => this.#resourceOf.get(node),
      resolve: (from, reference) => this.#resolve(from, reference),
      isDynamic: this.#references.some(({ path }) => path.endsWith("/$dynamicRef")),
      hasReferences: this.#references.length > 0,
      asksWhatWasSeen: this.#asksWhatWasSeen,
    };
  }

  #walk(node: Json, path: string, depth: number, outer: Resource): void {
    this.#places.set(path, node);
    if (typeof node === "boolean") return;
    if (!isObject(node)) this.errors.add(path, "a schema is an object, true or false");
    else if (++this.#nodes > MAX_NODES) this.errors.add("", `the schema has more than ${MAX_NODES} parts`);
    else if (depth > MAX_DEPTH) this.errors.add(path, `the schema is nested more than ${MAX_DEPTH} levels deep`);
    else this.#walkObject(node, path, depth, outer);
  }

  #walkObject(node: JsonObject, path: string, depth: number, outer: Resource): void {
    this.#patterns += checkKeywords(node, path, this.errors);
    warningsOf(node, path, this.warnings);
    const resource = this.#name(node, path, outer);
    this.#resourceOf.set(node, resource);
    for (const keyword of ["$ref", "$dynamicRef"]) {
      const to = own(node, keyword);
      if (typeof to === "string") this.#references.push({ path: `${path}/${keyword}`, from: node, to });
    }
    if (own(node, "unevaluatedProperties") !== undefined || own(node, "unevaluatedItems") !== undefined) this.#asksWhatWasSeen = true;
    for (const [keyword, key, child] of subschemas(node)) {
      this.#walk(child, key === null ? `${path}/${keyword}` : `${path}/${keyword}/${escapeToken(key)}`, depth + 1, resource);
    }
  }

  /** The resource that the schema belongs to, which is one of its own where it has an `$id`. */
  #name(node: JsonObject, path: string, outer: Resource): Resource {
    const id = own(node, "$id");
    const { uri, fragment } = resolveUri(outer.uri, typeof id === "string" ? id : "");
    const isNew = path === "" || (typeof id === "string" && !id.startsWith("#"));
    const resource = isNew ? { uri, path, anchors: new Map(), dynamicAnchors: new Map() } : outer;
    if (isNew && this.#resources.has(uri)) this.errors.add(`${path}/$id`, "two parts of the schema have the same `$id`");
    if (isNew && fragment !== "") this.errors.add(`${path}/$id`, "`$id` cannot have a fragment");
    if (isNew) this.#resources.set(uri, resource);
    if (!isNew && fragment !== "") resource.anchors.set(fragment, node); // draft-07, section 8.2.3
    const [anchor, dynamic] = [own(node, "$anchor"), own(node, "$dynamicAnchor")];
    if (typeof anchor === "string") resource.anchors.set(anchor, node);
    if (typeof dynamic === "string") {
      resource.anchors.set(dynamic, node);
      resource.dynamicAnchors.set(dynamic, node);
    }
    return resource;
  }

  #resourceFor(from: JsonObject, reference: string): Resource | undefined {
    return this.#resources.get(resolveUri(this.#resourceOf.get(from)?.uri ?? NAMELESS, reference).uri);
  }

  #resolve(from: JsonObject, reference: string): Json | null {
    const resource = this.#resourceFor(from, reference);
    const fragment = decodeFragment(resolveUri(NAMELESS, reference).fragment);
    if (resource === undefined || fragment === null) return null;
    if (fragment !== "" && !fragment.startsWith("/")) return resource.anchors.get(fragment) ?? null;
    const tokens = parsePointer(fragment);
    if (tokens === null) return null;
    const path = `${resource.path}${tokens.map((token) => `/${escapeToken(token)}`).join("")}`;
    const known = this.#places.get(path);
    if (known !== undefined) return known;
    const target = valueAt(this.#schema, parsePointer(path) ?? []);
    if (!isObject(target)) return null;
    this.#walk(target, path, tokens.length, resource);
    return target;
  }

  /** A schema that applies to a place of a value because it applies to that place would never end. */
  #refuseCircles(): void {
    const state = new Map<JsonObject, "open" | "done">();
    const visit = (node: Json): boolean => {
      if (!isObject(node)) return false;
      const known = state.get(node);
      if (known !== undefined) return known === "open";
      state.set(node, "open");
      const isCircle = [...this.#samePlace(node)].some(visit);
      state.set(node, "done");
      return isCircle;
    };
    for (const { path, from } of this.#references) {
      if (!visit(from)) continue;
      this.errors.add(path, "a schema that refers to itself without going into the value never ends");
      return;
    }
  }

  *#samePlace(node: JsonObject): Generator<Json> {
    for (const [keyword, , child] of subschemas(node)) if (IN_PLACE.has(keyword)) yield child;
    for (const keyword of ["$ref", "$dynamicRef"]) {
      const to = own(node, keyword);
      const target = typeof to === "string" ? this.#resolve(node, to) : null;
      if (target !== null) yield target;
    }
    const dynamic = own(node, "$dynamicRef");
    const name = typeof dynamic === "string" ? dynamic.slice(dynamic.indexOf("#") + 1) : null;
    for (const { dynamicAnchors } of name === null ? [] : this.#resources.values()) {
      const target = dynamicAnchors.get(name ?? "");
      if (target !== undefined) yield target;
    }
  }
}

const IN_PLACE: ReadonlySet<string> = new Set([...IN_PLACE_ONE, ...IN_PLACE_LIST, ...IN_PLACE_MAP]);

/** Characters of a value as JSON, roughly; stops counting above the maximum. */
function sizeOf(value: Json, depth: number): number {
  if (depth > 2 * MAX_DEPTH + 20) return Number.POSITIVE_INFINITY;
  if (typeof value === "string") return value.length + 2;
  if (value === null || typeof value !== "object") return 5;
  let size = 2;
  for (const [key, item] of Object.entries(value)) {
    size += (Array.isArray(value) ? 1 : key.length + 4) + sizeOf(item, depth + 1);
    if (size > MAX_SIZE) return size;
  }
  return size;
}

function decodeFragment(fragment: string): string | null {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return null;
  }
}
