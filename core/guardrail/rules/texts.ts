/** The texts of a value, as rules read them. */
import { isObject, type Json } from "../../json.ts";

/** The strings of a value in order, without keys. */
export function textsIn(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
