/** What `model` and `agent` have in common: a choice of model, a prompt with slots, the form of the answer, a budget. */
import { readStepGuardrails } from "../../guardrail/rules/read.ts";
import type { StepGuardrails } from "../../guardrail/rules/settings.ts";
import { escapeToken, type Json } from "../../json.ts";
import {
  type AgentStep,
  type JsonSchema,
  type ModelChoice,
  type ModelStep,
  type ModelWishes,
  type Prompt,
  SLOT_TYPES,
  type StepBudget,
} from "../definition.ts";
import type { Form } from "../form.ts";
import { MODEL_ID, TASK_NAME } from "../names.ts";
import { checkPrompt } from "../prompt.ts";
import { checkSchema } from "../schema.ts";
import type { PlacedTemplate } from "./rules.ts";

/** The slots' templates. */
export const promptTemplates = ({ prompt }: ModelStep | AgentStep): readonly PlacedTemplate[] =>
  Object.entries(prompt.slots).map(([slot, template]) => ({ at: `/prompt/slots/${escapeToken(slot)}`, template, when: "before" }));

/** The JSON Schema of the answer; null: the output is text. */
export function readOutput(form: Form): JsonSchema | null {
  const schema = form.json("output");
  if (schema === undefined || schema === null) return null;
  for (const { path, message } of checkSchema(schema)) form.errors.add(`${form.at("output")}${path}`, message);
  return (typeof schema !== "object" && typeof schema !== "boolean") || Array.isArray(schema) ? null : schema;
}

/** The step's own budget. A step without one has no such field: its digest stays as it was before budgets of steps existed. */
export function readBudget(form: Form): { readonly budget?: StepBudget } {
  const budget = form.form("budget");
  if (budget === null) return {};
  const read = {
    usd: budget.numberOrNull("usd", { min: 0, max: 1_000_000 }),
    tokens: budget.numberOrNull("tokens", { min: 0, max: 1e12, whole: true }),
  };
  budget.close();
  return { budget: read };
}

/** What is asked of the step's answer. A step without it has no such field, as with `budget`. */
export function readAsked(form: Form): { readonly guardrails?: StepGuardrails } {
  const guardrails = readStepGuardrails(form);
  return guardrails === null ? {} : { guardrails };
}

/** The `model` of a step. One that cannot be read gives a stand-in, and the form has the error. */
export function readChoice(form: Form): ModelChoice {
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
    ...readWishes(model),
  };
  if (choice.complexity !== undefined && has("id")) model.refuse("complexity", "`complexity` chooses among the models of a `task`");
  model.close();
  return choice;
}

/** A wish that was not sent is absent: definitions that were registered before wishes existed keep their digest. */
function readWishes(model: Form): ModelWishes {
  const complexity = model.json("complexity") === undefined ? null : model.choice("complexity", ["simple", "ordinary", "hard"] as const);
  const latency = model.numberOrNull("max_latency_ms", { min: 1, max: 3_600_000 });
  const quality = model.numberOrNull("min_quality", { min: 0, max: 1_000 });
  return {
    ...(complexity === null ? {} : { complexity }),
    ...(latency === null ? {} : { max_latency_ms: latency }),
    ...(quality === null ? {} : { min_quality: quality }),
  };
}

/** The `prompt` of a step. One that cannot be read gives a stand-in, and the form has the error. */
export function readPrompt(form: Form): Prompt {
  const prompt = form.form("prompt");
  if (prompt === null) {
    form.refuse("prompt", "`prompt` is missing");
    return { template: "", slots: {} };
  }
  const template = prompt.text("template", { min: 1, max: 65_536 });
  const raw = prompt.json("slots") ?? {};
  const types = readTypes(prompt);
  prompt.close();
  if (typeof raw !== "object" || Array.isArray(raw)) {
    prompt.refuse("slots", "`slots` must be an object");
    return { template, slots: {} };
  }
  const read: Prompt = { template, slots: raw as { readonly [name: string]: Json }, ...(types === null ? {} : { types }) };
  for (const { path, message } of checkPrompt(read)) prompt.errors.add(`${prompt.path}${path}`, message);
  return read;
}

/** The types of slots; null: the prompt names none. */
function readTypes(prompt: Form): NonNullable<Prompt["types"]> | null {
  const types = prompt.form("types");
  if (types === null) return null;
  const named = Object.keys(prompt.json("types") as object);
  const read = Object.fromEntries(named.map((name) => [name, types.choice(name, SLOT_TYPES)]));
  types.close();
  return read;
}
