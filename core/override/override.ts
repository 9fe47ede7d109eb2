/**
 * Overrides: three people agree that a run's step may go although its risk is over the org's `block_over`. One asks, two others approve;
 * nobody who started the run is among those who approve. An override lifts the block alone: no forbid of a policy, no class and no kill
 * switch asks whether there is one.
 */
import { type Holder, isOnePerson } from "../access/person.ts";
import { type Refusal, refuse } from "../errors/problem.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";

/** People who approve an override, beside the one who asks. */
export const APPROVALS_NEEDED = 2;
/** Longest time that an override may hold, in milliseconds; a later `expires_at` is refused. */
export const LONGEST_OVERRIDE_MS = 7 * 24 * 3_600_000;

/** Somebody's agreement. PERSISTED. */
export type Approval = Holder & { readonly at: EpochMs };

/** An override as it is kept. PERSISTED: in D1. */
export type Override = {
  readonly id: string;
  readonly org: string;
  readonly run: string;
  /** A step of the run's definition. It covers every call that the step makes. */
  readonly step: string;
  /** Without personal data. */
  readonly reason: string;
  readonly askedBy: Holder;
  readonly approvals: readonly Approval[];
  readonly expiresAt: EpochMs;
  readonly createdAt: EpochMs;
};

/** Whether it lifts the block: `pending` until two people have approved it. */
export type OverrideStatus = "pending" | "active" | "expired";

/** Its status at a time. */
export const statusOf = ({ approvals, expiresAt }: Override, at: EpochMs): OverrideStatus =>
  at >= expiresAt ? "expired" : approvals.length >= APPROVALS_NEEDED ? "active" : "pending";

/** Why this person may not approve it now; null: they may. `starters`: who started the run. */
export function refusalOfApproval(override: Override, approver: Holder, starters: readonly Holder[], at: EpochMs): Refusal | null {
  const second = (why: string): Refusal => refuse("second_person_required", `${why}; it takes two others than the one who asks`);
  if (isOnePerson(override.askedBy, approver)) return second("the one who asks cannot approve");
  if (starters.some((starter) => isOnePerson(starter, approver))) return second("the one who started the run cannot approve");
  if (override.approvals.some((approval) => isOnePerson(approval, approver))) return second("this person has already approved");
  const status = statusOf(override, at);
  if (status === "pending") return null;
  return refuse(
    "conflict",
    status === "expired" ? "the override has expired; ask again" : "the override was already approved by two people",
  );
}

/** An override as HTTP shows it. */
export type OverrideView = {
  id: string;
  run: string;
  step: string;
  reason: string;
  status: OverrideStatus;
  by: string;
  approvals_needed: number;
  approvals: { by: string; at: string }[];
  expires_at: string;
  created_at: string;
};

/** An override as HTTP shows it at a time. */
export const overrideView = (override: Override, at: EpochMs): OverrideView => ({
  id: override.id,
  run: override.run,
  step: override.step,
  reason: override.reason,
  status: statusOf(override, at),
  by: override.askedBy.user,
  approvals_needed: APPROVALS_NEEDED,
  approvals: override.approvals.map(({ user, at: approvedAt }) => ({ by: user, at: toRfc3339(approvedAt) })),
  expires_at: toRfc3339(override.expiresAt),
  created_at: toRfc3339(override.createdAt),
});
