/** In which order models are tried: the strategies of a route. Pure; chance comes from a seed, so that a question asked again is answered the same way. */

import { chance } from "../chance.ts";
import type { MicroUsd } from "../money.ts";

/** A model that may answer, as far as its place in the order is concerned. */
export type Ranked = {
  readonly id: string;
  /** What this call is expected to cost. */
  readonly microUsd: MicroUsd;
  /** null: nobody knows. */
  readonly latencyMs: number | null;
  readonly quality: number | null;
  readonly weight: number;
};

/** `best`: what a hard step asks for; the others are those of docs/contract.md, "Models and chat". */
export type Order = "fallback" | "weighted" | "cheapest" | "fastest" | "best";

/**
 * The models in the order in which they are tried. `seed`: draws the first of a weighted order; the same seed gives the same order.
 * `hard`: the text looks hard, so of models that cost the same the better one comes first.
 */
export function inOrder<M extends Ranked>(models: readonly M[], order: Order, seed: string, hard = false): readonly M[] {
  const cheaper = hard ? cheaperThenBetter : cheaperThenNamed;
  switch (order) {
    case "fallback":
      return models;
    case "cheapest":
      return [...models].sort(cheaper);
    case "fastest":
      return [...models].sort((a, b) => ascending(a.latencyMs, b.latencyMs) || cheaper(a, b));
    case "best":
      return [...models].sort((a, b) => ascending(negated(a.quality), negated(b.quality)) || cheaper(a, b));
    case "weighted":
      return drawn(models, seed);
  }
}

/** The id decides between equals, so that the order is always the same. */
const cheaperThenNamed = (a: Ranked, b: Ranked): number => a.microUsd - b.microUsd || (a.id < b.id ? -1 : 1);
const cheaperThenBetter = (a: Ranked, b: Ranked): number =>
  a.microUsd - b.microUsd || ascending(negated(a.quality), negated(b.quality)) || cheaperThenNamed(a, b);

/** The unknown comes last. */
const ascending = (a: number | null, b: number | null): number =>
  a === null || b === null ? Number(a === null) - Number(b === null) : a - b;

const negated = (value: number | null): number | null => (value === null ? null : -value);

/** One by its share of all weights, then the others, heaviest first. */
function drawn<M extends Ranked>(models: readonly M[], seed: string): readonly M[] {
  const total = models.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance(seed) * total;
  const first = models.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const rest = models.filter((model) => model !== first).sort((a, b) => b.weight - a.weight);
  return first === undefined ? rest : [first, ...rest];
}
