/** What is told of a value that does not fit: the field's name and what the schema asks for. What the value holds is never repeated. */
import { type Json, parsePointer } from "../../json.ts";
import { shortName } from "../form.ts";

/** The last token of a JSON Pointer, as people name it. */
export function nameOf(path: string): string {
  const token = parsePointer(path)?.at(-1);
  return token === undefined ? "the value" : /^\d+$/.test(token) ? `item ${token}` : `\`${shortName(token)}\``;
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ["string", "a string"],
  ["number", "a number"],
  ["integer", "a whole number"],
  ["boolean", "true or false"],
  ["object", "an object"],
  ["array", "a list"],
  ["null", "null"],
]);

/** The message for a value of another type. `types`: those that the schema allows. */
export const mustBeOfType =
  (types: readonly string[]) =>
  (path: string): string =>
    `${nameOf(path)} must be ${typeWords(types)}`;

/** Types as people say them. */
export const typeWords = (types: readonly string[]): string => types.map((type) => TYPE_NAMES.get(type) ?? type).join(" or ");

/** Values of the schema, not of what was checked. */
export const listed = (values: readonly Json[]): string => {
  const shown = values.slice(0, 12).map((value) => `\`${shortName(typeof value === "string" ? value : JSON.stringify(value))}\``);
  return values.length > 12 ? `${shown.join(", ")}, …` : shown.join(", ");
};

/** `must …` for a keyword with a number. */
const ASKED: ReadonlyMap<string, (asked: string) => string> = new Map([
  ["minimum", (asked) => `be at least ${asked}`],
  ["maximum", (asked) => `be at most ${asked}`],
  ["exclusiveMinimum", (asked) => `be above ${asked}`],
  ["exclusiveMaximum", (asked) => `be below ${asked}`],
  ["multipleOf", (asked) => `be a multiple of ${asked}`],
  ["minLength", (asked) => `have at least ${asked} characters`],
  ["maxLength", (asked) => `have at most ${asked} characters`],
  ["minItems", (asked) => `have at least ${asked} items`],
  ["maxItems", (asked) => `have at most ${asked} items`],
  ["minProperties", (asked) => `have at least ${asked} fields`],
  ["maxProperties", (asked) => `have at most ${asked} fields`],
]);

/** The message for a value beyond a bound. `asked`: the bound. */
export const mustFit =
  (keyword: string, asked: number) =>
  (path: string): string =>
    `${nameOf(path)} must ${ASKED.get(keyword)?.(String(asked)) ?? "fit its schema"}`;

/** Why nothing may stand at a place. */
export const FORBIDDEN = {
  field: (path: string): string => `unknown field ${nameOf(path)}`,
  item: (): string => "the list has more items than its schema allows",
  place: (path: string): string => `${nameOf(path)} is not allowed here`,
} as const;
