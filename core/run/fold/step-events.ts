/** The fold of steps and items: how they start and settle, and how what they did is undone. */
import type { Json } from "../../json.ts";
import type { StepKind } from "../../workflow/definition.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunEvent } from "../machine/event.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { agentModelId, itemNode, nodeDefinition, stepOfNode } from "../steps/node.ts";
import { changeItem, changeMap, newActivity, settleStep, withActivity, withFlag, without, withoutActivity, withStep } from "./change.ts";
import type { Handlers } from "./handlers.ts";

type Types =
  | "step.started"
  | "step.retrying"
  | "step.completed"
  | "step.failed"
  | "step.skipped"
  | "step.compensating"
  | "step.compensated"
  | "item.started"
  | "item.completed"
  | "item.failed";

export const STEP_EVENTS: Handlers<Types> = {
  "step.started": (state, event, context) => {
    const step = stepId(event);
    const { kind, input = null, resume_at = null, signal = null } = event.data;
    const attempts = kind === "tool" || kind === "model" ? 0 : 1;
    const started = withStep(state, step, (old) => ({
      ...old,
      status: kind === "wait" ? "waiting" : "running",
      attempts,
      startedAt: event.at,
    }));
    const counted = { ...started, executions: started.executions + 1 };
    if (kind === "map")
      return { ...counted, maps: { ...counted.maps, [step]: { items: [], over: input as Json[], next: 0, failing: null } } };
    if (kind === "wait") {
      return withActivity(
        counted,
        newActivity({ id: step, step, node: step, kind: "wait", purpose: "node", phase: "waiting", resumeAt: resume_at, signal }),
      );
    }
    return beginNode(counted, step, kind, input, context);
  },
  "item.started": (state, event, context) => {
    const step = stepId(event);
    const { index, kind, input = null } = event.data;
    const listed = changeMap(state, step, (old) => ({
      ...old,
      next: index + 1,
      items: [...old.items, { status: "running", output: null, error: null }],
    }));
    return beginNode({ ...listed, executions: listed.executions + 1 }, itemNode(step, index), kind, input, context);
  },
  "item.completed": (state, event, context) => {
    const { index, output, error = null } = event.data;
    const node = itemNode(stepId(event), index);
    const settled = changeItem(endNode(state, node), stepId(event), index, { status: "completed", output, error });
    if (error !== null) return withFlag(settled, "degraded");
    return nodeDefinition(context.birth.definition, node).kind === "tool" ? withDone(settled, node, output) : settled;
  },
  "item.failed": (state, event) => {
    const node = itemNode(stepId(event), event.data.index);
    const failed = changeMap(endNode(state, node), stepId(event), (old) => ({ ...old, failing: old.failing ?? event.data.error }));
    return event.data.unknown_outcome ? { ...failed, undone: [...failed.undone, node] } : failed;
  },
  "step.retrying": (state, event) => {
    const { activity: id, resume_at: resumeAt } = event.data;
    const old = state.activities[id];
    return old ? withActivity(state, { ...old, phase: "backing-off", resumeAt, candidate: 0, corrections: [] }) : state;
  },
  "step.completed": (state, event, context) => {
    const step = stepId(event);
    const { output, signal } = event.data;
    const map = state.maps[step];
    const result = map ? Array.from(map.over, (_, index) => map.items[index]?.output ?? null) : output;
    const settled = settleStep(endNode(state, step), step, event.at, context, (old) => ({
      ...old,
      status: "completed",
      output: result,
    }));
    const consumed =
      signal === undefined ? settled : { ...settled, signals: { ...settled.signals, [signal]: (settled.signals[signal] ?? []).slice(1) } };
    const ownWork = context.birth.definition.steps[step]?.kind === "tool" && state.steps[step]?.error === null; // a rescued step's output is another step's work
    return ownWork ? withDone(consumed, step, output) : consumed;
  },
  "step.failed": (state, event, context) => {
    const step = stepId(event);
    const { error, absorbed, output, unknown_outcome } = event.data;
    const left = { ...endNode(state, step), maps: without(state.maps, step) };
    const doubtful = unknown_outcome ? { ...left, undone: [...left.undone, step] } : left;
    if (absorbed === "value") {
      const settled = settleStep(doubtful, step, event.at, context, (old) => ({
        ...old,
        status: "completed",
        error,
        output: output ?? null,
      }));
      return withFlag(settled, "degraded");
    }
    if (absorbed === "step") {
      const { on_error } = nodeDefinition(context.birth.definition, step);
      const rescuer = on_error !== null && "step" in on_error ? on_error.step : "";
      const waiting = withStep(doubtful, step, (old) => ({ ...old, error }));
      return withFlag(
        withStep(waiting, rescuer, (old) => ({ ...old, rescues: step })),
        "degraded",
      );
    }
    return withStep(doubtful, step, (old) => ({ ...old, status: "failed", error, endedAt: event.at }));
  },
  "step.skipped": (state, event, context) => settleStep(state, stepId(event), event.at, context, (old) => ({ ...old, status: "skipped" })),
  "step.compensating": (state, event) => {
    const { activity: id, undoes, tool, input } = event.data;
    const step = stepId(event);
    return withActivity(
      state,
      newActivity({ id, step, node: stepOfNode(step), kind: "tool", purpose: "compensation", tool, input, undoes }),
    );
  },
  "step.compensated": (state, event) => {
    const step = stepId(event);
    const undoes = event.data.undoes ?? step;
    const idle = withoutActivity(state, event.data.activity);
    const left = { ...idle, undoing: (idle.undoing ?? []).filter((id) => id !== undoes) };
    if (event.data.undone) return { ...left, isStuck: true, undone: [...left.undone, undoes] };
    const whole = !left.undoing.some((id) => stepOfNode(id) === step);
    return whole ? withStep(left, step, (old) => ({ ...old, status: "compensated" })) : left;
  },
};

/** What a node starts with: its one activity, or its agent's first iteration. A transform has none. */
function beginNode(state: RunState, node: string, kind: StepKind, input: Json, { birth }: RunContext): RunState {
  const step = stepOfNode(node);
  const definition = nodeDefinition(birth.definition, node);
  switch (kind) {
    case "tool":
      return withActivity(
        state,
        newActivity({ id: node, step, node, kind, purpose: "node", tool: definition.kind === "tool" ? definition.tool : null, input }),
      );
    case "model":
    case "review":
    case "run":
      return withActivity(state, newActivity({ id: node, step, node, kind, purpose: "node", input }));
    case "agent": {
      const agent = { iteration: 1, slots: input, tools: [], turns: [], seen: {}, stale: 0, failing: null };
      const id = agentModelId(node, 1);
      return withActivity(
        { ...state, agents: { ...state.agents, [node]: agent } },
        newActivity({ id, step, node, kind: "model", purpose: "agent", input }),
      );
    }
    default:
      return state;
  }
}

const withDone = (state: RunState, node: string, output: Json): RunState => ({
  ...state,
  done: [...state.done, { activity: node, step: stepOfNode(node), node, output }],
});

/** A node is over: nothing is under way for it any more, its agent neither. */
function endNode(state: RunState, node: string): RunState {
  const isOver = (activity: Activity): boolean => activity.node === node && activity.purpose !== "compensation";
  const left = Object.entries(state.activities).filter(([, activity]) => !isOver(activity));
  return { ...state, activities: Object.fromEntries(left), agents: without(state.agents, node) };
}

const stepId = (event: RunEvent): string => event.step ?? "";
