/**
 * Values against JSON Schemas (2020-12). Schemas are interpreted, never compiled to code. Bounded in time for every schema and value,
 * total, and closed: what cannot be checked does not fit.
 */
import type { FieldError } from "../errors/problem.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { JsonSchema } from "./definition.ts";
import { asNumbers } from "./int64.ts";
import { Check, type Judge, Place, TooMuchWork } from "./schema/check.ts";
import { inspect } from "./schema/inspect.ts";
import { judgeOf } from "./schema/judge.ts";

/** Units of `Check.spend`: some 150 ms at the very most. */
const MAX_WORK = 3_000_000;
const MAX_PLACES = 200_000;
const MAX_DEPTH = 200;

type Prepared =
  | { readonly errors: readonly FieldError[] }
  | { readonly errors: null; readonly warnings: readonly FieldError[]; readonly judge: Judge; readonly asksWhatWasSeen: boolean };

/** Made once for each schema object; a schema that nobody holds any more is forgotten. */
const prepared = new WeakMap<JsonObject, Prepared>();

/** Empty: it fits. `path` is a JSON Pointer into the value; messages name fields and what is asked, never what the value holds. */
export function validate(schema: JsonSchema, value: Json): readonly FieldError[] {
  if (typeof schema === "boolean") return schema ? [] : [{ path: "", message: "nothing is allowed here" }];
  const ready = isObject(schema) ? preparedFor(schema) : null;
  if (ready === null || ready.errors !== null) return [{ path: "", message: "the schema itself is invalid" }];
  const flaw = flawOfSize(value);
  if (flaw !== null) return [{ path: "", message: flaw }];
  const check = new Check(MAX_WORK, ready.asksWhatWasSeen);
  try {
    if (ready.judge(asNumbers(schema, value), new Place(null, ""), check, check.seen())) return [];
    return check.errors.length > 0 ? check.errors : [{ path: "", message: "the value does not fit its schema" }];
  } catch (error) {
    const message = error instanceof TooMuchWork ? "is too large for its schema" : "could not be checked against its schema";
    return [{ path: "", message: `the value ${message}` }];
  }
}

/** Empty: it is a schema. `path` is a JSON Pointer into the schema. */
export function checkSchema(schema: Json): readonly FieldError[] {
  if (typeof schema === "boolean") return [];
  if (!isObject(schema)) return [{ path: "", message: "a schema is an object, true or false" }];
  return preparedFor(schema).errors ?? [];
}

/** Warnings about a valid schema: unknown keywords and formats, another draft. `path` is a JSON Pointer into the schema. */
export function schemaWarnings(schema: JsonSchema): readonly FieldError[] {
  const ready = isObject(schema) ? preparedFor(schema) : null;
  return ready === null || ready.errors !== null ? [] : ready.warnings;
}

function preparedFor(schema: JsonObject): Prepared {
  const known = prepared.get(schema);
  if (known !== undefined) return known;
  const made = prepare(schema);
  prepared.set(schema, made);
  return made;
}

function prepare(schema: JsonObject): Prepared {
  try {
    const found = inspect(schema);
    if (!found.ok) return { errors: found.errors };
    return {
      errors: null,
      warnings: found.warnings,
      judge: judgeOf(schema, found.document),
      asksWhatWasSeen: found.document.asksWhatWasSeen,
    };
  } catch {
    return { errors: [{ path: "", message: "the schema cannot be read" }] };
  }
}

/** Why a value is not looked at; null: it is. */
function flawOfSize(value: Json): string | null {
  let places = 0;
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `the value is nested more than ${MAX_DEPTH} levels deep`;
    places += level.length;
    if (places > MAX_PLACES) return "the value is too large for its schema";
    const next: Json[] = [];
    for (const item of level) {
      if (typeof item === "object" && item !== null) for (const child of Object.values(item)) next.push(child);
    }
    level = next;
  }
  return null;
}
