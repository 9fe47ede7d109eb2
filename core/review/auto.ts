/**
 * What passes without a person, and what is looked at afterwards. Pure. A question passes alone only where an entry of the registry of
 * approvers says so, its risk is low, and nothing about it is out of the ordinary; whoever cannot tell says no.
 */
import type { AutoApproval } from "./approvers.ts";
import type { ReviewRequest } from "./case.ts";

/** Who approved where nobody did. No user can have this name: user names hold no slash. */
export const AUTO_APPROVAL = "bulkhead/auto-approval";

/** The shipped policy (policies/calls.cedar) that asks because the tool's manifest says `approval: "always"`: a person, each time. */
export const ALWAYS_ASKS = "approval.always";

/** The entry's word on it, when the question may pass without a person; null: a person decides. */
export function passesAlone({ rule, reason, taints, risk, policy }: ReviewRequest): AutoApproval | null {
  const auto = rule?.auto_approve;
  if (auto === undefined || (reason !== "policy" && reason !== "step")) return null;
  if (taints === undefined || taints.length > 0 || risk.score === null) return null;
  if (policy.reasons?.includes(ALWAYS_ASKS) === true) return null;
  return risk.score < auto.risk_below ? auto : null;
}

/** A number in [0, 1) that the key alone decides: whether a case is sampled does not change when it is opened again. `hash`: hex. */
export const chanceOf = (hash: string): number => Number.parseInt(hash.slice(0, 12), 16) / 2 ** 48;

/** How many passed alone, how many of these are looked at afterwards, how many were, and how many of these should not have passed. */
export type Tally = { readonly passed: number; readonly sampled: number; readonly judged: number; readonly wrong: number };
/** A share of errors with its 95 % interval. */
export type ErrorRate = { readonly value: number; readonly low: number; readonly high: number };

/** Of a normal distribution, two-sided 95 %. */
const Z = 1.959964;

/** The share of errors among those judged, with Wilson's interval (1927); null: none was judged. */
export function errorRate({ judged: n, wrong }: Tally): ErrorRate | null {
  if (n === 0) return null;
  const p = wrong / n;
  const middle = (p + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  const rounded = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1e6) / 1e6;
  return { value: rounded(p), low: rounded(middle - half), high: rounded(middle + half) };
}
