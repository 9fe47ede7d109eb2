/**
 * The guardrails of a definition: which of its rules hold for the answer of which step. Rules about what no answer may hold hold for every
 * answer; rules about the form of an answer hold where it reaches the run's output, and those about sources where the sources are there.
 */

import { canonicalJson } from "../canonical-json.ts";
import { type OutputRules, PLATFORM_GUARDRAILS, type RunRules, rulesOfRun } from "../guardrail/rules/merge.ts";
import type { GroundedRule, OrgGuardrails, StepGuardrails } from "../guardrail/rules/settings.ts";
import { isObject, type Json, own } from "../json.ts";
import { KNOWLEDGE_SEARCH } from "../tool/knowledge-search.ts";
import type { Definition, Step, Template } from "./definition.ts";
import { expressionOf, namesIn } from "./expression.ts";
import type { Errors } from "./form.ts";
import { settledBefore } from "./reach.ts";
import { mentionsOf, templatesOf, workOf } from "./step-kinds.ts";

/** The rules of a run of this definition; null: the platform's alone. */
export function runRulesOf(org: OrgGuardrails | null, definition: Definition): RunRules | null {
  const prompted = Object.entries(definition.steps).filter(([, step]) => promptedIn(step) !== null);
  const asked = prompted.map(([id, step]): readonly [string, StepGuardrails] => [id, promptedIn(step)?.guardrails ?? { output: {} }]);
  // Most definitions say nothing: that must cost a start nothing.
  if (org === null && definition.guardrails === undefined && asked.every(([, { output }]) => Object.keys(output).length === 0)) return null;
  const { rules, steps } = rulesOfRun(org, definition.guardrails ?? null, asked);
  const shown = stepsShown(definition);
  const isGrounded = rules.output.grounded_in.length > 0 || Object.values(steps).some((output) => output.grounded_in.length > 0);
  const before = isGrounded ? settledBefore(definition.steps) : new Map<string, ReadonlySet<string>>();
  const byStep = asked.map(([id, { output }]): readonly [string, OutputRules] => {
    const merged = own(steps, id) ?? rules.output;
    const isOwn = (rule: GroundedRule): boolean => JSON.stringify(rule) === JSON.stringify(output.grounded_in);
    const grounded = merged.grounded_in.filter(
      (rule) => isOwn(rule) || rule.steps.some((step) => before.get(id)?.has(step) || (step === id && searches(definition, id))),
    );
    // What the step asks for itself holds wherever its answer goes.
    return [id, shown.has(id) ? { ...merged, grounded_in: grounded } : { ...onlyOwn(merged, output), grounded_in: grounded.filter(isOwn) }];
  });
  const kept = byStep.filter(([, output]) => !same(output, rules.output));
  return kept.length === 0 && same(rules, PLATFORM_GUARDRAILS) ? null : { v: 1, rules, steps: Object.fromEntries(kept) };
}

/** Without the rules about form that the step itself does not ask for. */
function onlyOwn(merged: OutputRules, asked: StepGuardrails["output"]): OutputRules {
  const mine = <R>(rules: readonly R[], rule: R | undefined): readonly R[] => rules.filter((each) => same(each, rule ?? null));
  return {
    ...merged,
    topics: mine(merged.topics, asked.topics),
    max_chars: mine(merged.max_chars, asked.max_chars),
    format: mine(merged.format, asked.format),
    tone: mine(merged.tone, asked.tone),
    require: mine(merged.require, asked.require),
  };
}

/** An agent that may search collections: what it finds is what its answer can rest on. */
const searches = ({ steps }: Pick<Definition, "steps">, id: string): boolean => {
  const step = own(steps, id);
  return step?.kind === "agent" && step.tools.includes(KNOWLEDGE_SEARCH);
};

const same = (a: unknown, b: unknown): boolean => canonicalJson(a as Json) === canonicalJson(b as Json);

/** The step that a model answers: the step itself, or what a `map` does for each item. */
const promptedIn = (step: Step) =>
  workOf(step)
    .map((work) => mentionsOf(work.step).prompted)
    .find((found) => found !== null) ?? null;

/** The steps whose output the run's output holds, directly or through steps that no model answers. */
function stepsShown({ steps, output }: Definition): ReadonlySet<string> {
  const shown = new Set<string>();
  const visit = (template: Template): void => {
    for (const id of namedIn(template, Object.keys(steps))) {
      const step = own(steps, id);
      if (step === undefined || shown.has(id)) continue;
      shown.add(id);
      if (promptedIn(step) === null) for (const work of workOf(step)) for (const placed of templatesOf(work.step)) visit(placed.template);
    }
  };
  visit(output);
  return shown;
}

/** The steps that a template names; all of them where an expression cannot say which. */
export function namedIn(template: Template, all: readonly string[]): readonly string[] {
  const cel = expressionOf(template);
  if (cel !== null) {
    const names = namesIn(cel);
    if (names === null) return all;
    return names.variables.has("steps") && names.steps.size === 0 ? all : [...names.steps];
  }
  if (Array.isArray(template)) return template.flatMap((item) => namedIn(item, all));
  return isObject(template) ? Object.values(template).flatMap((item) => namedIn(item, all)) : [];
}

/** Steps that a rule names exist, and those of a step's own rule are settled before it. A rule without steps is that of a step that searches itself. */
export function checkGuardrails(
  definition: Pick<Definition, "guardrails" | "steps">,
  ids: ReadonlySet<string>,
  before: ReadonlyMap<string, ReadonlySet<string>> | null,
  errors: Errors,
): void {
  const check = (rule: GroundedRule | undefined, path: string, known: ReadonlySet<string> | null, itself: string | null): void => {
    const at = `${path}/guardrails/output/grounded_in/steps`;
    if (rule !== undefined && rule.steps.length === 0 && rule.action !== "off" && itself !== null && !searches(definition, itself))
      errors.add(at, `\`steps\` names no step, and this one does not search itself: name the step that finds what the answer rests on`);
    for (const [index, id] of (rule?.steps ?? []).entries()) {
      if (!ids.has(id)) errors.add(`${at}/${index}`, `there is no step \`${id}\``);
      else if (known !== null && !known.has(id) && !(id === itself && searches(definition, id)))
        errors.add(`${at}/${index}`, `the step \`${id}\` may not be settled before this one: add it to \`needs\``);
    }
  };
  check(definition.guardrails?.output?.grounded_in, "", null, null);
  for (const [id, step] of Object.entries(definition.steps))
    for (const { step: work, at } of workOf(step))
      check(mentionsOf(work).prompted?.guardrails?.output.grounded_in, `/steps/${id}${at}`, before?.get(id) ?? null, id);
}
