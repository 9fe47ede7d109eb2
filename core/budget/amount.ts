/** Money and tokens together: what is reserved, spent and capped. Plain numbers; knows no scope and no period. */
import type { MicroUsd } from "../money.ts";

/** Micro-dollars and tokens. Journals spell the same thing `{micro_usd, tokens}` (`Priced`, core/run/machine/event.ts). */
export type Amount = { readonly microUsd: MicroUsd; readonly tokens: number };

/** No money and no tokens. */
export const NOTHING: Amount = { microUsd: 0, tokens: 0 };

/** A function of numbers, applied to each part. */
const each =
  (f: (a: number, b: number) => number) =>
  (a: Amount, b: Amount): Amount => ({ microUsd: f(a.microUsd, b.microUsd), tokens: f(a.tokens, b.tokens) });

/** The sum of each part. */
export const plus = (a: Amount, b: Amount): Amount => ({ microUsd: a.microUsd + b.microUsd, tokens: a.tokens + b.tokens });
/** The difference of each part; it may be negative. */
export const minus = (a: Amount, b: Amount): Amount => ({ microUsd: a.microUsd - b.microUsd, tokens: a.tokens - b.tokens });
/** Both parts of `a` fit into `b`. */
export const fits = (a: Amount, b: Amount): boolean => a.microUsd <= b.microUsd && a.tokens <= b.tokens;
/** Both parts are zero. */
export const isNothing = (a: Amount): boolean => a.microUsd === 0 && a.tokens === 0;

/** The larger of each part. */
export const larger = each(Math.max);
/** The smaller of each part. */
export const smaller = each(Math.min);
/** What of `a` is beyond `b`, never below nothing. */
export const beyond = each((a, b) => Math.max(0, a - b));

/** The sum of all amounts. */
export const total = (amounts: Iterable<Amount>): Amount => {
  let sum = NOTHING;
  for (const amount of amounts) sum = plus(sum, amount);
  return sum;
};
