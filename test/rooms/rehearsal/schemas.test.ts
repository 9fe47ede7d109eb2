import fc from "fast-check";
import { expect, it } from "vitest";
import { checkSchema, validate } from "../../../core/workflow/schema.ts";
import { readFacts } from "../../../workers/rehearsal/facts.ts";
import { instanceOf } from "../../../workers/rehearsal/instance.ts";
import { anySchema } from "../../support/doubles/schemas.ts";
import { TICKET } from "../../support/doubles/tickets.ts";

const facts = readFacts([{ role: "user", content: TICKET }]);

it("fits any schema that can be fitted", () => {
  fc.assert(
    fc.property(anySchema, (schema) => {
      fc.pre(checkSchema(schema).length === 0);
      const value = instanceOf(schema, facts);
      expect({ value, errors: validate(schema, value) }).toEqual({ value, errors: [] });
    }),
    { numRuns: 300, seed: 20261120 },
  );
});

it.each([
  ["nothing is asked", {}],
  ["a pattern with a length", { type: "string", pattern: "^[a-z]+$", minLength: 40 }],
  ["a placeholder does not fit in", { type: "object", properties: { email: { type: "string", maxLength: 5 } }, required: ["email"] }],
  ["a list that contains something", { type: "array", contains: { const: 7 }, minItems: 3 }],
  ["a tree that goes on for ever", { $defs: { t: { type: "object", properties: { t: { $ref: "#/$defs/t" } } } }, $ref: "#/$defs/t" }],
  [
    "a field that asks for another",
    { type: "object", properties: { amount: { type: "number" } }, required: ["amount"], dependentRequired: { amount: ["currency"] } },
  ],
  ["names in a form", { type: "object", propertyNames: { pattern: "^x_[a-z]+$" }, minProperties: 2 }],
  [
    "not what is nearest",
    { type: "object", properties: { order_id: { type: "string", not: { const: "A-1002" } } }, required: ["order_id"] },
  ],
  ["an anchor", { $defs: { a: { $anchor: "money", type: "number", minimum: 1000 } }, $ref: "#money" }],
])("fits when %s", (_, schema) => {
  const value = instanceOf(schema, facts);
  expect({ value, errors: validate(schema, value) }).toEqual({ value, errors: [] });
});
