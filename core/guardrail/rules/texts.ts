/** The texts of a value, as rules read and change them. Pure, total, linear. */
import { isObject, type Json } from "../../json.ts";

/** The strings of a value in order, without keys. */
export function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

/** The strings and the keys of a value in order; a key comes before what it names. */
export function wordsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(wordsIn);
  return isObject(value) ? Object.entries(value).flatMap(([key, item]) => [key, ...wordsIn(item)]) : [];
}

/** The value with its strings changed. */
export function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)])) : value;
}

/** The value with its strings and its keys changed. Of keys that become the same, the later ones get a number. */
export function mapWords(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapWords(item, change));
  if (!isObject(value)) return value;
  const counts = new Map<string, number>();
  const taken = new Set(Object.keys(value));
  const entries = Object.entries(value).map(([key, item]): [string, Json] => {
    const changed = change(key);
    if (changed === key) return [key, mapWords(item, change)];
    let count = counts.get(changed) ?? 0;
    let name: string;
    do name = ++count === 1 ? changed : `${changed} ${count}`;
    while (taken.has(name));
    counts.set(changed, count);
    taken.add(name);
    return [name, mapWords(item, change)];
  });
  return Object.fromEntries(entries);
}
