/** What the caller gets: the answer's headers, and the answer whole. */
import { completionId } from "../../core/chat/completion.ts";
import type { ChunkHead } from "../../core/model/stream/frame.ts";
import { toUsd } from "../../core/money.ts";
import type { Call } from "./call.ts";

/** Value of the `bulkhead-cache` header (docs/contract.md, "Models and chat"). */
export type CacheNote = "hit" | "semantic-hit" | "miss";

/**
 * docs/contract.md, "Models and chat". `cost`: only once it is known. `ignored`: names of the request's fields that said nothing to the
 * model, out of a fixed list.
 */
export function answerHeaders(
  call: Call,
  model: string,
  cache: CacheNote,
  { cost, ignored }: { readonly cost: boolean; readonly ignored: readonly string[] },
): Record<string, string> {
  const { attempts, microUsd, degraded } = call.tally;
  return {
    "bulkhead-model": model,
    "bulkhead-attempts": String(attempts),
    "bulkhead-cache": cache,
    "bulkhead-run": call.run,
    ...(cost ? { "bulkhead-cost-usd": usdText(microUsd) } : {}),
    ...(ignored.length === 0 ? {} : { "bulkhead-ignored": ignored.join(", ") }),
    ...(call.handOver === null ? {} : { "bulkhead-hand-over": `${call.handOver.reason}; priority=${call.handOver.priority}` }),
    ...(degraded.size === 0 ? {} : { "bulkhead-degraded": [...degraded].join(", ") }),
  };
}

/** Micro-dollars as dollars, without an exponent. */
export const usdText = (microUsd: number): string => toUsd(microUsd).toFixed(6).replace(/0+$/, "").replace(/\.$/, "");

/** The fields that an answer and all of its chunks share: id, creation time in epoch seconds, model. */
export const headOf = (call: Call, model: string, rehearsal: boolean): Omit<ChunkHead, "includeUsage"> => ({
  id: completionId(call.run),
  created: Math.floor(call.asked.at / 1_000),
  model,
  ...(rehearsal ? { fingerprint: "rehearsal" } : {}),
});
