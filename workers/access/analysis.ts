/** What a set of an org's policies would change: asked over a finite domain (core/policy/domain.ts), against the set in force. */
import { policySetTextToParts, policyToJson } from "@cedar-policy/cedar-wasm/web";
import type { AccessQuestion } from "../../core/access/request.ts";
import type { Json } from "../../core/json.ts";
import { commonPoints, pointsOf, questionOf } from "../../core/policy/domain.ts";
import type { PolicyExample } from "../../core/policy/job.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import type { Permission } from "../../core/workflow/authority.ts";
import { startCedar } from "./cedar.ts";
import type { Verdict } from "./engine.ts";
import { partsOf } from "./parts.ts";

/** What one question showed. `deciding`: policies of the candidate that decide it. `example`: null: nothing changes. */
export type Shown = {
  readonly deciding: readonly string[];
  readonly example: { readonly widens: boolean; readonly example: PolicyExample } | null;
};

/** The questions of an analysis, numbered: the same sets have the same ones. */
export type Analysis = {
  /** How many questions there are. */
  readonly of: number;
  /** Ids of the candidate's policies. */
  readonly ids: readonly string[];
  /** The analysis samples at least one policy's combinations. */
  readonly sampled: boolean;
  /** `withDeciding` false: which policies decide is not asked. */
  ask(index: number, withDeciding: boolean): Shown;
};

const ORDER = ["deny", "ask", "allow"] as const;

/** Answers of Cedar. */
export type Asks = {
  readonly answerTo: (asked: AccessQuestion, sets: ActiveSets) => Permission;
  /** Of the org's policies alone. */
  readonly verdictOf: (asked: AccessQuestion, sets: ActiveSets) => Verdict;
};

/** `candidate`: what would be in force. `active`: what is. */
export function analysisOf({ answerTo, verdictOf }: Asks, org: string, candidate: ActiveSets, active: ActiveSets): Analysis {
  const ours = policiesOf(candidate);
  const { points, isSampled } = pointsOf([...ours, ...policiesOf(active)].map(({ json }) => json));
  const all = [...points, ...commonPoints()];
  return {
    of: all.length,
    ids: [...new Set(ours.map(({ id }) => id))],
    sampled: isSampled,
    ask(index, withDeciding) {
      const point = all[index];
      if (point === undefined) return { deciding: [], example: null };
      const question = questionOf(point, org);
      const also = question.action === "tool.call" ? [{ ...question, action: "tool.call_unattended" }] : [];
      const deciding = withDeciding ? [question, ...also].flatMap((asked) => verdictOf(asked, candidate).reasons) : [];
      if (question.action === "tool.call_unattended") return { deciding, example: null }; // part of `tool.call`
      const after = answerTo(question, candidate);
      const before = answerTo(question, active);
      const step = ORDER.indexOf(after.decision) - ORDER.indexOf(before.decision);
      if (step === 0) return { deciding, example: null };
      const decided = step > 0 ? after : before.decision === "deny" ? before : after;
      const example = {
        ...point,
        context: point.context as unknown as Json,
        before: before.decision,
        after: after.decision,
        policies: [...decided.reasons],
      };
      return { deciding, example: { widens: step > 0, example } };
    },
  };
}

/** The policies that a person wrote. */
function policiesOf({ policies }: ActiveSets): { readonly id: string; readonly json: Json }[] {
  if (policies?.content.kind !== "policies") return [];
  startCedar();
  const { cedar } = policies.content;
  const parsed = policySetTextToParts(cedar);
  if (parsed.type !== "success") return [];
  return partsOf(cedar, parsed.policies).flatMap(({ id, text }) => {
    const answer = policyToJson(text);
    return answer.type === "success" ? [{ id, json: answer.json as unknown as Json }] : [];
  });
}
