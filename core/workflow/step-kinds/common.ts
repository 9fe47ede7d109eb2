/** The fields that steps of every kind have: what they need, when they run, what happens when they fail. */
import type { ErrorRule, OnError } from "../definition.ts";
import { Form } from "../form.ts";
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

/** Maximum rules of one step; more are refused. */
const MOST_RULES = 20;

function readOnError(form: Form): OnError | null {
  const raw = form.json("on_error");
  if (!Array.isArray(raw)) {
    const inner = form.form("on_error");
    return inner === null ? null : readErrorRule(inner, form, "on_error");
  }
  if (raw.length === 0 || raw.length > MOST_RULES) {
    form.refuse("on_error", `\`on_error\` takes 1 to ${MOST_RULES} rules`);
    return null;
  }
  const rules = raw.map((rule, index) => {
    const inner = new Form(rule, `${form.at("on_error")}/${index}`, form.errors, "a rule of `on_error`");
    return inner.broken ? null : readErrorRule(inner, inner, "value");
  });
  return rules.every((rule) => rule !== null) ? rules : null;
}

/** `refuse`: where a rule that says nothing, or too much, is told. */
function readErrorRule(inner: Form, outer: Form, field: string): ErrorRule | null {
  const when = inner.json("when") === undefined ? null : readCondition(inner);
  const value = inner.json("value");
  const step = inner.json("step");
  inner.close();
  if ((value === undefined) === (step === undefined)) {
    outer.refuse(field, "`on_error` takes one of `value` and `step`");
    return null;
  }
  const condition = when === null ? {} : { when };
  if (value !== undefined) return { value, ...condition };
  return { step: inner.text("step", { max: 63, pattern: STEP_ID, hint: "is not a valid step id" }), ...condition };
}
