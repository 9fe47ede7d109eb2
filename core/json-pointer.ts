/** Reading and replacing the part of a JSON value that a JSON Pointer's reference tokens name (RFC 6901 section 4). */
import { isObject, type Json } from "./json.ts";

/** undefined: there is nothing at that place. */
export function valueAt(value: Json, tokens: readonly string[]): Json | undefined {
  let current: Json | undefined = value;
  for (const token of tokens) {
    if (Array.isArray(current) && /^(0|[1-9]\d*)$/.test(token)) current = current[Number(token)];
    else if (isObject(current) && Object.hasOwn(current, token)) current = current[token];
    else return undefined;
  }
  return current;
}

/** A copy of `value` with the part at `tokens`, which MUST exist, replaced. */
export function replaceAt(value: Json, tokens: readonly string[], part: Json): Json {
  const [token, ...rest] = tokens;
  if (token === undefined) return part;
  if (Array.isArray(value)) return value.map((item, index) => (index === Number(token) ? replaceAt(item, rest, part) : item));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === token ? replaceAt(item, rest, part) : item]));
  }
  return value;
}
