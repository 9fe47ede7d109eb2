/** Money and tokens together: what is reserved, spent and capped. Plain numbers; knows no scope and no period. */
import type { MicroUsd } from "../money.ts";

export type Amount = { readonly microUsd: MicroUsd; readonly tokens: number };

export const NOTHING: Amount = { microUsd: 0, tokens: 0 };

export const plus = (a: Amount, b: Amount): Amount => ({ microUsd: a.microUsd + b.microUsd, tokens: a.tokens + b.tokens });
export const minus = (a: Amount, b: Amount): Amount => ({ microUsd: a.microUsd - b.microUsd, tokens: a.tokens - b.tokens });
/** Both parts of `a` fit into `b`. */
export const fits = (a: Amount, b: Amount): boolean => a.microUsd <= b.microUsd && a.tokens <= b.tokens;
