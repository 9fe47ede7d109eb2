/**
 * Values that a run will compute from what is already settled. One that passes a bound of expressions (its steps, the size of its texts or
 * of the value) fails the run while writes are still ahead, not after they were made.
 */
import { isObject, own } from "../../json.ts";
import type { Definition, Template } from "../../workflow/definition.ts";
import { type ExpressionError, evaluate, evaluateCondition, expressionOf, namesIn } from "../../workflow/expression.ts";
import type { RunState } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { rulesOf } from "./kinds.ts";
import { mayWrite } from "./may-write.ts";

/** A step, or null for the definition's `output`, and the steps whose outputs its value is computed from. */
type Place = { readonly step: string | null; readonly reads: readonly string[] };

/** The places of a definition. `by`: those that read a step; `first`: those that read none. */
type Places = { readonly first: readonly Place[]; readonly by: ReadonlyMap<string, readonly Place[]> };

/** A function of the definition: forgetting one costs time and nothing else. */
const known = new WeakMap<Definition, Places>();

function placesOf(definition: Definition): Places {
  const found = known.get(definition);
  if (found !== undefined) return found;
  const steps = Object.entries(definition.steps).map(([id, step]) => place(id, [rulesOf(step).input(step)?.template ?? null, step.when]));
  const first: Place[] = [];
  const by = new Map<string, Place[]>();
  for (const one of [...steps, place(null, [definition.output])]) {
    if (one.reads.length === 0) first.push(one);
    for (const read of one.reads) {
      const readers = by.get(read);
      if (readers === undefined) by.set(read, [one]);
      else readers.push(one);
    }
  }
  const places = { first, by };
  known.set(definition, places);
  return places;
}

function place(step: string | null, templates: readonly Template[]): Place {
  const reads = new Set<string>();
  for (const template of templates) addReads(template, reads);
  return { step, reads: [...reads] };
}

function addReads(template: Template, reads: Set<string>): void {
  const cel = expressionOf(template);
  if (cel !== null) for (const step of namesIn(cel)?.steps ?? []) reads.add(step);
  else if (Array.isArray(template)) for (const item of template) addReads(item, reads);
  else if (isObject(template)) for (const item of Object.values(template)) addReads(item, reads);
}

/** A value that passes a bound, with its template. `step` null: the definition's `output`. */
export type Overrun = { readonly step: string | null; readonly field: string; readonly why: string; readonly template: Template };

/**
 * The first value that passes a bound among those that are known since this step was settled (null: since the run began); null: there is none.
 * Each value is computed once ahead, and only while a step that may write has not started; nothing of it is kept. Where the turn's expressions
 * take too long, the rest is computed in its place alone.
 */
export function overrunAhead(turn: Turn, settled: string | null): Overrun | null {
  const { first, by } = placesOf(turn.birth.definition);
  const places = settled === null ? [...first, ...placesOfKept(turn, by)] : (by.get(settled) ?? []);
  for (const { step, reads } of places) {
    if (turn.state.stopping !== null || turn.isLong) return null;
    if (!reads.every((read) => isSettled(turn.state, read)) || !writesAhead(turn)) continue;
    const overrun = step === null ? overrunOfOutput(turn) : willStart(turn, step) ? overrunOfStep(turn, step) : null;
    if (overrun !== null) return overrun;
  }
  return null;
}

/** What a run that continues another keeps is settled before its first step. */
const placesOfKept = (turn: Turn, by: Places["by"]): ReadonlySet<Place> =>
  new Set(Object.keys(turn.birth.redrive?.kept ?? {}).flatMap((step) => by.get(step) ?? []));

const isSettled = ({ steps }: RunState, id: string): boolean => ["completed", "skipped"].includes(own(steps, id)?.status ?? "");

const writesAhead = (turn: Turn): boolean =>
  Object.entries(turn.birth.definition.steps).some(([id, step]) => own(turn.state.steps, id)?.status === "pending" && mayWrite(turn, step));

/** It starts for certain, unless the run ends before, and nothing stands ready for its failure. */
function willStart(turn: Turn, id: string): boolean {
  const step = own(turn.state.steps, id);
  if (step?.status !== "pending" || step.error !== null || turn.machinery.plan.rescuers.has(id)) return false;
  return turn.stepDefinition(id).on_error === null && own(turn.birth.redrive?.changes ?? {}, id) === undefined;
}

function overrunOfStep(turn: Turn, id: string): Overrun | null {
  const step = turn.stepDefinition(id);
  const scope = turn.scopeOf(id);
  if (step.when !== null) {
    const condition = evaluateCondition(step.when.cel, scope, turn.countSteps);
    if (!condition.ok) return overrun(id, "when", step.when, condition.error);
    if (!condition.value) return null;
  }
  const input = rulesOf(step).input(step);
  const value = input === null ? null : evaluate(input.template, scope, turn.countSteps);
  return input === null || value === null || value.ok ? null : overrun(id, input.field, input.template, value.error);
}

function overrunOfOutput(turn: Turn): Overrun | null {
  const { output } = turn.birth.definition;
  const value = evaluate(output, turn.scope(), turn.countSteps);
  return value.ok ? null : overrun(null, "output", output, value.error);
}

/** Any other error is one of its place, in its turn. */
const overrun = (step: string | null, field: string, template: Template, { isBound, message }: ExpressionError): Overrun | null =>
  isBound ? { step, field, why: message, template } : null;
