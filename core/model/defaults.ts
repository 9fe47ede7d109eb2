/** The models of an org that registered none: the one the deployment names (`MODEL`), else the rehearsal, which says what it is. */
import type { ModelEntry } from "./entry.ts";

const REHEARSAL_ID = "bulkhead/rehearsal-1.0.0";

/** Fits every task; a definition may name any. */
const EVERY_TASK = "*";

const free = {
  price: { input: 0, output: 0, cached_input: null },
  latency_ms: null,
  quality: null,
  pinned: true,
  secret: null,
  base_url: null,
} as const;

/** Priced like a small model, so that budgets and costs have something to show; nobody is billed for it. */
const REHEARSAL: ModelEntry = {
  ...free,
  id: REHEARSAL_ID,
  upstream_id: "rehearsal-1.0.0",
  price: { input: 0.1, output: 0.4, cached_input: null },
  context: 128_000,
  tasks: [EVERY_TASK],
  pii: "allowed",
};

/** `variable`: `MODEL`, an upstream id. Its price is unknown here and counts nothing; register it to have its money counted. */
export function withDefaultModels(registered: readonly ModelEntry[], variable: string | null): readonly ModelEntry[] {
  const named: ModelEntry[] =
    variable === null
      ? []
      : [
          {
            ...free,
            id: variable.includes("/") ? variable : `upstream/${variable}`,
            upstream_id: variable,
            context: 128_000,
            tasks: [EVERY_TASK],
            pii: "redacted",
          },
        ];
  const all = [...registered, ...named.filter((model) => !registered.some((other) => other.id === model.id))];
  return all.length > 0 ? all : [REHEARSAL];
}

export const hasTask = (model: ModelEntry, task: string): boolean => model.tasks.includes(task) || model.tasks.includes(EVERY_TASK);
