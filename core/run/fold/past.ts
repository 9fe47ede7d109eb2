/**
 * What a run did and saw, as far as its journal says: the tools it called, its writes, the label of everything that reached it. It only
 * grows: a step that failed after it had read something has read it.
 */
import { own } from "../../json.ts";
import { CALLER, join, type Label, OWN, UNKNOWN } from "../../label/label.ts";
import { joined, type Labels } from "../../label/labels.ts";
import type { Birth, RunContext } from "../machine/birth.ts";
import type { RunEvent } from "../machine/event.ts";
import type { Past, RunState } from "../machine/state.ts";

/** Before anything happened. */
const BLANK: Past = { tools: [], writes: 0, seen: { trust: "trusted", class: "public" } };

/** Both together; counts add up. */
const together = (one: Past, other: Past): Past => ({
  tools: [...new Set([...one.tools, ...other.tools])].sort(),
  writes: one.writes + other.writes,
  seen: seenBoth(one.seen, other.seen),
});

const seenBoth = (one: Past["seen"], other: Past["seen"]): Past["seen"] => {
  const { trust, class: dataClass } = join({ ...one, sources: [] }, { ...other, sources: [] });
  return { trust, class: dataClass };
};

/** What the run itself, the run that it continues and its child runs did and saw so far. */
export const ownPast = ({ birth }: Pick<RunContext, "birth">, state: RunState): Past =>
  together(state.past ?? BLANK, birth.redrive?.past ?? BLANK);

/** With what the runs above did and saw before this one began, and with its input. */
export const wholePast = (context: Pick<RunContext, "birth">, state: RunState): Past =>
  together(together(ownPast(context, state), bornWith(context.birth)), { ...BLANK, seen: labelOfInput(context.birth) });

/** Nobody noted what an older parent saw. */
const bornWith = ({ parent }: Birth): Past => (parent === null ? BLANK : (parent.past ?? { ...BLANK, seen: UNKNOWN }));

const labelOfInput = ({ inputLabels, parent }: Birth): Label =>
  inputLabels === undefined ? (parent === null ? CALLER : UNKNOWN) : joined(inputLabels);

/** `after`, with what the event adds. `before`: the state in which the event's call was still under way. */
export function remember(before: RunState, after: RunState, event: RunEvent): RunState {
  const more = added(before, event);
  return more === null ? after : { ...after, past: together(before.past ?? BLANK, more) };
}

function added(before: RunState, event: RunEvent): Past | null {
  switch (event.type) {
    case "tool.called": {
      const { tool, effect, attempt, repeated = false } = event.data;
      return { ...BLANK, tools: [tool], writes: effect === "write" && attempt === 1 && !repeated ? 1 : 0 };
    }
    case "tool.looking_up":
      return { ...BLANK, tools: [event.data.tool] };
    case "tool.answered":
      if (!event.data.ok) return null;
      return event.data.label === undefined ? answeredBy(before, event.data.activity) : saw(event.data.label);
    case "tool.looked_up":
      return event.data.found === "yes" ? answeredBy(before, event.data.activity) : null;
    case "agent.observed":
      return event.data.label === undefined ? null : saw(event.data.label);
    case "step.completed":
    case "step.failed":
    case "step.skipped":
    case "item.completed":
      return sawLabels(event.data.labels);
    case "signal.received":
      return saw(event.data.label ?? UNKNOWN);
    case "child.ended":
      return event.data.past ?? null;
    default:
      return null;
  }
}

const answeredBy = (before: RunState, activity: string): Past =>
  saw({ trust: "untrusted", class: own(before.activities, activity)?.facts?.sensitivity ?? UNKNOWN.class });

const saw = ({ trust, class: dataClass }: Past["seen"]): Past => ({ ...BLANK, seen: { trust, class: dataClass } });

const sawLabels = (labels: Labels | undefined): Past | null => {
  const label = joined(labels ?? []);
  return label === OWN ? null : saw(label);
};
