import type { Json } from "./json.ts";

/**
 * RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units, no spaces, numbers and strings as ECMAScript
 * writes them. Throws on what JSON cannot say (non-finite numbers, undefined, lone surrogates): a caller that gets there has a bug.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("a number that is not finite has no canonical form");
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("a string with a lone surrogate has no canonical form");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object") {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${canonicalJson(key)}:${canonicalJson(value[key] as Json)}`).join(",")}}`;
  }
  throw new TypeError("a value that is not JSON has no canonical form");
}
