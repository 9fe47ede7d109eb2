/** Who may do what: every decision about access, from the shipped policies. The one room that asks Cedar. */
import type { Circumstances } from "../../core/access/circumstances.ts";
import { type AccessQuestion, type Target, targetOf } from "../../core/access/request.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { Caller, Permission } from "../../core/workflow/authority.ts";
import { loadPolicies, type PolicyEngine, type Verdict } from "./engine.ts";
import { type PolicyTexts, SHIPPED } from "./policies.ts";
import type { AccessPort } from "./ports.ts";

/** A call that a run wants to make, or a run that it wants to start. */
export type CallQuestion =
  | {
      readonly kind: "tool";
      readonly caller: Caller;
      readonly tool: Omit<Extract<Target, { type: "Tool" }>, "type">;
      readonly circumstances: Circumstances;
    }
  | {
      readonly kind: "model";
      readonly caller: Caller;
      readonly org: string;
      readonly model: string;
      readonly circumstances: Circumstances;
    }
  | { readonly kind: "run"; readonly caller: Caller; readonly org: string };

/** Decisions about access in this isolate. */
export type Access = AccessPort & {
  permission(question: CallQuestion): Permission;
  /** Of the policies that decide here: recorded with every decision. */
  policyVersion(): string;
};

/** Decisions kept: the same question under the same policies has the same answer. */
const REMEMBERED = 2_000;

/** `log`: hears of a policy set that does not parse. `texts`: the policies to decide by; those of policies/ unless a test brings its own. */
export function defineAccess(log: Log, texts: PolicyTexts = SHIPPED): Access {
  let engine: PolicyEngine | null = null;
  const remembered = new Map<string, Verdict>();
  const decide = (question: AccessQuestion): Verdict & { readonly policyVersion: string } => {
    engine ??= loadPolicies(texts, log); // at the first question: parsing takes milliseconds that not every isolate has to spend
    const key = JSON.stringify(question);
    const verdict = remembered.get(key) ?? engine.decide(question);
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(key, verdict);
    return { ...verdict, policyVersion: engine.version };
  };
  return {
    policyVersion: () => {
      engine ??= loadPolicies(texts, log);
      return engine.version;
    },
    decide: ({ org, user, roles, platformAdmin }, action, resource) =>
      decide({ principal: { org, user, roles, platformAdmin }, action, resource: targetOf(action, resource) }),
    permission(question) {
      const principal = { ...question.caller, platformAdmin: false };
      if (question.kind === "model") {
        const resource = { type: "Model", org: question.org, name: question.model } as const;
        const asked = { principal, action: "model.call", resource, context: question.circumstances };
        return toPermission(decide(asked), asked);
      }
      if (question.kind === "run") {
        return toPermission(decide({ principal, action: "run.start", resource: targetOf("run.start", { org: question.org }) }));
      }
      const asked = { principal, resource: { type: "Tool", ...question.tool }, context: question.circumstances } as const;
      const recorded = { ...asked, action: "tool.call" };
      const call = decide(recorded);
      if (call.decision === "deny") return toPermission(call, recorded);
      const unattended = decide({ ...asked, action: "tool.call_unattended" });
      const permission = toPermission(unattended, recorded);
      if (unattended.decision === "allow" || unattended.reasons.includes("policy_unavailable")) return permission;
      return { ...permission, decision: "ask" };
    },
  };
}

const toPermission = ({ decision, policyVersion, reasons }: Verdict & { policyVersion: string }, asked?: AccessQuestion): Permission => ({
  decision,
  policyVersion,
  reasons,
  ...(asked === undefined ? {} : { asked }),
});
