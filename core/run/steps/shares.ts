/**
 * Who shares a parent's budget: the child runs that may be under way at a time and have no part of it yet, whatever starts them: a `run`
 * step, a tool that is a workflow, an agent's call of one, an item of a `map`; and the steps beside them that will ask a model. What a part
 * is worth is decided in child.ts.
 */
import { own } from "../../json.ts";
import { workflowOfTool } from "../../tool/workflow-tool.ts";
import type { Step } from "../../workflow/definition.ts";
import type { Activity, MapState, RunState } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { rulesOf } from "./kinds.ts";

/**
 * What a step that will ask a model counts beside a child run, which counts one: most calls cost less than a run, and a call that finds too
 * little waits for what the child gives back, while a child that was given too little ends at its cap.
 */
const ASKING = 1 / 4;

/** The known child runs of a node (a step, or an item of a map): how many have no share, whether one has, and whether its model is asked. */
type Children = { lacking: number; hasShare: boolean; isAsking: boolean };

/**
 * Number of child runs that may be under way beside this one and have no share of what is left yet. Where it is not known how many a step
 * will have, it counts as one: a `map` that has not started, an agent whose model has not asked. A step that will ask a model counts as a
 * part of one (`ASKING`): what a call of it may cost is known with its prompt. Costs no more than the definition's steps and the work under way, however long a map is.
 */
export function othersWithoutShare({ machinery, birth, state }: Turn, { id, step }: Activity): number {
  const after = new Set<string>(own(machinery.plan.dependents, step) ?? []);
  for (const one of after) for (const dependent of own(machinery.plan.dependents, one) ?? []) after.add(dependent); // grows while it is walked
  const known = knownChildren(state, id);
  let count = 0;
  for (const [other, definition] of Object.entries(birth.definition.steps)) {
    if (after.has(other) || !isOpen(state, other)) continue;
    count += lackingOf(definition, own(state.maps, other), [...(known.get(other)?.values() ?? [])]);
  }
  return count;
}

const isOpen = (state: RunState, step: string): boolean => ["pending", "running", "waiting"].includes(own(state.steps, step)?.status ?? "");

/** By step and node. `sharing`: the activity that gets its share now; like each that is under way, it needs no other. */
function knownChildren({ activities }: RunState, sharing: string): ReadonlyMap<string, ReadonlyMap<string, Children>> {
  const steps = new Map<string, Map<string, Children>>();
  for (const activity of Object.values(activities)) {
    const nodes = steps.get(activity.step) ?? new Map<string, Children>();
    const children = nodes.get(activity.node) ?? { lacking: 0, hasShare: false, isAsking: false };
    if (activity.kind === "model" && activity.phase === "calling") children.isAsking = true;
    if (activity.id === sharing || (activity.kind === "run" && activity.phase === "calling")) children.hasShare = true;
    else if (isChild(activity)) children.lacking += 1;
    nodes.set(activity.node, children);
    steps.set(activity.step, nodes);
  }
  return steps;
}

/** It is a child run, or a call that will be one. */
const isChild = ({ kind, tool, facts }: Activity): boolean =>
  kind === "run" || (kind === "tool" && (facts?.child !== undefined || workflowOfTool(tool ?? "") !== null));

/** The call of a `model` step that is under way has its money reserved. An agent, or a map, asks again. */
const isLastAsk = ({ kind }: Step, nodes: readonly Children[]): boolean => kind === "model" && nodes.some(({ isAsking }) => isAsking);

/** Child runs of a step that has not ended that have no share; `nodes`: those of it for which something is under way. */
function lackingOf(step: Step, map: MapState | undefined, nodes: readonly Children[]): number {
  const starts = rulesOf(step).startsChild(step);
  const known = nodes.reduce((sum, { lacking, hasShare }) => sum + (lacking === 0 && !hasShare && starts ? 1 : lacking), 0);
  if (!starts) return known + (rulesOf(step).asksModel(step) && !isLastAsk(step, nodes) ? ASKING : 0);
  if (step.kind !== "map" || map === undefined) return nodes.length === 0 ? 1 : known;
  if (map.failing !== null) return known; // no further item starts
  const begun = map.items.length - map.completed;
  const toBegin = Math.min(step.concurrency - begun, map.over.length - map.next);
  return known + Math.max(0, begun - nodes.length) + Math.max(0, toBegin);
}
