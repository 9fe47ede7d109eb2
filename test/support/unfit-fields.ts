/** Fields of a caller's schema that take no placeholder, what a model puts into them, and what the caller may get instead. */
import type { Json, JsonObject } from "../../core/json.ts";

export const CARD = "4111111111111111";

/** `put`: what the field holds afterwards; `absent`: it is left out; `refused`: nothing fits. */
export type UnfitField = {
  readonly what: string;
  readonly field: JsonObject;
  readonly said: Json;
  readonly put: Json | "absent" | "refused";
  readonly isOptional?: true;
};

export const UNFIT_FIELDS: readonly UnfitField[] = [
  { what: "an integer", field: { type: "integer" }, said: Number(CARD), put: "refused" },
  { what: "a negative number", field: { type: "number" }, said: -Number(CARD), put: "refused" },
  { what: "an optional integer", field: { type: "integer" }, said: Number(CARD), put: "absent", isOptional: true },
  { what: "a nullable integer", field: { type: ["integer", "null"] }, said: Number(CARD), put: null },
  { what: "a number or null by anyOf", field: { anyOf: [{ type: "number" }, { type: "null" }] }, said: Number(CARD), put: null },
  { what: "a nullable number of OpenAPI", field: { type: "number", nullable: true }, said: Number(CARD), put: null },
  { what: "a word of a list", field: { enum: [CARD, "none"] }, said: CARD, put: CARD },
  { what: "a word of a list with null", field: { enum: [CARD, null] }, said: CARD, put: CARD },
  { what: "a constant", field: { const: "ada@acme.org" }, said: "ada@acme.org", put: "ada@acme.org" },
  { what: "a text of digits", field: { type: "string", pattern: "^\\d{16}$" }, said: CARD, put: "refused" },
  { what: "a text of digits, perhaps none", field: { type: "string", pattern: "^\\d*$" }, said: CARD, put: "" },
  { what: "a short text", field: { type: "string", maxLength: 16 }, said: CARD, put: "" },
  { what: "a short text that is not empty", field: { type: "string", minLength: 2, maxLength: 16 }, said: CARD, put: "refused" },
  { what: "an address", field: { type: "string", format: "email" }, said: "ada@acme.org", put: "refused" },
  { what: "an optional address", field: { type: "string", format: "email" }, said: "ada@acme.org", put: "absent", isOptional: true },
  { what: "an IPv4 address", field: { type: ["string", "null"], format: "ipv4" }, said: "81.2.69.160", put: null },
  {
    what: "a list of different numbers",
    field: { type: "array", items: { type: "integer" }, uniqueItems: true },
    said: [1, Number(CARD), 5500005555555559],
    put: [1],
  },
  {
    what: "a list of numbers or null, all different",
    field: { type: "array", items: { type: ["integer", "null"] }, uniqueItems: true },
    said: [1, Number(CARD), 5500005555555559],
    put: [1, null],
  },
  {
    what: "a list of two numbers",
    field: { type: "array", items: { type: "integer" }, minItems: 2 },
    said: [1, Number(CARD)],
    put: "refused",
  },
  {
    what: "names of fields",
    field: { type: "object", patternProperties: { "^[a-z0-9]{1,20}$": {} }, additionalProperties: false },
    said: { [CARD]: 1, a: 2 },
    put: { a: 2 },
  },
  { what: "a text that takes anything", field: { type: "string" }, said: `card ${CARD}`, put: "card {{CREDIT_CARD_1}}" },
  { what: "no rule at all", field: {}, said: Number(CARD), put: "{{CREDIT_CARD_1}}" },
];

export const schemaOf = ({ field, isOptional }: UnfitField): JsonObject => ({
  type: "object",
  properties: { note: { type: "string" }, field },
  required: isOptional === true ? ["note"] : ["note", "field"],
  additionalProperties: false,
});

export const saidOf = ({ said }: UnfitField): JsonObject => ({ note: "fine", field: said });
export const putOf = ({ put }: UnfitField): JsonObject => (put === "absent" ? { note: "fine" } : { note: "fine", field: put });
