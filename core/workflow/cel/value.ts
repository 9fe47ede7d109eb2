/** What an expression reckons with: JSON, and points and spans of time, which become text when an expression's value leaves. */
import { isObject, type Json } from "../../json.ts";
import { Duration, Timestamp } from "./time.ts";

/** A value inside an evaluation. */
export type Value = null | boolean | number | string | Timestamp | Duration | readonly Value[] | { readonly [key: string]: Value };
/** A map, with JSON's keys. */
export type ValueMap = { readonly [key: string]: Value };

/** A map; a point or a span of time is none. */
export const isMap = (value: unknown): value is ValueMap =>
  isObject(value) && !(value instanceof Timestamp) && !(value instanceof Duration);

/** A list of values. */
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

/** A value's type as messages name it. */
export function typeName(value: Value | undefined): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Timestamp) return "timestamp";
  if (value instanceof Duration) return "duration";
  return isList(value) ? "list" : typeof value === "object" ? "map" : typeof value;
}

/** The value as JSON: times are written as text. Copies nothing where no time was made. */
export function toJson(value: Value): Json {
  if (value instanceof Timestamp || value instanceof Duration) return value.toString();
  if (isList(value)) return value.map(toJson);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}
