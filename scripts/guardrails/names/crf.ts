/**
 * A linear-chain conditional random field, trained by stochastic gradient ascent with AdaGrad. Weights of hashed features lie in one
 * table, a row of labels per feature; transitions between labels are their own. Deterministic: order and chance come from a seed.
 */
import { TAGS } from "../../../core/guardrail/names/tags.ts";
import type { Draw } from "./draw.ts";

/** A sentence: the rows of the features of every word, and its labels. */
export type Sentence = { readonly rows: readonly Int32Array[]; readonly tags: readonly number[] };
/** Tables of weights: a row per feature, and from label to label (the last row: the first label of a sentence). */
export type Weights = { readonly table: Float32Array; readonly moves: Float32Array };
/** `rate`: of the first step; `decay`: the share by which a weight shrinks when it is touched. */
export type Settings = { readonly buckets: number; readonly epochs: number; readonly rate: number; readonly decay: number };

/** `epochOf(epoch)`: the sentences of one epoch. */
export function train(epochOf: (epoch: number) => readonly Sentence[], settings: Settings, draw: Draw): Weights {
  const { buckets, epochs, rate, decay } = settings;
  const table = new Float32Array(buckets * TAGS);
  const moves = new Float32Array((TAGS + 1) * TAGS);
  const tableSquares = new Float32Array(table.length).fill(1e-2);
  const movesSquares = new Float32Array(moves.length).fill(1e-2);
  const meanTable = new Float32Array(table.length);
  const meanMoves = new Float32Array(moves.length);
  let averaged = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const sentences = shuffled(epochOf(epoch), draw);
    for (const { rows, tags } of sentences) {
      const length = rows.length;
      if (length === 0) continue;
      const { marginals, pairs } = expectations(rows, table, moves);
      for (let at = 0; at < length; at++) {
        for (let tag = 0; tag < TAGS; tag++) {
          const gradient = (tags[at] === tag ? 1 : 0) - (marginals[at * TAGS + tag] ?? 0);
          if (Math.abs(gradient) < 1e-3) continue;
          for (const row of rows[at] ?? []) {
            const index = row * TAGS + tag;
            const weight = table[index] ?? 0;
            const slope = gradient - decay * weight;
            const square = (tableSquares[index] ?? 0) + slope * slope;
            tableSquares[index] = square;
            table[index] = weight + (rate * slope) / Math.sqrt(square);
          }
        }
      }
      for (let index = 0; index < moves.length; index++) {
        const [from, to] = [Math.floor(index / TAGS), index % TAGS];
        let gradient = -(pairs[index] ?? 0);
        if (from === TAGS) gradient += tags[0] === to ? 1 : 0;
        else for (let at = 1; at < length; at++) if (tags[at - 1] === from && tags[at] === to) gradient++;
        if (Math.abs(gradient) < 1e-3) continue;
        const square = (movesSquares[index] ?? 0) + gradient * gradient;
        movesSquares[index] = square;
        moves[index] = (moves[index] ?? 0) + (rate * gradient) / Math.sqrt(square);
      }
    }
    // The mean over the last half of the epochs: less chance in it than in the last one alone.
    if (epoch < Math.floor(epochs / 2)) continue;
    averaged++;
    for (let index = 0; index < table.length; index++) meanTable[index] = (meanTable[index] ?? 0) + (table[index] ?? 0);
    for (let index = 0; index < moves.length; index++) meanMoves[index] = (meanMoves[index] ?? 0) + (moves[index] ?? 0);
  }
  return { table: meanTable.map((sum) => sum / averaged), moves: meanMoves.map((sum) => sum / averaged) };
}

/** What the model expects: the probability of every label at every word, and the summed one of every move. */
function expectations(
  rows: readonly Int32Array[],
  table: Float32Array,
  moves: Float32Array,
): { readonly marginals: Float64Array; readonly pairs: Float64Array } {
  const length = rows.length;
  const emission = new Float64Array(length * TAGS);
  for (let at = 0; at < length; at++) {
    let most = Number.NEGATIVE_INFINITY;
    for (let tag = 0; tag < TAGS; tag++) {
      let sum = 0;
      for (const row of rows[at] ?? []) sum += table[row * TAGS + tag] ?? 0;
      emission[at * TAGS + tag] = sum;
      if (sum > most) most = sum;
    }
    for (let tag = 0; tag < TAGS; tag++) emission[at * TAGS + tag] = Math.exp((emission[at * TAGS + tag] ?? 0) - most);
  }
  const move = Float64Array.from(moves, Math.exp);
  const forward = new Float64Array(length * TAGS);
  const backward = new Float64Array(length * TAGS);
  const scale = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    let total = 0;
    for (let tag = 0; tag < TAGS; tag++) {
      let sum = 0;
      if (at === 0) sum = move[TAGS * TAGS + tag] ?? 0;
      else for (let from = 0; from < TAGS; from++) sum += (forward[(at - 1) * TAGS + from] ?? 0) * (move[from * TAGS + tag] ?? 0);
      const value = sum * (emission[at * TAGS + tag] ?? 0);
      forward[at * TAGS + tag] = value;
      total += value;
    }
    scale[at] = total;
    for (let tag = 0; tag < TAGS; tag++) forward[at * TAGS + tag] = (forward[at * TAGS + tag] ?? 0) / total;
  }
  backward.fill(1, (length - 1) * TAGS);
  const pairs = new Float64Array((TAGS + 1) * TAGS);
  const marginals = new Float64Array(length * TAGS);
  for (let at = length - 1; at >= 0; at--) {
    for (let tag = 0; tag < TAGS; tag++) marginals[at * TAGS + tag] = (forward[at * TAGS + tag] ?? 0) * (backward[at * TAGS + tag] ?? 0);
    if (at === 0) break;
    for (let from = 0; from < TAGS; from++) {
      let sum = 0;
      for (let tag = 0; tag < TAGS; tag++) {
        const ahead =
          ((move[from * TAGS + tag] ?? 0) * (emission[at * TAGS + tag] ?? 0) * (backward[at * TAGS + tag] ?? 0)) / (scale[at] ?? 1);
        sum += ahead;
        const index = from * TAGS + tag;
        pairs[index] = (pairs[index] ?? 0) + (forward[(at - 1) * TAGS + from] ?? 0) * ahead;
      }
      backward[(at - 1) * TAGS + from] = sum;
    }
  }
  for (let tag = 0; tag < TAGS; tag++) pairs[TAGS * TAGS + tag] = marginals[tag] ?? 0;
  return { marginals, pairs };
}

function shuffled<T>(items: readonly T[], draw: Draw): T[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index--) {
    const other = draw.below(index + 1);
    const [a, b] = [order[index], order[other]];
    if (a === undefined || b === undefined) continue;
    [order[index], order[other]] = [b, a];
  }
  return order;
}
