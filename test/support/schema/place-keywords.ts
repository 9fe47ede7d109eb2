// biome-ignore-all lint/suspicious/noThenProperty: a keyword of JSON Schema
/** Cases of the keywords that depend on other places of a schema: what was evaluated elsewhere, and references. */
import type { Sets } from "./row.ts";

export const PLACE_KEYWORDS: Sets = {
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
