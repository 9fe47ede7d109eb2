/** A number that is not known yet: the least, the likely and the most it can be. Plain arithmetic, free of what is counted. */

/** A number as an interval with its likely value. */
export type Spread = { readonly low: number; readonly expected: number; readonly max: number };

/** A number that is known. */
export const exactly = (value: number): Spread => ({ low: value, expected: value, max: value });
/** Zero, known. */
export const NONE: Spread = exactly(0);

/** Intervals added part by part. */
export const sum = (...spreads: readonly Spread[]): Spread =>
  spreads.reduce(
    (total, { low, expected, max }) => ({ low: total.low + low, expected: total.expected + expected, max: total.max + max }),
    NONE,
  );

/** Both are counts from 0: the parts multiply one by one. */
export const times = (a: Spread, b: Spread): Spread => ({ low: a.low * b.low, expected: a.expected * b.expected, max: a.max * b.max });

/** Nothing of it is more than `most`. */
export const atMost = ({ low, expected, max }: Spread, most: number): Spread => ({
  low: Math.min(low, most),
  expected: Math.min(expected, most),
  max: Math.min(max, most),
});

/** INVARIANT of every spread: 0 ≤ low ≤ expected ≤ max. */
export function ordered({ low, expected, max }: Spread): Spread {
  const most = Math.max(0, max);
  const likely = Math.min(Math.max(0, expected), most);
  return { low: Math.min(Math.max(0, low), likely), expected: likely, max: most };
}
