import { describe, expect, it } from "vitest";
import { type Column, Columns } from "../../../durable-objects/knowledge-index/columns.ts";

type Row = { id: number; revision: number; number: number; part: number; length: number; vector: ArrayBuffer | null };
const vectorOf = (...numbers: number[]): ArrayBuffer => Int8Array.from(numbers).buffer;
const chunk = (id: number, part: number, vector: ArrayBuffer | null): Row => ({
  id,
  revision: 10 * part,
  number: id,
  part,
  length: 3,
  vector,
});
/** Storage that knows these chunks. */
const holding = (rows: readonly Row[]): SqlStorage =>
  ({
    exec: (_: string, revision?: number) => rows.filter((row) => revision === undefined || row.revision === revision),
  }) as unknown as SqlStorage;

const ROWS = [
  chunk(1, 1, vectorOf(1, 2, 0, 3)),
  chunk(2, 2, vectorOf(1, 2, 0, 3)),
  chunk(3, 1, null),
  chunk(4, 1, vectorOf(1, 2)),
  chunk(5, 1, vectorOf(-3, 0, 5, 1)),
];
const told = (columns: Columns, vector: Int8Array, parts: readonly number[]) => {
  const found: [number, number][] = [];
  columns.near(vector, parts, (_slot: number, column: Column, likeness) => found.push([column.id, likeness()]));
  return found;
};

describe("the chunks in memory", () => {
  it("[KNOW-20] of a partition that a caller may not read are not touched by their search", () => {
    const columns = Columns.read(holding(ROWS));
    const asked = Int8Array.of(1, 2, 0, 3);
    expect(told(columns, asked, [1]).map(([id]) => id)).toEqual([1, 5]);
    expect(told(columns, asked, [2]).map(([id]) => id)).toEqual([2]);
    expect(told(columns, asked, [])).toEqual([]);
    expect(columns.sums([1])).toEqual({ chunks: 4, terms: 12 });
  });

  it("are compared by cosine, whatever zeros and lengths they have, and go with their revision", () => {
    const columns = Columns.read(holding(ROWS));
    const asked = Int8Array.of(2, 4, 0, 6);
    expect(told(columns, asked, [1])[0]?.[1]).toBeCloseTo(1);
    expect(told(columns, asked, [1])[1]?.[1]).toBeCloseTo((2 * -3 + 6 * 1) / (Math.sqrt(56) * Math.sqrt(35)));
    const long = Int8Array.from({ length: 19 }, (_, at) => at - 9);
    columns.serve(holding([{ ...chunk(9, 3, long.slice().buffer), revision: 30 }]), 30);
    expect(told(columns, long, [3])[0]?.[1]).toBeCloseTo(1);
    columns.drop(10);
    expect([told(columns, asked, [1, 2]).map(([id]) => id), columns.slotOf(1), columns.sums([1]).chunks]).toEqual([[2], undefined, 0]);
    columns.serve(holding(ROWS), 10);
    expect(told(columns, asked, [1]).map(([id]) => id)).toEqual([1, 5]);
    expect(columns.vectorAt(columns.slotOf(5) ?? -1)).toEqual(Int8Array.of(-3, 0, 5, 1));
  });
});
