// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema
/**
 * JSON Schema 2020-12 as its official test suite has it: for each keyword the cases in which implementations differ. Written after the
 * suite's required sets and its sets of formats.
 */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";
import { checkSchema, validate } from "../../../core/workflow/schema.ts";

type Row = readonly [schema: JsonSchema, good: readonly Json[], bad: readonly Json[]];

const SETS: { readonly [keyword: string]: readonly Row[] } = {
  type: [
    [{ type: "integer" }, [1, 1.0, -0, 1e20], [1.1, "1", {}, [], true, null]],
    [{ type: "number" }, [1, 1.1], ["1", null]],
    [{ type: ["integer", "string"] }, [1, "x"], [1.5, {}, [], true, null]],
    [{ type: "object" }, [{}], [[], null]],
  ],
  "enum and const": [
    [{ enum: [6, "foo", [], true, { foo: 12 }] }, [6, "foo", [], true, { foo: 12 }], [null, { foo: false }, { foo: 12, boo: 42 }, [0]]],
    [{ enum: [false] }, [false], [0, 0.0, [false]]],
    [{ enum: [[false]] }, [[false]], [[0], false]],
    [{ enum: [0] }, [0, -0, 0.0], [false, [0]]],
    [{ enum: ["hello\u0000there"] }, ["hello\u0000there"], ["hellothere"]],
    [{ const: { foo: "bar", baz: "bax" } }, [{ baz: "bax", foo: "bar" }], [{ foo: "bar" }, [1]]],
    [{ const: [{ foo: "bar" }] }, [[{ foo: "bar" }]], [[2], [1, 2, 3]]],
    [{ const: null }, [null], [0]],
    [{ const: { a: false } }, [{ a: false }], [{ a: 0 }]],
    [{ const: 1 }, [1, 1.0], [true, "1"]],
    [{ const: -2.0 }, [-2], [2]],
    [{ const: 9007199254740992 }, [9007199254740992], [9007199254740991]],
  ],
  numbers: [
    [{ multipleOf: 1.5 }, [0, 4.5, "x"], [35]],
    [{ multipleOf: 0.0001 }, [0.0075], [0.00751]],
    [{ multipleOf: 1e-8, type: "number" }, [12391239123], []],
    [{ multipleOf: 0.123456789, type: "number" }, [], [1e308]],
    [{ multipleOf: 0.5 }, [1e308], []],
    [{ minimum: -2 }, [-1, 0, -2, -2.0, "x"], [-2.0001, -3]],
    [{ exclusiveMaximum: 3 }, [2.2], [3, 3.5]],
    [{ maximum: 300 }, [299.97, 300], [300.5]],
  ],
  texts: [
    [{ minLength: 2 }, ["foo", "fo", 1, "\ud83d\udca9\ud83d\udca9"], ["f", "\ud83d\udca9"]],
    [{ minLength: 2.0 }, ["fo"], ["f"]],
    [{ maxLength: 2 }, ["f", "fo", 100, "\ud83d\udca9\ud83d\udca9"], ["foo"]],
    [{ pattern: "^a*$" }, ["aaa", true, 1, {}, [], null], ["abc"]],
    [{ pattern: "a+" }, ["xxaayy"], ["xxyy"]],
    [{ pattern: "\\p{Letter}cole" }, ["Les hivers de mon enfance etaient des saisons longues, l'\u00e9cole"], ["L'1cole"]],
    [{ pattern: "^\\d$" }, ["0"], ["\u07c0"]],
    [{ pattern: "^\\cC$" }, ["\u0003"], ["\\cC"]],
    [{ pattern: "^\\w$" }, ["a"], ["\u00e9"]],
    [{ pattern: "^\\s$" }, [" ", "\u00a0", "\ufeff", "\n", "\u2029", "\u2003"], ["\u0001", "\u2013", "\u0085"]],
    [{ pattern: "^🐲*$" }, ["", "🐲", "🐲🐲"], ["🐉", "🐉🐉"]],
    [{ pattern: "^abc$" }, ["abc"], ["abc\n"]],
  ],
  lists: [
    [{ items: { type: "integer" } }, [[1, 2], {}, []], [[1, "x"]]],
    [{ items: false }, [[]], [[1]]],
    [{ prefixItems: [{ type: "integer" }, { type: "string" }] }, [[1, "foo"], [1], [], [1, "foo", true], {}], [["foo", 1]]],
    [{ prefixItems: [{}], items: { type: "integer" } }, [["x", 2, 3], ["x"], []], [["x", "y"]]],
    [{ prefixItems: [{}, {}, {}], items: false }, [[], [1], [1, 2, 3]], [[1, 2, 3, 4]]],
    [{ allOf: [{ prefixItems: [{ minimum: 3 }] }], items: { minimum: 5 } }, [[5, 5]], [[3, 5]]],
    [{ contains: { minimum: 5 } }, [[3, 4, 5], [5, 6], {}], [[2, 3, 4], []]],
    [{ contains: false }, ["x"], [["foo"], []]],
    [{ contains: { const: 1 }, minContains: 0 }, [[], [2], [1, 1]], []],
    [{ contains: { const: 1 }, minContains: 0, maxContains: 1 }, [[], [1]], [[1, 1]]],
    [{ contains: { const: 1 }, maxContains: 1 }, [[1, 2]], [[1, 1], []]],
    [{ minContains: 1, maxContains: 0 }, [[], [1]], []],
    [{ contains: { if: false, else: true } }, [["foo"]], [[]]],
    [{ contains: { type: "null" } }, [[null]], [[1]]],
    [
      { uniqueItems: true },
      [
        [1, true],
        [0, false],
        [[1], [true]],
        [{ a: false }, { a: 0 }],
        ["1", 1],
        [{ foo: "bar" }, { foo: "baz" }],
        [{}, [1], true, null, 1, "{}"],
      ],
      [
        [1, 1],
        [1.0, 1.0, 1],
        [
          { foo: "bar", bar: "foo" },
          { bar: "foo", foo: "bar" },
        ],
        [["foo"], ["foo"]],
        [{ foo: { bar: { baz: true } } }, { foo: { bar: { baz: true } } }],
      ],
    ],
    [{ minItems: 1 }, [[1], ""], [[]]],
    [{ maxItems: 2.0 }, [[1], "foobar"], [[1, 2, 3]]],
  ],
  objects: [
    [
      { properties: { foo: { type: "integer" }, bar: { type: "string" } } },
      [{ foo: 1, bar: "baz" }, { quux: [] }, [], 12],
      [{ foo: 1, bar: {} }],
    ],
    [{ properties: { foo: true, bar: false } }, [{}, { foo: 1 }], [{ bar: 2 }]],
    [{ properties: { 'foo\nbar"baz\\': { type: "number" } } }, [{ 'foo\nbar"baz\\': 1 }], [{ 'foo\nbar"baz\\': "1" }]],
    [
      {
        properties: { foo: { maxItems: 3 }, bar: {} },
        patternProperties: { "f.o": { minItems: 2 } },
        additionalProperties: { type: "integer" },
      },
      [{ foo: [1, 2] }, { fxo: [1, 2] }, { bar: [] }, { quux: 3 }],
      [{ foo: [1, 2, 3, 4] }, { foo: [] }, { fxo: [] }, { quux: "foo" }],
    ],
    [
      { patternProperties: { "[0-9]{2,}": { type: "boolean" }, X_: { type: "string" } } },
      [{ "answer 1": "42" }, { a31b: true }],
      [{ a31b: null }, { a_X_3: 3 }],
    ],
    [{ patternProperties: { "^.*bar$": { type: "null" } } }, [{ foobar: null }], [{ foobar: 1 }]],
    [{ patternProperties: { "^á": {} }, additionalProperties: false }, [{ ármányos: 2 }], [{ élmény: 2 }]],
    [
      { allOf: [{ properties: { foo: {} } }], additionalProperties: { type: "boolean" } },
      [{ foo: true, bar: true }],
      [{ foo: 1, bar: true }],
    ],
    [{ propertyNames: { maxLength: 3 } }, [{ f: {} }, {}, []], [{ foobar: {} }]],
    [{ propertyNames: { enum: ["foo", "bar"] } }, [{ foo: 1 }], [{ baz: 1 }]],
    [
      { required: ["__proto__", "toString", "constructor"] },
      [12, JSON.parse('{"__proto__": 1, "toString": 2, "constructor": 3}') as Json],
      [{}, { constructor: 1 }],
    ],
    [{ dependentRequired: { bar: ["foo"] } }, [{}, { foo: 1 }, { foo: 1, bar: 2 }, ["bar"]], [{ bar: 2 }]],
    [
      { dependentSchemas: { foo: { properties: { bar: {} }, additionalProperties: false } }, properties: { foo: {} } },
      [{ bar: 1 }],
      [{ foo: 1 }, { foo: 1, bar: 1 }],
    ],
    [{ minProperties: 1 }, [{ a: 1 }, []], [{}]],
    [{ maxProperties: 0 }, [{}], [{ a: 1 }]],
  ],
  combinations: [
    [{ allOf: [{ multipleOf: 2 }], anyOf: [{ multipleOf: 3 }], oneOf: [{ multipleOf: 5 }] }, [30], [1, 5, 3, 15, 2, 10, 6]],
    [{ anyOf: [true, false] }, ["foo"], []],
    [{ oneOf: [true, true, false] }, [], ["foo"]],
    [{ oneOf: [{ type: "integer" }, { minimum: 2 }] }, [1, 2.5], [3, 1.5]],
    [
      { oneOf: [{ properties: { bar: true, baz: true }, required: ["bar"] }, { required: ["foo"] }] },
      [{ bar: 8 }, { foo: "x" }],
      [{ foo: "x", bar: 8 }, { baz: 1 }],
    ],
    [{ not: {} }, [], [1, null, {}]],
    [{ not: { not: {} } }, ["x"], []],
    [{ if: { exclusiveMaximum: 0 }, then: { minimum: -10 }, else: { multipleOf: 2 } }, [-1, 4], [-100, 3]],
    [{ then: { const: 0 } }, [1], []],
    [{ if: { const: 0 } }, [0, 1], []],
    [{ allOf: [{ if: { exclusiveMaximum: 0 } }, { then: { minimum: -10 } }, { else: { multipleOf: 2 } }] }, [-100, 3], []],
    [{ if: { maxLength: 4 }, then: { const: "yes" }, else: { const: "other" } }, ["yes", "other"], ["no", "invalid"]],
  ],
  unevaluatedProperties: [
    [{ unevaluatedProperties: false }, [{}, 1], [{ foo: 1 }]],
    [{ unevaluatedProperties: { minLength: 3 } }, [{ foo: "foo" }], [{ foo: "fo" }]],
    [{ properties: { foo: {} }, patternProperties: { "^b": {} }, unevaluatedProperties: false }, [{ foo: 1, bar: 1 }], [{ x: 1 }]],
    [{ properties: { foo: {} }, additionalProperties: true, unevaluatedProperties: false }, [{ x: 1 }], []],
    [
      {
        properties: { foo: {} },
        anyOf: [
          { properties: { bar: { const: "bar" } }, required: ["bar"] },
          { properties: { baz: { const: "baz" } }, required: ["baz"] },
        ],
        unevaluatedProperties: false,
      },
      [
        { foo: 1, bar: "bar" },
        { foo: 1, bar: "bar", baz: "baz" },
      ],
      [{ foo: 1, bar: "bar", baz: "not-baz" }],
    ],
    [{ not: { not: { properties: { bar: { const: "bar" } }, required: ["bar"] } }, unevaluatedProperties: false }, [], [{ bar: "bar" }]],
    [
      {
        if: { properties: { foo: { const: "then" } }, required: ["foo"] },
        then: { properties: { bar: {} } },
        else: { properties: { baz: {} } },
        unevaluatedProperties: false,
      },
      [{ foo: "then", bar: 1 }, { baz: "baz" }],
      [
        { foo: "then", bar: 1, baz: 1 },
        { foo: "else", baz: "baz" },
      ],
    ],
    [
      {
        dependentSchemas: { foo: { properties: { bar: { const: "bar" } }, required: ["bar"] } },
        properties: { foo: {} },
        unevaluatedProperties: false,
      },
      [{ foo: 1, bar: "bar" }],
      [{ bar: "bar" }],
    ],
    [
      { $ref: "#/$defs/bar", properties: { foo: {} }, unevaluatedProperties: false, $defs: { bar: { properties: { bar: {} } } } },
      [{ foo: 1, bar: 1 }],
      [{ foo: 1, bar: 1, baz: 1 }],
    ],
    [{ allOf: [{ properties: { foo: true } }, { unevaluatedProperties: false }] }, [{}], [{ foo: 1 }]],
    [{ properties: { foo: true }, allOf: [{ unevaluatedProperties: true }], unevaluatedProperties: false }, [{ foo: 1, bar: 1 }], []],
    [
      { properties: { foo: { properties: { bar: {} }, unevaluatedProperties: false } }, unevaluatedProperties: false },
      [{ foo: { bar: 1 } }],
      [{ foo: { bar: 1, faz: 1 } }],
    ],
    [
      {
        allOf: [
          { $ref: "#/$defs/one" },
          { properties: { b: true } },
          {
            oneOf: [
              { required: ["xx"], properties: { xx: true } },
              { required: ["yy"], patternProperties: { yy: {} } },
            ],
          },
        ],
        $defs: { one: { properties: { a: true } } },
        unevaluatedProperties: false,
      },
      [
        { a: 1, b: 1, xx: 1 },
        { b: 1, yy: 1 },
      ],
      [{ a: 1, b: 1, xx: 1, c: 1 }],
    ],
    [
      {
        $defs: {
          one: {
            oneOf: [
              { $ref: "#/$defs/two" },
              { required: ["b"], properties: { b: true } },
              { required: ["xx"], patternProperties: { x: true } },
            ],
          },
          two: {
            oneOf: [
              { required: ["c"], properties: { c: true } },
              { required: ["d"], properties: { d: true } },
            ],
          },
        },
        oneOf: [{ $ref: "#/$defs/one" }, { required: ["a"], properties: { a: true } }],
        unevaluatedProperties: false,
      },
      [{ a: 1 }, { b: 1 }, { c: 1 }, { xx: 1, xax: 2 }],
      [{ a: 1, b: 1 }, { c: 1, d: 1 }, {}, { xx: 1, foo: 1 }],
    ],
    [{ properties: { foo: { type: "string" } }, unevaluatedProperties: { type: "null" } }, [{ foo: "x", bar: null }], [{ bar: 1 }]],
    [{ propertyNames: { maxLength: 1 }, unevaluatedProperties: { type: "number" } }, [{ a: 1 }], [{ a: "b" }]],
  ],
  unevaluatedItems: [
    [{ unevaluatedItems: false }, [[], 1], [["foo"]]],
    [{ items: { type: "string" }, unevaluatedItems: false }, [["foo", "bar"]], []],
    [{ prefixItems: [{ type: "string" }], unevaluatedItems: false }, [["foo"]], [["foo", "bar"]]],
    [
      { prefixItems: [{ const: "foo" }], allOf: [{ prefixItems: [true, { type: "number" }] }], unevaluatedItems: false },
      [["foo", 42]],
      [["foo", 42, true]],
    ],
    [{ allOf: [{ prefixItems: [{ type: "string" }], items: true }], unevaluatedItems: false }, [["foo", 1, 2]], []],
    [
      { unevaluatedItems: { type: "boolean" }, anyOf: [{ items: { type: "string" } }, true] },
      [
        [true, false],
        ["yes", "no"],
      ],
      [["yes", false]],
    ],
    [
      {
        prefixItems: [{ const: "foo" }],
        anyOf: [{ prefixItems: [true, { const: "bar" }] }, { prefixItems: [true, true, { const: "baz" }] }],
        unevaluatedItems: false,
      },
      [
        ["foo", "bar"],
        ["foo", "bar", "baz"],
      ],
      [
        ["foo", "bar", 42],
        ["foo", "bar", "baz", 42],
      ],
    ],
    [
      { not: { not: { prefixItems: [true, { const: "bar" }] } }, prefixItems: [{ const: "foo" }], unevaluatedItems: false },
      [],
      [["foo", "bar"]],
    ],
    [
      { prefixItems: [true], contains: { type: "string" }, unevaluatedItems: false },
      [[1, "foo"]],
      [
        [1, 2],
        [1, 2, "foo"],
      ],
    ],
    [
      { allOf: [{ contains: { multipleOf: 2 } }, { contains: { multipleOf: 3 } }], unevaluatedItems: { multipleOf: 5 } },
      [[2, 3, 4, 5, 6]],
      [[2, 3, 4, 7, 8]],
    ],
    [
      {
        if: { contains: { const: "a" } },
        then: { if: { contains: { const: "b" } }, then: { if: { contains: { const: "c" } } } },
        unevaluatedItems: false,
      },
      [[], ["a", "a"], ["a", "b", "a", "b", "a"], ["c", "a", "c", "c", "b", "a"]],
      [
        ["b", "b"],
        ["c", "c"],
        ["c", "b", "c", "b", "c"],
        ["c", "a", "c", "a", "c"],
      ],
    ],
    [{ contains: { type: "string" }, minContains: 0, unevaluatedItems: false }, [[], ["foo", "bar"]], [["foo", 1]]],
    [{ allOf: [{ prefixItems: [true] }, { unevaluatedItems: false }] }, [[]], [[1]]],
    [
      { properties: { foo: { prefixItems: [{ type: "string" }], unevaluatedItems: false } } },
      [{ foo: ["test"] }],
      [{ foo: ["test", "x"] }],
    ],
  ],
  references: [
    [
      { properties: { foo: { $ref: "#" } }, additionalProperties: false },
      [{ foo: { foo: false } }],
      [{ bar: false }, { foo: { bar: false } }],
    ],
    [{ prefixItems: [{ type: "integer" }, { $ref: "#/prefixItems/0" }] }, [[1, 2]], [[1, "foo"]]],
    [
      {
        $defs: { "tilde~field": { type: "integer" }, "slash/field": { type: "integer" }, "percent%field": { type: "integer" } },
        properties: {
          tilde: { $ref: "#/$defs/tilde~0field" },
          slash: { $ref: "#/$defs/slash~1field" },
          percent: { $ref: "#/$defs/percent%25field" },
        },
      },
      [{ slash: 1, tilde: 1, percent: 1 }],
      [{ slash: "a" }, { tilde: "a" }, { percent: "a" }],
    ],
    [
      { $defs: { 'foo"bar': { type: "number" } }, properties: { 'foo"bar': { $ref: "#/$defs/foo%22bar" } } },
      [{ 'foo"bar': 1 }],
      [{ 'foo"bar': "1" }],
    ],
    [
      { $defs: { r: { type: "array" } }, properties: { foo: { $ref: "#/$defs/r", maxItems: 2 } } },
      [{ foo: [] }],
      [{ foo: [1, 2, 3] }, { foo: "x" }],
    ],
    [{ properties: { $ref: { type: "string" } } }, [{ $ref: "a" }], [{ $ref: 2 }]],
    [{ $defs: { "": { $defs: { "": { type: "number" } } } }, allOf: [{ $ref: "#/$defs//$defs/" }] }, [1], ["a"]],
    [
      {
        $id: "http://localhost:1234/tree",
        type: "object",
        properties: { nodes: { type: "array", items: { $ref: "node" } } },
        required: ["nodes"],
        $defs: {
          node: {
            $id: "http://localhost:1234/node",
            type: "object",
            properties: { value: { type: "number" }, subtree: { $ref: "tree" } },
            required: ["value"],
          },
        },
      },
      [{ nodes: [{ value: 1, subtree: { nodes: [{ value: 1.1 }] } }] }],
      [{ nodes: [{ value: 1, subtree: { nodes: [{ value: "x" }] } }] }],
    ],
    [
      {
        $id: "http://example.com/a.json",
        $defs: { x: { $id: "http://example.com/b/c.json", not: { $defs: { y: { $id: "d.json", type: "number" } } } } },
        allOf: [{ $ref: "http://example.com/b/d.json" }],
      },
      [1],
      ["a"],
    ],
    [
      {
        $id: "http://example.com/ref/base.json",
        $ref: "int.json",
        $defs: { bigint: { $id: "/ref/int.json", maximum: 10 }, smallint: { $id: "/int.json", maximum: 2 } },
      },
      [5],
      [50],
    ],
    [
      {
        $id: "urn:uuid:deadbeef-1234-0000-0000-4321feebdaed",
        properties: { foo: { $ref: "urn:uuid:deadbeef-1234-0000-0000-4321feebdaed#/$defs/bar" } },
        $defs: { bar: { type: "string" } },
      },
      [{ foo: "bar" }],
      [{ foo: 12 }],
    ],
    [
      {
        $id: "urn:uuid:deadbeef-1234-ff00-00ff-4321feebdaed",
        properties: { foo: { $ref: "urn:uuid:deadbeef-1234-ff00-00ff-4321feebdaed#something" } },
        $defs: { bar: { $anchor: "something", type: "string" } },
      },
      [{ foo: "bar" }],
      [{ foo: 12 }],
    ],
    [
      {
        $id: "http://localhost:1234/root",
        $ref: "http://localhost:1234/nested.json#foo",
        $defs: { A: { $id: "nested.json", $defs: { B: { $anchor: "foo", type: "integer" } } } },
      },
      [1],
      ["a"],
    ],
    [
      {
        $id: "http://localhost:1234/foobar",
        $defs: {
          A: {
            $id: "child1",
            allOf: [
              { $id: "child2", $anchor: "my_anchor", type: "number" },
              { $anchor: "my_anchor", type: "string" },
            ],
          },
        },
        $ref: "child1#my_anchor",
      },
      ["a"],
      [1],
    ],
    [
      {
        $defs: {
          id_in_enum: { enum: [{ $id: "https://localhost:1234/id.json", type: "null" }] },
          real: { $id: "https://localhost:1234/id.json", type: "string" },
        },
        anyOf: [{ $ref: "#/$defs/id_in_enum" }, { $ref: "https://localhost:1234/id.json" }],
      },
      [{ $id: "https://localhost:1234/id.json", type: "null" }, "a string"],
      [1],
    ],
    [
      {
        $ref: "#/$defs/a",
        $defs: {
          a: {
            $id: "http://example.com/schema-relative-uri-defs2.json",
            properties: { foo: { properties: { inner: { $ref: "#/$defs/i" } } } },
            $defs: { i: { properties: { bar: { type: "string" } } } },
          },
        },
      },
      [{ foo: { inner: { bar: "a" } } }],
      [{ foo: { inner: { bar: 1 } } }],
    ],
    [
      {
        $defs: { int: { type: "integer" } },
        allOf: [{ properties: { foo: { $ref: "#/$defs/int" } } }, { additionalProperties: { $ref: "#/$defs/int" } }],
      },
      [{ foo: 1 }],
      [{ foo: "a" }],
    ],
    [{ if: { $id: "http://example.com/ref/if", type: "integer" }, $ref: "http://example.com/ref/if" }, [12], ["foo"]],
  ],
  "dynamic references": [
    [
      {
        $id: "https://test.example/a",
        type: "array",
        items: { $dynamicRef: "#items" },
        $defs: { foo: { $dynamicAnchor: "items", type: "string" } },
      },
      [["foo"]],
      [["foo", 42]],
    ],
    [
      {
        $id: "https://test.example/b",
        type: "array",
        items: { $dynamicRef: "#items" },
        $defs: { foo: { $anchor: "items", type: "string" } },
      },
      [["foo"]],
      [["foo", 42]],
    ],
    [
      {
        $id: "https://test.example/c/root",
        $ref: "list",
        $defs: {
          foo: { $dynamicAnchor: "items", type: "string" },
          list: { $id: "list", type: "array", items: { $dynamicRef: "#items" }, $defs: { items: { $dynamicAnchor: "items" } } },
        },
      },
      [["foo"]],
      [["foo", 42]],
    ],
    [
      {
        $id: "https://test.example/d/root",
        $ref: "list",
        $defs: {
          foo: { $anchor: "items", type: "string" },
          list: { $id: "list", type: "array", items: { $dynamicRef: "#items" }, $defs: { items: { $dynamicAnchor: "items" } } },
        },
      },
      [["foo", 42]],
      [],
    ],
    [
      {
        $id: "https://test.example/e/root",
        $ref: "list",
        $defs: {
          foo: { $dynamicAnchor: "items", type: "string" },
          list: { $id: "list", type: "array", items: { $dynamicRef: "#items" }, $defs: { items: { $anchor: "items" } } },
        },
      },
      [["foo", 42]],
      [],
    ],
    [
      {
        $id: "https://test.example/f/root",
        $ref: "intermediate",
        $defs: {
          foo: { $dynamicAnchor: "items", type: "string" },
          intermediate: { $id: "intermediate", $ref: "list" },
          list: { $id: "list", type: "array", items: { $dynamicRef: "#items" }, $defs: { items: { $dynamicAnchor: "items" } } },
        },
      },
      [["foo"]],
      [[42]],
    ],
    [
      {
        $id: "https://test.example/tree/strict",
        $dynamicAnchor: "node",
        $ref: "tree",
        unevaluatedProperties: false,
        $defs: {
          tree: {
            $id: "tree",
            $dynamicAnchor: "node",
            type: "object",
            properties: { data: true, children: { type: "array", items: { $dynamicRef: "#node" } } },
          },
        },
      },
      [{ children: [{ data: 1 }] }],
      [{ children: [{ daat: 1 }] }],
    ],
    [
      {
        $id: "https://test.example/g/main",
        if: { $id: "first_scope", $defs: { thingy: { $dynamicAnchor: "thingy", type: "number" } } },
        then: { $id: "second_scope", $ref: "start", $defs: { thingy: { $dynamicAnchor: "thingy", type: "null" } } },
        $defs: {
          start: { $id: "start", $dynamicRef: "inner_scope#thingy" },
          thingy: { $id: "inner_scope", $dynamicAnchor: "thingy", type: "string" },
        },
      },
      [null],
      ["a string", 42],
    ],
    [
      {
        $id: "https://test.example/h/root",
        $ref: "numberList",
        $defs: {
          genericList: {
            $id: "genericList",
            properties: { list: { items: { $dynamicRef: "#itemType" } } },
            $defs: { defaultItemType: { $dynamicAnchor: "itemType" } },
          },
          numberList: { $id: "numberList", $defs: { itemType: { $dynamicAnchor: "itemType", type: "number" } }, $ref: "genericList" },
        },
      },
      [{ list: [1.1] }],
      [{ list: ["foo"] }],
    ],
  ],
  "annotations and unknown keywords": [
    [{ default: 1, examples: [], title: "x", deprecated: true, readOnly: true, $comment: "c" }, ["x", 1], []],
    [{ contentMediaType: "application/json", contentEncoding: "base64", contentSchema: { type: "object" } }, ["{:}", 100], []],
    [{ properties: { foo: { type: "string", default: [] } } }, [{}, { foo: "x" }], [{ foo: 1 }]],
    [{ format: "nothing-known" }, ["x", 1], []],
  ],
};

const FORMATS: { readonly [format: string]: readonly [good: readonly string[], bad: readonly string[]] } = {
  "date-time": [
    [
      "1963-06-19T08:30:06.283185Z",
      "1963-06-19T08:30:06Z",
      "1937-01-01T12:00:27.87+00:20",
      "1990-12-31T15:59:50.123-08:00",
      "1998-12-31T23:59:60Z",
      "1998-12-31T15:59:60.123-08:00",
      "1963-06-19t08:30:06.283185z",
    ],
    [
      "1998-12-31T23:59:61Z",
      "1998-12-31T23:58:60Z",
      "1998-12-31T22:59:60Z",
      "1990-02-31T15:59:59.123-08:00",
      "1990-12-31T15:59:59-24:00",
      "1963-06-19T08:30:06.28123+01:00Z",
      "06/19/1963 08:30:06 PST",
      "2013-350T01:01:01",
      "1963-6-19T08:30:06.283185Z",
      "1963-06-1T08:30:06.283185Z",
      "1963-06-1৪T00:00:00Z",
      "1963-06-11T0৪:00:00Z",
      "1963-06-19T08:30:06",
      "+11963-06-19T08:30:06.283185Z",
    ],
  ],
  date: [
    ["1963-06-19", "2020-01-31", "2021-02-28", "2020-02-29", "2000-02-29", "0000-01-01"],
    [
      "2020-01-32",
      "2021-02-29",
      "2020-02-30",
      "2020-04-31",
      "2020-13-01",
      "2020-00-01",
      "2020-01-00",
      "06/19/1963",
      "2013-350",
      "1998-1-20",
      "1998-01-1",
      "1963-06-1৪",
      "20230328",
      "2023-W01",
      "2023-W13-2",
      "2022W527",
      "1900-02-29",
      "1963-06-19 ",
      "",
    ],
  ],
  time: [
    [
      "08:30:06Z",
      "23:59:60Z",
      "23:59:60+00:00",
      "01:29:60+01:30",
      "23:29:60+23:30",
      "15:59:60-08:00",
      "00:29:60-23:30",
      "23:20:50.52Z",
      "08:30:06.283185Z",
      "08:30:06+00:20",
      "08:30:06-08:00",
      "08:30:06z",
    ],
    [
      "8:30:06Z",
      "08:3:06Z",
      "08:30:6Z",
      "008:030:006Z",
      "22:59:60Z",
      "23:58:60Z",
      "23:59:60+01:00",
      "23:59:60+00:30",
      "23:59:60-01:00",
      "08:30:06-8:00",
      "08:30:06-08:0",
      "24:00:00Z",
      "00:60:00Z",
      "00:00:61Z",
      "01:02:03+24:00",
      "01:02:03+00:60",
      "01:02:03Z+00:30",
      "08:30:06 PST",
      "01:01:01,1111",
      "12:00:00",
      "12:00:00.52",
      "1২:00:00Z",
      "08:30:06#00:20",
      "ab:cd:ef",
      "08:30:06.Z",
    ],
  ],
  duration: [
    ["P4DT12H30M5S", "P4Y", "PT0S", "P0D", "P1M", "PT1M", "PT36H", "P1DT12H", "P2W"],
    ["PT1D", "4DT12H30M5S", "P", "P1YT", "PT", "P2D1Y", "P1D2H", "P2S", "P1Y2W", "P1", "P২Y", "p1d", ""],
  ],
  email: [
    [
      "joe.bloggs@example.com",
      "te~st@example.com",
      "~test@example.com",
      "test~@example.com",
      '"joe bloggs"@example.com',
      '"joe..bloggs"@example.com',
      '"joe@bloggs"@example.com',
      "joe.bloggs@[127.0.0.1]",
      "joe.bloggs@[IPv6:::1]",
      "te.s.t@example.com",
    ],
    [
      "2962",
      ".test@example.com",
      "test.@example.com",
      "te..st@example.com",
      "joe.bloggs@invalid=domain.com",
      "joe.bloggs@[127.0.0.300]",
      "user1@oceania.org, user2@oceania.org",
      "@example.com",
      "a@",
      "joe bloggs@example.com",
    ],
  ],
  hostname: [
    [
      "www.example.com",
      "xn--4gbwdl.xn--wgbh1c",
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.com",
      "hostname",
      "host-name",
      "h0stn4me",
      "1host",
      "hostnam3",
      "xn--ihqwcrb4cv8a8dqg056pqjye",
    ],
    [
      "-a-host-name-that-starts-with--",
      "not_a_valid_host_name",
      "a-vvvvvvvvvvvvvvvveeeeeeeeeeeeeeeerrrrrrrrrrrrrrrryyyyyyyyyyyyyyyy-long-host-name-component",
      "-hostname",
      "hostname-",
      "_hostname",
      "hostname_",
      "host_name",
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl.com",
      "",
      ".",
      ".example",
      "example.",
      "example\uff0ecom",
      "XN--aa---o47jg78q",
      "xn--X",
      "ab--cd",
      "xn--a-ecp.ru",
      "xn--hello-txk",
      "xn--hello-zed",
      `${"a".repeat(60)}.${"a".repeat(60)}.${"a".repeat(60)}.${"a".repeat(60)}.${"a".repeat(20)}`,
    ],
  ],
  ipv4: [
    ["192.168.0.1", "0.0.0.0", "255.255.255.255"],
    [
      "127.0.0.0.1",
      "256.256.256.256",
      "127.0",
      "0x7f000001",
      "2130706433",
      "087.10.0.1",
      "87.10.0.1/24",
      "1২7.0.0.1",
      "192.168.1.0/24",
      " 192.168.0.1",
      "192.168.0.1 ",
      "192.168..1",
      "1.2.3.4.",
    ],
  ],
  ipv6: [
    [
      "::1",
      "::abef",
      "::",
      "::42:ff:1",
      "d6::",
      "1:d6::42",
      "1::d6:192.168.0.1",
      "1:2::192.168.0.1",
      "::ffff:192.168.0.1",
      "1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7::",
      "::2:3:4:5:6:7:8",
      "1000:1000:1000:1000:1000:1000:255.255.255.255",
    ],
    [
      "12345::",
      "1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1",
      "::laptop",
      ":2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:",
      ":2:3:4::8",
      "1::d6::42",
      "1::2:192.168.256.1",
      "1::2:192.168.ff.1",
      "::ffff:127.0.0.0.1",
      "1:2:3:4:5:::8",
      "1:2:3:4:5:6:7",
      "1",
      "127.0.0.1",
      "fe80::/64",
      "fe80::a%eth1",
      "1:2:3:4:1.2.3",
      " ::1",
      "::1 ",
      "100:100:100:100:100:100:255.255.255.255.255",
      "1:2:3:4:5:6:7:৪",
      "1:2::192.16৪.0.1",
      "1.2.3.4::",
      ":::",
      ":",
    ],
  ],
  uri: [
    [
      "http://foo.bar/?baz=qux#quux",
      "http://foo.com/blah_(wikipedia)_blah#cite-1",
      "http://foo.bar/?q=Test%20URL-encoded%20stuff",
      "http://xn--nw2a.xn--j6w193g/",
      "http://-.~_!$&'()*+,;=:%40:80%2f::::::@example.com",
      "http://223.255.255.254",
      "ftp://ftp.is.co.za/rfc/rfc1808.txt",
      "ldap://[2001:db8::7]/c=GB?objectClass?one",
      "mailto:John.Doe@example.com",
      "tel:+1-816-555-1212",
      "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
      "http://a.com:",
      "http://a.com:999999999",
      "http://:80",
      "http://@a.com",
      "http://user@",
      "http://[::1]:8080/",
      "http://[v1.a:b]/",
      "http://999.999.999.999/",
      "http://under_score.com/",
      "file:///etc/hosts",
      "a:",
    ],
    [
      "//foo.bar/?baz=qux#quux",
      "/abc",
      "\\\\WINDOWS\\fileshare",
      "abc",
      "http:// shouldfail.com",
      ":// should fail",
      "bar,baz:foo",
      "https://[@example.org/test.txt",
      "https://example.org/foobar®.txt",
      "https://example.org/foobar\\.txt",
      'https://example.org/foobar".txt',
      "https://example.org/foobar<>.txt",
      "https://example.org/foobar{}.txt",
      "https://example.org/foobar^.txt",
      "https://example.org/foobar`.txt",
      "https://example.org/foo bar.txt",
      "https://example.org/foobar|.txt",
      "http://example.com/%6G",
      "http://example.com/%A",
      "http://example.com/%",
      "1http://example.com",
      "ht_tp://example.com",
      "http://example.com:abc/path",
      "http://a.com:8:0",
      "http://a.com::",
      "http://[::1",
      "http://::1/",
      "http://[1.2.3.4]/",
      "http://[::1]a/",
      "http://a.com/#a#b",
      "http://a.com/[x]",
      "",
    ],
  ],
  "uri-reference": [
    ["http://foo.bar/?baz=qux#quux", "//foo.bar/?baz=qux#quux", "/abc", "abc", "#fragment", "", "?q", "a/b:c", "./a:b"],
    ["\\\\WINDOWS\\fileshare", "#frag\\ment", "1a:b", "%zz", "a b"],
  ],
  uuid: [
    [
      "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
      "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
      "2eb8aa08-AA98-11ea-B4Aa-73B441D16380",
      "00000000-0000-0000-0000-000000000000",
      "99c17cbb-656f-f64a-940f-1a4568f03487",
    ],
    [
      "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
      "2eb8aa08-aa98-11ea-73b441d16380",
      "2eb8aa08-aa98-11ea-b4ga-73b441d16380",
      "2eb8aa08aa9811eab4aa73b441d16380",
      "2eb8aa08aa98-11ea-b4aa73b441d16380",
      "2eb8-aa08-aa98-11ea-b4aa73b44-1d16380",
      "urn:uuid:2eb8aa08-aa98-11ea-b4aa-73b441d16380",
    ],
  ],
  "json-pointer": [
    [
      "/foo/bar~0/baz~1/%a",
      "/foo//bar",
      "/foo/bar/",
      "",
      "/foo",
      "/foo/0",
      "/",
      "/a~1b",
      "/c%d",
      "/e^f",
      "/g|h",
      "/i\\j",
      '/k"l',
      "/ ",
      "/m~0n",
      "/foo/-",
      "/foo/-/bar",
      "/~1~0~0~1~1",
      "/~1.1",
    ],
    ["/foo/bar~", "#", "#/", "#a", "/~0~", "/~0/~", "/~2", "/~-1", "/~~", "a", "0", "a/a"],
  ],
};

describe("[SCHEMA-8] the verdicts of JSON Schema 2020-12", () => {
  describe.each(Object.entries(SETS))("%s", (_keyword, rows) => {
    it.each(rows.map((row, index) => [index, ...row] as const))("row %i", (_index, schema, good, bad) => {
      expect(checkSchema(schema as Json)).toEqual([]);
      for (const value of good) expect([value, validate(schema, value)]).toEqual([value, []]);
      for (const value of bad) expect([value, validate(schema, value).length > 0]).toEqual([value, true]);
      expect(good.length + bad.length).toBeGreaterThan(0);
    });
  });

  it.each(Object.entries(FORMATS))("the format %s", (format, [good, bad]) => {
    expect(good.length + bad.length).toBeGreaterThan(0);
    for (const value of good) expect([value, validate({ format }, value)]).toEqual([value, []]);
    for (const value of bad) expect([value, validate({ format }, value).length > 0]).toEqual([value, true]);
    for (const value of [12, 13.7, {}, [], false, null] as Json[]) expect(validate({ format }, value)).toEqual([]);
  });

  /** Labels that the contextual rules and exceptions of RFC 5892 decide. */
  it.each<[string, boolean]>([
    ["xn--07jt112bpxg", false], // a Hangul tone mark
    ["xn--fiqs8s", true], // 中国
    ["xn--ll-0ea", true], // l·l
    ["xn--la-0ea", false], // l·a
    ["xn--wva3je", true], // α͵β
    ["xn--wva3j", false], // α͵
    ["xn--4dbc5h", true], // א׳ב
    ["xn--vek", false], // a katakana middle dot alone
    ["xn--11b2ezcw70k", true], // क्‍ष
    ["xn--11b2er09f", false], // क‍ष
    ["xn--l8j4u", true], // a katakana middle dot beside hiragana
    ["xn--9hb9z", false], // two rows of Arabic digits
    ["xn--ngba5hb2804a", true], // a joiner in Persian
    ["xn--a-eoc", false], // a tatweel
    ["xn--diethylphosphorodithioate-", false],
    ["xn--mnchen-3ya", true],
    ["XN--MNCHEN-3YA", true],
    ["xn--99999999", false],
  ])("%s: %s", (label, fits) => expect(validate({ format: "hostname" }, `${label}.example`).length === 0).toBe(fits));

  it("except for remote references, which are refused at registration", () => {
    for (const $ref of [
      "http://localhost:1234/draft2020-12/integer.json",
      "https://json-schema.org/draft/2020-12/schema",
      "other.json#a",
    ]) {
      expect(checkSchema({ $ref }).map(({ path }) => path)).toEqual(["/$ref"]);
    }
  });
});
