/** Every step of a definition and every expression in it, with its JSON Pointer: what the kinds of warnings walk over. */
import { escapeToken, isObject, type Json } from "../../json.ts";
import type { Definition, ItemStep, Step, Template } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import { mentionsOf, templatesOf, workOf } from "../step-kinds.ts";

/** One expression. `item`: the `map` step whose items it sees; null: it sees none. */
export type PlacedExpression = { readonly path: string; readonly cel: string };

/** Every step and what each does for its items. */
export const stepsOf = ({ steps }: Definition): readonly { readonly id: string; readonly step: Step | ItemStep; readonly path: string }[] =>
  Object.entries(steps).flatMap(([id, step]) => workOf(step).map((inner) => ({ id, step: inner.step, path: `/steps/${id}${inner.at}` })));

/** Every expression of a template that stands at `path`. */
export function expressionsIn(template: Template, path: string): readonly PlacedExpression[] {
  const cel = expressionOf(template);
  if (cel !== null) return [{ path, cel }];
  if (Array.isArray(template)) return template.flatMap((item, at) => expressionsIn(item, `${path}/${at}`));
  if (!isObject(template)) return [];
  return Object.entries(template).flatMap(([key, item]) => expressionsIn(item, `${path}/${escapeToken(key)}`));
}

/** Every expression of the definition. */
export function expressionsOf(definition: Definition): readonly PlacedExpression[] {
  const found: PlacedExpression[] = [];
  const walk = (template: Template, path: string): void => {
    for (const one of expressionsIn(template, path)) found.push(one);
  };
  const inStep = (step: Step, path: string): void => {
    if (step.when !== null) found.push({ path: `${path}/when`, cel: step.when.cel });
    walk(step.on_error as Json, `${path}/on_error`);
    for (const { at, template } of templatesOf(step)) walk(template, `${path}${at}`);
    const { item } = mentionsOf(step);
    if (item !== null) inStep(item, `${path}/step`);
  };
  for (const [id, step] of Object.entries(definition.steps)) inStep(step, `/steps/${id}`);
  walk(definition.output, "/output");
  if (definition.on_budget !== null) walk(definition.on_budget.value, "/on_budget/value");
  return found;
}
