/** A run in a person's hands, as its state knows it. While it is, nothing new begins: calls in flight come back, and all else waits. */
import type { HandOverReason } from "../../guardrail/hand-over/hand-over.ts";
import type { Stakes } from "../../guardrail/hand-over/stakes.ts";
import type { Json } from "../../json.ts";
import type { Severity } from "../../review/case.ts";
import type { EpochMs } from "../../time.ts";

/** The activity of the question to the user, and then of that to a person. No step can have this id. */
export const HAND_OVER_ACTIVITY = "(hand-over)";
/** The signal by which the user says whether a person is to take over. */
export const HAND_OVER_SIGNAL = "hand_over";

/**
 * `confirming`: the user is asked first. `raised`: a person is asked. `replied`: the person has answered, and calls in flight are awaited. `done`: the
 * person's answer is the run's output, or the run goes on by itself.
 */
export type HandOverStatus = "confirming" | "raised" | "replied" | "done";

/** How it ended. `replied`: the person's answer is the run's. `handed_back`, `released`: the run goes on, in the latter case with the draft. */
export type HandOverOutcome = "replied" | "handed_back" | "released" | "rejected" | "declined";

/** What calls for a person, with what a person needs to know. PERSISTED: in journals. */
export type HandOverFacts = {
  readonly reason: HandOverReason;
  readonly priority: "normal" | "high";
  readonly to: string | null;
  /** The step in which it happened; null: what the user said. */
  readonly step: string | null;
  readonly stakes?: readonly Stakes[];
  /** Why, in our words. */
  readonly detail: string;
  /** A model's answer that waits, and the node whose output it becomes when it is released. */
  readonly draft?: { readonly node: string; readonly activity: string; readonly output: Json };
};

/** The run's last hand-over. */
export type HandOverState = {
  readonly status: HandOverStatus;
  readonly facts: HandOverFacts;
  readonly severity: Severity;
  readonly at: EpochMs;
  /** Until when the user may say whether they want a person, and then when the person's answer is due. */
  readonly until: EpochMs | null;
  /** The case, once people can see it. */
  readonly review: string | null;
  readonly outcome: HandOverOutcome | null;
  readonly reply?: Json;
};

/** `severity` of the case. Who is furious comes first; what is urgent comes before the rest. */
export const severityOf = ({ reason, priority }: Pick<HandOverFacts, "reason" | "priority">): Severity =>
  priority === "normal" ? "medium" : reason === "negative_tone" ? "critical" : "high";

/** The part of a run's state that says whether it is held. */
type Holdable = { readonly handOver?: HandOverState; readonly stopping: unknown };

/** Nothing new begins in this run. A run that stops, stops. */
export const isHeld = ({ handOver, stopping }: Holdable): boolean =>
  handOver !== undefined && handOver.status !== "done" && stopping === null;

/** A person has answered: the run ends once its calls are back. */
export const isReplied = (state: Holdable): boolean => isHeld(state) && state.handOver?.status === "replied";
