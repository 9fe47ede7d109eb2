/** Money is kept as whole micro-dollars: sums are exact, and 2^53 of them are nine billion dollars. */
export type MicroUsd = number;

/** Rounds up, so that a cap is never undercut by a fraction. Adding 0 makes 0 of -0, which is what the smallest sums round up to. */
export const fromUsd = (usd: number): MicroUsd => Math.ceil(usd * 1_000_000 - 1e-6) + 0;

/** Micro-dollars as dollars, for people and for the wire. Sums are made before, in micro-dollars. */
export const toUsd = (micros: MicroUsd): number => micros / 1_000_000;

/** Tokens at a price in dollars per million of them: one then costs so many micro-dollars. */
export type PricedTokens = readonly [tokens: number, usdPerMillion: number];

/** What a double may be off after some products and sums of them: below it nothing is charged. */
const LEAST = { absolute: 1e-9, relative: 2 ** -50 };

/** Price of all parts of one call together. Rounds up once, at the end. */
export function tokenCost(...parts: readonly PricedTokens[]): MicroUsd {
  const sum = parts.reduce((sofar, [tokens, usdPerMillion]) => sofar + tokens * usdPerMillion, 0);
  return Math.ceil(sum - Math.max(LEAST.absolute, sum * LEAST.relative)) + 0;
}
