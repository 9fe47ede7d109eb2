/** The models of an org that registered none: the one the deployment names (`MODEL`), else the rehearsal, which says what it is. */
import type { ModelEntry } from "./entry.ts";
import { INSIDE } from "./requirements.ts";

const REHEARSAL_ID = "bulkhead/rehearsal-1.0.0";

type ModelPrice = ModelEntry["price"];

/** Fits every task; a definition may name any. */
const EVERY_TASK = "*";

const plain = {
  latency_ms: null,
  quality: null,
  pinned: true,
  secret: null,
  base_url: null,
} as const;

/** Priced like a small model, so that budgets and costs have something to show; nobody is billed for it. */
const REHEARSAL: ModelEntry = {
  ...plain,
  id: REHEARSAL_ID,
  upstream_id: "rehearsal-1.0.0",
  price: { input: 0.1, output: 0.4, cached_input: null },
  context: 128_000,
  tasks: [EVERY_TASK],
  pii: "allowed",
  region: INSIDE,
  retention: "none",
  trains: false,
};

/** What a drill of the kill switch calls, in every org: the rehearsal, for no task and at no price. It is in no list of models. */
export const DRILL_MODEL: ModelEntry = {
  ...REHEARSAL,
  id: "bulkhead/drill-1.0.0",
  price: { input: 0, output: 0, cached_input: null },
  tasks: [],
};

/**
 * Price of the model that `MODEL` names where `MODEL_PRICE` does not say: dollars per million tokens, above most models of November 2026,
 * so that a cap of money binds too early rather than never.
 */
export const CAUTIOUS_PRICE: ModelPrice = { input: 10, output: 40, cached_input: null };

/** `MODEL_PRICE`: `input,output` in dollars per million tokens. null: it is not two numbers from 0 to 10,000. */
export function readModelPrice(text: string): ModelPrice | null {
  const parts = /^(\d{1,5}(?:\.\d{1,9})?),(\d{1,5}(?:\.\d{1,9})?)$/.exec(text.replaceAll(" ", ""));
  const [input, output] = [Number(parts?.[1]), Number(parts?.[2])];
  return parts === null || input > 10_000 || output > 10_000 ? null : { input, output, cached_input: null };
}

/** The model that a deployment names for every task: `MODEL`, an upstream id, and its price. */
export type NamedModel = { readonly upstreamId: string; readonly price: ModelPrice };

/** `named`: the deployment's own model; null: it names none. A registered model of the same id takes its place. */
export function withDefaultModels(registered: readonly ModelEntry[], named: NamedModel | null): readonly ModelEntry[] {
  const own: ModelEntry[] = named === null ? [] : [entryOf(named)];
  const all = [...registered, ...own.filter((model) => !registered.some((other) => other.id === model.id))];
  return all.length > 0 ? all : [REHEARSAL];
}

const entryOf = ({ upstreamId, price }: NamedModel): ModelEntry => ({
  ...plain,
  id: upstreamId.includes("/") ? upstreamId : `upstream/${upstreamId}`,
  upstream_id: upstreamId,
  price,
  context: 128_000,
  tasks: [EVERY_TASK],
  pii: "redacted",
});

/** Whether a model serves the task, by its name or because it serves every task. */
export const hasTask = (model: ModelEntry, task: string): boolean => model.tasks.includes(task) || model.tasks.includes(EVERY_TASK);
