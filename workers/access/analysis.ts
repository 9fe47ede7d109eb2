/** What a set of an org's policies would change: asked over a finite domain (core/policy/domain.ts), against the set in force. */
import { policySetTextToParts, policyToJson } from "@cedar-policy/cedar-wasm/web";
import type { AccessQuestion } from "../../core/access/request.ts";
import type { Json } from "../../core/json.ts";
import { commonPoints, type Point, pointsOf, questionOf } from "../../core/policy/domain.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import type { Permission } from "../../core/workflow/authority.ts";
import { turn as endTurn } from "../../kit/turn.ts";
import { startCedar } from "./cedar.ts";
import type { Verdict } from "./engine.ts";
import { partsOf } from "./parts.ts";

/** An act that one set decides otherwise than the other. */
export type Example = Omit<Point, "context"> & {
  readonly context: Json;
  readonly before: Permission["decision"];
  readonly after: Permission["decision"];
  readonly policies: readonly string[];
};

/** See docs/policies.md. */
export type Analysis = {
  /** Ids of the policies that decide nothing anywhere in the domain. */
  readonly never_applies: readonly string[];
  readonly widened: readonly Example[];
  readonly narrowed: readonly Example[];
  /** Of some policy not every combination was asked: `never_applies` may name one that decides something. */
  readonly sampled: boolean;
};

/** Examples of each direction; further ones differ in nothing that matters. */
const MOST_EXAMPLES = 20;
/** Questions of one turn of the event loop: some milliseconds, however large the sets are. */
const QUESTIONS_A_TURN = 10;
const ORDER = ["deny", "ask", "allow"] as const;

/** Answers of Cedar. */
export type Asks = {
  readonly answerTo: (asked: AccessQuestion, sets: ActiveSets) => Permission;
  /** Of the org's policies alone. */
  readonly verdictOf: (asked: AccessQuestion, sets: ActiveSets) => Verdict;
};

/** `candidate`: what would be in force. `active`: what is. */
export async function analyse({ answerTo, verdictOf }: Asks, org: string, candidate: ActiveSets, active: ActiveSets): Promise<Analysis> {
  const ours = policiesOf(candidate);
  const theirs = policiesOf(active);
  const unused = new Set(ours.map(({ id }) => id));
  const widened: Example[] = [];
  const narrowed: Example[] = [];
  const { points, isSampled } = pointsOf([...ours, ...theirs].map(({ json }) => json));
  for (const [index, point] of [...points, ...commonPoints()].entries()) {
    if (index % QUESTIONS_A_TURN === 0) await endTurn(); // a large set keeps nobody else waiting
    const question = questionOf(point, org);
    if (unused.size > 0) {
      const also = question.action === "tool.call" ? [{ ...question, action: "tool.call_unattended" }] : [];
      for (const asked of [question, ...also]) for (const id of verdictOf(asked, candidate).reasons) unused.delete(id);
    }
    if (question.action === "tool.call_unattended") continue; // part of `tool.call`
    const after = answerTo(question, candidate);
    const before = answerTo(question, active);
    const step = ORDER.indexOf(after.decision) - ORDER.indexOf(before.decision);
    const examples = step > 0 ? widened : narrowed;
    if (step === 0 || examples.length >= MOST_EXAMPLES) continue;
    const decided = step > 0 ? after : before.decision === "deny" ? before : after;
    examples.push({
      ...point,
      context: point.context as unknown as Json,
      before: before.decision,
      after: after.decision,
      policies: decided.reasons,
    });
  }
  return { never_applies: [...unused], widened, narrowed, sampled: isSampled };
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
