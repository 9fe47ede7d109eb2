import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { CALLER, UNKNOWN } from "../../../core/label/label.ts";
import { joined, labelsAt, whole } from "../../../core/label/labels.ts";
import { labelsOfCallersInput, raisedBySchema } from "../../../core/label/labels-of-input.ts";
import type { JsonSchema } from "../../../core/workflow/definition.ts";

const classAt = (schema: JsonSchema, input: Json, ...tokens: string[]) =>
  joined(labelsAt(labelsOfCallersInput(schema, input) ?? [], tokens)).class;

describe("the classes of a caller's input", () => {
  const schema: JsonSchema = {
    type: "object",
    properties: {
      id: { type: "string", sensitivity: "public" },
      note: { type: "string" },
      health: { type: "object", sensitivity: "restricted", properties: { code: { type: "string", sensitivity: "public" } } },
      lines: { type: "array", items: { $ref: "#/$defs/line" } },
    },
    additionalProperties: { sensitivity: "confidential" },
    $defs: { line: { properties: { price: { sensitivity: "confidential" } } } },
  };
  const input = { id: "o-1", note: "x", health: { code: "F32" }, lines: [{ price: 3, sku: "a" }], other: 1 };

  it("[FLOW-1] are those of the schema's `sensitivity`, by place", () => {
    expect(classAt(schema, input, "id")).toBe("public");
    expect(classAt(schema, input, "note")).toBe("internal");
    expect(classAt(schema, input, "lines", "0", "price")).toBe("confidential");
    expect(classAt(schema, input, "lines", "0", "sku")).toBe("internal");
    expect(classAt(schema, input, "other")).toBe("confidential");
    expect(classAt(schema, input)).toBe("restricted");
    expect(joined(labelsOfCallersInput(schema, input) ?? []).trust).toBe("trusted");
  });

  it("[FLOW-1] are never lower inside a place than the place's own", () => {
    expect(classAt(schema, input, "health", "code")).toBe("restricted");
    expect(classAt({ sensitivity: "confidential" }, { a: 1 }, "a")).toBe("confidential");
  });

  it("[FLOW-1] count from every branch that may apply, and from a reference that is not understood", () => {
    const branches: JsonSchema = { anyOf: [{ properties: { a: { sensitivity: "confidential" } } }, { properties: { b: true } }] };
    expect(classAt(branches, { a: 1, b: 1 }, "a")).toBe("confidential");
    const conditional: JsonSchema = { if: { required: ["x"] }, else: { sensitivity: "restricted" } };
    expect(classAt(conditional, { x: 1 }, "x")).toBe("restricted");
    const anchored: JsonSchema = { properties: { a: { $ref: "#secret" } }, $defs: { s: { $anchor: "secret", sensitivity: "restricted" } } };
    expect(classAt(anchored, { a: 1 }, "a")).toBe("restricted");
  });

  it("[FLOW-1] are those of the place itself where no part of the value has one of its own", () => {
    const told: JsonSchema = { sensitivity: "confidential", properties: { a: { sensitivity: "restricted" } } };
    const confidential = whole({ ...CALLER, class: "confidential" });
    for (const value of [null, "abc", 7, {}]) expect(labelsOfCallersInput(told, value)).toEqual(confidential);
    expect(labelsOfCallersInput({ allOf: [true, { sensitivity: "confidential" }] }, { a: 1 })).toEqual(confidential);
    expect(classAt(told, { a: 1 }, "a")).toBe("restricted");
  });

  it("[FLOW-1] of a schema that refers to itself are found once, and no schema is looked through again for each part", () => {
    let looks = 0;
    const item: JsonSchema = {
      sensitivity: "restricted",
      get title() {
        looks++;
        return "item";
      },
    };
    const schema: JsonSchema = { allOf: [{ $ref: "#" }], items: { $ref: "#/$defs/row" }, $defs: { row: { properties: { item } } } };
    const looksOf = (rows: number): number => {
      looks = 0;
      expect(
        joined(
          labelsOfCallersInput(
            schema,
            Array.from({ length: rows }, () => ({ item: 1 })),
          ) ?? [],
        ).class,
      ).toBe("restricted");
      return looks;
    };
    expect(looksOf(100)).toBe(looksOf(1));
  });

  it("are not noted where the schema names none, and one for the whole where there are many places", () => {
    expect(labelsOfCallersInput({ type: "object", properties: { a: {} } }, { a: 1 })).toBeNull();
    expect(labelsOfCallersInput(true, 1)).toBeNull();
    const many = Array.from({ length: 200 }, () => ({ p: 1 }));
    expect(labelsOfCallersInput({ items: { properties: { p: { sensitivity: "restricted" } } } }, many)).toEqual(
      whole({ ...CALLER, class: "restricted" }),
    );
  });

  it("[FLOW-2] of a child's schema raise those of its parent's values and lower none", () => {
    const labels = whole(UNKNOWN);
    const raised = raisedBySchema(
      labels,
      { properties: { a: { sensitivity: "restricted" }, b: { sensitivity: "public" } } },
      { a: 1, b: 2 },
    );
    expect(joined(labelsAt(raised ?? [], ["a"]))).toMatchObject({ class: "restricted", trust: "untrusted" });
    expect(joined(labelsAt(raised ?? [], ["b"]))).toMatchObject({ class: "internal", trust: "untrusted" });
  });
});
