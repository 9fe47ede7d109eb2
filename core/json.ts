/** JSON as data: the types, and the two standard ways to address and change it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A JSON object. A key that a client chose MUST be read with `own`. */
export type JsonObject = { [key: string]: Json };

/** Whether a value is a JSON object: not null and not a list. */
export const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * What a record keyed by somebody's word holds under it, and nothing that it inherits: `constructor` and `toString` are names like any
 * other. A record is read by a name that is not fixed through this function alone.
 */
export const own = <T>(record: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** RFC 6901 section 4: the reference tokens of a JSON Pointer; null when it is none. */
export function parsePointer(pointer: string): string[] | null {
  if (pointer === "") return [];
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** RFC 6901 section 3: one reference token, escaped. */
export const escapeToken = (token: string | number): string => String(token).replaceAll("~", "~0").replaceAll("/", "~1");

/** RFC 7396: `patch` merged into `target`; null removes. Entries are defined, not assigned, so `__proto__` is a key like any other. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged = new Map<string, Json>(isObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return Object.fromEntries(merged);
}

/** The value with U+FFFD in place of each half of a surrogate pair that stands alone. */
export function wellFormed(value: Json): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]));
}
