/**
 * What a call of a model may cost at worst and what it did cost, in whole micro-dollars and tokens, at the model's price: the parts of a call are
 * summed first, and their sum is rounded up. For every call, whoever makes it: a run, a chat, an embedding, an estimate.
 */
import { type Amount, NOTHING } from "../budget/amount.ts";
import type { ModelEntry } from "../model/entry.ts";
import type { TokenUsage } from "../model/message.ts";
import { mayHaveCost } from "../model/untold.ts";
import { tokenCost } from "../money.ts";

/** Whatever has a price: a registered model, or a candidate as it was routed. */
export type Priced = { readonly price: ModelEntry["price"] };

/** By what factor upstreams were seen to exceed what was reserved for them. */
const NO_OVERRUN: Amount = { microUsd: 1, tokens: 1 };

/** `input` tokens read, none of them from the upstream's cache, and `output` tokens written. */
export const uncachedCost = ({ price }: Priced, input: number, output: number): Amount => ({
  microUsd: tokenCost([input, price.input], [output, price.output]),
  tokens: input + output,
});

/** The whole input uncached and every token of the answer, times what upstreams were seen to overrun. Rounds up. */
export function worstCase(model: Priced, input: number, maxOutput: number, overrun: Amount = NO_OVERRUN): Amount {
  const { microUsd, tokens } = uncachedCost(model, input, maxOutput);
  return { microUsd: Math.ceil(microUsd * overrun.microUsd), tokens: Math.ceil(tokens * overrun.tokens) };
}

/** What was used, with cached input at its own price. More cached tokens than tokens read count as all of them. */
export function costOf({ price }: Priced, { input, output, cachedInput }: TokenUsage): Amount {
  const cached = Math.min(cachedInput, input);
  const microUsd = tokenCost([input - cached, price.input], [cached, price.cached_input ?? price.input], [output, price.output]);
  return { microUsd, tokens: input + output };
}

/** What a call that is over cost; null: nobody told, and it may have cost something, so that its worst case stays taken. `status`: the upstream's, in digits. */
export function spentOn(
  model: Priced,
  failure: { readonly class: string; readonly code: string } | null,
  usage: TokenUsage | null,
  status: string | undefined,
): Amount | null {
  if (usage !== null) return costOf(model, usage);
  return mayHaveCost(failure, status) ? null : NOTHING;
}
