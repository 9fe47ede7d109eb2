/**
 * Whom the platform's own rules ask about a call of a tool, and why: the shipped policies (policies/calls.cedar), the org's limits of risk, and
 * what happens after an outcome that nobody knows. What an org's own policies ask is not known here.
 */

import type { OrgGuardrails } from "../guardrail/rules/settings.ts";
import { isObject, type Json } from "../json.ts";
import type { RiskLimits } from "../risk/limits.ts";
import type { ToolManifest } from "../tool/manifest.ts";
import type { Definition, Step } from "../workflow/definition.ts";
import { stepsOf } from "../workflow/warnings/places.ts";
import type { ReachedApproval } from "./reach.ts";

/** How a tool is called from a step. */
export type CallFacts = {
  readonly chosenBy: "definition" | "model";
  /** A host that the call reaches is not one of the org's own. */
  readonly foreign: boolean;
  readonly risk: RiskLimits;
};

type Asking = Pick<ReachedApproval, "when" | "why">;

/** null: nobody is asked about the call. */
export function askedAboutCall(
  tool: Pick<ToolManifest, "effect" | "approval" | "guarded" | "idempotency">,
  call: CallFacts,
): Asking | null {
  const writes = tool.effect === "write";
  const always: string[] = [];
  const maybe: string[] = [];
  if (tool.approval === "always") always.push("the tool's `approval` is `always`");
  if (call.chosenBy === "model") {
    if (writes && tool.approval === "policy") always.push("a model chooses the call, and the tool writes");
    if (writes && tool.approval === "never") maybe.push("a model chooses the call, and an instruction was found in the answer of a tool");
    if (!writes && call.foreign) maybe.push("a model that has read untrusted text sends something to a host that is not the org's own");
  }
  if (tool.guarded.length > 0)
    maybe.push(`an untrusted value reaches ${tool.guarded.map((at) => `\`${at}\``).join(", ")}, which is guarded`);
  if (writes) maybe.push(`the risk of the call is over the org's \`risk.review_over\` of ${call.risk.review_over}`);
  if (writes && tool.idempotency !== "key") maybe.push("nobody knows whether the call happened");
  const why = [...always, ...maybe];
  return why.length === 0 ? null : { when: always.length > 0 ? "always" : "maybe", why };
}

/** What a person is asked that is not about the call of a tool. */
export function askedBesides(definition: Definition, org: OrgGuardrails | null): readonly ReachedApproval[] {
  const { name, limits, guardrails } = definition;
  const found: ReachedApproval[] = [];
  const ask = (step: string, when: ReachedApproval["when"], why: string) =>
    found.push({ step: `${name}/${step}`, tool: null, when, why: [why] });
  const reviewing = holdsReview(guardrails) || holdsReview(org);
  for (const { id, step } of stepsOf(definition)) {
    if (step.kind === "review") {
      const isRescuer = isNamedByOnError(definition, id);
      if (step.when === null && !isRescuer) ask(id, "always", "it is a `review` step");
      else
        ask(
          id,
          "maybe",
          isRescuer ? "it is a `review` step that runs when another failed" : "it is a `review` step, and its `when` is true",
        );
    }
    const isAsked = step.kind === "model" || step.kind === "agent";
    if (isAsked && (reviewing || holdsReview(step.guardrails))) ask(id, "maybe", "a guardrail with the action `review` has a hit");
  }
  const handOver = { ...org?.hand_over, ...guardrails?.hand_over };
  if (Object.entries(handOver).some(([rule, asks]) => rule !== "to" && asks !== "off"))
    ask("", "maybe", "a person takes over (`guardrails.hand_over`)");
  if (limits.confirm_over_usd !== null)
    ask("", "maybe", `the estimated cost is over \`limits.confirm_over_usd\` of ${limits.confirm_over_usd}`);
  return found.map((one) => ({ ...one, step: one.step.replace(/\/$/, "") }));
}

const isNamedByOnError = ({ steps }: Definition, id: string): boolean =>
  Object.values(steps).some((step: Step) => [step.on_error].flat().some((rule) => rule !== null && "step" in rule && rule.step === id));

/** Somewhere in the rules the action is `review`. */
function holdsReview(rules: unknown): boolean {
  if (!isObject(rules)) return false;
  return Object.values(rules as { [key: string]: Json }).some((value) => value === "review" || holdsReview(value));
}
