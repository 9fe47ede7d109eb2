/**
 * Who may do what: every decision about access. The shipped policies decide everything; about what a run does, the org's own decide as
 * well: both must allow, and either may ask for a person. The one room that asks Cedar.
 */
import { type Circumstances, circumstancesOf, NOTHING_YET } from "../../core/access/circumstances.ts";
import { type AccessQuestion, type Target, targetOf } from "../../core/access/request.ts";
import { isOrgAction } from "../../core/policy/actions.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { MemoryTool } from "../../core/tool/memory-tools.ts";
import type { Caller, Permission } from "../../core/workflow/authority.ts";
import { type Analysis, analysisOf } from "./analysis.ts";
import { loadPolicies, type PolicyEngine, UNAVAILABLE, type Verdict } from "./engine.ts";
import { defineOrgEngines } from "./org-engines.ts";
import { DEFAULT_ID, flawsOf } from "./org-set.ts";
import { type PolicyTexts, SHIPPED } from "./policies.ts";
import type { AccessPort, PolicyFlaws } from "./ports.ts";

/** A call that a run wants to make, or a run that somebody wants to start. */
export type CallQuestion = { readonly caller: Caller; readonly circumstances: Circumstances } & (
  | { readonly kind: "tool"; readonly tool: Omit<Extract<Target, { type: "Tool" }>, "type"> }
  | { readonly kind: "model"; readonly org: string; readonly model: string }
  | { readonly kind: "egress"; readonly org: string; readonly host: string }
  /** What is remembered of a person. */
  | { readonly kind: "memory"; readonly org: string; readonly action: MemoryTool; readonly subject: string }
  | { readonly kind: "knowledge"; readonly org: string; readonly action: KnowledgeAction; readonly collection: string }
  | { readonly kind: "run"; readonly org: string }
);

/** What is done with a collection of documents. */
export type KnowledgeAction = "knowledge.search" | "knowledge.write";

/** Decisions about access in this isolate. */
export type Access = AccessPort & {
  /** `active`: the policies of the org that are in force. */
  permission(question: CallQuestion, active: ActiveSets): Permission;
  /** The answer to a recorded question, were these the org's policies. */
  answerTo(asked: AccessQuestion, active: ActiveSets): Permission;
  /** The questions that show what `candidate` would change if it came into force in the org. */
  analysis(org: string, candidate: ActiveSets, active: ActiveSets): Analysis;
  /** What is wrong with Cedar that somebody wants to register. */
  readonly flawsOf: PolicyFlaws;
  /** Of the shipped policies: recorded with every decision. */
  policyVersion(): string;
};

/** No policies of the org's own. */
export const NO_SETS: ActiveSets = { policies: null, permissions: null };

/** How reasons that are the org's begin. */
const OURS = "org:";
/** Why a set that cannot be used denies. */
const BROKEN = UNAVAILABLE.reasons.flatMap((reason) => [reason, `${OURS}${reason}`]);

type Decided = Verdict & { readonly policyVersion: string };

/** `log`: hears of a policy set that does not parse. `texts`: the policies to decide by; those of policies/ unless a test brings its own. */
export function defineAccess(log: Log, texts: PolicyTexts = SHIPPED): Access {
  let shipped: PolicyEngine | null = null;
  let orgs: ReturnType<typeof defineOrgEngines> | null = null;
  // At the first question: parsing takes milliseconds that not every isolate has to spend.
  const engine = (): PolicyEngine => {
    shipped ??= loadPolicies(texts, log);
    return shipped;
  };
  const orgEngine = (active: ActiveSets): PolicyEngine | null => {
    orgs ??= defineOrgEngines(texts, log, engine().version);
    return orgs.of(active);
  };
  /** Both must allow. The reasons are of whoever denies. */
  const decide = (question: AccessQuestion, active: ActiveSets): Decided => {
    const first = engine();
    const ours = isOrgAction(question.action) ? orgEngine(active) : null;
    const policyVersion = ours === null ? first.version : `${first.version}+${ours.version}`;
    const verdict = first.decide(question);
    if (ours === null || verdict.decision === "deny") return { ...verdict, policyVersion };
    const second = ours.decide(question);
    const reasons = second.reasons.filter((id) => !id.startsWith(DEFAULT_ID)).map((id) => `${OURS}${id}`);
    return { decision: second.decision, reasons: second.decision === "deny" ? reasons : [...verdict.reasons, ...reasons], policyVersion };
  };
  /** What a call of a tool sends to its host is decided with the call. */
  const answerTo = (recorded: AccessQuestion, active: ActiveSets): Permission => {
    const asked = completed(recorded);
    const call = decide(asked, active);
    if (call.decision === "deny" || asked.action !== "tool.call") return { ...call, asked };
    const destination = asked.context?.destination ?? "";
    const host = { type: "Host", org: asked.resource.org, name: destination } as const;
    const sent = destination === "" ? call : decide({ ...asked, action: "egress", resource: host }, active);
    if (sent.decision === "deny") return { ...sent, asked };
    const unattended = decide({ ...asked, action: "tool.call_unattended" }, active);
    const isBroken = unattended.reasons.some((reason) => BROKEN.includes(reason));
    return { ...unattended, decision: unattended.decision === "allow" || isBroken ? unattended.decision : "ask", asked };
  };
  const verdictOf = (asked: AccessQuestion, active: ActiveSets): Verdict =>
    orgEngine(active)?.decide(asked) ?? { decision: "allow", reasons: [] };
  return {
    policyVersion: () => engine().version,
    flawsOf: (cedar) => flawsOf(cedar, texts.schema),
    answerTo,
    analysis: (org, candidate, active) => analysisOf({ answerTo, verdictOf }, org, candidate, active),
    decide({ org, user, roles, platformAdmin }, action, resource) {
      const principal = { org, user, roles, platformAdmin };
      const context = action === "run.start" ? { context: UNKNOWN_START } : {};
      return decide({ principal, action, resource: targetOf(action, resource), ...context }, NO_SETS);
    },
    permission(question, active) {
      const { caller, circumstances: context } = question;
      const principal = { ...caller, platformAdmin: false };
      return answerTo({ principal, ...aboutOf(question), context }, active);
    },
  };
}

/** Who may start runs at all, before it is known which. */
const UNKNOWN_START: Circumstances = {
  ...circumstancesOf(NOTHING_YET, { at: 0, epoch: 0, workflow: "", destination: "" }, "caller"),
  risk: 0,
};

/** A question of a journal, with what questions have had since: nothing is known of it. */
const completed = (asked: AccessQuestion): AccessQuestion => ({
  ...asked,
  resource: asked.resource.type === "Tool" ? { ...asked.resource, resources: asked.resource.resources ?? " " } : asked.resource,
  ...(asked.context === undefined ? {} : { context: { ...UNKNOWN_START, ...asked.context } }),
});

function aboutOf(question: CallQuestion): Pick<AccessQuestion, "action" | "resource"> {
  switch (question.kind) {
    case "tool":
      return { action: "tool.call", resource: { type: "Tool", ...question.tool } };
    case "model":
      return { action: "model.call", resource: { type: "Model", org: question.org, name: question.model } };
    case "egress":
      return { action: "egress", resource: { type: "Host", org: question.org, name: question.host } };
    case "memory":
      return { action: question.action, resource: { type: "Memory", org: question.org, name: question.subject } };
    case "knowledge":
      return { action: question.action, resource: { type: "Collection", org: question.org, name: question.collection } };
    case "run":
      return { action: "run.start", resource: { type: "Thing", org: question.org, owner: question.caller.user } };
  }
}
