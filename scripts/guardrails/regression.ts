/**
 * Logistic regression by stochastic descent with per-weight steps (AdaGrad). A text is a bag of windows: of an attack the most
 * suspicious windows pull, of a harmless text all of the worst push. Deterministic: the order comes from a fixed seed.
 */
import { logitOf as sumToLogit } from "../../core/guardrail/injection/classifier.ts";
import { TABLE_SIZE } from "../../core/guardrail/injection/features.ts";
import type { Bag, Example } from "./examples.ts";

export type Settings = {
  readonly epochs: number;
  readonly decay: number;
  readonly rate: number;
  /** How much a harmless text weighs beside an attack. */
  readonly caution: number;
  /** Number of indexes that features are hashed into; that of instructions where nothing is said. */
  readonly size?: number;
  /** A text whose label is as sure as this teaches nothing more: the rest of the chance that it is wrong. */
  readonly sure?: number;
  /** Rows of a group that count in full; of more, each counts less. */
  readonly rowsInFull?: number;
  /** How many orders of the texts are trained on; the weights are the mean of what they give. */
  readonly orders?: number;
};
export type Model = { readonly weights: Float64Array; readonly bias: number };

/** Share of the features that a step leaves alone, so that no word carries a template by itself. */
const DROPPED = 0.5;
const WORST_WINDOWS = 4;
/** A group of many rows counts less per row, so that no template rules. */
const ROWS_IN_FULL = 40;

/** One order of the texts makes weights that hang on it; the mean of several hangs on it less. */
export function train(examples: readonly Example[], settings: Settings): Model {
  const { orders = 1, size = TABLE_SIZE } = settings;
  const models = Array.from({ length: orders }, (_, order) => trainOnce(examples, settings, order + 1));
  const weights = new Float64Array(size);
  for (const model of models)
    for (let index = 0; index < size; index++) weights[index] = (weights[index] ?? 0) + (model.weights[index] ?? 0) / orders;
  return { weights, bias: models.reduce((sum, { bias }) => sum + bias / orders, 0) };
}

function trainOnce(
  examples: readonly Example[],
  { epochs, decay, rate, caution, size = TABLE_SIZE, sure = 1e-4, rowsInFull = ROWS_IN_FULL }: Settings,
  seed: number,
): Model {
  const weights = new Float64Array(size);
  const squares = new Float64Array(size).fill(0.01);
  let bias = -2;
  let biasSquares = 1e-6;
  const random = seeded(seed);
  const sizes = Map.groupBy(examples, nameOf);
  const score = (bag: Bag): number => scoreOf({ weights, bias }, bag);
  const worst = (bags: readonly Bag[], count: number): readonly Bag[] =>
    bags.length <= 1
      ? bags
      : [...bags]
          .map((bag) => [score(bag), bag] as const)
          .sort((a, b) => b[0] - a[0])
          .slice(0, count)
          .map(([, bag]) => bag);
  const step = (bag: Bag, attack: boolean, weight: number): void => {
    const slope = (1 / (1 + Math.exp(-score(bag))) - (attack ? 1 : 0)) * weight;
    if (Math.abs(slope) < sure) return;
    const share = slope / Math.sqrt(Math.max(1, bag.features.length));
    for (const feature of bag.features) {
      if (random() < DROPPED) continue;
      const pull = share + decay * (weights[feature] ?? 0);
      squares[feature] = (squares[feature] ?? 0) + pull * pull;
      weights[feature] = (weights[feature] ?? 0) - (rate * pull) / Math.sqrt(squares[feature] ?? 1);
    }
    biasSquares += slope * slope;
    bias -= (rate * 0.1 * slope) / Math.sqrt(biasSquares);
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const example of shuffled(examples, random)) {
      const { row, bags } = example;
      const weight = row.source === "own" ? 1 : Math.sqrt(Math.min(1, rowsInFull / (sizes.get(nameOf(example))?.length ?? 1)));
      for (const bag of worst(bags, row.attack ? 1 : WORST_WINDOWS)) step(bag, row.attack, row.attack ? weight : weight * caution);
    }
  }
  return { weights, bias };
}

/** Log-odds of a text by the classifier alone: those of its most suspicious window in any reading. */
export const logitOf = (model: Model, { bags, hidden }: Pick<Example, "bags" | "hidden">): number =>
  Math.max(topOf(model, bags), ...hidden.map((reading) => topOf(model, reading.bags) + reading.more));

const topOf = (model: Model, bags: readonly Bag[]): number =>
  bags.reduce((top, bag) => Math.max(top, scoreOf(model, bag)), Number.NEGATIVE_INFINITY);

function scoreOf({ weights, bias }: Model, bag: Bag): number {
  let sum = 0;
  for (const feature of bag.features) sum += weights[feature] ?? 0;
  return sumToLogit(sum, bias, bag.features.length) + bag.near;
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
