/** What an org does about risk: over one score a person decides about a write, over another it is denied. */
import type { Risk } from "./risk.ts";

/** Scores, 0 to 100. A write over `review_over` waits for a person, one over `block_over` is denied. PERSISTED: in an org's settings. */
export type RiskLimits = { readonly review_over: number; readonly block_over: number };

/** What holds while an org has chosen nothing. */
export const DEFAULT_RISK_LIMITS: RiskLimits = { review_over: 70, block_over: 90 };

/** What a change of limits contradicts; null: nothing. `kept`: what holds before it. A default that nobody chose stands in no choice's way. */
export function flawOfLimits(
  kept: RiskLimits,
  change: { readonly [L in keyof RiskLimits]?: number | null | undefined },
): { readonly limit: keyof RiskLimits; readonly message: string } | null {
  const chosen = (limit: keyof RiskLimits): number | null => {
    const sent = change[limit];
    if (sent !== undefined) return sent;
    return kept[limit] === DEFAULT_RISK_LIMITS[limit] ? null : kept[limit];
  };
  const [review, block] = [chosen("review_over"), chosen("block_over")];
  if (review === null || block === null || review <= block) return null;
  const rule = `\`review_over\` (${review}) must not exceed \`block_over\` (${block}): what is blocked comes before no person`;
  return { limit: typeof change.review_over === "number" ? "review_over" : "block_over", message: rule };
}

/** What the limits say to a write. `reason`: names the limit in the decision's reasons. */
export type RiskVerdict = { readonly decision: "allow" | "ask" | "deny"; readonly reason: string | null };

/**
 * Only writes are held up. What undoes a write is never denied for its risk: a person decides about it. `overridden`: two people lifted
 * the block for this call; who was asked already is not asked again because of the score.
 */
export function underLimits(
  { score }: Risk,
  { review_over, block_over }: RiskLimits,
  call: { readonly writes: boolean; readonly compensation: boolean; readonly overridden: boolean },
): RiskVerdict {
  if (!call.writes) return { decision: "allow", reason: null };
  if (score > block_over && call.overridden) return { decision: "allow", reason: "risk.overridden" };
  if (score > block_over) return { decision: call.compensation ? "ask" : "deny", reason: "risk.block_over" };
  return score > review_over ? { decision: "ask", reason: "risk.review_over" } : { decision: "allow", reason: null };
}
