/** One step as a developer sent it: its exact shape, every default filled in. What it says of others is for `check-references.ts`. */
import { readRetry, readToolTimeout } from "./check-attempts.ts";
import { readAgent, readModel } from "./check-model-step.ts";
import { readWait } from "./check-wait-step.ts";
import type {
  Compensate,
  ItemStep,
  MapStep,
  OnError,
  ReviewStep,
  RunStep,
  Step,
  StepKind,
  Template,
  ToolStep,
  TransformStep,
} from "./definition.ts";
import { expressionOf } from "./expression.ts";
import { Form } from "./form.ts";
import { STEP_ID, TOOL_NAME, WORKFLOW_NAME } from "./names.ts";

export { MAX_TIMEOUT_MS } from "./check-attempts.ts";
export { MODEL_ID, SIGNAL_NAME, STEP_ID, TASK_NAME, TOOL_NAME } from "./names.ts";

type Common = Pick<Step, "needs" | "when" | "on_error">;
type Readers<K extends StepKind> = { readonly [Kind in K]: (form: Form, common: Common) => Extract<Step, { kind: Kind }> };

/** What a `map` can do for each item. */
const ITEM_READERS = { model: readModel, agent: readAgent, tool: readTool, run: readRun, transform: readTransform } satisfies Readers<
  ItemStep["kind"]
>;
const READERS = { ...ITEM_READERS, review: readReview, wait: readWait, map: readMap } satisfies Readers<StepKind>;

/** null: its kind is none. Errors are in the form. */
export function readStep(form: Form): Step | null {
  const kind = kindIn(form, READERS);
  if (kind === null) return null;
  const step = READERS[kind](form, { needs: readNeeds(form), when: readCondition(form), on_error: readOnError(form) });
  form.close();
  return step;
}

function kindIn<K extends StepKind>(form: Form, readers: Readers<K>): K | null {
  const kind = form.choice("kind", Object.keys(readers) as K[]);
  return form.json("kind") === kind ? kind : null;
}

const readNeeds = (form: Form): readonly string[] =>
  form.texts("needs", { max: 63, most: 500, pattern: STEP_ID, hint: "is no id of a step" });

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
  return { step: inner.text("step", { max: 63, pattern: STEP_ID, hint: "is no id of a step" }) };
}

function readTool(form: Form, common: Common): ToolStep {
  return {
    kind: "tool",
    ...common,
    tool: form.text("tool", { max: 63, pattern: TOOL_NAME }),
    input: form.json("input") ?? {},
    async: form.boolean("async", false),
    retry: readRetry(form),
    timeout_ms: readToolTimeout(form),
    compensate: readCompensate(form),
  };
}

function readCompensate(form: Form): Compensate | null {
  const inner = form.form("compensate");
  if (inner === null) return null;
  const compensate: Compensate = {
    tool: inner.text("tool", { max: 63, pattern: TOOL_NAME }),
    input: inner.json("input") ?? {},
    retry: readRetry(inner),
    timeout_ms: readToolTimeout(inner),
  };
  inner.close();
  return compensate;
}

function readReview(form: Form, common: Common): ReviewStep {
  const severity = form.choice("severity", ["critical", "high", "medium"] as const, "medium");
  return { kind: "review", ...common, severity, proposal: form.json("proposal") ?? null };
}

function readTransform(form: Form, common: Common): TransformStep {
  return { kind: "transform", ...common, value: form.required("value") ?? null };
}

/** The workflow need not exist yet: which version it is, is asked when the step runs. */
function readRun(form: Form, common: Common): RunStep {
  const input = form.json("input");
  return {
    kind: "run",
    ...common,
    workflow: form.text("workflow", { max: 63, pattern: WORKFLOW_NAME }),
    version: form.numberOrNull("version", { min: 1, max: Number.MAX_SAFE_INTEGER, whole: true }),
    input: input === undefined ? {} : input,
  };
}

function readMap(form: Form, common: Common): MapStep {
  return {
    kind: "map",
    ...common,
    over: readList(form),
    concurrency: form.number("concurrency", { fallback: 4, min: 1, max: 64, whole: true }),
    step: readItem(form),
  };
}

function readList(form: Form): Template {
  const over = form.required("over");
  if (over === undefined || Array.isArray(over) || expressionOf(over) !== null) return over ?? [];
  form.refuse("over", "`over` must be a list, or an expression that gives one");
  return [];
}

/** Stands in for an item's step that cannot be read, so that the rest of its `map` is checked all the same. */
const NO_ITEM_STEP: ItemStep = { kind: "transform", needs: [], when: null, on_error: null, value: null };

function readItem(form: Form): ItemStep {
  const raw = form.required("step");
  if (raw === undefined) return NO_ITEM_STEP;
  const item = new Form(raw, form.at("step"), form.errors, "`step`");
  const kind = item.broken ? null : kindIn(item, ITEM_READERS);
  if (kind === null) return NO_ITEM_STEP;
  // Empty they may stand there: so the definition is shown with its defaults filled in.
  if (readNeeds(item).length > 0) item.refuse("needs", "the step of a `map` has no `needs`: what the `map` needs is settled by then");
  if (readCondition(item) !== null) item.refuse("when", "the step of a `map` has no `when`: leave items out of `over`");
  const onError = readOnError(item);
  if (onError !== null && "step" in onError)
    item.errors.add(`${item.at("on_error")}/step`, "the step of a `map` takes `on_error.value` only");
  const step = ITEM_READERS[kind](item, { needs: [], when: null, on_error: onError });
  if ("async" in step && step.async) item.refuse("async", "`async` is not supported inside a `map` yet");
  item.close();
  return step;
}
