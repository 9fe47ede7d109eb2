/**
 * What a reviewer is shown of a run beside the question: what the run was asked, what it did so far, what would happen and how that would be
 * undone, and what of the proposal is untrusted. Bounded, redacted like everything that a run keeps, and without data of a class that the
 * org does not show to reviewers. It is kept with the case, so that it is known later what was shown.
 */
import { type Json, own } from "../../json.ts";
import { accepts, CALLER, UNKNOWN } from "../../label/label.ts";
import { joined, type Labels, whole } from "../../label/labels.ts";
import type { Effect, PastStep, ReviewContext, ShownValue, Taint, Untrusted } from "../../review/context.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import { hasSeenInstruction } from "../calls/findings.ts";
import { HAND_OVER_ACTIVITY } from "../hand-over/state.ts";
import type { RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { hasChanges } from "../steps/changed.ts";
import { INPUT_ACTIVITY, nodeDefinition } from "../steps/node.ts";
import { sizeWithin } from "./bounded.ts";
import { labelsOfChosen } from "./so-far.ts";

/** Steps, effects and places that are told. */
const MOST_TOLD = 50;
/** UTF-16 units of one shown value, and of all outputs together. */
const VALUE_SIZE = 4_000;
const ALL_OUTPUTS = 64_000;

/** What a reviewer is shown beside the question of this activity. */
export function contextOfReview(context: RunContext, state: RunState, activity: Activity): ReviewContext {
  return {
    input: shown(context, context.birth.input, context.birth.inputLabels ?? whole(CALLER), VALUE_SIZE),
    trace: traceOf(context, state),
    effects: effectsOf(context, activity),
    untrusted: untrustedOf(context, state, activity),
    ...changesOf(context),
  };
}

/** Why the question is no routine, whatever its score: nothing of this kind passes without a person. */
export function taintsOf(context: RunContext, state: RunState, activity: Activity): readonly Taint[] {
  const policy = activity.review?.policy;
  const taints: Taint[] = [];
  if (policy?.guarded === true) taints.push("guarded");
  if (policy?.reasons.some((reason) => reason.startsWith("risk.")) === true) taints.push("over_risk");
  if (hasSeenInstruction(context, state)) taints.push("instruction");
  if (activity.doubt) taints.push("doubt");
  if (hasChanges(context.birth)) taints.push("changed");
  // An approved proposal counts as a person's word for every later step: nobody's word makes nothing trusted.
  if (activity.kind === "review" && untrustedOf(context, state, activity).length > 0) taints.push("untrusted");
  return taints;
}

function shown({ birth }: RunContext, value: Json, labels: Labels, most: number): ShownValue {
  const of = joined(labels).class;
  if (!accepts(birth.sinks?.reviews, of)) return { withheld: `\`${of}\` data is not shown to reviewers` };
  if (sizeWithin(value, most) <= most) return { value };
  return { value: `${JSON.stringify(value).slice(0, most / 2)}…`, truncated: true };
}

/** What a person wrote into the run when it was redriven. */
function changesOf(context: RunContext): Pick<ReviewContext, "changes"> {
  const { changes, changed = UNKNOWN } = context.birth.redrive ?? {};
  if (changes === undefined) return {};
  let left = ALL_OUTPUTS;
  return {
    changes: Object.entries(changes).map(([step, input]) => {
      const told = shown(context, input, whole(changed), Math.min(VALUE_SIZE, Math.max(200, left)));
      left -= "value" in told ? sizeWithin(told.value, VALUE_SIZE) : 0;
      return { step, input: told };
    }),
  };
}

function traceOf(context: RunContext, state: RunState): readonly PastStep[] {
  let left = ALL_OUTPUTS;
  const begun = context.plan.order.flatMap((id): PastStep[] => {
    const [step, definition] = [own(state.steps, id), own(context.birth.definition.steps, id)];
    if (step === undefined || definition === undefined || step.status === "pending") return [];
    const told = { step: id, kind: definition.kind, status: step.status, attempts: step.attempts };
    const error = step.error === null ? {} : { error: { code: step.error.code, message: step.error.message } };
    if (step.status !== "completed" && step.status !== "compensated") return [{ ...told, ...error }];
    const output = shown(context, step.output, own(state.labels ?? {}, id) ?? whole(UNKNOWN), Math.min(VALUE_SIZE, Math.max(200, left)));
    left -= "value" in output ? sizeWithin(output.value, VALUE_SIZE) : 0;
    return [{ ...told, ...error, output }];
  });
  return begun.slice(-MOST_TOLD);
}

/** The call that is asked about; of a step that asks, what runs after it. */
function effectsOf({ birth, plan }: RunContext, activity: Activity): readonly Effect[] {
  const { definition } = birth;
  if (activity.node === INPUT_ACTIVITY || activity.node === HAND_OVER_ACTIVITY) return [];
  if (activity.kind === "tool" && activity.tool !== null) {
    const { facts, tool, step } = activity;
    const ofStep = activity.purpose === "compensation" ? null : mentionsOf(nodeDefinition(definition, activity.node)).compensate;
    const undo = ofStep ?? facts?.compensate ?? null;
    return [
      { step, tool, version: facts?.version ?? null, effect: facts?.effect ?? "write", undo: undo === null ? null : { tool: undo.tool } },
    ];
  }
  if (activity.kind !== "review") return [];
  const after = new Set<string>();
  const open = [activity.step];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const next of own(plan.dependents, id) ?? [])
      if (!after.has(next)) {
        after.add(next);
        open.push(next);
      }
  const effects = plan.order.flatMap((id): Effect[] => {
    const step = own(definition.steps, id);
    if (step === undefined || !after.has(id)) return [];
    const { tools, compensate } = mentionsOf(step);
    return tools.map(({ name }) => ({
      ...{ step: id, tool: name, version: null, effect: own(birth.toolEffects, name) ?? "write" },
      undo: compensate === null ? null : { tool: compensate.tool },
    }));
  });
  return effects.filter(({ effect }) => effect === "write").slice(0, MOST_TOLD);
}

function untrustedOf(context: RunContext, state: RunState, activity: Activity): readonly Untrusted[] {
  if (activity.node === HAND_OVER_ACTIVITY || activity.node === INPUT_ACTIVITY || activity.kind === "model") return [];
  const at = activity.kind === "tool" ? "/input" : "";
  return labelsOfChosen(context, state, activity)
    .filter(({ label }) => label.trust === "untrusted")
    .slice(0, MOST_TOLD)
    .map((one) => ({ at: `${at}${one.at}`, sources: [...one.label.sources] }));
}
