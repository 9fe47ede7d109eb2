/** The arithmetic of measurements: percentiles, medians, ratios of interleaved rounds. Pure. */

/** The value below which `share` (0 to 1) of the sorted values lie, by nearest rank. Throws on an empty list: nothing was measured. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError("no values to take a percentile of");
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] as number;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values to take a median of");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

export type Summary = { readonly median: number; readonly low: number; readonly high: number; readonly values: readonly number[] };

export const summarise = (values: readonly number[]): Summary => ({
  median: median(values),
  low: Math.min(...values),
  high: Math.max(...values),
  values,
});

/**
 * Ours over theirs, round by round: both sides of a quotient were measured next to each other, so that what slowed one slowed the
 * other. The two lists have one value a round.
 */
export function ratios(ours: readonly number[], theirs: readonly number[]): Summary {
  if (ours.length !== theirs.length) throw new RangeError("a round has a value of each side");
  return summarise(ours.map((value, round) => value / (theirs[round] as number)));
}
