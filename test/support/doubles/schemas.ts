/** Random JSON Schemas that some value fits, of the kinds that developers write. */
import fc from "fast-check";
import type { Json, JsonObject } from "../../../core/json.ts";

const NAMES = [
  "email",
  "order_id",
  "category",
  "summary",
  "amount",
  "total",
  "items",
  "tags",
  "urgent",
  "name",
  "text",
  "date",
  "x",
  "quantity",
];
const PATTERNS = [
  "^[A-Z]-\\d{4}$",
  "^[a-z]{2,5}$",
  "^(yes|no)$",
  "^ORD\\d+$",
  "^[^a-z ]+$",
  "^\\d{3}-\\d{2}$",
  "^#?[0-9a-f]{6}$",
  "\\.com$",
  "^a?b*c+$",
];
const FORMATS = ["date-time", "date", "email", "uri", "uuid", "ipv4", "time"];

const text = fc.oneof(
  fc.tuple(fc.nat(6), fc.nat(40)).map(([minLength, more]) => ({ type: "string", minLength, maxLength: minLength + more })),
  fc.constantFrom(...PATTERNS).map((pattern) => ({ type: "string", pattern })),
  fc.constantFrom(...FORMATS).map((format) => ({ type: "string", format })),
  fc.constant({ type: "string" }),
);
const number = fc.oneof(
  fc.tuple(fc.integer({ min: -50, max: 50 }), fc.nat(20)).map(([minimum, more]) => ({ type: "integer", minimum, maximum: minimum + more })),
  fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.constantFrom(2, 5, 0.5))
    .map(([low, multipleOf]) => ({ type: "number", minimum: low, multipleOf })),
  fc.integer({ min: -9, max: 9 }).map((low) => ({ type: "number", exclusiveMinimum: low, exclusiveMaximum: low + 1 })),
  fc.constant({ type: "integer", exclusiveMinimum: 3, multipleOf: 0.5 }),
);
const choice = fc.uniqueArray(fc.constantFrom<Json>("refund", "shipping", "other", "high", "low", 1, 2, null, true), {
  minLength: 1,
  maxLength: 4,
});
const leaf: fc.Arbitrary<JsonObject> = fc.oneof(
  text,
  number,
  choice.map((values) => ({ enum: values })),
  choice.map(([value]) => ({ const: value ?? null })),
  fc.constant({ type: "boolean" }),
  fc.constant({ type: ["string", "null"] }),
  fc.constant({ $ref: "#/$defs/shared" }),
  fc.constant({ $ref: "#/$defs/tree" }),
) as fc.Arbitrary<JsonObject>;

const { schema } = fc.letrec<{ schema: JsonObject; object: JsonObject }>((tie) => ({
  object: fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: 0, maxLength: 5 })
    .chain((names) =>
      fc.record({
        properties: fc
          .tuple(...names.map(() => tie("schema")))
          .map((schemas) => Object.fromEntries(names.map((name, index) => [name, schemas[index] as Json]))),
        required: fc.subarray(names),
        additionalProperties: fc.boolean(),
        minProperties: fc.nat(names.length),
      }),
    )
    .map((parts): JsonObject => ({ type: "object", ...parts })),
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    tie("object"),
    fc
      .tuple(tie("schema"), fc.nat(3), fc.nat(3))
      .map(([items, minItems, more]): JsonObject => ({ type: "array", items, minItems, maxItems: minItems + more })),
    fc.nat(4).map((minItems): JsonObject => ({ type: "array", items: { type: "integer" }, minItems, uniqueItems: true })),
    fc.tuple(tie("schema"), tie("schema")).map((anyOf): JsonObject => ({ anyOf })),
    tie("object").map((object): JsonObject => ({ oneOf: [{ type: "string", minLength: 1 }, object, { type: "null" }] })),
    fc.tuple(tie("object"), fc.constantFrom(...NAMES)).map(([object, name]): JsonObject => {
      const { additionalProperties: _, ...open } = object;
      return { allOf: [open, { type: "object", required: [name] }] };
    }),
    fc.constant<JsonObject>({
      type: "object",
      properties: { kind: { enum: ["refund", "question"] }, amount: { type: "number" }, text: { type: "string" } },
      required: ["kind"],
      if: { properties: { kind: { const: "refund" } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { required: ["amount"] },
      else: { required: ["text"] },
    }),
    fc.constant<JsonObject>({ type: "array", prefixItems: [{ type: "string" }, { type: "number" }], items: false, minItems: 2 }),
    fc.constant<JsonObject>({ type: "object", additionalProperties: { type: "integer" }, minProperties: 2 }),
  ),
}));

export const anySchema: fc.Arbitrary<JsonObject> = schema.map((root) => ({
  ...root,
  $defs: {
    shared: { type: "object", properties: { id: { type: "string", minLength: 1 } }, required: ["id"], additionalProperties: false },
    tree: {
      type: "object",
      properties: { name: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/tree" } } },
      required: ["name"],
    },
  },
}));
