/**
 * Values against JSON Schemas (2020-12). The validator interprets schemas, it never compiles code. Bounded in time for every
 * schema and value, total, and closed: what cannot be checked does not fit.
 */
import { type Schema, Validator } from "@cfworker/json-schema";
import type { FieldError } from "../errors/problem.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { JsonSchema } from "./definition.ts";
import { asNumbers } from "./int64.ts";
import { inspect } from "./schema/inspect.ts";
import { toFieldErrors } from "./schema/messages.ts";
import { longestKey, prepare } from "./schema/prepare.ts";

/** Visits of one place times places of the value: about a second at the very most. */
const MAX_WORK = 600_000;
const MAX_PLACES = 200_000;
const MAX_DEPTH = 200;
/** In a value with more places than this, only the first cause of each object is reported. */
const TELL_ALL_PLACES = 2_000;

type Prepared =
  | { readonly errors: readonly FieldError[] }
  | {
      readonly schema: JsonObject;
      readonly visits: number;
      readonly longestKey: number;
      readonly brief: Validator;
      readonly full: Validator;
    };

/** Made once for each schema object; a schema that nobody holds any more is forgotten. */
const prepared = new WeakMap<JsonObject, Prepared>();

/** Empty: it fits. `path` is a JSON Pointer into the value; messages name fields and what is asked, never what the value holds. */
export function validate(schema: JsonSchema, value: Json): readonly FieldError[] {
  if (typeof schema === "boolean") return schema ? [] : [{ path: "", message: "nothing is allowed here" }];
  const ready = isObject(schema) ? preparedFor(schema) : null;
  if (ready === null || "errors" in ready) return [{ path: "", message: "the schema itself is invalid" }];
  const places = placesOf(value, ready.longestKey);
  if (typeof places === "string") return [{ path: "", message: places }];
  if (places * ready.visits > MAX_WORK) return [{ path: "", message: "the value is too large for its schema" }];
  try {
    const validator = places > TELL_ALL_PLACES ? ready.brief : ready.full;
    const { valid, errors } = validator.validate(asNumbers(schema, value));
    if (valid) return [];
    const told = toFieldErrors(errors, ready.schema);
    return told.length > 0 ? told : [{ path: "", message: "the value does not fit its schema" }];
  } catch {
    return [{ path: "", message: "the value could not be checked against its schema" }];
  }
}

/** Empty: it is a schema. `path` is a JSON Pointer into the schema. */
export function checkSchema(schema: Json): readonly FieldError[] {
  if (typeof schema === "boolean") return [];
  if (!isObject(schema)) return [{ path: "", message: "a schema is an object, true or false" }];
  const ready = preparedFor(schema);
  return "errors" in ready ? ready.errors : [];
}

function preparedFor(schema: JsonObject): Prepared {
  const known = prepared.get(schema);
  if (known !== undefined) return known;
  const made = prepareAnew(schema);
  prepared.set(schema, made);
  return made;
}

function prepareAnew(schema: JsonObject): Prepared {
  try {
    const { errors, resolve, visits } = inspect(schema);
    if (errors.length > 0) return { errors };
    const copy = prepare(schema, resolve);
    if (!isObject(copy)) return { errors: [{ path: "", message: "a schema is an object, true or false" }] };
    const validator = (shortCircuit: boolean): Validator => new Validator(copy as unknown as Schema, "2020-12", shortCircuit);
    return { schema: copy, visits, longestKey: longestKey(schema), brief: validator(true), full: validator(false) };
  } catch {
    return { errors: [{ path: "", message: "the schema cannot be read" }] };
  }
}

/** How many values there are in a value, itself included; a text says why it is not looked at. */
function placesOf(value: Json, longest: number): number | string {
  let places = 0;
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `the value is nested more than ${MAX_DEPTH} levels deep`;
    places += level.length;
    if (places > MAX_PLACES) return "the value is too large for its schema";
    const next: Json[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null) continue;
      if (!Array.isArray(item) && Object.keys(item).some((key) => key.length > longest)) return "the name of a field is too long";
      for (const child of Object.values(item)) next.push(child);
    }
    level = next;
  }
  return places;
}
