/** The fold of steps and items: how they start and settle, and how what they did is undone. */
import { type Json, own } from "../../json.ts";
import { join, type Label, OWN } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import { LongList } from "../../long-list.ts";
import { isNamedIn } from "../../workflow/expression.ts";
import { rescuersIn } from "../../workflow/on-error.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { RunContext } from "../machine/birth.ts";
import type { RunEvent } from "../machine/event.ts";
import type { Activity, Done, MapState, RunState } from "../machine/state.ts";
import { itemNode, nodeDefinition, stepOfNode } from "../steps/node.ts";
import {
  changeMap,
  completeItem,
  holdUntold,
  newActivity,
  settleStep,
  undoOf,
  withActivity,
  withFlag,
  without,
  withoutActivity,
  withStep,
} from "./change.ts";
import type { Handlers } from "./handlers.ts";
import { FOLD_RULES } from "./step-kinds.ts";

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

/** What each event of a step or an item changes. */
export const STEP_EVENTS: Handlers<Types> = {
  "step.started": (state, event, context) => {
    const step = stepId(event);
    const { kind, input = null } = event.data;
    const { status, attempts, begin } = FOLD_RULES[kind];
    const started = withStep(state, step, (old) => ({ ...old, status, attempts, startedAt: event.at }));
    return begin({ ...started, executions: started.executions + 1 }, { node: step, input, data: event.data, context });
  },
  "item.started": (state, event, context) => {
    const step = stepId(event);
    const { index, kind, input = null } = event.data;
    const listed = changeMap(state, step, (old) => ({
      ...old,
      next: index + 1,
      items: old.items.with(old.items.length, { status: "running", output: null, error: null }),
    }));
    const started = { node: itemNode(step, index), input, data: event.data, context };
    return FOLD_RULES[kind].begin({ ...listed, executions: listed.executions + 1 }, started);
  },
  "item.completed": (state, event, context) => {
    const { index, output, error = null, labels } = event.data;
    const noted = labels === undefined ? {} : { labels };
    const node = itemNode(stepId(event), index);
    const settled = completeItem(endNode(state, node), stepId(event), index, { output, error, ...noted });
    if (error !== null) return withFlag(settled, "degraded");
    return FOLD_RULES[nodeDefinition(context.birth.definition, node).kind].isDone && !isChild(state, node)
      ? withDone(context, settled, state, node, output, labels)
      : settled;
  },
  "item.failed": (state, event) => {
    const node = itemNode(stepId(event), event.data.index);
    const failed = changeMap(endNode(state, node), stepId(event), (old) => ({
      ...old,
      failing: old.failing ?? event.data.error,
      ...labelOfFailing(old, event.data.label),
    }));
    return event.data.unknown_outcome ? { ...failed, undone: [...failed.undone, node] } : failed;
  },
  "step.retrying": (state, event) => {
    const { activity: id, resume_at: resumeAt, interruptions } = event.data;
    const old = own(state.activities, id);
    if (!old) return state;
    if (interruptions !== undefined) return withActivity(state, cutShort(old, resumeAt, interruptions));
    const waiting = { ...old, phase: "backing-off", resumeAt, candidate: 0, corrections: [] } as const;
    return withActivity(state, event.data.fallback === undefined ? waiting : withFallback(waiting, event.data.fallback));
  },
  "step.completed": (state, event, context) => {
    const step = stepId(event);
    const { output, signal, labels, citations } = event.data;
    const map = own(state.maps, step);
    const result = map ? Array.from(map.over, (_, index) => map.items.at(index)?.output ?? null) : output;
    const settled = settleStep(withLabels(endNode(state, step), step, labels), step, event.at, context, (old) => ({
      ...old,
      status: "completed",
      output: result,
      ...(citations === undefined ? {} : { citations }),
    }));
    const consumed = signal === undefined ? settled : takeSignal(settled, signal);
    const kind = own(context.birth.definition.steps, step)?.kind;
    const isRescued = own(state.steps, step)?.error !== null; // its output is the work of another step
    return kind !== undefined && FOLD_RULES[kind].isDone && !isRescued && !isChild(state, step)
      ? withDone(context, consumed, state, step, output, labels)
      : consumed;
  },
  "step.failed": (state, event, context) => {
    const step = stepId(event);
    const { error, class: errorClass, absorbed, output, unknown_outcome, labels } = event.data;
    const left = { ...endNode(state, step), maps: without(state.maps, step) };
    const doubtful = unknown_outcome ? { ...left, undone: [...left.undone, step] } : left;
    if (absorbed === "value") {
      const settled = settleStep(withLabels(doubtful, step, labels), step, event.at, context, (old) => ({
        ...old,
        status: "completed",
        error,
        output: output ?? null,
      }));
      return withFlag(settled, "degraded");
    }
    if (absorbed === "step") {
      const [only] = rescuersIn(nodeDefinition(context.birth.definition, step).on_error);
      const rescuer = event.data.rescuer ?? only?.id ?? "";
      const noted = errorClass === undefined ? {} : { errorClass };
      const waiting = withStep(withLabels(doubtful, step, labels), step, (old) => ({ ...old, error, ...noted }));
      return withFlag(
        withStep(waiting, rescuer, (old) => ({ ...old, rescues: step })),
        "degraded",
      );
    }
    return withStep(withLabels(doubtful, step, labels), step, (old) => ({ ...old, status: "failed", error, endedAt: event.at }));
  },
  "step.skipped": (state, event, context) => {
    const step = stepId(event);
    return settleStep(withLabels(state, step, event.data.labels), step, event.at, context, (old) => ({ ...old, status: "skipped" }));
  },
  "step.compensating": (state, event) => {
    const { activity: id, undoes, tool, input, labels, child } = event.data;
    const noted = labels === undefined ? {} : { labels };
    const step = stepId(event);
    const undoing = { id, step, node: stepOfNode(step), purpose: "compensation", input, undoes, ...noted } as const;
    if (child === undefined) return withActivity(state, newActivity({ ...undoing, kind: "tool", tool }));
    return withActivity(state, newActivity({ ...undoing, kind: "run", phase: "calling", call: event.seq, child }));
  },
  "step.compensated": (state, event) => {
    const step = stepId(event);
    const undoes = event.data.undoes ?? step;
    const idle = withoutActivity(state, event.data.activity);
    const left = { ...idle, undoing: withoutFirst(idle.undoing ?? LongList.of(), undoes) };
    if (event.data.undone) return { ...left, isStuck: true, undone: [...left.undone, undoes] };
    if (event.data.left) return { ...left, undone: [...left.undone, undoes] };
    const whole = !left.undoing.some((id) => stepOfNode(id) === step);
    return whole ? withStep(left, step, (old) => ({ ...old, status: "compensated" })) : left;
  },
};

/** What is still to be undone. It is undone in order: the one that is done is the first. */
const withoutFirst = (undoing: LongList<string>, done: string): LongList<string> => {
  if (undoing.at(0) === done) return undoing.rest();
  return undoing.includes(done) ? LongList.of([...undoing].filter((id) => id !== done)) : undoing;
};

/** A tool's call was a child run: what that wrote is listed since it ended. */
const isChild = (state: RunState, node: string): boolean => (own(state.activities, node)?.child ?? null) !== null;

/** `before`: the state in which the call of the node was still under way. */
const withDone = (
  ...[context, state, before, node, output, labels]: [RunContext, RunState, RunState, string, Json, Labels | undefined]
): RunState => ({
  ...state,
  done: state.done.with(state.done.length, {
    ...{ activity: node, step: stepOfNode(node), node, output },
    ...(labels === undefined ? {} : { labels }),
    ...undoOf(own(before.activities, node)),
    ...callOf(context, own(before.activities, node), node),
  }),
});

/** What `done` keeps of a call whose step undoes it by what the call was given. A step that was kept by a redrive made no call in this run. */
function callOf({ birth }: RunContext, activity: Activity | undefined, node: string): Pick<Done, "call"> {
  const { compensate } = mentionsOf(nodeDefinition(birth.definition, node));
  if (activity === undefined || compensate === null || !isNamedIn(compensate.input, "call")) return {};
  const { input, labels } = activity;
  return { call: { input, ...(labels === undefined ? {} : { labels }) } };
}

/** A journal from before labels has none. */
const labelOfFailing = ({ failingLabel = OWN }: MapState, label: Label | undefined): Pick<MapState, "failingLabel"> =>
  label === undefined ? {} : { failingLabel: join(failingLabel, label) };

const withLabels = (state: RunState, step: string, labels: Labels | undefined): RunState =>
  labels === undefined ? state : { ...state, labels: { ...state.labels, [step]: labels } };

/** The oldest signal of a name is read. */
function takeSignal(state: RunState, name: string): RunState {
  const signals = { ...state.signals, [name]: (own(state.signals, name) ?? []).slice(1) };
  const { signalLabels } = state;
  const labels = own(signalLabels ?? {}, name);
  return labels === undefined ? { ...state, signals } : { ...state, signals, signalLabels: { ...signalLabels, [name]: labels.slice(1) } };
}

/** Ends a node: its activities and its agent leave the state. */
function endNode(state: RunState, node: string): RunState {
  const isOver = (activity: Activity): boolean => activity.node === node && activity.purpose !== "compensation";
  const all = Object.entries(state.activities);
  const held = all.reduce((sofar, [, activity]) => (isOver(activity) ? holdUntold(sofar, activity) : sofar), state);
  const left = all.filter(([, activity]) => !isOver(activity));
  return { ...held, activities: Object.fromEntries(left), agents: without(state.agents, node) };
}

/** A write that is to be sent again under its key may have happened. */
const cutShort = (old: Activity, resumeAt: number, interruptions: number): Activity => ({
  ...old,
  phase: "backing-off",
  resumeAt,
  interruptions,
  isRepeated: true,
  doubt: old.doubt || old.facts?.effect === "write",
});

/** Another tool does the work: nothing is known of it yet. */
function withFallback(given: Activity, tool: string): Activity {
  const { reached: _reached, unreached: _unreached, isUnasked: _unasked, untold: _untold, ...old } = given;
  const { facts } = old;
  if (facts === null) return old;
  const insteadOf = { tool: facts.tool, version: facts.version, effect: facts.effect };
  return { ...old, tool, insteadOf, facts: null, attempt: 0, approved: null };
}

const stepId = (event: RunEvent): string => event.step ?? "";
