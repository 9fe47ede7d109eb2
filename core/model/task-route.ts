/** An org's own choice of models for a task: which, and in which order they are tried. As a developer sent it → checked. */
import type { FieldError } from "../errors/problem.ts";
import type { Json } from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import { Errors, Form } from "../workflow/form.ts";
import { MODEL_ID, TASK_NAME } from "../workflow/names.ts";

/** The orders that a route may ask for (docs/routing.md). */
export const STRATEGIES = ["fallback", "weighted", "cheapest", "fastest"] as const;
/** The order in which a route's models are tried. PERSISTED: in routes. */
export type Strategy = (typeof STRATEGIES)[number];

/** PERSISTED: in D1 by (org, task). */
export type TaskRoute = {
  readonly task: string;
  /** `weight`: share of the calls that try it first, beside the others' weights; absent: 1. Counts for `weighted` only. */
  readonly models: readonly { readonly id: string; readonly weight?: number }[];
  readonly strategy: Strategy;
};

/** Maximum candidates of a route; a longer list is refused. */
export const MOST_MODELS = 20;

/** `known`: ids of the models that the org may use. */
export function checkTaskRoute(task: string, raw: Json, known: ReadonlySet<string>): Result<TaskRoute, readonly FieldError[]> {
  const errors = new Errors();
  if (!TASK_NAME.test(task)) errors.add("path.task", "is not the name of a task");
  const form = new Form(raw, "", errors, "a route");
  const route: TaskRoute = { task, models: readModels(form, known), strategy: form.choice("strategy", STRATEGIES) };
  form.close();
  return errors.list.length > 0 ? err(errors.list) : ok(route);
}

function readModels(form: Form, known: ReadonlySet<string>): TaskRoute["models"] {
  const raw = form.required("models");
  if (raw === undefined) return [];
  if (!Array.isArray(raw) || raw.length === 0 || raw.length > MOST_MODELS) {
    form.refuse("models", `\`models\` must be a list of 1 to ${MOST_MODELS}`);
    return [];
  }
  const seen = new Set<string>();
  return raw.map((item, index) => {
    const model = new Form(item, `${form.at("models")}/${index}`, form.errors, "a model of a route");
    const id = model.text("id", { max: 190, pattern: MODEL_ID, hint: "must have the form `provider/name`" });
    if (id !== "" && !known.has(id)) model.refuse("id", "is not a registered model");
    else if (seen.has(id)) model.refuse("id", "is named twice");
    seen.add(id);
    const weight = readWeight(model);
    model.close();
    return weight === null ? { id } : { id, weight };
  });
}

function readWeight(model: Form): number | null {
  const weight = model.json("weight");
  if (weight === undefined || weight === null) return null;
  if (typeof weight === "number" && weight > 0 && weight <= 1_000_000) return weight;
  model.refuse("weight", "`weight` must be a number above 0, 1000000 at most");
  return null;
}
