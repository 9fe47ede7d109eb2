/** One step as a developer sent it: its exact shape, every default filled in. What it says of other steps is checked in `check.ts`. */
import type { Json } from "../json.ts";
import type { Compensate, ModelChoice, ModelStep, OnError, RetryPolicy, ReviewStep, Step, ToolStep, TransformStep } from "./definition.ts";
import type { Form } from "./form.ts";
import { checkPrompt } from "./prompt.ts";
import { checkSchema } from "./schema.ts";

export const STEP_ID = /^[a-z][a-z0-9_]{0,62}$/;
export const TOOL_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** `{provider}/{name}` (API.md, "Names"). */
export const MODEL_ID = /^[a-z0-9][a-z0-9-]{0,62}\/[A-Za-z0-9][A-Za-z0-9._:-]{0,126}$/;
export const TASK_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

const MODEL_TIMEOUT_MS = 120_000;
/** Fifteen minutes: the longest that one attempt may take. */
export const MAX_TIMEOUT_MS = 900_000;
/** Kinds of API.md that this platform does not run yet. */
const NOT_YET = ["agent", "wait", "map", "run"];

type Common = Pick<Step, "needs" | "when" | "on_error">;

/** null: its kind is none. Errors are in the form. */
export function readStep(form: Form): Step | null {
  const kind = form.json("kind");
  if (typeof kind === "string" && NOT_YET.includes(kind)) {
    form.refuse("kind", `steps of kind \`${kind}\` are not supported yet`);
    return null;
  }
  const known = form.choice("kind", ["model", "tool", "review", "transform"] as const);
  if (known !== kind) return null;
  const step = READERS[known](form, readCommon(form));
  form.close();
  return step;
}

type Supported = "model" | "tool" | "review" | "transform";

const READERS: { readonly [K in Supported]: (form: Form, common: Common) => Step } = {
  model: readModel,
  tool: readTool,
  review: (form, common): ReviewStep => ({
    kind: "review",
    ...common,
    severity: form.choice("severity", ["critical", "high", "medium"] as const, "medium"),
    proposal: form.json("proposal") ?? null,
  }),
  transform: (form, common): TransformStep => ({ kind: "transform", ...common, value: form.required("value") ?? null }),
};

function readCommon(form: Form): Common {
  const needs = form.texts("needs", { max: 63, most: 500, pattern: STEP_ID, hint: "is no id of a step" });
  return { needs, when: readCondition(form), on_error: readOnError(form) };
}

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

function readModel(form: Form, common: Common): ModelStep {
  const schema = form.json("output");
  if (schema !== undefined && schema !== null) addFlaws(form, "output", checkSchema(schema));
  const cache = form.choice("cache", ["none", "exact", "semantic"] as const, "none");
  if (cache !== "none") form.refuse("cache", `\`cache\` \`${cache}\` is not supported yet`);
  return {
    kind: "model",
    ...common,
    model: readChoice(form),
    prompt: readPrompt(form),
    output: schema === undefined || (typeof schema !== "object" && typeof schema !== "boolean") || Array.isArray(schema) ? null : schema,
    cache,
    async: readAsync(form),
    retry: readRetry(form),
    timeout_ms: form.number("timeout_ms", { fallback: MODEL_TIMEOUT_MS, min: 1, max: MAX_TIMEOUT_MS, whole: true }),
  };
}

function readChoice(form: Form): ModelChoice {
  const model = form.form("model");
  if (model === null) {
    form.refuse("model", "`model` is missing: it names an `id` or a `task`");
    return { id: null, task: null, max_tokens: 1, temperature: 0, fallback: [] };
  }
  const has = (name: string): boolean => model.json(name) !== undefined && model.json(name) !== null;
  if (has("id") === has("task")) model.errors.add(model.path, "`model` takes one of `id` and `task`");
  const id = has("id") ? model.text("id", { max: 190, pattern: MODEL_ID, hint: "must have the form `provider/name`" }) : null;
  const task = has("task") ? model.text("task", { max: 63, pattern: TASK_NAME }) : null;
  const choice: ModelChoice = {
    id,
    task,
    max_tokens: model.number("max_tokens", { fallback: 2_048, min: 1, max: 1_000_000, whole: true }),
    temperature: model.number("temperature", { fallback: 0, min: 0, max: 2 }),
    fallback: model.texts("fallback", { max: 190, most: 10, pattern: MODEL_ID, hint: "must have the form `provider/name`" }),
  };
  model.close();
  return choice;
}

function readPrompt(form: Form): ModelStep["prompt"] {
  const prompt = form.form("prompt");
  if (prompt === null) {
    form.refuse("prompt", "`prompt` is missing");
    return { template: "", slots: {} };
  }
  const template = prompt.text("template", { min: 1, max: 65_536 });
  const raw = prompt.json("slots") ?? {};
  prompt.close();
  if (typeof raw !== "object" || Array.isArray(raw)) {
    prompt.refuse("slots", "`slots` must be an object");
    return { template, slots: {} };
  }
  const read = { template, slots: raw as { readonly [name: string]: Json } };
  for (const { path, message } of checkPrompt(read)) prompt.errors.add(`${prompt.path}${path}`, message);
  return read;
}

function readTool(form: Form, common: Common): ToolStep {
  const tool = form.text("tool", { max: 63, pattern: TOOL_NAME });
  return {
    kind: "tool",
    ...common,
    tool,
    input: form.json("input") ?? {},
    async: readAsync(form),
    retry: readRetry(form),
    timeout_ms: form.numberOrNull("timeout_ms", { min: 1, max: MAX_TIMEOUT_MS, whole: true }),
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
    timeout_ms: inner.numberOrNull("timeout_ms", { min: 1, max: MAX_TIMEOUT_MS, whole: true }),
  };
  inner.close();
  return compensate;
}

/** API.md: `{"attempts": 3, "initial_ms": 1000, "max_ms": 32000, "factor": 2}` by default. */
const DEFAULT_RETRY: RetryPolicy = { attempts: 3, initial_ms: 1_000, max_ms: 32_000, factor: 2 };
const HOUR_MS = 3_600_000;

function readRetry(form: Form): RetryPolicy {
  const retry = form.form("retry");
  if (retry === null) return DEFAULT_RETRY;
  const initial = retry.number("initial_ms", { fallback: DEFAULT_RETRY.initial_ms, min: 0, max: HOUR_MS, whole: true });
  const policy: RetryPolicy = {
    attempts: retry.number("attempts", { fallback: DEFAULT_RETRY.attempts, min: 1, max: 20, whole: true }),
    initial_ms: initial,
    max_ms: retry.number("max_ms", { fallback: Math.max(DEFAULT_RETRY.max_ms, initial), min: 0, max: HOUR_MS, whole: true }),
    factor: retry.number("factor", { fallback: DEFAULT_RETRY.factor, min: 1, max: 10 }),
  };
  if (policy.max_ms < policy.initial_ms) retry.refuse("max_ms", "`max_ms` is below `initial_ms`");
  retry.close();
  return policy;
}

/** Part of the format, and not a promise yet. */
function readAsync(form: Form): false {
  if (form.boolean("async", false)) form.refuse("async", "`async` is not supported yet");
  return false;
}

function addFlaws(form: Form, name: string, flaws: readonly { readonly path: string; readonly message: string }[]): void {
  for (const { path, message } of flaws) form.errors.add(`${form.at(name)}${path}`, message);
}
