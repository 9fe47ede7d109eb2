/** The form of a placeholder, `{{TYPE_n}}` with n from 1, and the two things done with it: finding and filling in. */
import type { Json } from "../json.ts";
import { PERSONAL_DATA_TYPES, type PlaceholderType } from "./finding.ts";

const TYPES: readonly PlaceholderType[] = [...PERSONAL_DATA_TYPES, "LITERAL"];
/** At most six digits: a longer number in this form is text like any other, and is inspected as such. */
const PLACEHOLDER = new RegExp(`\\{\\{(${TYPES.join("|")})_([1-9]\\d{0,5})\\}\\}`, "g");

/** A placeholder in a text. `start` and `end` are UTF-16 units, `end` exclusive. */
export type PlaceholderSite = { readonly start: number; readonly end: number; readonly text: string; readonly type: PlaceholderType };

/** `EMAIL`, 1 → `{{EMAIL_1}}`. `number`: from 1. */
export const formatPlaceholder = (type: PlaceholderType, number: number): string => `{{${type}_${number}}}`;

/** Type and number; null for a text that is no placeholder as a whole. */
export function parsePlaceholder(text: string): { readonly type: PlaceholderType; readonly number: number } | null {
  const [site] = findPlaceholders(text);
  if (site === undefined || site.text !== text) return null;
  return { type: site.type, number: Number(text.slice(site.type.length + 3, -2)) };
}

/** All placeholders of a text, in order. Linear in its length. */
export function findPlaceholders(text: string): PlaceholderSite[] {
  if (!text.includes("{{")) return [];
  return Array.from(text.matchAll(PLACEHOLDER), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
    type: match[1] as PlaceholderType,
  }));
}

/** Every placeholder that `fill` knows is replaced by what it gives; what it puts in is not looked at again. */
export const fillPlaceholders = (text: string, fill: (placeholder: string, type: PlaceholderType) => string | null): string =>
  text.includes("{{") ? text.replace(PLACEHOLDER, (whole, type: PlaceholderType) => fill(whole, type) ?? whole) : text;

const REDACTED = new RegExp(`\\{\\{(?:${TYPES.join("|")})_[1-9]\\d{0,5}\\}\\}|\\[(?:${TYPES.join("|")})_[1-9]\\d{0,5}\\]`);

/** True when the text contains a placeholder (`{{EMAIL_1}}`) or permanently redacted data (`[EMAIL_1]`). Linear in its length. */
export const holdsRedacted = (text: string): boolean => REDACTED.test(text);

/** A text in the form of a placeholder stands anywhere in the value. */
export const holdsPlaceholder = (value: Json): boolean => /\{\{[A-Z_]+_\d+\}\}/.test(JSON.stringify(value));
