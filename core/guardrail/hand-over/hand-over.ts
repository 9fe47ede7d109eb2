/**
 * Whether what somebody says is for a person to answer: they ask for one, they are furious, or much is at stake. Decides by the rules of a run or a chat
 * and knows nothing of either. Pure, linear.
 */
import { isObject, type Json } from "../../json.ts";
import type { HandOverRules } from "../rules/merge.ts";
import { PRIORITIES, type Priority } from "../rules/settings.ts";
import { isFurious } from "../tone/tone.ts";
import { asksForPerson } from "./asked.ts";
import { type Stakes, stakesOf } from "./stakes.ts";

/** Why a person takes over. PERSISTED: in journals, in cases. */
export const HAND_OVER_REASONS = ["asked", "negative_tone", "high_stakes", "guardrail", "confidence", "failures"] as const;
/** See `HAND_OVER_REASONS`. */
export type HandOverReason = (typeof HAND_OVER_REASONS)[number];

/** A reason with its urgency. `stakes`: what is at stake, of `high_stakes` alone. */
export type Trigger = {
  readonly reason: HandOverReason;
  readonly priority: Exclude<Priority, "off">;
  readonly stakes?: readonly Stakes[];
};

/**
 * What in a user's words calls for a person, or null. Somebody who asks for a person need not be asked whether they want one, so that comes before what is
 * at stake; the urgency is that of the most urgent reason.
 */
export function triggerIn(said: Json, rules: HandOverRules): Trigger | null {
  const texts = firstOf(textsOf(said));
  const all = texts.length === 1 ? texts : [...texts, texts.join("\n")];
  const found: Trigger[] = [];
  const note = (reason: HandOverReason, priority: Priority, more: Pick<Trigger, "stakes"> = {}): void => {
    if (priority !== "off") found.push({ reason, priority, ...more });
  };
  if (rules.asked !== "off" && texts.some(asksForPerson)) note("asked", rules.asked);
  if (rules.negative_tone !== "off" && all.some(isFurious)) note("negative_tone", rules.negative_tone);
  if (rules.high_stakes !== "off") {
    const stakes = stakesOf(texts.join("\n"));
    if (stakes.length > 0) note("high_stakes", rules.high_stakes, { stakes });
  }
  return mostUrgent(found);
}

/** The first of several reasons, as urgent as the most urgent of them. */
export function mostUrgent(triggers: readonly Trigger[]): Trigger | null {
  const [first, ...others] = triggers;
  if (first === undefined) return null;
  // Fury puts somebody first in the queue, whatever else they say.
  const leading = triggers.find(({ reason, priority }) => reason === "negative_tone" && priority === "high") ?? first;
  const priority = others.reduce(
    (most, next) => (PRIORITIES.indexOf(next.priority) > PRIORITIES.indexOf(most) ? next.priority : most),
    leading.priority,
  );
  return { ...leading, priority };
}

/** Units of all texts together that are looked at: nobody asks for a person at the end of a book. */
const MOST_UNITS = 32_768;

function firstOf(texts: readonly string[]): string[] {
  const kept: string[] = [];
  let left = MOST_UNITS;
  for (const text of texts) {
    if (left <= 0) break;
    kept.push(text.slice(0, left));
    left -= text.length;
  }
  return kept;
}

function textsOf(value: Json): string[] {
  if (typeof value === "string") return value.trim() === "" ? [] : [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isObject(value) ? Object.values(value).flatMap(textsOf) : [];
}
