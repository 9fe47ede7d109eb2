/** Money is kept as whole micro-dollars: sums are exact, and 2^53 of them are nine billion dollars. */
export type MicroUsd = number;

/** Rounds up, so that a cap is never undercut by a fraction. Adding 0 makes 0 of -0, which is what the smallest sums round up to. */
export const fromUsd = (usd: number): MicroUsd => Math.ceil(usd * 1_000_000 - 1e-6) + 0;

/** Micro-dollars as dollars, for people and for the wire. Sums are made before, in micro-dollars. */
export const toUsd = (micros: MicroUsd): number => micros / 1_000_000;

/** Price of `tokens` at `usdPerMillion` dollars per million tokens: one token then costs `usdPerMillion` micro-dollars. Rounds up. */
export const tokenCost = (tokens: number, usdPerMillion: number): MicroUsd => Math.ceil(tokens * usdPerMillion - 1e-9) + 0;
