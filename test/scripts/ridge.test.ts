/** The fit of logistic regression with a ridge penalty that the content classifier is made by: it finds the optimum, whatever the order of the samples. */
import { expect, it } from "vitest";
import { fitRidge, type Ridge, type Sample } from "../../scripts/guardrails/ridge.ts";
import { Dice } from "../../simulation/dice.ts";

const SIZE = 12;
const sample = (features: readonly number[], isHit: boolean, weight = 1): Sample => ({
  ...{ features: Int32Array.from(features), scale: 1 / Math.sqrt(features.length), isHit, weight },
});
const ridge = (more: Partial<Ridge> = {}): Ridge => ({ size: SIZE, penalty: 0.5, loose: new Map(), ...more });

/** Samples of a seed: hits have more of the low features, by chance. */
function samplesOf(seed: number, count: number): Sample[] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, () => {
    const isHit = dice.between("sample", 0, 2) === 0;
    const features = new Set(Array.from({ length: 4 }, () => dice.between("sample", 0, isHit ? SIZE - 4 : SIZE - 1)));
    return sample([...features], isHit, dice.between("sample", 1, 4) / 2);
  });
}

/** What the fit makes smallest: the penalty and the loss of every sample. */
function costOf(weights: ArrayLike<number>, bias: number, samples: readonly Sample[], { penalty, loose }: Ridge): number {
  let cost = (penalty * bias * bias) / 2;
  for (let index = 0; index < weights.length; index++) cost += (penalty * (loose.get(index) ?? 1) * (weights[index] ?? 0) ** 2) / 2;
  for (const { features, scale, isHit, weight } of samples) {
    const odds = bias + scale * features.reduce((sum, feature) => sum + (weights[feature] ?? 0), 0);
    cost += weight * Math.log1p(Math.exp(isHit ? -odds : odds));
  }
  return cost;
}

it.each([1, 2, 3])("[CONTENT-7] the fit is the optimum: no weight can be moved to its advantage, seed %i", (seed) => {
  const samples = samplesOf(seed, 60);
  const settings = ridge({ loose: new Map([[1, 0.25]]) });
  const { weights, bias } = fitRidge(samples, settings);
  const best = costOf(weights, bias, samples, settings);
  for (const step of [-0.05, 0.05]) {
    expect(costOf(weights, bias + step, samples, settings)).toBeGreaterThan(best);
    for (let index = 0; index < SIZE; index++) {
      const moved = weights.map((weight, at) => (at === index ? weight + step : weight));
      expect(costOf(moved, bias, samples, settings), `weight ${index}`).toBeGreaterThan(best);
    }
  }
});

it("[CONTENT-7] the same samples in another order give the same weights", () => {
  const samples = samplesOf(4, 50);
  const [one, other] = [fitRidge(samples, ridge()), fitRidge([...samples].reverse(), ridge())];
  for (let index = 0; index < SIZE; index++) expect(one.weights[index]).toBeCloseTo(other.weights[index] ?? Number.NaN, 2);
  expect(one.bias).toBeCloseTo(other.bias, 2);
  expect(fitRidge(samples, ridge())).toEqual(one);
});

it("[CONTENT-7] a stronger penalty makes smaller weights, a loose index larger ones, and a weight counts like as many samples", () => {
  const samples = [sample([0, 1], true), sample([0, 2], true), sample([3], false), sample([3, 4], false)];
  const sum = ({ weights }: { readonly weights: Float64Array }): number => weights.reduce((all, weight) => all + Math.abs(weight), 0);
  expect(sum(fitRidge(samples, ridge({ penalty: 4 })))).toBeLessThan(sum(fitRidge(samples, ridge({ penalty: 0.25 }))));
  const loose = fitRidge(samples, ridge({ loose: new Map([[0, 0.1]]) })).weights[0] ?? 0;
  expect(loose).toBeGreaterThan(fitRidge(samples, ridge()).weights[0] ?? 0);
  const twice = fitRidge([...samples, sample([0, 1], true)], ridge());
  const weighed = fitRidge([sample([0, 1], true, 2), ...samples.slice(1)], ridge());
  for (let index = 0; index < SIZE; index++) expect(twice.weights[index]).toBeCloseTo(weighed.weights[index] ?? Number.NaN, 2);
});
