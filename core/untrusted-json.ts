/**
 * JSON that somebody else wrote: parsed into data that the rest of the platform can walk, hash and store without surprises.
 * Knows nothing of schemas, transports or personal data.
 */
import { isObject, type Json } from "./json.ts";
import { err, ok, type Result } from "./result.ts";

/** Levels of nesting. Recursive readers (validators, canonical JSON) stay far from the end of their stack. */
export const MAX_DEPTH = 64;

/** `malformed`: no JSON (RFC 8259), or a string that is no Unicode text. `too_deep`: nested beyond `MAX_DEPTH`. */
export type JsonRefusal = "malformed" | "too_deep";

export function parseUntrusted(text: string): Result<Json, JsonRefusal> {
  // Counted in the text first: a megabyte of `[` must not reach anything that recurses.
  if (nesting(text) > MAX_DEPTH) return err("too_deep");
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return err("malformed");
  }
  // A lone surrogate ("\ud800") has no UTF-8 and no canonical form (RFC 8785 section 3.2.2.2).
  return isUnicode(value) ? ok(value) : err("malformed");
}

/** Deepest nesting of brackets outside strings; reads the text once. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === 0x5c) index++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x5b || character === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (character === 0x5d || character === 0x7d) depth--;
  }
  return deepest;
}

function isUnicode(value: Json): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isUnicode);
  if (isObject(value)) return Object.entries(value).every(([key, item]) => key.isWellFormed() && isUnicode(item));
  return true;
}

/** Marker in place of a secret that came back in an answer. */
const WITHHELD_SECRET = "[secret withheld]";
/** Shorter strings occur by chance; taking them out would spoil answers and hide nothing. */
const SHORTEST_SECRET = 8;

/** `value` without the given secrets, keys included; `count` says how many strings held one. */
export function withoutSecrets(value: Json, secrets: readonly string[]): { readonly value: Json; readonly count: number } {
  const sought = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  let count = 0;
  const clean = (text: string): string => {
    let cleaned = text;
    for (const secret of sought) cleaned = cleaned.replaceAll(secret, WITHHELD_SECRET);
    if (cleaned !== text) count++;
    return cleaned;
  };
  const walk = (item: Json): Json => {
    if (typeof item === "string") return clean(item);
    if (Array.isArray(item)) return item.map(walk);
    if (isObject(item)) return Object.fromEntries(Object.entries(item).map(([key, child]) => [clean(key), walk(child)]));
    return item;
  };
  return sought.length === 0 ? { value, count } : { value: walk(value), count };
}
