/** A desk's slice by itself: what may begin while a note is on its way. */
import { beforeEach, describe, expect, it } from "vitest";
import { type Amount, NOTHING } from "../../../core/budget/amount.ts";
import { LEASE_MS } from "../../../core/budget/ledger.ts";
import type { DeskNote } from "../../../core/budget/note.ts";
import { Slice } from "../../../workers/budget/slice.ts";
import { amount } from "../../support/budget.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
let slice: Slice;
beforeEach(() => {
  slice = new Slice("desk_1", { user: "ann", workflow: null }, NOW);
});

const granted = (lease: Amount) => ({ ok: true, lease, until: NOW + LEASE_MS.desk, pressure: 0, alerts: [] }) as const;
const begins = (call: string, worst: number): boolean => slice.ask(call, amount(worst), [], NOW).answer !== null;
const send = (): DeskNote => slice.next(NOW);

describe("a slice", () => {
  it("[DESK-10] what was settled while a note was on its way is not there again when its answer comes", () => {
    begins("run_a", 60);
    slice.take(send(), granted(amount(100)), NOW); // run_a begins
    const onItsWay = send();
    expect(onItsWay.attempts).toMatchObject([{ call: "run_a" }]);
    slice.settle("run_a", amount(50), [], NOW);
    slice.take(onItsWay, granted(amount(100)), NOW); // as the ledger knew it, before the outcome
    expect(begins("run_b", 51)).toBe(false);
  });

  it("[DESK-10] calls under way are never worth more than the slice", () => {
    begins("run_a", 60);
    slice.take(send(), granted(amount(100)), NOW);
    expect(begins("run_b", 40)).toBe(true);
    expect(begins("run_c", 1)).toBe(false);
  });

  it("[DESK-10] nothing begins while less is wished for", () => {
    begins("run_a", 10);
    slice.take(send(), granted(amount(1_000)), NOW);
    slice.settle("run_a", amount(10), [], NOW);
    const less = send();
    expect(less.wish).toEqual({ need: NOTHING, want: amount(40) });
    expect(begins("run_b", 10)).toBe(false);
    slice.take(less, granted(amount(40)), NOW);
    expect(begins("run_c", 1)).toBe(true); // run_b before it has begun
    expect(send().attempts.map(({ call }) => call)).toEqual(["run_b", "run_c"]);
  });

  it("[DESK-10] an answer that comes twice, or to an older note, changes nothing", () => {
    begins("run_a", 60);
    const first = send();
    slice.take(first, granted(amount(100)), NOW);
    slice.take(first, granted(amount(900)), NOW);
    const second = send();
    slice.take(first, granted(amount(900)), NOW);
    expect(slice.next(NOW)).toBe(second);
    expect(begins("run_b", 41)).toBe(false);
  });
});
