/** Which models may answer a call, in the order in which they are tried, and why the others may not. */
import { hasTask } from "./defaults.ts";
import type { ModelCandidate, ModelEntry } from "./entry.ts";

/** What a step asks for: a model, or a task that several may have. */
export type RouteChoice = {
  readonly model: string | null;
  readonly task: string | null;
  readonly fallback: readonly string[];
  /** The text has placeholders in it: redacted, and still a person's. */
  readonly holdsPersonalData: boolean;
};

export type Route = {
  readonly candidates: readonly ModelCandidate[];
  readonly rejected: readonly { readonly id: string; readonly why: string }[];
};

/** A task: the models that have it, cheapest first (API.md, "Models and chat"). Then the fallbacks, in their order. */
export function candidatesFor(choice: RouteChoice, models: readonly ModelEntry[]): Route {
  const byId = new Map(models.map((entry) => [entry.id, entry]));
  const first = choice.task === null ? [] : models.filter((model) => choice.task !== null && hasTask(model, choice.task)).sort(cheaper);
  const wanted = [...(choice.model === null ? [] : [choice.model]), ...first.map(({ id }) => id), ...choice.fallback];
  const candidates: ModelCandidate[] = [];
  const rejected: { id: string; why: string }[] = [];
  for (const id of new Set(wanted)) {
    const entry = byId.get(id);
    if (entry === undefined) rejected.push({ id, why: "not registered" });
    // `never` is the promise that nothing of a person's arrives, not even redacted.
    else if (entry.pii === "never" && choice.holdsPersonalData) rejected.push({ id, why: "takes no redacted text" });
    else candidates.push({ id: entry.id, price: entry.price, context: entry.context });
  }
  return { candidates, rejected };
}

/** By what an ordinary call costs: three tokens read for one written. The id decides between equals, so that the order is stable. */
function cheaper(a: ModelEntry, b: ModelEntry): number {
  const cost = ({ price }: ModelEntry): number => 3 * price.input + price.output;
  return cost(a) - cost(b) || (a.id < b.id ? -1 : 1);
}
