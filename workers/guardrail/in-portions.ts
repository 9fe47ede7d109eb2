/**
 * The vault, asked for a bounded number of values at a time. Each value costs a cipher and a row, so thousands in one transaction would
 * keep everybody else waiting. Between two portions the event loop goes round: an answer that is there at once gives nobody else a turn.
 */
import { turn } from "../../kit/turn.ts";
import type { VaultPort } from "./ports.ts";

/** Values in one message to the vault: some 50 ms of its time. */
const PORTION = 200;

/**
 * The same vault in portions. What a later portion fails to keep leaves placeholders of the earlier ones behind that nothing uses; the
 * same values get them again.
 */
export const inPortions = (vault: VaultPort): VaultPort => ({
  assign: async (org, request) => eachPortion(request.values, (values) => vault.assign(org, { ...request, values })),
  open: async (org, request) => eachPortion(request.placeholders, (placeholders) => vault.open(org, { ...request, placeholders })),
});

/** The answers to all of them, in order, asked for a portion at a time. `pause`: lets others be served between two. */
export async function eachPortion<In, Out>(
  all: readonly In[],
  ask: (portion: readonly In[]) => Promise<readonly Out[]>,
  pause: () => Promise<void> = turn,
): Promise<Out[]> {
  const answers: Out[] = [];
  for (let from = 0; from < all.length; from += PORTION) {
    if (from > 0) await pause();
    answers.push(...(await ask(all.slice(from, from + PORTION))));
  }
  return answers;
}
