/** What a run says of a call's risk before the call is decided, and what people are shown of its risk. */
import { isObject, type Json, own } from "../../json.ts";
import { largestNumber, odditiesOf } from "../../risk/oddities.ts";
import { NO_RISK, type Risk, riskier, riskOf } from "../../risk/risk.ts";
import type { CallInRun } from "../../workflow/authority.ts";
import { hasSeenInstruction } from "../calls/findings.ts";
import { HAND_OVER_ACTIVITY } from "../hand-over/state.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { INPUT_ACTIVITY } from "../steps/node.ts";
import { soFar } from "./so-far.ts";

/** What of the run counts for the risk of a call. */
export function callInRun({ birth }: RunContext, state: RunState, activity: Activity): CallInRun {
  const { redrive } = birth;
  const before = redrive === null ? [] : [redrive.of, redrive.keyRun];
  return {
    runs: [...new Set([birth.id, ...before])],
    step: activity.step,
    spentShare: spentShare(birth, state),
    oddities: odditiesOf(activity.input, { largestNumber: earlierNumber(state, activity) }),
  };
}

/** Nothing may be spent: then everything is. */
const spentShare = ({ budget }: RunContext["birth"], { usage }: RunState): number =>
  budget.usd === 0 ? Number(usage.microUsd > 0) : Math.min(1, usage.microUsd / budget.usd);

/** The largest number in the agent's earlier calls of the tool; null: there is none, or the call is no agent's. */
function earlierNumber(state: RunState, { node, tool }: Activity): number | null {
  const turns = own(state.agents, node)?.turns ?? [];
  const inputs = turns.flatMap(({ calls }) =>
    calls.flatMap((call): Json[] => (call.tool === tool && call.answer !== null ? [call.input] : [])),
  );
  return largestNumber(inputs);
}

/** The risk of what a person is asked about: of the call, or of the run so far and of what the proposal derives from. */
export function riskOfQuestion(context: RunContext, state: RunState, activity: Activity, proposal: Json): Risk {
  if (activity.risk !== undefined) return activity.risk;
  if (activity.node === INPUT_ACTIVITY || activity.node === HAND_OVER_ACTIVITY) return state.risk ?? NO_RISK;
  const { args, seen, writes } = soFar(context, state, activity);
  const shown = riskOf({
    effect: "none",
    toolClass: "public",
    destination: "platform",
    argumentClass: args.class,
    trust: args.trust,
    chosenBy: activity.purpose === "agent" ? "model" : "definition",
    spentShare: spentShare(context.birth, state),
    callUsd: 0,
    seenInstruction: hasSeenInstruction(context, state),
    seenClass: seen.class,
    writes,
    oddities: isObject(proposal) ? odditiesOf(proposal) : [],
  });
  return riskier(state.risk ?? NO_RISK, shown);
}
