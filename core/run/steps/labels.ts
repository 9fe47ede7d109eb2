/**
 * Whose word each value of a run is (core/label): what a step starts with, what comes of it. Nothing here reads a value, so no value can
 * make itself trusted. A journal from before labels is read off its definition: all but a person's word and the caller's is untrusted.
 */
import { own } from "../../json.ts";
import { CALLER, join, type Label, OWN, saidBy, UNKNOWN } from "../../label/label.ts";
import { joined, type Labels, labelsAt, merged, placedAt, whole } from "../../label/labels.ts";
import type { Template } from "../../workflow/definition.ts";
import { labelsOfTemplate, type Origin } from "../../workflow/labels-of.ts";
import type { Birth, RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { rulesOf } from "./kinds.ts";
import { indexOfNode, nodeDefinition, stepOfNode } from "./node.ts";

/** What an expression sees beside the run: an item of a map, the output of the call that is undone, why the step failed. */
export type SeenLabels = { readonly item?: Labels; readonly output?: Labels; readonly error?: Labels };

/** The label of an error: its code and message are ours, but the other side chose which. */
const ERROR: Label = { trust: "untrusted", class: "internal", sources: ["error"] };
const errorLabels: Labels = whole(ERROR);

/** Where the values of a run come from. */
export function originIn({ birth }: RunContext, state: RunState, seen: SeenLabels = {}): Origin {
  const known = new Map<string, Labels>();
  const outputOf = (id: string): Labels => {
    const found = known.get(id) ?? labelsOfOutput(birth, state, id, origin);
    known.set(id, found);
    return found;
  };
  const origin: Origin = (variable, path) => {
    switch (variable) {
      case "input":
        return labelsAt(inputOf(birth), path);
      case "steps":
        return ofSteps(path, Object.keys(birth.definition.steps), outputOf);
      case "run":
      case "index":
        return [];
      case "item":
        return labelsAt(seen.item ?? whole(UNKNOWN), path);
      case "output":
        return labelsAt(seen.output ?? whole(UNKNOWN), path);
      case "error":
        return labelsAt(seen.error ?? errorLabels, path);
      default:
        return whole(UNKNOWN);
    }
  };
  return origin;
}

function ofSteps([id, field, ...rest]: readonly string[], ids: readonly string[], outputOf: (id: string) => Labels): Labels {
  if (id === undefined) return whole(joined([...ids.flatMap(outputOf), ...errorLabels]));
  if (field === "output") return labelsAt(outputOf(id), rest);
  return field === "error" ? errorLabels : whole(join(joined(outputOf(id)), ERROR));
}

/** A child's input has its parent's labels. */
const inputOf = ({ inputLabels, parent }: Birth): Labels => inputLabels ?? whole(parent === null ? CALLER : UNKNOWN);

/** The labels of a step's output, noted when it was settled. A step without an output gives null, which is nobody's word. */
function labelsOfOutput({ definition }: Birth, state: RunState, id: string, origin: Origin): Labels {
  const status = own(state.steps, id)?.status;
  if (status === undefined || own(definition.steps, id) === undefined) return whole(UNKNOWN);
  if (status !== "completed" && status !== "compensated") return [];
  const noted = own(state.labels ?? {}, id);
  if (noted !== undefined) return noted;
  const step = nodeDefinition(definition, id);
  const { outputFrom } = rulesOf(step);
  if (step.on_error === null && outputFrom === "person") return whole(saidBy("person", "trusted", OWN, "internal"));
  if (step.on_error === null && outputFrom === "inputs") return labelsOfTemplate(templateOf(definition, id), origin, UNKNOWN);
  return whole(UNKNOWN);
}

const templateOf = (definition: Birth["definition"], node: string): Template => {
  const step = nodeDefinition(definition, node);
  return rulesOf(step).input(step)?.template ?? null;
};

/** The labels of a template of the run; `seen`: of what only its place sees. */
export const labelsIn = (context: RunContext, state: RunState, template: Template, seen: SeenLabels = {}): Labels =>
  labelsOfTemplate(template, originIn(context, state, seen), UNKNOWN);

/** The labels of an item of a map under way. */
export function itemLabels(context: RunContext, state: RunState, node: string): Labels {
  const index = indexOfNode(node);
  if (index === null) return [];
  const step = stepOfNode(node);
  const over = own(state.maps, step)?.labels ?? labelsOfInput(context, state, step);
  return labelsAt(over, [String(index)]);
}

/** The labels of what a node starts with. */
export function labelsOfInput(context: RunContext, state: RunState, node: string): Labels {
  const seen = indexOfNode(node) === null ? {} : { item: itemLabels(context, state, node) };
  return labelsIn(context, state, templateOf(context.birth.definition, node), seen);
}

/** The labels of what comes of a node that succeeds, while it is still under way. A child run tells those of its own output itself. */
export function labelsOfResult(context: RunContext, state: RunState, node: string): Labels {
  const { definition } = context.birth;
  const step = nodeDefinition(definition, node);
  const activity = own(state.activities, node);
  const from = (): Label => joined(activity?.labels ?? labelsOfInput(context, state, node));
  switch (rulesOf(step).outputFrom) {
    case "inputs":
      return labelsOfInput(context, state, node);
    case "person":
      return whole(saidBy("person", "trusted", from()));
    case "signal":
      return activity === undefined || activity.signal === null ? [] : whole(signalLabel(state, activity.signal));
    case "model":
      return whole(saidBy(`model:${stepOfNode(node)}`, "untrusted", join(from(), own(state.agents, node)?.label ?? OWN)));
    case "tool":
      return whole(toolLabel(activity, from()));
    case "items":
      return whole(joined([...(own(state.maps, node)?.items ?? [])].flatMap(({ labels }) => labels ?? whole(UNKNOWN))));
    case "child":
      return whole(UNKNOWN);
  }
}

/** What a tool answers to an input. A journal from before labels does not say how sensitive the tool is. */
export const toolLabel = (activity: Pick<Activity, "tool" | "facts"> | undefined, input: Label): Label =>
  saidBy(`tool:${activity?.tool ?? "unknown"}`, "untrusted", input, activity?.facts?.sensitivity ?? "internal");

/** The oldest unread signal of a name. */
const signalLabel = (state: RunState, name: string): Label => own(state.signalLabels ?? {}, name)?.[0] ?? UNKNOWN;

/** The labels of a run's output that a cap cut short: the outputs of all completed steps, by id. */
export const labelsOfOutputs = (context: RunContext, state: RunState, ids: readonly string[]): Labels => {
  const origin = originIn(context, state);
  return merged(ids.map((id) => placedAt(id, origin("steps", [id, "output"]))));
};
