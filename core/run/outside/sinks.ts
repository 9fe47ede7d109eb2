/** Sinks that a run itself leads to, beside tools and models: the people who decide its reviews, and its callback. */
import { accepts, CALLER, type DataClass, type Label, OWN, UNKNOWN } from "../../label/label.ts";
import { type Labels, whole } from "../../label/labels.ts";
import { wholePast } from "../fold/past.ts";
import { HAND_OVER_ACTIVITY } from "../hand-over/state.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { INPUT_ACTIVITY } from "../steps/node.ts";
import { labelsOfChosen } from "./so-far.ts";

/** Why a person may not be shown what an activity would ask about; null: they may. Names the field, its class and what is accepted. */
export function refusalOfReview(context: RunContext, state: RunState, activity: Activity): string | null {
  const most = context.birth.sinks?.reviews;
  if (most === undefined) return null;
  const refused = shownBy(context, state, activity).find(({ label }) => !accepts(most, label.class));
  if (refused === undefined) return null;
  const field = refused.at === "" ? "what would be shown derives" : `\`${refused.at}\` of what would be shown derives`;
  return `people who decide reviews may be shown \`${most}\` data at most (the org's \`accepts.reviews\`), and ${field} from \`${refused.label.class}\` data`;
}

/** The input, arguments or proposal that is shown, and the class of a tool whose answer is held. */
function shownBy(context: RunContext, state: RunState, activity: Activity): Labels {
  const { inputLabels } = context.birth;
  if (activity.node === INPUT_ACTIVITY) return inputLabels ?? whole(CALLER);
  // The summary and the conversation show all that the run has seen.
  if (activity.node === HAND_OVER_ACTIVITY) return whole({ ...UNKNOWN, class: wholePast(context, state).seen.class });
  const answered: Label = { ...OWN, class: activity.facts?.sensitivity ?? "public" };
  return [...labelsOfChosen(context, state, activity), ...(activity.phase === "ready" && activity.call !== null ? whole(answered) : [])];
}

/** The class of a finished run that its callback may not be given; null: it may be given all of it. */
export function classRefusedToCallback(context: RunContext, state: RunState): DataClass | null {
  const of = wholePast(context, state).seen.class;
  return accepts(context.birth.sinks?.callbacks, of) ? null : of;
}
