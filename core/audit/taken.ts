/**
 * Which rows of one run's outbox already have their numbers. Rows are numbered upwards and each names the one before it, so a row
 * is a span of numbers, `after` < n <= `id`, that no other row of the run shares: what was taken is a union of spans. As a rule that
 * is a single one, from nothing up to the watermark; more only while messages overtake each other. Pure.
 */

/** PERSISTED: in the audit log, one list a run. Numbers above `after`, up to `last`. */
export type Span = readonly [after: number, last: number];

/** `misplaced`: no such row can exist beside those that were taken (a bug of its writer). */
export type Taking =
  | { readonly kind: "new"; readonly taken: readonly Span[] }
  | { readonly kind: "known" }
  | { readonly kind: "misplaced" };

/** Decimal, as rows of runs are named; 15 digits stay exact in a double (IEEE 754). */
const ROW = /^[1-9]\d{0,14}$/;

/** `taken`: ascending, and apart from each other; so is the answer. */
export function take(taken: readonly Span[], row: { readonly id: string; readonly after: string | null }): Taking {
  if (!ROW.test(row.id) || (row.after !== null && !ROW.test(row.after))) return { kind: "misplaced" };
  const [after, last] = [Number(row.after ?? 0), Number(row.id)];
  if (after >= last) return { kind: "misplaced" };
  if (taken.some(([from, to]) => from <= after && last <= to)) return { kind: "known" };
  if (taken.some(([from, to]) => from < last && after < to)) return { kind: "misplaced" };
  const before = taken.filter(([, to]) => to <= after);
  const behind = taken.filter(([from]) => from >= last);
  const left = before.at(-1)?.[1] === after ? before.pop() : undefined;
  const right = behind[0]?.[0] === last ? behind.shift() : undefined;
  return { kind: "new", taken: [...before, [left?.[0] ?? after, right?.[1] ?? last], ...behind] };
}
