/**
 * Logistic regression by stochastic descent with per-weight steps (AdaGrad). A text is a bag of windows: of an attack the most
 * suspicious windows pull, of a harmless text all of the worst push. Deterministic: the order comes from a fixed seed.
 */
import { TABLE_SIZE } from "../../core/guardrail/injection/features.ts";
import type { Bag, Example } from "./examples.ts";

export type Settings = { readonly epochs: number; readonly decay: number; readonly rate: number };
export type Model = { readonly weights: Float64Array; readonly bias: number };

const WORST_WINDOWS = 6;
/** A group of many rows counts less per row, so that no template rules. */
const ROWS_IN_FULL = 30;

export function train(examples: readonly Example[], { epochs, decay, rate }: Settings): Model {
  const weights = new Float64Array(TABLE_SIZE);
  const squares = new Float64Array(TABLE_SIZE).fill(0.01);
  let bias = -2;
  let biasSquares = 1e-6;
  const sizes = Map.groupBy(examples, nameOf);
  const score = (bag: Bag): number => scoreOf({ weights, bias }, bag);
  const worst = (bags: readonly Bag[], count: number): Bag[] => [...bags].sort((a, b) => score(b) - score(a)).slice(0, count);
  const step = (bag: Bag, attack: boolean, weight: number, offset: number): void => {
    const slope = (1 / (1 + Math.exp(-(score(bag) + offset))) - (attack ? 1 : 0)) * weight;
    if (Math.abs(slope) < 1e-4) return;
    const share = slope / Math.sqrt(Math.max(1, bag.length));
    for (const feature of bag) {
      const pull = share + decay * (weights[feature] ?? 0);
      squares[feature] = (squares[feature] ?? 0) + pull * pull;
      weights[feature] = (weights[feature] ?? 0) - (rate * pull) / Math.sqrt(squares[feature] ?? 1);
    }
    biasSquares += slope * slope;
    bias -= (rate * 0.1 * slope) / Math.sqrt(biasSquares);
  };
  const random = seeded(1);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const example of shuffled(examples, random)) {
      const { row, bags, guilty, innocent, offset } = example;
      const weight = row.subset === "own" ? 1 : Math.sqrt(Math.min(1, ROWS_IN_FULL / (sizes.get(nameOf(example))?.length ?? 1)));
      for (const bag of worst(innocent, 2)) step(bag, false, weight / 2, 0);
      if (guilty.length > 0) for (const bag of worst(guilty, 2)) step(bag, true, weight, offset);
      else for (const bag of worst(bags, row.attack ? 1 : WORST_WINDOWS)) step(bag, row.attack, weight, offset);
    }
  }
  return { weights, bias };
}

/** Log-odds of a text as the guard has them (core/guardrail/injection/injection.ts). */
export function logitOf(model: Model, { bags, near, beside, alone }: Example): number {
  const windows = bags.map((bag, index) => scoreOf(model, bag) + (near[index] ?? 0));
  return Math.max(alone, windows.reduce((top, logit) => Math.max(top, logit), Number.NEGATIVE_INFINITY) + beside);
}

function scoreOf({ weights, bias }: Model, bag: Bag): number {
  let sum = 0;
  for (const feature of bag) sum += weights[feature] ?? 0;
  return bias + sum / Math.sqrt(Math.max(1, bag.length));
}

const nameOf = ({ row }: Example): string => `${row.attack} ${row.group}`;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const keyed = items.map((item) => [random(), item] as const);
  return keyed.sort((a, b) => a[0] - b[0]).map(([, item]) => item);
}
