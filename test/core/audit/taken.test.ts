import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Span, take } from "../../../core/audit/taken.ts";

/** Rows of one run: each names the one before. */
const rowsOf = (ids: readonly number[]) => ids.map((id, index) => ({ id: String(id), after: index === 0 ? null : String(ids[index - 1]) }));

function takeAll(rows: readonly { id: string; after: string | null }[], from: readonly Span[] = []) {
  let taken = from;
  const kinds = rows.map((row) => {
    const taking = take(taken, row);
    if (taking.kind === "new") taken = taking.taken;
    return taking.kind;
  });
  return { taken, kinds };
}

describe("taking rows", () => {
  it("[AUD-7] takes each row once, in whatever order and however often rows come, and ends with one span", () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 }).map((list) => list.sort((a, b) => a - b));
    const deliveries = ids.chain((list) => {
      const rows = rowsOf(list);
      return fc
        .array(fc.constantFrom(...rows), { maxLength: 40 })
        .chain((again) => fc.shuffledSubarray([...rows, ...again], { minLength: rows.length + again.length }));
    });
    fc.assert(
      fc.property(deliveries, (delivered) => {
        const { taken, kinds } = takeAll(delivered);
        const first = delivered.map((row, index) => (delivered.findIndex((other) => other.id === row.id) === index ? "new" : "known"));
        expect(kinds).toEqual(first);
        expect(taken).toEqual([[0, Math.max(...delivered.map((row) => Number(row.id)))]]);
      }),
    );
  });

  it("[AUD-7] keeps what came ahead until the rows before it come, and closes the gap", () => {
    const [a, b, c, d] = rowsOf([2, 5, 6, 9]) as [{ id: string; after: string | null }, ...{ id: string; after: string | null }[]];
    expect(takeAll([a, d as typeof a]).taken).toEqual([
      [0, 2],
      [6, 9],
    ]);
    expect(takeAll([a, d, c] as (typeof a)[]).taken).toEqual([
      [0, 2],
      [5, 9],
    ]);
    expect(takeAll([a, d, c, b] as (typeof a)[]).taken).toEqual([[0, 9]]);
  });

  it("[AUD-7] a source that was forgotten goes on from the row it is at", () => {
    expect(takeAll([{ id: "60", after: "57" }])).toEqual({ kinds: ["new"], taken: [[57, 60]] });
  });

  it.each([
    ["overlaps what was taken from below", { id: "12", after: "7" }],
    ["overlaps what was taken from above", { id: "7", after: "3" }],
    ["holds what was taken and more", { id: "12", after: "3" }],
    ["comes after itself", { id: "30", after: "30" }],
    ["comes after a later one", { id: "30", after: "31" }],
    ["has no number", { id: "evt_1", after: null }],
    ["has a number that no double holds", { id: "9007199254740993", after: null }],
    ["has a number that is written in two ways", { id: "020", after: "19" }],
    ["comes after what is no number", { id: "30", after: "" }],
  ])("refuses a row that %s", (_what, row) => {
    expect(take([[5, 10]], row)).toEqual({ kind: "misplaced" });
  });
});
