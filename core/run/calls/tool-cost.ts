/** What a call of a tool costs: the most that it can, before it leaves, and what it did cost once its outcome is known. */
import { type Amount, NOTHING } from "../../budget/amount.ts";
import { type Json, parsePointer } from "../../json.ts";
import { valueAt } from "../../json-pointer.ts";
import { fromUsd, type MicroUsd } from "../../money.ts";
import type { Activity } from "../machine/state.ts";
import type { LookupAnswer, ToolOutcome } from "./call.ts";

/** The most that a call of the activity's tool costs. A call in doubt keeps what is reserved for it. */
export const worstOfTool = ({ facts }: Pick<Activity, "facts">): Amount =>
  facts?.price === undefined ? NOTHING : { microUsd: facts.price.micro_usd, tokens: 0 };

/** What a call that succeeded cost: what its output says, up to its price; where that says nothing, its price. */
export function priceOf({ facts }: Pick<Activity, "facts">, output: Json): MicroUsd {
  const { micro_usd: most = 0, output_pointer: pointer } = facts?.price ?? {};
  const tokens = pointer === undefined ? null : parsePointer(pointer);
  const said = tokens === null ? undefined : valueAt(output, tokens);
  return typeof said === "number" && Number.isFinite(said) && said >= 0 ? Math.min(most, fromUsd(said)) : most;
}

/**
 * As `tool.answered` notes it. A call that failed after it may have reached its tool may have cost its price: that stays taken. So may one whose
 * earlier sending broke off, also where this sending did not go out or a kept answer took its place.
 */
export function costOfOutcome(
  activity: Activity,
  { result, reached, cached }: ToolOutcome,
): { readonly spent_micro_usd?: MicroUsd; readonly held_micro_usd?: MicroUsd } {
  const most = activity.reserved.microUsd;
  if (most === 0) return {};
  if (result.ok && cached === undefined) return { spent_micro_usd: priceOf(activity, result.output) };
  const isUnpaid = result.ok || reached === "no" || reached === "refused";
  return isUnpaid && activity.mayHavePaid !== true ? { spent_micro_usd: 0 } : { spent_micro_usd: 0, held_micro_usd: most };
}

/**
 * As `tool.looked_up` notes it. A write that happened costs its price in place of what its last sending has reserved, or is held for; what is held for
 * sendings before that stays held. One that never happened cost nothing in any sending. `unsure`: nothing is settled.
 */
export function costOfLookup(
  activity: Pick<Activity, "facts" | "reserved" | "untold">,
  { found, output }: Pick<LookupAnswer, "found" | "output">,
): { readonly spent_micro_usd?: MicroUsd; readonly freed_micro_usd?: MicroUsd } {
  const { reserved, untold = [] } = activity;
  if (found === "unsure" || (reserved.microUsd === 0 && untold.length === 0)) return {};
  if (found === "no") return { freed_micro_usd: untold.reduce((sum, held) => sum + held, 0) };
  const spent_micro_usd = priceOf(activity, output);
  return reserved.microUsd > 0 ? { spent_micro_usd } : { spent_micro_usd, freed_micro_usd: untold.at(-1) ?? 0 };
}
