/**
 * Hands a run over to a person. Where much is at stake the user is asked first; otherwise the person is asked at once. What the person answers is taken in
 * answer.ts, what holds the run meanwhile is in the spine (machine/advance.ts).
 */
import { mostUrgent, type Trigger, triggerIn } from "../../guardrail/hand-over/hand-over.ts";
import type { HandOverRules } from "../../guardrail/rules/merge.ts";
import { isObject, type Json, own, parsePointer } from "../../json.ts";
import { valueAt } from "../../json-pointer.ts";
import { rulesIn } from "../calls/rules.ts";
import type { Birth } from "../machine/birth.ts";
import type { Activity } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { askPerson } from "../steps/question.ts";
import { summaryOf } from "./conversation.ts";
import { HAND_OVER_ACTIVITY, HAND_OVER_SIGNAL, type HandOverFacts, isHeld, severityOf } from "./state.ts";

/** Milliseconds that the user has to say whether they want a person. Who says nothing gets one. */
const CONFIRMATION_MS = 60 * 60_000;

/** The rules of the run; null: none asks for a person. */
const handOverRulesOf = (birth: Pick<Birth, "guardrails">): HandOverRules | null => rulesIn(birth).hand_over ?? null;

/** Hands the run over, unless it is in a person's hands already or is ending. */
function raise(turn: Turn, trigger: Trigger, more: Pick<HandOverFacts, "step" | "detail"> & Pick<HandOverFacts, "draft">): void {
  if (turn.state.stopping !== null || isHeld(turn.state)) return;
  const { reason, priority, stakes } = trigger;
  const to = handOverRulesOf(turn.birth)?.to ?? null;
  const facts: HandOverFacts = { reason, priority, to, ...(stakes === undefined ? {} : { stakes }), ...more };
  if (reason !== "high_stakes") return takeOver(turn, facts);
  turn.emit("hand_over.proposed", { facts, signal: HAND_OVER_SIGNAL, until: turn.at + CONFIRMATION_MS });
}

/** Puts the run into a person's hands. */
export function takeOver(turn: Turn, facts: HandOverFacts): void {
  const severity = severityOf(facts);
  turn.emit("hand_over.raised", { facts, severity });
  askPerson(turn, HAND_OVER_ACTIVITY, "hand_over", severity, proposalOf(turn, facts));
}

/** What the person decides about: `reply` and `hand_back` are theirs to change. */
function proposalOf(turn: Turn, { reason, priority, to, step, draft }: HandOverFacts): Json {
  return {
    ...{ reason, priority, to, step, summary: summaryOf(turn.machinery, turn.state) },
    ...(draft === undefined ? {} : { draft: draft.output }),
    ...{ reply: null, hand_back: false },
  };
}

/** The run's input, at its start. A child's input is its parent's; a run that continues another was looked at there. */
export function heedInput(turn: Turn): void {
  const { birth } = turn;
  const rules = handOverRulesOf(birth);
  if (rules === null || birth.parent !== null || birth.redrive !== null) return;
  const refused = birth.inputFindings.filter(({ action }) => action === "block").map(({ rule }) => rule ?? "");
  const hit: Trigger[] = refused.length > 0 && rules.guardrail !== "off" ? [{ reason: "guardrail", priority: rules.guardrail }] : [];
  const said = triggerIn(birth.input, rules);
  const trigger = mostUrgent([...hit, ...(said === null ? [] : [said])]);
  if (trigger === null) return;
  const detail = trigger.reason === "guardrail" ? `the input breaks ${named(refused)}` : detailOf(trigger);
  raise(turn, trigger, { step: null, detail });
}

/** What the user says while the run is under way. */
export function heedSignal(turn: Turn, name: string, body: Json): void {
  const rules = handOverRulesOf(turn.birth);
  if (rules === null || name === HAND_OVER_SIGNAL) return;
  const trigger = triggerIn(body, rules);
  // Who has said that no person is wanted is not asked again.
  const isDeclined = trigger?.reason === "high_stakes" && turn.state.handOver?.outcome === "declined";
  if (trigger !== null && !isDeclined) raise(turn, trigger, { step: null, detail: detailOf(trigger) });
}

const DETAILS: { readonly [reason in "asked" | "negative_tone"]: string } = {
  asked: "the user asks for a person",
  negative_tone: "the user's tone is strongly negative",
};
const detailOf = ({ reason, stakes = [] }: Trigger): string =>
  reason === "asked" || reason === "negative_tone" ? DETAILS[reason] : `much is at stake for the user (${stakes.join(", ")})`;

/** True when a model says that it is unsure; its answer waits as a draft. */
export function heedConfidence(turn: Turn, activity: Activity, output: Json): boolean {
  const rules = handOverRulesOf(turn.birth)?.confidence_below ?? [];
  for (const { at, pointer } of rules) {
    const confidence = isObject(output) || Array.isArray(output) ? valueAt(output, parsePointer(pointer) ?? []) : undefined;
    if (typeof confidence !== "number" || confidence >= at) continue;
    const draft = { node: activity.node, activity: activity.id, output };
    const detail = `the model is unsure: \`${pointer}\` is ${confidence}, below ${at}`;
    raise(turn, { reason: "confidence", priority: "normal" }, { step: activity.step, detail, draft });
    return isHeld(turn.state);
  }
  return false;
}

/** A guardrail refused an answer, or withheld an instruction in one. True when the run is in a person's hands for it. */
export function heedGuardrail(turn: Turn, activity: Activity, detail: string): boolean {
  const priority = handOverRulesOf(turn.birth)?.guardrail ?? "off";
  if (priority === "off" || activity.purpose === "compensation" || activity.purpose === "summary") return false;
  raise(turn, { reason: "guardrail", priority }, { step: activity.step, detail });
  return isHeld(turn.state);
}

/** An attempt has failed. True when it was one too many, or the run is in a person's hands: then the call waits to be made again. */
export function heedFailure(turn: Turn, activity: Activity, what: string): boolean {
  const most = handOverRulesOf(turn.birth)?.failures ?? null;
  if (activity.purpose === "compensation" || activity.purpose === "summary") return false;
  const failed = own(turn.state.failedAttempts ?? {}, activity.step) ?? 0;
  if (most !== null && failed >= most) {
    const detail = `${failed} attempts of \`${activity.step}\` failed, the last because of this: ${what}`;
    raise(turn, { reason: "failures", priority: "normal" }, { step: activity.step, detail });
  }
  return isHeld(turn.state);
}

const named = (rules: readonly string[]): string => [...new Set(rules)].map((rule) => `\`${rule}\``).join(", ");
