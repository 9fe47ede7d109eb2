/** Amounts as journals write them, and back. */
import type { Amount } from "../budget/amount.ts";
import type { Priced } from "./event.ts";

export const priced = ({ microUsd, tokens }: Amount): Priced => ({ micro_usd: microUsd, tokens });
export const amount = ({ micro_usd, tokens }: Priced): Amount => ({ microUsd: micro_usd, tokens });
