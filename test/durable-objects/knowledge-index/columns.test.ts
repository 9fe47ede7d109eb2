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
    exec: (_: string, given?: number | string) => rows.filter((row) => typeof given !== "number" || row.revision === given),
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

  it("say nothing of a slot that is nobody's, and of a revision that is not served", () => {
    const columns = Columns.read(holding(ROWS));
    for (const slot of [-1, columns.size])
      expect([columns.at(slot), columns.lengthAt(slot), columns.vectorAt(slot)]).toEqual([null, 0, null]);
    columns.drop(99);
    columns.renew(holding([chunk(77, 8, vectorOf(1))]), [77]);
    expect([columns.sums([1, 2, 8]), columns.sums([8])]).toEqual([
      { chunks: 5, terms: 15 },
      { chunks: 0, terms: 0 },
    ]);
  });

  it("take the slots of those that went, and a revision that went twice takes nothing of another one", () => {
    const columns = Columns.read(holding(ROWS));
    const { size } = columns;
    columns.drop(10);
    columns.serve(holding([6, 7, 8, 9].map((id) => ({ ...chunk(id, 3, id === 6 ? null : vectorOf(id, 1)), revision: 30 }))), 30);
    expect(columns.size).toBe(size);
    columns.drop(10);
    expect(columns.sums([3])).toEqual({ chunks: 4, terms: 12 });
    expect([6, 7, 8, 9].map((id) => columns.vectorAt(columns.slotOf(id) ?? -1))).toEqual([
      null,
      ...[7, 8, 9].map((id) => Int8Array.of(id, 1)),
    ]);
  });

  it("keep their own vector and its length when one in the middle goes, also beyond the first 16", () => {
    const rows = Array.from({ length: 40 }, (_, at) => ({ ...chunk(at + 1, 1, vectorOf(at + 1, 40 - at)), revision: at }));
    const columns = Columns.read(holding(rows));
    for (const revision of [0, 7, 20, 39]) columns.drop(revision);
    const left = rows.filter(({ revision }) => ![0, 7, 20, 39].includes(revision));
    for (const { id } of left) expect(columns.vectorAt(columns.slotOf(id) ?? -1)).toEqual(Int8Array.of(id, 41 - id));
    const found = told(columns, Int8Array.of(3, 1), [1]);
    expect(found.map(([id]) => id).toSorted((a, b) => a - b)).toEqual(left.map(({ id }) => id));
    for (const [id, likeness] of found) expect(likeness).toBeCloseTo((3 * id + 41 - id) / (Math.sqrt(10) * Math.hypot(id, 41 - id)));
    columns.serve(holding([{ ...chunk(90, 1, null), revision: 90 }]), 90);
    expect(columns.vectorAt(columns.slotOf(90) ?? -1)).toBeNull();
  });

  it("count and compare what they are renewed to, also where the partition had no vectors", () => {
    const columns = Columns.read(holding([chunk(1, 1, null), chunk(2, 2, vectorOf(1, 2))]));
    columns.renew(
      holding([
        { ...chunk(1, 1, vectorOf(5, 6)), length: 8 },
        { ...chunk(2, 2, vectorOf(3, 4)), length: 1 },
      ]),
      [1, 2],
    );
    expect([columns.sums([1]), columns.sums([2])]).toEqual([
      { chunks: 1, terms: 8 },
      { chunks: 1, terms: 1 },
    ]);
    expect([1, 2].map((id) => columns.vectorAt(columns.slotOf(id) ?? -1))).toEqual([Int8Array.of(5, 6), Int8Array.of(3, 4)]);
    expect(told(columns, Int8Array.of(3, 4), [2])).toEqual([[2, expect.closeTo(1)]]);
    const plain = Columns.read(holding([chunk(1, 1, null)]));
    plain.drop(10);
    expect(plain.sums([1])).toEqual({ chunks: 0, terms: 0 });
  });
});
