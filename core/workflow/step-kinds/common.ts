/** The fields that steps of every kind have: what they need, when they run, what happens when they fail. */
import type { OnError } from "../definition.ts";
import type { Form } from "../form.ts";
import { STEP_ID } from "../names.ts";
import type { Common } from "./rules.ts";

/** Reads `needs`, `when` and `on_error`, each with its default. */
export const readCommon = (form: Form): Common => ({ needs: readNeeds(form), when: readCondition(form), on_error: readOnError(form) });

const readNeeds = (form: Form): readonly string[] =>
  form.texts("needs", { max: 63, most: 500, pattern: STEP_ID, hint: "is not a valid step id" });

function readCondition(form: Form): { readonly cel: string } | null {
  const when = form.form("when");
  if (when === null) return null;
  const cel = when.text("cel", { min: 1, max: 4_096 });
  when.close();
  return when.broken || cel === "" ? null : { cel };
}

function readOnError(form: Form): OnError | null {
  const inner = form.form("on_error");
  if (inner === null) return null;
  const value = inner.json("value");
  const step = inner.json("step");
  inner.close();
  if ((value === undefined) === (step === undefined)) {
    form.refuse("on_error", "`on_error` takes one of `value` and `step`");
    return null;
  }
  if (value !== undefined) return { value };
  return { step: inner.text("step", { max: 63, pattern: STEP_ID, hint: "is not a valid step id" }) };
}
