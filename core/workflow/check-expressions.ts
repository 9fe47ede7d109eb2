/** Every expression of a definition at its place, with what it may name there. */
import { escapeToken } from "../json.ts";
import { checkCel, checkTemplate, type Sight } from "./check-template.ts";
import type { Definition, Step } from "./definition.ts";
import type { Errors } from "./form.ts";
import type { settledBefore } from "./reach.ts";

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

/** `after`: what the expressions see that undo what the step did. */
function checkStep(step: Step, path: string, sight: Sight, after: Sight, errors: Errors): void {
  if (step.on_error !== null && "value" in step.on_error) checkTemplate(step.on_error.value, `${path}/on_error/value`, sight, errors);
  switch (step.kind) {
    case "transform":
      return checkTemplate(step.value, `${path}/value`, sight, errors);
    case "review":
      return checkTemplate(step.proposal, `${path}/proposal`, sight, errors);
    case "run":
      return checkTemplate(step.input, `${path}/input`, sight, errors);
    case "wait":
      checkTemplate(step.seconds, `${path}/seconds`, sight, errors);
      return checkTemplate(step.until, `${path}/until`, sight, errors);
    case "model":
    case "agent":
      for (const [slot, value] of Object.entries(step.prompt.slots)) {
        checkTemplate(value, `${path}/prompt/slots/${escapeToken(slot)}`, sight, errors);
      }
      return;
    case "tool":
      checkTemplate(step.input, `${path}/input`, sight, errors);
      if (step.compensate !== null) checkTemplate(step.compensate.input, `${path}/compensate/input`, after, errors);
      return;
    case "map": {
      checkTemplate(step.over, `${path}/over`, sight, errors);
      const ofItem: Sight = { ...sight, more: ["item", "index"] };
      // Items may be undone although their `map` never completed: its own output is not in sight, and the list is gone by then.
      return checkStep(step.step, `${path}/step`, ofItem, { ...sight, more: ["output", "index"] }, errors);
    }
  }
}
