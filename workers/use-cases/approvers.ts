/** The registry of approvers: what an admin writes into it, and which entry holds for a review. */
import { type FieldError, type Refusal, refuse } from "../../core/errors/problem.ts";
import { didYouMean, unknownName } from "../../core/errors/unknown-name.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type ApproverRule, DECIDING_ROLES, NAMED_OPERATIONS, type Operation, ruleFor } from "../../core/review/approvers.ts";
import type { ReviewRequest } from "../../core/review/case.ts";
import { checkRule, operationParts, type RuleSent } from "../../core/review/registry.ts";
import { toolAddresses } from "../../core/tool/address.ts";
import type { ApproverStore } from "../store/ports.ts";
import { denied } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import { auditRecord } from "./record.ts";
import type { Requester } from "./requester.ts";

/** An entry, and what will probably mislead in it. */
export type SetApprovers = { readonly rule: ApproverRule; readonly warnings: readonly FieldError[] };

/** Replaces the entry for an operation. Refuses with `not_found` what does not exist, with `invalid_request` what nobody could satisfy. */
export async function setApprovers(
  ports: UseCasePorts,
  by: Requester,
  operation: Operation,
  sent: RuleSent,
): Promise<Result<SetApprovers, Refusal>> {
  const { org } = by.principal;
  const refusal = await denied(ports, by, "approver.write", { name: `approvers/${operation}` });
  if (refusal !== null) return err(refusal);
  const unknown = await unknownOperation(ports, org, operation);
  if (unknown !== null) return err(unknown);
  const checked = checkRule(operation, sent);
  if (!checked.ok) return err(refuse("invalid_request", "the entry cannot be kept", checked.error));
  const rule = checked.value;
  const warnings = await warningsOf(ports, org, rule);
  const { operation: _name, ...data } = rule;
  const fact = { type: "approvers.set", action: "approver.write", resource: `approvers/${operation}`, decision: "allow" } as const;
  await ports.store.approvers.put(org, rule, auditRecord(ports, by, { ...fact, data: JSON.parse(JSON.stringify(data)) }));
  return ok({ rule, warnings });
}

/** Removes the entry: from then on every reviewer decides, once. */
export async function removeApprovers(ports: UseCasePorts, by: Requester, operation: Operation): Promise<Result<null, Refusal>> {
  const { org } = by.principal;
  const refusal = await denied(ports, by, "approver.write", { name: `approvers/${operation}` });
  if (refusal !== null) return err(refusal);
  const fact = { type: "approvers.removed", action: "approver.write", resource: `approvers/${operation}`, decision: "allow" } as const;
  const removed = await ports.store.approvers.remove(org, operation, auditRecord(ports, by, fact));
  return removed ? ok(null) : err(await noEntry(ports, org, operation));
}

/** That there is no entry for an operation, and which one is near. */
export async function noEntry({ store }: Pick<UseCasePorts, "store">, org: string, operation: Operation): Promise<Refusal> {
  const { data } = await store.approvers.list(org, { limit: 200, cursor: null });
  const names = data.map((rule) => rule.operation);
  return refuse("not_found", `there is no entry for \`${operation.slice(0, 140)}\`${didYouMean(operation, names)}`);
}

/** The entry that is in force for these operations now; null: none. */
export const ruleInForce = async (store: ApproverStore, org: string, operations: readonly Operation[]): Promise<ApproverRule | null> =>
  operations.length === 0 ? null : ruleFor(operations, await store.of(org, operations));

/**
 * The question of a run as it is opened: under the entry that is in force, and with what its tools say of themselves. Throws when the store
 * is out of reach; it is asked again.
 */
export async function underRegistry(
  { approvers, tools, orgs }: Pick<UseCasePorts["store"], "approvers" | "tools" | "orgs">,
  org: string,
  asked: ReviewRequest,
): Promise<ReviewRequest> {
  const [rule, context, { oversight }] = await Promise.all([
    ruleInForce(approvers, org, asked.operations ?? []),
    described(tools, org, asked.context),
    orgs.settings(org),
  ]);
  const decoys = oversight.decoy_percent > 0 ? { decoyShare: oversight.decoy_percent / 100 } : {};
  const request = { ...asked, ...(context === undefined ? {} : { context }), ...decoys };
  return rule === null ? request : { ...request, rule, approvalsNeeded: Math.max(request.approvalsNeeded, rule.approvals_needed) };
}

/** Tools that are looked up for one question. */
const MOST_TOOLS = 10;

async function described(
  tools: Pick<UseCasePorts["store"]["tools"], "get">,
  org: string,
  context: ReviewRequest["context"],
): Promise<ReviewRequest["context"]> {
  if (context === undefined) return context;
  const effects = await Promise.all(
    context.effects.map(async (effect, index) => {
      const manifest = index < MOST_TOOLS ? await tools.get(org, effect.tool, effect.version) : null;
      if (manifest === null) return effect;
      const hosts = [...new Set(toolAddresses(manifest).flatMap((address) => URL.parse(address)?.host ?? []))];
      return { ...effect, description: manifest.description, hosts };
    }),
  );
  return { ...context, effects };
}

/** null: what the operation names exists. */
async function unknownOperation({ store }: UseCasePorts, org: string, operation: Operation): Promise<Refusal | null> {
  const parts = operationParts(operation);
  if (parts === null) {
    const forms = "operations are `tool:NAME`, `workflow:NAME/STEP` and";
    const { code, detail } = unknownName("operation", operation, NAMED_OPERATIONS);
    return refuse(code, `${detail}; ${forms} ${NAMED_OPERATIONS.map((name) => `\`${name}\``).join(", ")}`);
  }
  if (parts.kind === "named") return null;
  if (parts.kind === "tool")
    return (await store.tools.get(org, parts.tool, null)) === null ? unknownName("tool", parts.tool, await store.tools.names(org)) : null;
  const workflow = await store.workflows.get(org, parts.workflow, null);
  if (workflow === null) return unknownName("workflow", parts.workflow, await store.workflows.names(org));
  const steps = Object.keys(workflow.definition.steps);
  return steps.includes(parts.step) ? null : unknownName(`step of the workflow \`${parts.workflow}\``, parts.step, steps);
}

/** Users who could not decide with any key they have. */
async function warningsOf({ store }: UseCasePorts, org: string, rule: ApproverRule): Promise<readonly FieldError[]> {
  const named = [
    ...rule.users.map((user, index) => ({ user, path: `/users/${index}` })),
    ...rule.next.flatMap(({ users }, stage) => users.map((user, index) => ({ user, path: `/then/${stage}/users/${index}` }))),
  ];
  const flaws = await Promise.all(
    named.map(async ({ user, path }): Promise<FieldError[]> => {
      const roles = await store.keys.rolesOf(org, user);
      if (roles.length === 0)
        return [{ path, message: "this user holds no key of the org and has not signed in: nobody can decide as them" }];
      if (roles.some((role) => DECIDING_ROLES.some((one) => one === role))) return [];
      return [{ path, message: `none of this user's roles decides: ${DECIDING_ROLES.join(", ")}` }];
    }),
  );
  const least = flaws.filter((one, index) => one.length === 0 && named[index]?.path.startsWith("/users/")).length;
  const isShort = rule.roles.length === 0 && least < rule.approvals_needed;
  const short = {
    path: "/approvals_needed",
    message: `${rule.approvals_needed} approvals are needed, and ${least} of the named users can decide now`,
  };
  return [...flaws.flat(), ...(isShort ? [short] : []), ...(await warningOfAuto(store, org, rule))];
}

/** A manifest's word that a person approves each call is not lifted by an entry. */
async function warningOfAuto(
  store: UseCasePorts["store"],
  org: string,
  { operation, auto_approve: auto }: ApproverRule,
): Promise<FieldError[]> {
  const parts = operationParts(operation);
  if (auto === undefined || parts?.kind !== "tool") return [];
  const tool = await store.tools.get(org, parts.tool, null);
  if (tool?.approval !== "always") return [];
  const message = `has no effect: the manifest of \`${parts.tool}\` says \`approval: "always"\`, so that a person approves each call; \`"policy"\` would let low risks pass`;
  return [{ path: "/auto_approve", message }];
}
