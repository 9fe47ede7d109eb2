/** What a run tells the policies before a call: what happened so far, and what the call's arguments derive from. */
import type { SoFar } from "../../access/circumstances.ts";
import { own } from "../../json.ts";
import { type Label, UNKNOWN } from "../../label/label.ts";
import { joined, type Labels, whole } from "../../label/labels.ts";
import { wholePast } from "../fold/past.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { labelsOfInput } from "../steps/labels.ts";
import { stepOfNode } from "../steps/node.ts";

/** What happened before a call of this activity. */
export function soFar(context: RunContext, state: RunState, activity: Activity): SoFar {
  const { tools, writes, seen } = wholePast(context, state);
  const { trust, class: dataClass } = labelOfArguments(context, state, activity);
  const isAgents = activity.purpose === "agent" || activity.purpose === "summary";
  return {
    args: { trust, class: dataClass },
    seen,
    toolsCalled: tools,
    writes,
    spent: state.usage.microUsd,
    agent: isAgents ? stepOfNode(activity.node) : "",
    own: context.birth.subject === context.birth.user,
  };
}

const labelOfArguments = (context: RunContext, state: RunState, activity: Activity): Label =>
  joined(labelsOfChosen(context, state, activity));

/** Of the arguments, whoever chose them: those that a model chose derive from everything that it has seen. */
export function labelsOfChosen(context: RunContext, state: RunState, activity: Activity): Labels {
  if (activity.purpose === "node" || activity.purpose === "compensation") return labelsOfArguments(context, state, activity);
  return whole(own(state.agents, activity.node)?.label ?? UNKNOWN);
}

/** Of an input that the definition fixed. A compensation of a journal without labels may have had anything in it. */
export function labelsOfArguments(context: RunContext, state: RunState, { labels, purpose, node }: Activity): Labels {
  return labels ?? (purpose === "compensation" ? whole(UNKNOWN) : labelsOfInput(context, state, node));
}

/** Of an input that an agent's model chose: what it has seen may be anywhere in it. undefined: no model chose it. */
export function labelsChosen(state: RunState, { purpose, node }: Activity): Labels | undefined {
  return purpose === "agent" ? whole({ ...(own(state.agents, node)?.label ?? UNKNOWN), trust: "untrusted" }) : undefined;
}
