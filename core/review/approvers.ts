/**
 * Who decides what: the entry of an org's registry of approvers for one operation. Pure: it says who may decide a case now, when the next
 * in line join, and whether a low risk passes without a person. It asks no clock and no store.
 */
import type { Role } from "../access/principal.ts";
import { type Refusal, refuse } from "../errors/problem.ts";
import type { EpochMs } from "../time.ts";

/** Operations that are no tool and no step. */
export const NAMED_OPERATIONS = ["budget", "unknown_outcome", "hand_over", "policy", "override"] as const;
/** What an entry is about: `tool:NAME`, `workflow:NAME/STEP` or one of `NAMED_OPERATIONS`. */
export type Operation = string;
/** Roles that an entry may name: those that take part in the work. Callers, monitors and auditors decide nothing. */
export const DECIDING_ROLES = ["developer", "reviewer", "operator", "admin"] as const satisfies readonly Role[];

/** People, by role or by name. */
export type People = { readonly roles: readonly Role[]; readonly users: readonly string[] };
/** Who joins when nobody has decided `after_minutes` after the case was opened. */
export type NextInLine = People & { readonly after_minutes: number };
/** A case with a risk below passes at once; the share `sample` (0 to 1) of these is looked at afterwards. */
export type AutoApproval = { readonly risk_below: number; readonly sample: number };

/** An entry of the registry. PERSISTED: in D1, and in the cases that were opened under it. */
export type ApproverRule = People & {
  readonly operation: Operation;
  readonly approvals_needed: number;
  /** Absent: by the severity of the case. */
  readonly due_minutes?: number;
  /** On the wire `then`. */
  readonly next: readonly NextInLine[];
  readonly auto_approve?: AutoApproval;
};

/** Of the cases that passed by themselves: the share that is looked at afterwards, where the entry does not say. */
export const DEFAULT_SAMPLE = 0.1;
const MINUTE_MS = 60_000;

/** Why a person is asked, as a run says it. */
export type ReviewReason = "step" | "policy" | "budget" | "guardrail" | "unknown-outcome" | "hand_over";

/** What a question is about, as a run knows it. */
export type Asked = { readonly reason: ReviewReason; readonly workflow: string; readonly step: string; readonly tool: string | null };

/** The operations that a question belongs to, the most specific first: the first one with an entry rules. None: nobody is named for it. */
export function operationsOf({ reason, workflow, step, tool }: Asked): readonly Operation[] {
  const ofStep = `workflow:${workflow}/${step}`;
  const ofTool = tool === null ? [] : [`tool:${tool}`];
  switch (reason) {
    case "step":
    case "guardrail":
      return [ofStep];
    case "policy":
      return [ofStep, ...ofTool, "policy"];
    case "unknown-outcome":
      return [ofStep, ...ofTool, "unknown_outcome"];
    case "budget":
      return ["budget"];
    case "hand_over":
      return ["hand_over"];
  }
}

/** The entry that rules over these operations; null: none. */
export const ruleFor = (operations: readonly Operation[], entries: readonly ApproverRule[]): ApproverRule | null =>
  operations.flatMap((operation) => entries.find((entry) => entry.operation === operation) ?? [])[0] ?? null;

/** When the next in line join, given how many have joined; null: nobody is left to ask. */
export function nextStageAt({ next }: ApproverRule, level: number, openedAt: EpochMs): EpochMs | null {
  const stage = next[level];
  return stage === undefined ? null : openedAt + stage.after_minutes * MINUTE_MS;
}

/** Milliseconds until a case is due; null: the entry leaves it to the severity. */
export const dueMsOf = (rule: ApproverRule | null | undefined): number | null =>
  rule?.due_minutes === undefined ? null : rule.due_minutes * MINUTE_MS;

/** The people who may decide once `level` of the next in line have joined. Those before them stay. */
const peopleAt = (rule: ApproverRule, level: number): readonly People[] => [rule, ...rule.next.slice(0, level)];

/** True when the entry names this person, by a role of theirs or by name. */
export const isNamed = (rule: ApproverRule, level: number, who: { readonly user: string; readonly roles: readonly Role[] }): boolean =>
  peopleAt(rule, level).some(
    ({ roles, users }) => users.includes(who.user) || roles.some((role) => who.roles.includes(role) || who.roles.includes("admin")),
  );

/**
 * Why this person does not decide under the entry, and how somebody comes to; null: they may. Without an entry the policies alone say who decides.
 * People whom the entry names are counted and not named: their names are not for everybody who tries.
 */
export function refusalOfApprover(
  rule: ApproverRule | null,
  level: number,
  who: { readonly user: string; readonly roles: readonly Role[] },
): Refusal | null {
  if (rule === null || isNamed(rule, level, who)) return null;
  const people = peopleAt(rule, level);
  const roles = [...new Set(people.flatMap((one) => one.roles))].map((role) => `\`${role}\``);
  const users = new Set(people.flatMap((one) => one.users)).size;
  const told = [
    ...(roles.length === 0 ? [] : [`the ${roles.length === 1 ? "role" : "roles"} ${roles.join(", ")}`]),
    ...(users === 0 ? [] : [users === 1 ? "one user whom its entry names" : `${users} users whom its entry names`]),
  ].join(" and ");
  const byAdmin = `an admin gives roles and changes the entry (PUT /v1/approvers/${encodeURIComponent(rule.operation)})`;
  const next = rule.next.length > level ? "; `escalate` brings the next in line" : "";
  return refuse("forbidden", `only the approvers of \`${rule.operation}\` decide this: ${told}; ${byAdmin}${next}`);
}
