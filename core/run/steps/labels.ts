/**
 * Whose word each value of a run is (core/label): what a step starts with, what comes of it. Nothing here reads a value, so no value can
 * make itself trusted. A journal from before labels is read off its definition: all but a person's word and the caller's is untrusted.
 */
import { own } from "../../json.ts";
import { CALLER, type DataClass, join, type Label, OWN, saidBy, UNKNOWN } from "../../label/label.ts";
import { joined, type Labels, labelsAt, merged, placedAt, whole } from "../../label/labels.ts";
import { labelsOfSession, SILENCE } from "../../session/session.ts";
import type { ErrorRule, Step, Template } from "../../workflow/definition.ts";
import { labelsOfTemplate, type Origin } from "../../workflow/labels-of.ts";
import { errorRules } from "../../workflow/on-error.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Birth, RunContext } from "../machine/birth.ts";
import type { Activity, RunState } from "../machine/state.ts";
import { rulesOf } from "./kinds.ts";
import { indexOfNode, nodeDefinition, stepOfNode } from "./node.ts";

/** What an expression sees beside the run: an item of a map and its index, the call that is undone and its output, why the step failed. */
export type SeenLabels = {
  readonly item?: Labels;
  readonly index?: Labels;
  readonly output?: Labels;
  readonly call?: Labels;
  readonly error?: Labels;
};

/** The label of an error: its code and message are ours, but the other side chose which, and may have said more. */
const ERROR: Label = { trust: "untrusted", class: "internal", sources: ["error"] };
/** Of an error about which nothing was noted. */
const UNTOLD = ERROR;

/** The label of a step's error: of whoever made it fail. */
const errorLabel = (state: RunState, id: string): Label => join(ERROR, joined(own(state.labels ?? {}, id) ?? []));

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
        return ofSteps(path, Object.keys(birth.definition.steps), { outputOf, errorOf: (id) => errorLabel(state, id) });
      case "run":
        return [];
      case "session":
        return labelsAt(labelsOfSession(state.session?.content ?? SILENCE), path);
      case "index":
        return seen.index ?? whole(UNKNOWN);
      case "item":
        return labelsAt(seen.item ?? whole(UNKNOWN), path);
      case "output":
        return labelsAt(seen.output ?? whole(UNKNOWN), path);
      case "call":
        return labelsAt(seen.call ?? whole(UNKNOWN), path);
      case "error":
        return labelsAt(seen.error ?? whole(UNTOLD), path);
      default:
        return whole(UNKNOWN);
    }
  };
  return origin;
}

type Told = { readonly outputOf: (id: string) => Labels; readonly errorOf: (id: string) => Label };

function ofSteps([id, field, ...rest]: readonly string[], ids: readonly string[], { outputOf, errorOf }: Told): Labels {
  if (id === undefined) return whole([...ids.map(errorOf), joined(ids.flatMap(outputOf))].reduce(join));
  if (field === "output") return labelsAt(outputOf(id), rest);
  return whole(field === "error" ? errorOf(id) : join(joined(outputOf(id)), errorOf(id)));
}

/** A child's input has its parent's labels. */
const inputOf = ({ inputLabels, parent }: Birth): Labels => inputLabels ?? whole(parent === null ? CALLER : UNKNOWN);

/** The labels of a step's output, noted when it was settled. A skipped step gives null, and whatever its condition was read from says so. */
function labelsOfOutput(birth: Birth, state: RunState, id: string, origin: Origin): Labels {
  const { definition } = birth;
  const status = own(state.steps, id)?.status;
  if (status === undefined || own(definition.steps, id) === undefined) return whole(UNKNOWN);
  if (status !== "completed" && status !== "compensated" && status !== "skipped") return [];
  const noted = own(state.labels ?? {}, id);
  if (noted !== undefined) return noted;
  return under(controlOf(birth, state, id, origin), status === "skipped" ? [] : unnoted(birth, id, origin));
}

/** The highest class of what these steps gave. */
export const classOfOutputs = (context: RunContext, state: RunState, steps: readonly string[]): DataClass => {
  const origin = originIn(context, state);
  return joined(steps.flatMap((id) => origin("steps", [id, "output"]))).class;
};

/** The labels of an output, read off the definition. */
function unnoted({ definition }: Birth, id: string, origin: Origin): Labels {
  const step = nodeDefinition(definition, id);
  const { outputFrom } = rulesOf(step);
  if (step.on_error === null && outputFrom === "person") return whole(saidBy("person", "trusted", OWN, "internal"));
  if (step.on_error === null && outputFrom === "inputs") return labelsOfTemplate(templateOf(definition, id), origin, UNKNOWN);
  return whole(UNKNOWN);
}

/** Labels of a value whose choice depended on `control`: it counts for all of the value. */
const under = (control: Label, labels: Labels): Labels => (control === OWN ? labels : merged([labels, whole(control)]));

/** What decided whether a step ran: its `when`, and for the step of an `on_error` whatever made the other one fail. */
function controlOf({ definition }: Birth, state: RunState, id: string, origin: Origin): Label {
  const { when } = nodeDefinition(definition, id) as Step;
  const condition = when === null ? OWN : joined(labelsOfTemplate(when, origin, UNKNOWN));
  const rescued = own(state.steps, id)?.rescues ?? null;
  return rescued === null ? condition : join(condition, joined(own(state.labels ?? {}, rescued) ?? whole(UNTOLD)));
}

const controlIn = (context: RunContext, state: RunState, node: string): Label =>
  controlOf(context.birth, state, stepOfNode(node), originIn(context, state));

/** The labels of what a step gives: those of the value, and of what decided whether the step ran. */
export const labelsOfSettled = (context: RunContext, state: RunState, id: string, labels: Labels): Labels =>
  under(controlIn(context, state, id), labels);

/** The labels of the null that a skipped step gives. `settled`: the step that it had stood ready for, which did not fail. */
export function labelsOfSkipped(context: RunContext, state: RunState, id: string, settled: string | null): Labels {
  const spared = settled === null ? OWN : join(failureLabel(context, state, settled), joined(own(state.labels ?? {}, settled) ?? []));
  return whole(join(controlIn(context, state, id), spared));
}

/**
 * Whose word it is that a node failed, and how. A tool, a model and a child run choose it themselves; an expression fails over what it
 * reads; a person rejects, and time passes, in nobody else's name.
 */
export function failureLabel(context: RunContext, state: RunState, node: string): Label {
  const step = nodeDefinition(context.birth.definition, node);
  switch (rulesOf(step).outputFrom) {
    case "person":
    case "signal":
      return OWN;
    case "inputs":
      return joined(labelsOfInput(context, state, node));
    case "items":
      return itemsFailureLabel(context, state, node);
    default:
      return join(join(joined(labelsOfInput(context, state, node)), ERROR), speakerLabel(state, node));
  }
}

/** What the tool or the agent that made a node fail may have told by it. */
function speakerLabel(state: RunState, node: string): Label {
  const { facts, tool } = own(state.activities, node) ?? {};
  const said = facts === undefined || facts === null ? OWN : saidBy(`tool:${tool ?? "unknown"}`, "untrusted", OWN, facts.sensitivity);
  return join(own(state.agents, node)?.label ?? OWN, said);
}

/** A map fails over its list, or over any of its items, after what their `on_error` says. */
function itemsFailureLabel(context: RunContext, state: RunState, step: string): Label {
  const failing = own(state.maps, step)?.failingLabel ?? OWN;
  const over = join(joined(labelsOfInput(context, state, step)), failing);
  const { item } = mentionsOf(nodeDefinition(context.birth.definition, step));
  if (item === null) return over;
  const { outputFrom, input } = rulesOf(item);
  const seen: SeenLabels = { item: whole(over), index: whole(over) };
  const read = joined(labelsIn(context, state, input(item)?.template ?? null, seen));
  const failed = join(join(over, read), outputFrom === "inputs" ? OWN : ERROR);
  const rules = errorRules(item.on_error).map(({ rule }) => ruleLabel(context, state, rule, { ...seen, error: whole(failed) }));
  return rules.reduce(join, failed);
}

/** The label of the condition of a rule of `on_error`. */
export const ruleLabel = (context: RunContext, state: RunState, { when }: ErrorRule, seen: SeenLabels): Label =>
  when === undefined ? OWN : joined(labelsIn(context, state, when, seen));

const templateOf = (definition: Birth["definition"], node: string): Template => {
  const step = nodeDefinition(definition, node);
  return rulesOf(step).input(step)?.template ?? null;
};

/** The labels of a template of the run; `seen`: of what only its place sees. */
export const labelsIn = (context: RunContext, state: RunState, template: Template, seen: SeenLabels = {}): Labels =>
  labelsOfTemplate(template, originIn(context, state, seen), UNKNOWN);

/** What the expressions of an item of a map see: the item, and its index, which tells of the list's length. Nothing for a step. */
export function seenByItem(context: RunContext, state: RunState, node: string): SeenLabels {
  const index = indexOfNode(node);
  if (index === null) return {};
  const over = overLabels(context, state, stepOfNode(node));
  return { item: labelsAt(over, [String(index)]), index: ofLength(over) };
}

const overLabels = (context: RunContext, state: RunState, step: string): Labels =>
  own(state.maps, step)?.labels ?? labelsOfInput(context, state, step);

/** Whose word the length of a list is: what is only in one of its places has no say in it. */
const ofLength = (list: Labels): Labels => list.filter(({ at }) => at === "");

/** A person gave the step its input when the run was redriven. null: the definition does. */
const ofChanged = ({ redrive }: Birth, node: string): Labels | null =>
  own(redrive?.changes ?? {}, node) === undefined ? null : whole(redrive?.changed ?? UNKNOWN);

/** The labels of what a node starts with. */
export function labelsOfInput(context: RunContext, state: RunState, node: string): Labels {
  const { definition } = context.birth;
  const given = ofChanged(context.birth, node) ?? labelsIn(context, state, templateOf(definition, node), seenByItem(context, state, node));
  // A model reads what is remembered beside its prompt.
  const { found } = state.recalled ?? {};
  const isRead = found !== undefined && found.kept.length > 0 && mentionsOf(nodeDefinition(definition, node)).prompted !== null;
  return isRead ? merged([given, whole(found.label)]) : given;
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
      return whole(
        joined([
          ...ofLength(overLabels(context, state, node)),
          ...[...(own(state.maps, node)?.items ?? [])].flatMap(({ labels }) => labels ?? whole(UNKNOWN)),
        ]),
      );
    case "child":
      return whole(UNKNOWN);
  }
}

/** What a tool answers to an input. A journal from before labels does not say how sensitive the tool is. */
export function toolLabel(activity: Pick<Activity, "tool" | "facts" | "isStale" | "answerLabel"> | undefined, input: Label): Label {
  // What is remembered is the word of whoever said it, and of whoever chose what was looked for.
  if (activity?.answerLabel !== undefined) return join(input, activity.answerLabel);
  return {
    ...saidBy(`tool:${activity?.tool ?? "unknown"}`, "untrusted", input, activity?.facts?.sensitivity ?? "internal"),
    ...(activity?.isStale === true ? { stale: true } : {}),
  };
}

/** The oldest unread signal of a name. */
const signalLabel = (state: RunState, name: string): Label => own(state.signalLabels ?? {}, name)?.[0] ?? UNKNOWN;

/** The labels of a run's output that a cap cut short: `instead`, or the outputs of all completed steps, by id. Whoever spent the most chose it. */
export const labelsOfPartial = (context: RunContext, state: RunState, instead: Template | null, ids: readonly string[]): Labels => {
  const origin = originIn(context, state);
  const parts = instead === null ? ids.map((id) => placedAt(id, origin("steps", [id, "output"]))) : [labelsIn(context, state, instead)];
  return merged([...parts, whole(ERROR)]);
};
