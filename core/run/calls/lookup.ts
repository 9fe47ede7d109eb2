/**
 * A write whose outcome nobody knows and whose tool can be asked (`idempotency: {"lookup": tool}`): the read tool is asked what became
 * of it. It happened: that is its answer. It did not: it is sent again under its key. Nobody can say: a person decides.
 */

import { own } from "../../json.ts";
import type { EpochMs } from "../../time.ts";
import type { Activity } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { askPerson, toolProposal } from "../steps/question.ts";
import type { LookupAnswer } from "./call.ts";
import { noteFindings } from "./findings.ts";
import { alertAtThresholds } from "./lease.ts";
import { toolTimeoutMs } from "./request.ts";
import { costOfLookup } from "./tool-cost.ts";

/** Maximum lookups of one write; after that a person is asked. */
const LOOKUPS = 3;
/** Milliseconds between two lookups. */
const ASK_AGAIN_MS = 2_000;
/** Milliseconds in which a call that left reaches the gateway that makes it; there its timeout begins. */
const ON_ITS_WAY_MS = 2_000;

/**
 * Asks the lookup tool what became of a write, or a person, who repeats the call by approving it and gives it up by rejecting it.
 * `mayBeOnItsWay`: the call was cut short, and the tool may get it yet.
 */
export function resolveDoubt(turn: Turn, activity: Activity, mayBeOnItsWay: boolean): void {
  const idempotency = activity.facts?.idempotency;
  const lookup = typeof idempotency === "object" ? idempotency.lookup : null;
  const asked = activity.lookups ?? 0;
  if (lookup === null || asked >= LOOKUPS) return askPerson(turn, activity.id, "unknown-outcome", "high", toolProposal(activity));
  // Until the timeout of a call that may be on its way, a "no" would prove nothing.
  const arrived = mayBeOnItsWay ? (activity.sentAt ?? turn.at) + ON_ITS_WAY_MS + toolTimeoutMs(turn.machinery, activity) : turn.at;
  lookUpAt(turn, activity, lookup, asked + 1, Math.max(turn.at + (asked === 0 ? 0 : ASK_AGAIN_MS), arrived));
}

/** The same look-up once more, since it was cut short: not before `waitMs` have passed. */
export function lookUpAgain(turn: Turn, activity: Activity, waitMs: number): void {
  const idempotency = activity.facts?.idempotency;
  if (typeof idempotency !== "object") throw new TypeError("a look-up without a tool that is asked");
  lookUpAt(turn, activity, idempotency.lookup, activity.lookups ?? 1, turn.at + waitMs);
}

function lookUpAt(turn: Turn, { id, input, step, interruptions }: Activity, tool: string, time: number, resume_at: EpochMs): void {
  const cutShort = interruptions === undefined ? {} : { interruptions };
  turn.emit("tool.looking_up", { activity: id, tool, write_input_sha256: turn.content.add(input), time, resume_at, ...cutShort }, step);
}

/** Emits what the read tool answered. Returns the activity as it is then; null: nobody asked. */
export function takeLookup(turn: Turn, activityId: string, call: number, answer: LookupAnswer): Activity | null {
  const activity = own(turn.state.activities, activityId);
  if (activity?.phase !== "looking" || activity.call !== call || activity.facts === null) return null;
  const { found, durationMs, failure } = answer;
  const before = turn.state.usage;
  const data = {
    activity: activityId,
    tool: activity.tool ?? "",
    found,
    ...costOfLookup(activity, answer),
    ...(answer.input === undefined ? {} : { input_sha256: turn.content.add(answer.input) }),
    output_sha256: failure === undefined ? turn.content.add(answer.output) : null,
    duration_ms: durationMs,
    ...(failure === undefined ? {} : { failure }),
  };
  turn.emit("tool.looked_up", data, activity.step);
  alertAtThresholds(turn, before);
  if (answer.findings.length > 0) noteFindings(turn, activity, answer.findings);
  return own(turn.state.activities, activityId) ?? null;
}
