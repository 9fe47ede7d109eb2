/** Logistic regression over the worst window of each text (the window that counts is chosen anew in each pass), by AdaGrad. Deterministic. */
import { TABLE_SIZE } from "../../../core/guardrail/injection/wordings/words.ts";
import type { Bag } from "./bags.ts";

export type Sample = { readonly bag: Bag; readonly attack: boolean; readonly weight: number };
export type Model = { readonly weights: Float64Array; bias: number };
export type Settings = { readonly epochs: number; readonly rate: number; readonly decay: number };

/** How the weights that ship are made. */
export const SETTINGS: Settings = { epochs: 6, rate: 0.15, decay: 0.001 };

/** The worst window. */
export function worst({ weights, bias }: Model, { features, windows }: Bag): { logit: number; window: number } {
  let best = Number.NEGATIVE_INFINITY;
  let at = 0;
  for (let window = 0; window < windows.length; window += 2) {
    const to = windows[window + 1] ?? 0;
    const from = windows[window] ?? 0;
    let sum = from < 0 ? bias : 0;
    for (let index = from < 0 ? -from - 1 : from; index < to; index++) sum += weights[features[index] ?? 0] ?? 0;
    if (sum > best) [best, at] = [sum, window];
  }
  return { logit: windows.length === 0 ? Number.NEGATIVE_INFINITY : bias + best, window: at };
}

/** Features that are seen in fewer texts are left out: they would only be learnt by heart. */
const FEWEST = 2;

export function fitModel(samples: readonly Sample[], { epochs, rate, decay }: Settings): Model {
  const weights = new Float64Array(TABLE_SIZE);
  const squares = new Float64Array(TABLE_SIZE).fill(1e-2);
  const sum = new Float64Array(TABLE_SIZE);
  const seen = new Uint16Array(TABLE_SIZE);
  for (const { bag } of samples)
    for (const feature of new Set(bag.features)) if ((seen[feature] ?? 0) < 60000) seen[feature] = (seen[feature] ?? 0) + 1;
  const model: Model = { weights, bias: -2 };
  let squaresOfBias = 1e-2;
  let state = 12345;
  const order = samples.map((_, index) => index);
  let averaged = 0;
  let biasSum = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let index = order.length - 1; index > 0; index--) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const other = state % (index + 1);
      [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
    }
    for (const index of order) {
      const { bag, attack, weight } = samples[index] as Sample;
      if (bag.windows.length === 0) continue;
      const { logit, window } = worst(model, bag);
      const step = weight * (1 / (1 + Math.exp(-logit)) - (attack ? 1 : 0));
      squaresOfBias += step * step;
      model.bias -= (rate / Math.sqrt(squaresOfBias)) * step;
      const to = bag.windows[window + 1] ?? 0;
      const from = bag.windows[window] ?? 0;
      for (let at = from < 0 ? -from - 1 : from; at < to; at++) {
        const feature = bag.features[at] ?? 0;
        if ((seen[feature] ?? 0) < FEWEST) continue;
        const slope = step + decay * (weights[feature] ?? 0);
        squares[feature] = (squares[feature] ?? 0) + slope * slope;
        weights[feature] = (weights[feature] ?? 0) - (rate / Math.sqrt(squares[feature] ?? 1)) * slope;
      }
    }
    if (epoch >= epochs >> 1) {
      for (let feature = 0; feature < TABLE_SIZE; feature++) sum[feature] = (sum[feature] ?? 0) + (weights[feature] ?? 0);
      biasSum += model.bias;
      averaged++;
    }
  }
  return { weights: sum.map((value) => value / averaged), bias: biasSum / averaged };
}
