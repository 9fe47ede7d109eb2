/**
 * Logistic regression with a ridge penalty, by coordinate ascent on the dual: one optimum, whatever the order of the samples. For few samples of
 * many features, where a strong penalty carries over to other authors. Deterministic.
 */
export type Sample = {
  /** Distinct indexes; each counts `scale`. */
  readonly features: Int32Array;
  readonly scale: number;
  readonly isHit: boolean;
  readonly weight: number;
};
/** `penalty` of half a squared weight; `loose` indexes have this share of it. */
export type Ridge = { readonly size: number; readonly penalty: number; readonly loose: ReadonlyMap<number, number> };
export type Fitted = { readonly weights: Float64Array; readonly bias: number };

const ROUNDS = 12;
const NEWTON_STEPS = 6;
/** Share of the penalty that the bias has. */
const BIAS_PENALTY = 1;

/** The dual variable of a sample is its weight times the chance `1 / (1 + exp(-odds))`: how much it pulls. */
export function fitRidge(samples: readonly Sample[], { size, penalty, loose }: Ridge): Fitted {
  const ease = new Float64Array(size).fill(1 / penalty);
  for (const [index, share] of loose) ease[index] = 1 / (penalty * share);
  const biasEase = 1 / (penalty * BIAS_PENALTY);
  const weights = new Float64Array(size);
  let bias = 0;
  const pulls = new Float64Array(samples.length);
  const bends = Float64Array.from(samples, ({ features, scale }) => {
    let sum = biasEase;
    for (const feature of features) sum += scale * scale * (ease[feature] ?? 0);
    return sum;
  });
  const order = samples.map((_, index) => index);
  const random = seeded(1);
  for (let round = 0; round < ROUNDS; round++) {
    shuffle(order, random);
    for (const at of order) {
      const sample = samples[at];
      if (sample === undefined) continue;
      const { features, scale, isHit, weight } = sample;
      const side = isHit ? 1 : -1;
      let sum = 0;
      for (const feature of features) sum += weights[feature] ?? 0;
      const before = pulls[at] ?? 0;
      const pull = pullOf(side * (sum * scale + bias), before, bends[at] ?? 1, weight);
      pulls[at] = pull;
      const step = side * (pull - before);
      bias += step * biasEase;
      for (const feature of features) weights[feature] = (weights[feature] ?? 0) + step * scale * (ease[feature] ?? 0);
    }
  }
  return { weights, bias };
}

/** The best pull of one sample while the others stay: the root of a rising function of its log-odds. */
function pullOf(margin: number, before: number, bend: number, weight: number): number {
  let odds = Math.max(-30, Math.min(30, -margin));
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const chance = 1 / (1 + Math.exp(-odds));
    const off = odds + bend * (weight * chance - before) + margin;
    odds = Math.max(-30, Math.min(30, odds - off / (1 + bend * weight * chance * (1 - chance))));
  }
  return weight / (1 + Math.exp(-odds));
}

function shuffle(order: number[], random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
