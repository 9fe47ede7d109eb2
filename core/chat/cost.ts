/** What a call may cost at worst and what it did cost, in whole micro-dollars and tokens, at a model's price. */
import type { Amount } from "../budget/amount.ts";
import type { ModelCandidate } from "../model/entry.ts";
import type { TokenUsage } from "../model/message.ts";
import { tokenCost } from "../money.ts";

/** The whole input uncached, and every token of the answer. */
export const worstCost = ({ price }: Pick<ModelCandidate, "price">, input: number, maxOutput: number): Amount => ({
  microUsd: tokenCost(input, price.input) + tokenCost(maxOutput, price.output),
  tokens: input + maxOutput,
});

export function costOf({ price }: Pick<ModelCandidate, "price">, usage: TokenUsage): Amount {
  const cached = Math.min(usage.cachedInput, usage.input);
  const input = tokenCost(usage.input - cached, price.input) + tokenCost(cached, price.cached_input ?? price.input);
  return { microUsd: input + tokenCost(usage.output, price.output), tokens: usage.input + usage.output };
}

export const NO_USAGE: TokenUsage = { input: 0, output: 0, cachedInput: 0 };

export const plusUsage = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cachedInput: a.cachedInput + b.cachedInput,
});
