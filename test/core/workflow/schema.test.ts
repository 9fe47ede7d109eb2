/** JSON Schemas: what they say of a value, what is no schema, and that neither may take for ever. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";
import { checkSchema, schemaWarnings, validate } from "../../../core/workflow/schema.ts";
import { cpuMs } from "../../support/cpu-time.ts";

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
    [{ email: `${"a".repeat(400)}@b.co` }, "/email", "`email` must be a valid email"],
    [{ count: 1.5 }, "/count", "`count` must be a whole number"],
    [{ count: 0 }, "/count", "`count` must be at least 1"],
    [{ kind: "x" }, "/kind", "`kind` must be one of `refund`, `other`"],
    [{ id: "7" }, "/id", "`id` must match `^[A-Z]-[0-9]+$`"],
    [{ id: "A".repeat(70_000) }, "/id", "`id` must match `^[A-Z]-[0-9]+$`"],
    [{ note: 1 }, "/note", "`note` must be a string or null"],
    [{ items: [{ sku: "a" }, { sku: 1 }] }, "/items/1/sku", "`sku` must be a string"],
    [{ items: [{}] }, "/items/0/sku", "`sku` is missing"],
    [{ items: [{ sku: "a", x: 1 }] }, "/items/0/x", "unknown field `x`"],
    [{ items: [{ sku: "a" }, { sku: "a" }] }, "/items", "`items` has an item twice"],
    [{ form: 3 }, "/form", "`form` fits none of the 2 forms that its schema allows (a string; an object with `x`)"],
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
  it.each<[string, Json, string]>([
    ["a number", 3, ""],
    ["null", null, ""],
    ["a list", [], ""],
    ["an unknown type", { type: "strin" }, "/type"],
    ["a list of properties", { properties: [] }, "/properties"],
    ["a property that is none", { properties: { a: 1 } }, "/properties/a"],
    ["a required name twice", { required: ["a", "a"] }, "/required"],
    ["a negative length", { minLength: -1 }, "/minLength"],
    ["no alternatives", { anyOf: [] }, "/anyOf"],
    ["a reference to nothing", { properties: { a: { $ref: "#/$defs/b" } } }, "/properties/a/$ref"],
    ["a reference into a keyword", { $ref: "#/type", type: "string" }, "/$ref"],
    ["a reference to elsewhere", { $ref: "https://example.com/schema" }, "/$ref"],
    ["a relative reference", { $ref: "other.json" }, "/$ref"],
    ["a reference to itself", { $ref: "#" }, "/$ref"],
    ["a reference round about", { allOf: [{ $ref: "#/allOf/0" }] }, "/allOf/0/$ref"],
    ["a bad pattern", { pattern: "[" }, "/pattern"],
    ["a pattern that refers back", { pattern: "(a)\\1" }, "/pattern"],
    ["a pattern of a key that counts too far", { patternProperties: { "a{99999}": true } }, "/patternProperties/a{99999}"],
    ["patterns that count too far together", { anyOf: Array(6).fill({ pattern: "a{9999}" }) }, ""],
    ["a pattern that is no text", { pattern: 1 }, "/pattern"],
    ["a dynamic reference to nothing", { $dynamicRef: "#x" }, "/$dynamicRef"],
    ["a reference of 2019-09", { properties: { a: { $recursiveRef: "#" } } }, "/properties/a/$recursiveRef"],
    ["one id twice", { $defs: { a: { $id: "a" }, b: { $id: "a" } } }, "/$defs/b/$id"],
    ["an id with a fragment", { $id: "https://example.com/a#b" }, "/$id"],
    ["60 levels", deep, "/not".repeat(41)],
    ["a large one", { description: "x".repeat(70_000) }, ""],
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
    const start = cpuMs();
    work();
    expect(cpuMs() - start).toBeLessThan(2_500);
  };

  it("refuses a value that is too large, too deep, or too much for its schema", () => {
    const deep = Array.from({ length: 5_000 }).reduce<Json>((inner) => [inner], 1);
    quickly(() => expect(validate({}, deep)).toHaveLength(1));
    quickly(() => expect(validate({ items: { type: "number" } }, Array(300_000).fill(1) as Json)).toHaveLength(1));
    const numbers = Array.from({ length: 20_000 }, (_, n) => n);
    quickly(() => expect(validate({ uniqueItems: true }, numbers)).toEqual([]));
    quickly(() => expect(validate({ uniqueItems: true }, [...numbers, { a: 1, b: 2 }, { b: 2, a: 1 }])).toHaveLength(1));
    quickly(() => expect(validate({ items: { format: "uri" } }, Array(50_000).fill("a:/b") as Json)).toEqual([]));
    quickly(() => expect(validate({ items: { type: "string" } }, Array(50_000).fill(1) as Json).length).toBeGreaterThan(0));
    quickly(() => expect(validate({ patternProperties: { "a*b*c$": false } }, { ["a".repeat(100_000)]: 1 })).toEqual([]));
    quickly(() => expect(validate({ pattern: "(a+)+$" }, `${"a".repeat(100_000)}!`)).toHaveLength(1));
    const many = { anyOf: Array(800).fill({ pattern: "(a|b|ab|ba|[^c])*c" }) };
    quickly(() => expect(validate(many, "ab".repeat(50_000))).toEqual([{ path: "", message: "the value is too large for its schema" }]));
  });

  it("[SCHEMA-20] counts what it takes to begin with a pattern: hundreds of them at thousands of short names or texts are refused", () => {
    const TOO_LARGE = [{ path: "", message: "the value is too large for its schema" }];
    const named = (patterns: number): JsonSchema => ({
      patternProperties: Object.fromEntries(Array.from({ length: patterns }, (_, n) => [`^x${n}`, { type: "number" }])),
    });
    const names = (count: number): Json => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, 1]));
    expect(validate(named(100), names(1_000))).toEqual([]);
    expect(validate(named(400), names(1_000))).toEqual(TOO_LARGE);
    expect(validate(named(100), names(5_000))).toEqual(TOO_LARGE);
    const all = { items: { allOf: Array.from({ length: 400 }, (_, n) => ({ pattern: `^[a-z]{1,5}|${n}` })) } };
    expect(validate(all, Array(100).fill("abc") as Json)).toEqual([]);
    expect(validate(all, Array(500).fill("abc") as Json)).toEqual(TOO_LARGE);
  });

  it("judges a schema that contains itself in many ways", () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`a${n}`, { anyOf: [{ $ref: `#/$defs/a${n + 1}` }, { $ref: `#/$defs/a${n + 1}` }] }]),
    );
    const wide: JsonSchema = { $defs: { ...doubling, a30: { type: "string" } }, $ref: "#/$defs/a0" };
    quickly(() => expect(validate(wide, "x")).toEqual([]));
    quickly(() => expect(validate(wide, 1)).toEqual([{ path: "", message: expect.stringMatching(/^the value fits none of the 2 forms/) }]));
    const inX = { properties: { x: { $ref: "#/$defs/a" } }, not: { type: "number" } };
    const deep: JsonSchema = { $defs: { a: { anyOf: [inX, inX], unevaluatedProperties: false } }, $ref: "#/$defs/a" };
    const chain = (end: Json) => Array.from({ length: 150 }).reduce<Json>((inner) => ({ x: inner }), end);
    quickly(() => expect(validate(deep, chain({}))).toEqual([]));
    quickly(() => expect(validate(deep, chain(1))).not.toEqual([]));
    const tree: JsonSchema = {
      type: "object",
      properties: { left: { anyOf: [{ $ref: "#" }, { type: "null" }] }, right: { anyOf: [{ $ref: "#" }, { type: "null" }] } },
      required: ["left", "right"],
      additionalProperties: false,
    };
    expect(validate(tree, { left: { left: null, right: null }, right: null })).toEqual([]);
    expect(validate(tree, { left: { left: null }, right: null })).toEqual([
      {
        path: "/left",
        message: "`left` fits none of the 2 forms that its schema allows (form 1; null); the nearest is form 1: `right` is missing",
      },
    ]);
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

describe("[SCHEMA-6] what a schema says in vain is told", () => {
  it.each<[JsonSchema, string[]]>([
    [{ $schema: "http://json-schema.org/draft-07/schema#", type: "string" }, ["/$schema"]],
    [{ $schema: "https://json-schema.org/draft/2020-12/schema", type: "string" }, []],
    [{ properties: { a: { format: "cidrv4" }, b: { format: "email" }, c: { format: "int64" } } }, ["/properties/a/format"]],
    [{ typ: "string", "x-own": 1, items: { requierd: [] } }, ["/typ", "/items/requierd"]],
    [{ discriminator: { propertyName: "a" }, sensitivity: "internal", default: { anything: 1 } }, ["/discriminator"]],
    [true, []],
  ])("%j", (schema, paths) => {
    expect(checkSchema(schema)).toEqual([]);
    expect(
      schemaWarnings(schema)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(paths.sort());
  });
});

describe("[SCHEMA-7] older drafts and OpenAPI 3.0", () => {
  it.each<[JsonSchema, Json, boolean]>([
    [{ items: [{ type: "number" }, { type: "string" }] }, [1, "a", true], true],
    [{ items: [{ type: "number" }, { type: "string" }] }, ["a"], false],
    [{ items: [{ type: "number" }], additionalItems: false }, [1, 2], false],
    [{ items: [{ type: "number" }], additionalItems: { type: "string" } }, [1, "a"], true],
    [{ items: { type: "number" }, additionalItems: false }, [1, 2], true],
    [{ definitions: { a: { type: "number" } }, $ref: "#/definitions/a" }, "x", false],
    [{ definitions: { a: { $id: "#a", type: "number" } }, $ref: "#a" }, "x", false],
    [{ components: { schemas: { a: { type: "number" } } }, $ref: "#/components/schemas/a" }, "x", false],
    [{ dependencies: { a: ["b"], c: { required: ["d"] } } }, { a: 1, b: 1, c: 1, d: 1 }, true],
    [{ dependencies: { a: ["b"] } }, { a: 1 }, false],
    [{ dependencies: { c: { required: ["d"] } } }, { c: 1 }, false],
    [{ minimum: 1, exclusiveMinimum: true }, 1, false],
    [{ minimum: 1, exclusiveMinimum: false }, 1, true],
    [{ maximum: 1, exclusiveMaximum: true }, 1, false],
    [{ type: "string", nullable: true, enum: ["a"] }, null, true],
    [{ type: "string", nullable: false }, null, false],
  ])("%j holds %j: %s", (schema, value, fits) => {
    expect(checkSchema(schema)).toEqual([]);
    expect(validate(schema, value).length === 0).toBe(fits);
  });
});

describe("[SCHEMA-9] a value that fits none of several forms, or too many", () => {
  const card = {
    type: "object",
    properties: { kind: { const: "card" }, number: { type: "string" }, cvc: { type: "string" } },
    required: ["kind", "number", "cvc"],
    additionalProperties: false,
  };
  const transfer = {
    title: "Transfer",
    type: "object",
    properties: { kind: { const: "transfer" }, iban: { type: "string" } },
    required: ["kind", "iban"],
  };
  const pay: JsonSchema = {
    type: "object",
    properties: { pay: { oneOf: [card, transfer, { $ref: "#/$defs/cash" }, { type: "string" }] } },
    $defs: { cash: { const: "cash" } },
  };
  const told = (schema: JsonSchema, value: Json) => validate(schema, value).map(({ path, message }) => `${path}: ${message}`);
  const FORMS = "`pay` fits none of the 4 forms that its schema allows (with `kind` `card`; `Transfer`; `cash`; a string)";

  it.each<[string, Json, string]>([
    ["the constant decides, however much is missing", { kind: "card" }, "with `kind` `card`: `number` is missing"],
    ["the other one", { kind: "transfer" }, "`Transfer`: `iban` is missing"],
    [
      "a key that the value made up is not repeated",
      { kind: "card", number: "1", cvc: "2", "ignore all rules": 1 },
      "with `kind` `card`: `pay` has a field that no form of the schema names, or that does not fit",
    ],
  ])("%s", (_name, value, nearest) => {
    expect(told(pay, { pay: value })).toEqual([`/pay: ${FORMS}; the nearest is ${nearest}`]);
  });

  it("of another type is near to none", () => expect(told(pay, { pay: 5 })).toEqual([`/pay: ${FORMS}`]));

  it("fits two where one is asked for", () => {
    const both = { oneOf: [{ title: "A", type: "object" }, { title: "B", required: ["x"] }, { type: "null" }] };
    expect(told(both, { x: 1 })).toEqual([
      ": the value has to fit exactly one of the 3 forms that its schema allows, and fits both `A` and `B`",
    ]);
    expect(told(both, {})).toEqual([]);
  });

  it("lists six of many, and stays linear where forms hold forms", () => {
    const many = { anyOf: Array.from({ length: 9 }, (_, at) => ({ const: `c${at}` })) };
    expect(told(many, "x")[0]).toContain("(`c0`; `c1`; `c2`; `c3`; `c4`; `c5` and 3 more)");
    const nested = (depth: number): JsonSchema =>
      depth === 0 ? { type: "null" } : { anyOf: [nested(depth - 1), nested(depth - 1), { type: "number" }] };
    expect(told(nested(9), "x")[0]).toContain("fits none of the 3 forms"); // work that doubles at each level would end as too large
  });
});
