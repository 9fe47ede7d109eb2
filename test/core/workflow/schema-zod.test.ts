/** Schemas as zod 4 writes them: taken, and holding what zod holds. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Json } from "../../../core/json.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";
import { checkSchema, validate } from "../../../core/workflow/schema.ts";

const Category: z.ZodType = z.object({
  name: z.string(),
  get children() {
    return z.array(Category);
  },
  get parent() {
    return Category.nullable().optional();
  },
});
const Tree: z.ZodType = z.object({
  value: z.number(),
  get left() {
    return Tree.nullable();
  },
  get right() {
    return Tree.nullable();
  },
});

/** What each holds, and what it does not, unless zod writes nothing of it for that target. */
const SHAPES: readonly (readonly [name: string, type: z.ZodType, good: readonly Json[], bad: readonly Json[]])[] = [
  ["email", z.email(), ["a@b.co", "a.b+c@d-e.example.org"], ["a", "a..b@c.de", ".a@b.co", 1]],
  ["html5 email", z.email({ pattern: z.regexes.html5Email }), ["a@b"], ["a b@c"]],
  ["rfc5322 email", z.email({ pattern: z.regexes.rfc5322Email }), ["a@b.co"], ["a@"]],
  ["unicode email", z.email({ pattern: z.regexes.unicodeEmail }).meta({ format: "x" }), ["ä@b.co"], ["a"]],
  ["uuid", z.uuid(), ["123e4567-e89b-42d3-a456-426614174000"], ["123e4567"]],
  ["uuid of version 7", z.uuidv7(), ["0190163d-8694-739b-aea5-966c26f8ad91"], ["123e4567-e89b-42d3-a456-426614174000"]],
  ["guid", z.guid(), ["123e4567-e89b-f2d3-f456-426614174000"], ["x"]],
  ["url", z.url(), ["https://example.com:8080/a?b#c"], []],
  ["http url", z.httpUrl(), ["https://example.com/"], []],
  ["hostname", z.hostname(), ["a-b.example"], ["-a.example"]],
  ["emoji", z.emoji(), ["😀", "👩‍🚀"], ["a"]],
  ["base64", z.base64(), ["aGk=", ""], ["a"]],
  ["base64url", z.base64url(), ["aGk"], ["a+b/"]],
  ["hex", z.hex(), ["0af"], ["0g"]],
  ["jwt", z.jwt(), ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.abc"], []],
  ["nanoid", z.nanoid(), ["V1StGXR8_Z5jdHi6B-myT"], ["short"]],
  ["cuid", z.cuid(), ["cjld2cjxh0000qzrmn831i7rn"], ["x y"]],
  ["cuid2", z.cuid2(), ["tz4a98xxat96iws9zmbrgj3a"], ["A"]],
  ["ulid", z.ulid(), ["01ARZ3NDEKTSV4RRFFQ69G5FAV"], ["x"]],
  ["xid", z.xid(), ["9m4e2mr0ui3e8a215n4g"], ["x"]],
  ["ksuid", z.ksuid(), ["0ujtsYcgvSTl8PAuAdqWYSMnLOv"], ["x"]],
  ["ipv4", z.ipv4(), ["192.0.2.1"], ["192.0.2.256"]],
  ["ipv6", z.ipv6(), ["2001:db8::1"], ["2001:db8"]],
  ["cidrv4", z.cidrv4(), ["192.0.2.0/24"], ["192.0.2.0/33"]],
  ["cidrv6", z.cidrv6(), ["2001:db8::/32"], ["2001:db8::/129"]],
  ["mac", z.mac(), ["00:1a:2b:3c:4d:5e"], ["00"]],
  ["e164", z.e164(), ["+14155552671"], ["0415"]],
  ["date", z.iso.date(), ["2024-02-29"], ["2023-02-29"]],
  ["time", z.iso.time(), [], ["25:00:00"]],
  ["date-time", z.iso.datetime(), ["2024-02-29T10:00:00Z"], ["2023-02-29T10:00:00Z", "x"]],
  [
    "date-time with offset",
    z.iso.datetime({ offset: true, precision: 3 }),
    ["2024-02-29T10:00:00.123+02:00"],
    ["2024-02-29T10:00:00+02:00"],
  ],
  ["duration", z.iso.duration(), ["P3Y6M4DT12H30M5S", "P1Y2D", "PT1H5S"], ["P", "PT", "1D"]],
  ["a text of a form", z.string().regex(/^[A-Z]{3}-\d+$/i), ["ABC-1"], ["AB-1"]],
  ["a text with both ends", z.string().startsWith("a.").endsWith("+z").includes("(b"), ["a.(b+z"], ["a(b+z"]],
  ["a template", z.templateLiteral(["id-", z.number(), z.enum(["px", "em"]).optional()]), ["id-1.5px", "id-2"], ["id-px"]],
  ["json in a text", z.json(), [{ a: [1, null, { b: "c" }] }], []],
  ["bounds", z.number().int().gt(1).lte(5).multipleOf(2), [2, 4], [1, 5, 2.5]],
  ["int32", z.int32(), [5], [2 ** 31]],
  ["exclusive bounds", z.number().gt(0).lt(1), [0.5], [0, 1]],
  ["a literal", z.literal(["a", 1, null]), ["a", 1, null], ["b", true]],
  ["an enum", z.enum(["a", "b"]), ["a"], ["c"]],
  ["a nullable enum", z.enum(["a", "b"]).nullable(), ["a", null], ["c"]],
  ["null", z.null(), [null], [0]],
  ["never", z.object({ a: z.never().optional() }), [{}], [{ a: 1 }]],
  ["anything", z.unknown(), [1, null, {}], []],
  ["a tuple", z.tuple([z.string(), z.number()]), [["a", 1]], [["a"], ["a", "b"], [1, 1]]],
  ["a tuple with a rest", z.tuple([z.string()], z.number()), [["a"], ["a", 1, 2]], [["a", "b"], []]],
  [
    "a tuple in an object",
    z.object({ at: z.tuple([z.number(), z.number()]).nullable() }),
    [{ at: [1, 2] }, { at: null }],
    [{ at: [1] }, {}],
  ],
  ["a list", z.array(z.string().min(1)).min(1).max(2), [["a"]], [[], ["a", "b", "c"], [""]]],
  ["a record", z.record(z.string(), z.number()), [{ a: 1 }], [{ a: "b" }]],
  ["a record of names", z.partialRecord(z.enum(["a", "b"]), z.number()), [{ a: 1 }], [{ c: 1 }]],
  ["a record of a form", z.record(z.string().regex(/^x-/), z.number()), [{ "x-a": 1 }], [{ a: 1 }]],
  ["a strict object", z.strictObject({ a: z.string(), b: z.number().optional() }), [{ a: "x" }], [{}, { a: "x", c: 1 }]],
  ["a loose object", z.looseObject({ a: z.string() }), [{ a: "x", c: 1 }], [{ c: 1 }]],
  ["a catch-all", z.object({ a: z.string() }).catchall(z.number()), [{ a: "x", b: 1 }], [{ a: "x", b: "y" }]],
  ["a union", z.union([z.string(), z.object({ a: z.number() })]), ["x", { a: 1 }], [1, {}]],
  [
    "a union told apart",
    z.discriminatedUnion("kind", [z.object({ kind: z.literal("a"), x: z.number() }), z.object({ kind: z.literal("b"), y: z.string() })]),
    [
      { kind: "a", x: 1 },
      { kind: "b", y: "z" },
    ],
    [{ kind: "a", y: "z" }, { kind: "c" }],
  ],
  ["an intersection", z.intersection(z.looseObject({ a: z.string() }), z.looseObject({ b: z.number() })), [{ a: "x", b: 1 }], [{ a: "x" }]],
  ["a nullable object", z.object({ a: z.object({ b: z.string() }).nullable() }), [{ a: null }, { a: { b: "x" } }], [{ a: {} }]],
  ["a default", z.object({ a: z.string().optional().describe("what"), b: z.boolean().nullish() }), [{}, { b: null }], [{ a: 1 }]],
  [
    "two recursive children",
    Category,
    [{ name: "a", children: [{ name: "b", children: [], parent: { name: "a", children: [], parent: null } }] }],
    [{ name: "a" }, { name: "a", children: [{ name: 1, children: [] }] }],
  ],
  [
    "a tree",
    Tree,
    [{ value: 1, left: { value: 2, left: null, right: null }, right: null }],
    [{ value: 1, left: { value: 2 }, right: null }],
  ],
];

/** zod writes no names of records for the old targets, and a tuple of OpenAPI 3.0 as a list of its items in any order. */
const UNSAID = new Set(
  ["a record of names", "a record of a form", "a tuple", "a tuple with a rest"].flatMap((name) => [
    `openapi-3.0 ${name}`,
    `draft-4 ${name}`,
  ]),
);
const TARGETS = ["draft-2020-12", "draft-7", "draft-4", "openapi-3.0"] as const;

describe("[SCHEMA-5] what zod writes", () => {
  describe.each(TARGETS)("for %s", (target) => {
    it.each(SHAPES)("%s", (name, type, good, bad) => {
      const schema = z.toJSONSchema(type, { target, io: "input" }) as JsonSchema;
      expect(checkSchema(schema as Json)).toEqual([]);
      expect(good.length + bad.length).toBeGreaterThan(0);
      for (const value of good) {
        expect(type.safeParse(value).success).toBe(true);
        expect([value, validate(schema, value)]).toEqual([value, []]);
      }
      for (const value of UNSAID.has(`${target} ${name}`) ? [] : bad) {
        expect([value, type.safeParse(value).success]).toEqual([value, false]);
        expect([value, validate(schema, value).length > 0]).toEqual([value, true]);
      }
    });
  });
});
