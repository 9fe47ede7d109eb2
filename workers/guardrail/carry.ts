/** Placeholders of one run become placeholders of another: what a child run gives back reads on in its parent. */
import { isObject, type Json } from "../../core/json.ts";

const PLACEHOLDER = /\{\{[A-Z_]+_\d{1,6}\}\}/g;

/**
 * `carry`: the new placeholder for each old one, in order; null for one that the first run never made. `foreign`: what becomes of such a
 * one, which by chance may be a placeholder of the second run; by default it stays.
 */
export async function carryPlaceholders(
  value: Json,
  carry: (placeholders: readonly string[]) => Promise<readonly (string | null)[]>,
  foreign: (placeholder: string) => string = (placeholder) => placeholder,
): Promise<Json> {
  const found = [...new Set(JSON.stringify(value).match(PLACEHOLDER) ?? [])];
  if (found.length === 0) return value;
  const names = await carry(found);
  const renamed = new Map(found.map((placeholder, index) => [placeholder, names[index] ?? foreign(placeholder)]));
  return rewrite(value, (text) => text.replace(PLACEHOLDER, (placeholder) => renamed.get(placeholder) ?? placeholder));
}

function rewrite(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => rewrite(item, change));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), rewrite(item, change)]));
  return value;
}
