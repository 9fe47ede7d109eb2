/** `map`: one step for each item of a list. */
import { constantOf } from "../constant.ts";
import type { ItemStep, Template } from "../definition.ts";
import { expressionOf } from "../expression.ts";
import { Form } from "../form.ts";
import { rescuersIn } from "../on-error.ts";
import { readCommon } from "./common.ts";
import { ITEM_KINDS, kindIn } from "./item-kinds.ts";
import { MENTIONS_NOTHING, type StepKindRules } from "./rules.ts";

/** The rules of the kind `map`. */
export const MAP: StepKindRules<"map"> = {
  read: (form, common) => ({
    kind: "map",
    ...common,
    over: readList(form),
    concurrency: form.number("concurrency", { fallback: 4, min: 1, max: 64, whole: true }),
    step: readItem(form),
  }),
  templates: ({ over }) => [{ at: "/over", template: over, when: "before" }],
  mentions: ({ step }) => ({ ...MENTIONS_NOTHING, item: step }),
};

function readList(form: Form): Template {
  const over = form.required("over");
  const constant = over === undefined || expressionOf(over) === null ? null : constantOf(over);
  const mayBeList = over === undefined || Array.isArray(over) || expressionOf(over) !== null;
  if (mayBeList && !(constant?.ok && !Array.isArray(constant.value))) return over ?? [];
  form.refuse("over", "`over` must be a list, or an expression that gives one");
  return [];
}

/** Replaces an item's step that cannot be read, so that the rest of its `map` is still checked. */
const NO_ITEM_STEP: ItemStep = { kind: "transform", needs: [], when: null, on_error: null, value: null };

function readItem(form: Form): ItemStep {
  const raw = form.required("step");
  if (raw === undefined) return NO_ITEM_STEP;
  const item = new Form(raw, form.at("step"), form.errors, "`step`");
  const kind = item.broken ? null : kindIn(item, ITEM_KINDS);
  if (kind === null) return NO_ITEM_STEP;
  // Empty `needs` and a null `when` are accepted: a definition is shown with its defaults filled in.
  const { needs, when, on_error } = readCommon(item);
  if (needs.length > 0) item.refuse("needs", "the step of a `map` has no `needs`: the steps that the `map` needs are settled by then");
  if (when !== null) item.refuse("when", "the step of a `map` has no `when`: leave items out of `over`");
  for (const { path } of rescuersIn(on_error)) item.errors.add(`${item.path}${path}`, "the step of a `map` takes `on_error.value` only");
  const step = ITEM_KINDS[kind].read(item, { needs: [], when: null, on_error });
  if ("async" in step && step.async) item.refuse("async", "`async` is not supported inside a `map` yet");
  item.close();
  return step;
}
