/** Reads what an admin writes into the registry of approvers. Pure and total; what nobody could satisfy is refused with its path. */
import type { Role } from "../access/principal.ts";
import type { FieldError } from "../errors/problem.ts";
import { didYouMean } from "../errors/unknown-name.ts";
import { err, ok, type Result } from "../result.ts";
import {
  type ApproverRule,
  DECIDING_ROLES,
  DEFAULT_SAMPLE,
  NAMED_OPERATIONS,
  type NextInLine,
  type Operation,
  type People,
} from "./approvers.ts";

/** An operation in its parts. */
export type OperationParts =
  | { readonly kind: "tool"; readonly tool: string }
  | { readonly kind: "step"; readonly workflow: string; readonly step: string }
  | { readonly kind: "named"; readonly name: (typeof NAMED_OPERATIONS)[number] };

/** What an operation names; null: it has not the form of one. */
export function operationParts(operation: string): OperationParts | null {
  const name = NAMED_OPERATIONS.find((one) => one === operation);
  if (name !== undefined) return { kind: "named", name };
  const tool = /^tool:(.+)$/.exec(operation)?.[1];
  if (tool !== undefined) return { kind: "tool", tool };
  const [, workflow, step] = /^workflow:([^/]+)\/([^/]+)$/.exec(operation) ?? [];
  return workflow === undefined || step === undefined ? null : { kind: "step", workflow, step };
}

/** The people of a request: roles by any word, to be checked here. */
type PeopleSent = { readonly roles?: readonly string[] | undefined; readonly users?: readonly string[] | undefined };
/** An entry as it is sent. */
export type RuleSent = PeopleSent & {
  readonly approvals_needed?: number | undefined;
  readonly due_minutes?: number | undefined;
  readonly then?: readonly (PeopleSent & { readonly after_minutes: number })[] | undefined;
  readonly auto_approve?: { readonly risk_below: number; readonly sample?: number | undefined } | undefined;
};

/** Who decides where an entry names nobody: it says only how many, or by when. */
const ANY_REVIEWER: People = { roles: ["reviewer"], users: [] };

/** The entry, or what is wrong with it. */
export function checkRule(operation: Operation, sent: RuleSent): Result<ApproverRule, readonly FieldError[]> {
  const flaws: FieldError[] = [];
  const told = (path: string, message: string): void => {
    flaws.push({ path, message });
  };
  const first = peopleOf(sent, "", told);
  const people = first.roles.length + first.users.length === 0 ? ANY_REVIEWER : first;
  const next = (sent.then ?? []).map((stage, index): NextInLine => {
    const joining = peopleOf(stage, `/then/${index}`, told);
    if (joining.roles.length + joining.users.length === 0) told(`/then/${index}`, "names nobody: give it `roles` or `users`");
    const before = index === 0 ? 0 : (sent.then?.[index - 1]?.after_minutes ?? 0);
    if (stage.after_minutes <= before) told(`/then/${index}/after_minutes`, "must be more than that of the entry before it");
    return { ...joining, after_minutes: stage.after_minutes };
  });
  const parts = operationParts(operation);
  const isOverride = parts?.kind === "named" && parts.name === "override";
  const needed = sent.approvals_needed ?? (isOverride ? 2 : 1);
  if (isOverride) {
    if (needed !== 2) told("/approvals_needed", "an override always takes two approvals");
    for (const field of ["due_minutes", "then", "auto_approve"] as const)
      if (sent[field] !== undefined) told(`/${field}`, "an override waits in no queue: leave this out");
  }
  const isOnlyNamed = people.roles.length === 0;
  if (isOnlyNamed && needed > people.users.length)
    told("/approvals_needed", `nobody could satisfy it: ${needed} approvals are needed, and ${people.users.length} user is named`);
  if (sent.auto_approve !== undefined && parts?.kind === "named" && parts.name !== "policy" && !isOverride)
    told(
      "/auto_approve",
      `a person always decides about \`${operation}\`: only \`tool:…\`, \`workflow:…\` and \`policy\` may be approved by themselves`,
    );
  if (flaws.length > 0) return err(flaws);
  return ok({
    operation,
    ...people,
    approvals_needed: needed,
    ...(sent.due_minutes === undefined ? {} : { due_minutes: sent.due_minutes }),
    next,
    ...(sent.auto_approve === undefined
      ? {}
      : { auto_approve: { risk_below: sent.auto_approve.risk_below, sample: sent.auto_approve.sample ?? DEFAULT_SAMPLE } }),
  });
}

/** The people, each once. Roles that decide nothing are told. */
function peopleOf({ roles = [], users = [] }: PeopleSent, at: string, told: (path: string, message: string) => void): People {
  const known: Role[] = [];
  for (const [index, name] of roles.entries()) {
    const role = DECIDING_ROLES.find((one) => one === name);
    if (role === undefined)
      told(`${at}/roles/${index}`, `is no role that decides: ${DECIDING_ROLES.join(", ")}${didYouMean(name, DECIDING_ROLES)}`);
    else if (!known.includes(role)) known.push(role);
  }
  return { roles: known, users: [...new Set(users)] };
}
