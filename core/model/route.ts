/** Which models may answer a call, in the order in which they are tried, and why the others may not. */
import { accepts, type DataClass } from "../label/label.ts";
import { uncachedCost } from "../model-call/cost.ts";
import type { ModelWishes } from "../workflow/definition.ts";
import type { Complexity } from "./complexity.ts";
import { hasTask } from "./defaults.ts";
import type { ModelCandidate, ModelEntry, RejectedModel } from "./entry.ts";
import { expectedLatencyMs, type Measured } from "./latency.ts";
import type { Message } from "./message.ts";
import { inOrder, type Order, type Ranked } from "./order.ts";
import { type ModelRequirements, unmetRequirement } from "./requirements.ts";
import type { TaskRoute } from "./task-route.ts";

/** What a call asks for: a model, or a task that several may have. */
export type RouteChoice = {
  readonly model: string | null;
  readonly task: string | null;
  readonly fallback: readonly string[];
  /** The text has placeholders in it: redacted, and still a person's. */
  readonly holdsPersonalData: boolean;
  /** The class of the text. */
  readonly class: DataClass;
  /** Input tokens, about: for the choice among models, not for money. */
  readonly expectedTokens: number;
  readonly maxTokens: number;
  readonly wishes: ModelWishes;
  /** How hard the text looks, where the wishes do not say. Absent: nobody looked. */
  readonly complexity?: Complexity;
  /** What chance decides, it decides the same way each time for the same seed (a run and its activity). */
  readonly seed: string;
};

/** What is known of models, beside their entries. */
export type RouteKnowledge = {
  /** The org's own for the task; null: the models that have it, cheapest first (docs/contract.md, "Models and chat"). */
  readonly route: TaskRoute | null;
  readonly mayCall: (id: string) => boolean;
  readonly measured: (entry: ModelEntry) => Measured | null;
  /** What the org requires of the models that its data goes to. */
  readonly requirements: ModelRequirements;
};

/** Characters of a token in common prose. Enough to compare prices; what is reserved is counted in another way (estimate.ts). */
const CHARACTERS_PER_TOKEN = 4;

/** Input tokens, about, without reading the text: for `expectedTokens`. */
export const roughTokens = (messages: readonly Pick<Message, "content">[]): number =>
  Math.ceil(messages.reduce((sum, { content }) => sum + (content?.length ?? 0), 0) / CHARACTERS_PER_TOKEN);

/** The models that may answer, in order, and the others, each with the reason. */
export type Route = { readonly candidates: readonly ModelCandidate[]; readonly rejected: readonly RejectedModel[] };

/** Reasons that callers tell apart. */
export const WHY_NOT = { unknown: "not registered", window: "its window is too small" } as const;

type Admitted = Ranked & { readonly entry: ModelEntry };

/** The model, or those of the task in the order that the step or the route says. Then the fallbacks, in their own order. */
export function candidatesFor(choice: RouteChoice, models: readonly ModelEntry[], knowledge: RouteKnowledge): Route {
  const byId = new Map(models.map((entry) => [entry.id, entry]));
  const weights = new Map(knowledge.route?.models.map(({ id, weight }) => [id, weight]));
  const rejected: RejectedModel[] = [];
  const admit = (ids: Iterable<string>): Admitted[] => {
    const admitted: Admitted[] = [];
    for (const id of ids) {
      const entry = byId.get(id);
      const rank = entry === undefined ? null : rankOf(entry, choice, knowledge, weights.get(id) ?? 1);
      const why =
        rank === null
          ? { why: WHY_NOT.unknown }
          : (whyNotGiven(rank.entry, choice.class, knowledge.requirements) ?? whyNot(rank, choice, knowledge));
      if (rank === null || why !== null) rejected.push({ id, ...(why ?? { why: WHY_NOT.unknown }) });
      else admitted.push(rank);
    }
    return admitted;
  };
  const wanted = new Set(firstIds(choice, models, knowledge.route));
  const first = inOrder(admit(wanted), orderOf(choice, knowledge.route), choice.seed, choice.complexity?.is === "hard");
  const then = admit(new Set(choice.fallback.filter((id) => !wanted.has(id))));
  return { candidates: [...first, ...then].map(toCandidate), rejected };
}

function firstIds({ model, task }: RouteChoice, models: readonly ModelEntry[], route: TaskRoute | null): readonly string[] {
  if (model !== null) return [model];
  if (task === null) return [];
  return (route?.models ?? models.filter((entry) => hasTask(entry, task))).map(({ id }) => id);
}

function orderOf({ model, wishes }: RouteChoice, route: TaskRoute | null): Order {
  if (model !== null) return "fallback";
  if (wishes.complexity === "hard") return "best";
  if (wishes.complexity === "simple") return "cheapest";
  return route?.strategy ?? "cheapest";
}

function rankOf(entry: ModelEntry, choice: RouteChoice, knowledge: RouteKnowledge, weight: number): Admitted {
  const { quality, latency_ms, id } = entry;
  const { microUsd } = uncachedCost(entry, choice.expectedTokens, choice.maxTokens);
  return { id, entry, microUsd, latencyMs: expectedLatencyMs(latency_ms, knowledge.measured(entry)), quality, weight };
}

type WhyNot = Omit<RejectedModel, "id">;

/** Why a model may not be given data of this class, as a fallback neither; null: it may. */
export function whyNotGiven(entry: ModelEntry, of: DataClass, requirements: ModelRequirements): WhyNot | null {
  if (!accepts(entry.accepts, of)) return { why: `accepts \`${entry.accepts}\` at most, and the text is \`${of}\``, for: "class" };
  const unmet = unmetRequirement(entry, of, requirements);
  return unmet === null ? null : { why: unmet, for: "requirement" };
}

/** null: it may answer. */
function whyNot({ entry, latencyMs, quality }: Admitted, choice: RouteChoice, { mayCall }: RouteKnowledge): WhyNot | null {
  const { wishes } = choice;
  if (!mayCall(entry.id)) return { why: "denied by policy" };
  // `never` is the promise that nothing of a person's arrives, not even redacted: not as a fallback either.
  if (entry.pii === "never" && choice.holdsPersonalData) return { why: "does not accept redacted text" };
  if (choice.expectedTokens + choice.maxTokens > entry.context) return { why: WHY_NOT.window };
  if (wishes.max_latency_ms !== undefined && latencyMs !== null && latencyMs > wishes.max_latency_ms)
    return { why: "takes too long for this step" };
  if (wishes.min_quality === undefined) return null;
  if (quality === null) return { why: "its quality is not registered" };
  return quality < wishes.min_quality ? { why: "its quality is too low for this step" } : null;
}

const toCandidate = ({ entry, microUsd, latencyMs, quality }: Admitted): ModelCandidate => ({
  id: entry.id,
  price: entry.price,
  context: entry.context,
  pii: entry.pii,
  expected_micro_usd: microUsd,
  ...(latencyMs === null ? {} : { latency_ms: Math.round(latencyMs) }),
  ...(quality === null ? {} : { quality }),
});
