/** Every expression of a definition at its place, with what it may name there. */
import { checkCondition, checkTemplate, type Sight } from "./check-template.ts";
import type { Definition, Step } from "./definition.ts";
import type { Errors } from "./form.ts";
import { errorRules, rescuersIn } from "./on-error.ts";
import type { settledBefore } from "./reach.ts";
import { mentionsOf, templatesOf } from "./step-kinds.ts";

type Order = ReturnType<typeof settledBefore>;

/**
 * `known`: ids of all steps, also of those that could not be read. `before`: null in a graph with a cycle, where nothing is before
 * anything; then only the expressions themselves are checked.
 */
export function checkExpressions(
  { output, on_budget, session, steps }: Pick<Definition, "output" | "on_budget" | "session" | "steps">,
  known: ReadonlySet<string>,
  before: Order | null,
  errors: Errors,
): void {
  const rescuers = new Set(Object.values(steps).flatMap(({ on_error }) => rescuersIn(on_error).map(({ id }) => id)));
  for (const [id, step] of Object.entries(steps)) {
    const path = `/steps/${id}`;
    const sight: Sight = { steps: before === null ? known : (before.get(id) ?? new Set()), more: rescuers.has(id) ? ["error"] : [], known };
    if (step.when !== null) checkCondition(step.when.cel, `${path}/when`, sight, errors);
    checkStep(step, path, sight, { ...sight, steps: new Set([...sight.steps, id]), more: ["output", "call"] }, errors);
  }
  const whole: Sight = { steps: known, more: [], known };
  checkTemplate(output, "/output", whole, errors);
  const ended: Sight = { ...whole, more: ["output"] };
  for (const who of ["user", "assistant"] as const) {
    const words = session?.[who];
    if (words !== undefined) checkTemplate(words, `/session/${who}`, ended, errors);
  }
  if (on_budget !== null) checkTemplate(on_budget.value, "/on_budget/value", whole, errors); // what a cap left undone is null
}

/** `after`: what an expression sees that undoes what the step did. */
function checkStep(step: Step, path: string, sight: Sight, after: Sight, errors: Errors): void {
  const failed: Sight = { ...sight, more: [...new Set([...sight.more, "error"])] };
  for (const { rule, at } of errorRules(step.on_error)) {
    if (rule.when !== undefined) checkCondition(rule.when.cel, `${path}${at}/when`, failed, errors);
    if ("value" in rule) checkTemplate(rule.value, `${path}${at}/value`, failed, errors);
  }
  for (const { at, template, when } of templatesOf(step)) checkTemplate(template, `${path}${at}`, when === "after" ? after : sight, errors);
  const { item } = mentionsOf(step);
  if (item === null) return;
  // Items may be undone although their `map` never completed: an undoing expression sees neither the output of the `map` nor its list.
  checkStep(
    item,
    `${path}/step`,
    { ...sight, more: [...sight.more, "item", "index"] },
    { ...sight, more: ["output", "call", "index"] },
    errors,
  );
}
