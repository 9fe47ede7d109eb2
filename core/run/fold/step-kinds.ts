/**
 * What the start of a step changes, kind by kind. A kind without an entry does not compile. Journals of older code fold to the same
 * bytes: what an entry does for an event that was written once never changes.
 */
import type { Json } from "../../json.ts";
import { joined, type Labels } from "../../label/labels.ts";
import { LongList } from "../../long-list.ts";
import type { StepKind } from "../../workflow/definition.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { RunContext } from "../machine/birth.ts";
import type { EventData } from "../machine/event.ts";
import type { Activity, ItemState, RunState, StepState } from "../machine/state.ts";
import { agentModelId, nodeDefinition, stepOfNode } from "../steps/node.ts";
import { newActivity, withActivity } from "./change.ts";

/** A node that starts: a step, or an item of a `map`. */
type Started = {
  readonly node: string;
  readonly input: Json;
  readonly data: EventData["step.started"];
  readonly context: RunContext;
};

type FoldRules = {
  /** The status of a step of this kind when it has started. */
  readonly status: StepState["status"];
  /** Its attempts when it has started: 0 when each call counts one, 1 when starting is the only attempt. */
  readonly attempts: 0 | 1;
  /** Adds the work that is under way once it has started. */
  readonly begin: (state: RunState, started: Started) => RunState;
  /** Completing it is a tool call that succeeded: it is listed in `done`, from which compensation works backwards. */
  readonly isDone: boolean;
};

/** The node's own activity, with the node's id. */
const own =
  (kind: Activity["kind"]): FoldRules["begin"] =>
  (state, { node, input, data }) =>
    withActivity(state, newActivity({ id: node, step: stepOfNode(node), node, kind, purpose: "node", input, ...labelled(data) }));

/** The labels of an event that has some. */
const labelled = ({ labels }: { readonly labels?: Labels }): { readonly labels?: Labels } => (labels === undefined ? {} : { labels });

/** Nothing is under way for the step itself. */
const nothing: FoldRules["begin"] = (state) => state;

/** What the fold knows about each kind of step. */
export const FOLD_RULES: { readonly [K in StepKind]: FoldRules } = {
  tool: {
    status: "running",
    attempts: 0,
    begin: (state, { node, input, data, context }) => {
      const tool = mentionsOf(nodeDefinition(context.birth.definition, node)).tools[0]?.name ?? null;
      return withActivity(
        state,
        newActivity({ id: node, step: stepOfNode(node), node, kind: "tool", purpose: "node", tool, input, ...labelled(data) }),
      );
    },
    isDone: true,
  },
  model: { status: "running", attempts: 0, begin: own("model"), isDone: false },
  review: { status: "running", attempts: 1, begin: own("review"), isDone: false },
  run: { status: "running", attempts: 1, begin: own("run"), isDone: false },
  transform: { status: "running", attempts: 1, begin: nothing, isDone: false },
  agent: { status: "running", attempts: 1, begin: beginAgent, isDone: false },
  wait: { status: "waiting", attempts: 1, begin: beginWait, isDone: false },
  map: { status: "running", attempts: 1, begin: beginMap, isDone: false },
};

/** The agent's first iteration: a call of its model. */
function beginAgent(state: RunState, { node, input, data: { labels } }: Started): RunState {
  const known = labels === undefined ? {} : { label: joined(labels) };
  const agent = { iteration: 1, slots: input, ...known, tools: [], turns: [], seen: {}, stale: 0, failing: null };
  return withActivity(
    { ...state, agents: { ...state.agents, [node]: agent } },
    newActivity({ id: agentModelId(node, 1), step: stepOfNode(node), node, kind: "model", purpose: "agent", input }),
  );
}

function beginWait(state: RunState, { node, data }: Started): RunState {
  const { resume_at: resumeAt = null, signal = null } = data;
  return withActivity(
    state,
    newActivity({ id: node, step: node, node, kind: "wait", purpose: "node", phase: "waiting", resumeAt, signal }),
  );
}

function beginMap(state: RunState, { node, input, data }: Started): RunState {
  return {
    ...state,
    maps: {
      ...state.maps,
      [node]: { items: LongList.of<ItemState>(), completed: 0, over: input as Json[], ...labelled(data), next: 0, failing: null },
    },
  };
}
