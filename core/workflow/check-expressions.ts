/** Every expression of a definition at its place, with what it may name there. */
import { checkCel, checkTemplate, type Sight } from "./check-template.ts";
import type { Definition, Step } from "./definition.ts";
import type { Errors } from "./form.ts";
import type { settledBefore } from "./reach.ts";
import { mentionsOf, templatesOf } from "./step-kinds.ts";

type Order = ReturnType<typeof settledBefore>;

/**
 * `known`: ids of all steps, also of those that could not be read. `before`: null in a graph with a cycle, where nothing is before
 * anything; then only the expressions themselves are checked.
 */
export function checkExpressions(
  { output, on_budget, steps }: Pick<Definition, "output" | "on_budget" | "steps">,
  known: ReadonlySet<string>,
  before: Order | null,
  errors: Errors,
): void {
  for (const [id, step] of Object.entries(steps)) {
    const path = `/steps/${id}`;
    const sight: Sight = { steps: before === null ? known : (before.get(id) ?? new Set()), more: [], known };
    if (step.when !== null) checkCel(step.when.cel, `${path}/when`, sight, errors);
    checkStep(step, path, sight, { ...sight, steps: new Set([...sight.steps, id]), more: ["output"] }, errors);
  }
  const whole: Sight = { steps: known, more: [], known };
  checkTemplate(output, "/output", whole, errors);
  if (on_budget !== null) checkTemplate(on_budget.value, "/on_budget/value", whole, errors); // what a cap left undone is null
}

/** `after`: what an expression sees that undoes what the step did. */
function checkStep(step: Step, path: string, sight: Sight, after: Sight, errors: Errors): void {
  if (step.on_error !== null && "value" in step.on_error) checkTemplate(step.on_error.value, `${path}/on_error/value`, sight, errors);
  for (const { at, template, when } of templatesOf(step)) checkTemplate(template, `${path}${at}`, when === "after" ? after : sight, errors);
  const { item } = mentionsOf(step);
  if (item === null) return;
  // Items may be undone although their `map` never completed: an undoing expression sees neither the output of the `map` nor its list.
  checkStep(item, `${path}/step`, { ...sight, more: ["item", "index"] }, { ...sight, more: ["output", "index"] }, errors);
}
