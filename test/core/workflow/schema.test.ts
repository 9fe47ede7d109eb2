/** JSON Schemas: what they say of a value, what is no schema, and that neither may take for ever. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";
import { boundPattern } from "../../../core/workflow/pattern.ts";
import { checkSchema, validate } from "../../../core/workflow/schema.ts";

const ticket: JsonSchema = {
  type: "object",
  required: ["ticket", "email"],
  additionalProperties: false,
  properties: {
    ticket: { type: "string", minLength: 3, maxLength: 10 },
    email: { type: "string", format: "email" },
    count: { type: "integer", minimum: 1 },
    kind: { enum: ["refund", "other"] },
    id: { pattern: "^[A-Z]-[0-9]+$" },
    note: { type: ["string", "null"] },
    items: { type: "array", uniqueItems: true, items: { $ref: "#/$defs/item" } },
    form: { anyOf: [{ type: "string" }, { type: "object", required: ["x"] }] },
  },
  $defs: { item: { type: "object", properties: { sku: { type: "string" } }, required: ["sku"], additionalProperties: false } },
};
const good = { ticket: "help", email: "a@b.co" };

describe("[SCHEMA-1] every cause is told at its field", () => {
  it.each<[object, string, string]>([
    [{ ticket: "ab" }, "/ticket", "`ticket` must have at least 3 characters"],
    [{ ticket: 4 }, "/ticket", "`ticket` must be a string"],
    [{ email: "nobody" }, "/email", "`email` must be a valid email"],
    [{ email: `${"a".repeat(400)}@b.co` }, "/email", "`email` is too long"],
    [{ count: 1.5 }, "/count", "`count` must be a whole number"],
    [{ count: 0 }, "/count", "`count` must be at least 1"],
    [{ kind: "x" }, "/kind", "`kind` must be one of `refund`, `other`"],
    [{ id: "7" }, "/id", "`id` does not have the form that its schema asks for"],
    [{ id: "A".repeat(70_000) }, "/id", "`id` is too long"],
    [{ note: 1 }, "/note", "`note` must be a string or null"],
    [{ items: [{ sku: "a" }, { sku: 1 }] }, "/items/1/sku", "`sku` must be a string"],
    [{ items: [{}] }, "/items/0/sku", "`sku` is missing"],
    [{ items: [{ sku: "a", x: 1 }] }, "/items/0/x", "unknown field `x`"],
    [{ items: [{ sku: "a" }, { sku: "a" }] }, "/items", "`items` has an item twice"],
    [{ form: 3 }, "/form", "`form` fits none of the forms that its schema allows"],
    [{ more: 1 }, "/more", "unknown field `more`"],
    [{ email: undefined }, "/email", "`email` is missing"],
  ])("%j", (change, path, message) => {
    const value = JSON.parse(JSON.stringify({ ...good, ...change })) as Json;
    expect(validate(ticket, value)).toEqual([{ path, message }]);
  });

  it("tells all of them, and nothing of what fits", () => {
    const errors = validate(ticket, { ticket: "x", count: "y", more: 1 });
    expect(errors.map(({ path }) => path).sort()).toEqual(["/count", "/email", "/more", "/ticket"]);
    expect(validate(ticket, good)).toEqual([]);
  });

  it.each<[JsonSchema, Json, string]>([
    [{ oneOf: [{ type: "number" }, { type: "integer" }] }, 1, ""],
    [{ not: { type: "string" } }, "x", ""],
    [{ prefixItems: [{ type: "string" }], items: false }, ["a", 1], "/1"],
    [{ contains: { type: "string" } }, [1, 2], ""],
    [{ dependentRequired: { a: ["b"] } }, { a: 1 }, ""],
    [{ propertyNames: { maxLength: 2 } }, { abc: 1 }, "/abc"],
    [{ allOf: [{ properties: { a: true } }], unevaluatedProperties: false }, { a: 1, b: 2 }, "/b"],
    [{ properties: { "a/b~c d%": { type: "string" } } }, { "a/b~c d%": 1 }, "/a~1b~0c d%"],
    [{ const: { a: [1] } }, { a: [2] }, ""],
    [{ patternProperties: { "^x-": { type: "string" } } }, { "x-a": 1 }, "/x-a"],
    [{ multipleOf: 0.1 }, 0.25, ""],
    [false, 1, ""],
  ])("%j refuses %j", (schema, value, path) => expect(validate(schema, value).map((error) => error.path)).toEqual([path]));

  it("[SCHEMA-2] repeats nothing of the value", () => {
    const secret = "4111111111111111";
    const schemas: JsonSchema[] = [
      { type: "number" },
      { enum: ["a"] },
      { const: 1 },
      { pattern: "^a$" },
      { format: "date" },
      { maxLength: 2 },
      { anyOf: [{ const: 1 }] },
    ];
    for (const schema of schemas) expect(JSON.stringify(validate(schema, secret))).not.toContain("4111");
    expect(JSON.stringify(validate({ maximum: 5, multipleOf: 3 }, Number(secret)))).not.toContain("4111");
  });

  it("takes keys such as __proto__ for keys", () => {
    const odd = JSON.parse('{"ticket": "help", "email": "a@b.co", "__proto__": {"sku": 1}, "constructor": 2}') as Json;
    expect(
      validate(ticket, odd)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["/__proto__", "/constructor"]);
    const schema = JSON.parse('{"properties": {"__proto__": {"type": "string"}}, "required": ["__proto__", "constructor"]}') as JsonSchema;
    expect(validate(schema, JSON.parse('{"__proto__": 1}') as Json).map(({ path }) => path)).toEqual(["/constructor", "/__proto__"]);
  });

  it("leaves the schema as it was", () => {
    const schema = Object.freeze({
      type: "object",
      properties: Object.freeze({ a: Object.freeze({ $ref: "#/$defs/b" }) }),
      $defs: { b: { type: "string" } },
    });
    expect(validate(schema as unknown as JsonSchema, { a: 1 })).toHaveLength(1);
  });

  it("follows references by pointer, by anchor and into themselves", () => {
    const tree: JsonSchema = {
      type: "object",
      properties: { v: { type: "number" }, left: { $ref: "#" }, right: { $ref: "#" } },
      additionalProperties: false,
    };
    expect(validate(tree, { v: 1, left: { v: 2, right: { v: 3 } } })).toEqual([]);
    expect(validate(tree, { left: { right: { v: "x" } } })).toEqual([{ path: "/left/right/v", message: "`v` must be a number" }]);
    const anchored: JsonSchema = {
      $defs: { x: { $anchor: "here", type: "string" } },
      properties: { a: { $ref: "#here" }, b: { $ref: "#/$defs/x" } },
    };
    expect(validate(anchored, { a: 1, b: 2 })).toHaveLength(2);
  });
});

describe("[SCHEMA-3] what is no schema", () => {
  const deep = Array.from({ length: 60 }).reduce<Json>((inner) => ({ not: inner }), true);
  const doubling = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [`a${n}`, { anyOf: [{ $ref: `#/$defs/a${n + 1}` }, { $ref: `#/$defs/a${n + 1}` }] }]),
  );
  it.each<[string, Json, string]>([
    ["a number", 3, ""],
    ["null", null, ""],
    ["a list", [], ""],
    ["an unknown type", { type: "strin" }, "/type"],
    ["a list of properties", { properties: [] }, "/properties"],
    ["a property that is none", { properties: { a: 1 } }, "/properties/a"],
    ["a required name twice", { required: ["a", "a"] }, "/required"],
    ["a negative length", { minLength: -1 }, "/minLength"],
    ["items of another draft", { items: [{}] }, "/items"],
    ["no alternatives", { anyOf: [] }, "/anyOf"],
    ["a reference to nothing", { properties: { a: { $ref: "#/$defs/b" } } }, "/properties/a/$ref"],
    ["a reference into a keyword", { $ref: "#/type", type: "string" }, "/$ref"],
    ["a reference to elsewhere", { $ref: "https://example.com/schema" }, "/$ref"],
    ["a relative reference", { $ref: "other.json" }, "/$ref"],
    ["a reference to itself", { $ref: "#" }, "/$ref"],
    ["a reference round about", { allOf: [{ $ref: "#/allOf/0" }] }, "/allOf/0/$ref"],
    ["a bad pattern", { pattern: "[" }, "/pattern"],
    ["a pattern that explodes", { pattern: "(a+)+$" }, "/pattern"],
    ["a pattern of a key that explodes", { patternProperties: { "(a|a)*$": true } }, "/patternProperties"],
    ["a pattern that is no text", { pattern: 1 }, "/pattern"],
    ["a dynamic reference", { $dynamicRef: "#x" }, "/$dynamicRef"],
    ["an id inside", { properties: { a: { $id: "https://example.com/a" } } }, "/properties/a/$id"],
    ["60 levels", deep, "/not".repeat(41)],
    ["a large one", { description: "x".repeat(70_000) }, ""],
    ["a thousand million combinations", { $defs: { ...doubling, a30: true }, $ref: "#/$defs/a0" }, ""],
    [
      "two ways into itself",
      {
        $defs: { a: { anyOf: [{ properties: { x: { $ref: "#/$defs/a" } } }, { properties: { x: { $ref: "#/$defs/a" } } }] } },
        $ref: "#/$defs/a",
      },
      "/$defs/a/anyOf/0/properties/x/$ref",
    ],
  ])("%s", (_, schema, path) => {
    expect(checkSchema(schema)[0]?.path).toBe(path);
    expect(validate(schema as JsonSchema, {})).not.toEqual([]);
  });

  it.each<Json>([
    true,
    false,
    {},
    { title: "x", "x-own": { id: 7 } },
    { $schema: "https://json-schema.org/draft/2020-12/schema", $id: "https://example.com/x", type: "string" },
  ])("%j is one", (schema) => {
    expect(checkSchema(schema)).toEqual([]);
  });
});

describe("[SCHEMA-4] bounded and total", () => {
  const quickly = (work: () => unknown): void => {
    const start = performance.now();
    work();
    expect(performance.now() - start).toBeLessThan(2_500);
  };

  it("refuses a value that is too large, too deep, or too much for its schema", () => {
    const deep = Array.from({ length: 5_000 }).reduce<Json>((inner) => [inner], 1);
    quickly(() => expect(validate({}, deep)).toHaveLength(1));
    quickly(() => expect(validate({ items: { type: "number" } }, Array(300_000).fill(1) as Json)).toHaveLength(1));
    quickly(() =>
      expect(
        validate(
          { uniqueItems: true },
          Array.from({ length: 20_000 }, (_, n) => n),
        ),
      ).toHaveLength(1),
    );
    quickly(() => expect(validate({ items: { format: "uri" } }, Array(50_000).fill("a:/b") as Json)).toEqual([]));
    quickly(() => expect(validate({ items: { type: "string" } }, Array(50_000).fill(1) as Json).length).toBeGreaterThan(0));
    quickly(() => expect(validate({ patternProperties: { "a*b*c$": true } }, { ["a".repeat(100_000)]: 1 })).toHaveLength(1));
  });

  it("never throws, whatever the schema and the value are", () => {
    const keyword = fc.constantFrom(
      "type",
      "properties",
      "items",
      "$ref",
      "anyOf",
      "required",
      "pattern",
      "enum",
      "not",
      "$defs",
      "const",
      "if",
      "minLength",
      "uniqueItems",
      "$id",
      "format",
    );
    const schema = fc.dictionary(keyword, fc.oneof(fc.jsonValue(), fc.constantFrom("string", "#", "#/$defs", "(", "email")), {
      maxKeys: 5,
    });
    fc.assert(
      fc.property(schema, fc.jsonValue(), (raw, value) => {
        const flaws = checkSchema(raw as Json);
        const errors = validate(raw as JsonSchema, value as Json);
        if (flaws.length > 0) expect(errors.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });
});

describe("[SCHEMA-5] patterns", () => {
  it.each([
    "(a+)+",
    "(a|b)*",
    "^(a|a)*$",
    "(a*)*b",
    "((ab){1,3}){1,3}",
    "x*x*x*x*x*y",
    "(?=a)b",
    "(?<!a)b",
    "(a)\\1",
    "(?<n>a)\\k<n>",
    "(?:(?:)){99999}",
    "(?:-?a+)*",
    "(?i:a)",
    "a{2000}",
  ])("refuses %s", (pattern) => {
    expect(boundPattern(pattern).ok).toBe(false);
  });

  it.each([
    "^[A-Z]{2}-\\d+$",
    "^(open|closed)$",
    "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "^\\d{4}-\\d{2}-\\d{2}$",
    "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$",
    "^https?://",
    "^\\p{Lu}",
    "^(\\.\\w+)+$",
    "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
  ])("takes %s", (pattern) => {
    expect(boundPattern(pattern)).toMatchObject({ ok: true });
  });

  it.each(["a*a*b", "[ab]+[ab]{40}$", "^a|b*c", "a{5,}b", "^(ab)+(ab)+(ab)+c$", "\\p{L}+$", "^(?:-[a-z]+)*x$"])(
    "bounds what %s is tried on",
    (pattern) => {
      const bound = boundPattern(pattern);
      if (!bound.ok) throw new Error(bound.error);
      const start = performance.now();
      for (const unit of ["a", "ab", "b", "-a"])
        bound.value.expression.test(`${unit.repeat(bound.value.maxLength).slice(0, bound.value.maxLength - 1)}!`);
      expect(performance.now() - start).toBeLessThan(2_500);
    },
  );
});
