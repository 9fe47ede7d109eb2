/**
 * A linear-chain conditional random field, trained by stochastic gradient ascent with AdaGrad. Weights of hashed features lie in one
 * table, a row of labels per feature; transitions between labels are their own. Deterministic: order and chance come from a seed.
 */
import { TAGS } from "../../../core/guardrail/names/tags.ts";
import type { Draw } from "./draw.ts";

/** A sentence: the rows of the features of all words, one behind the other; where each word's end; its labels. */
export type Sentence = { readonly rows: Int32Array; readonly ends: Int32Array; readonly tags: Uint8Array };
/** Tables of weights: a row per feature, and from label to label (the last row: the first label of a sentence). */
export type Weights = { readonly table: Float32Array; readonly moves: Float32Array };
/** `rate`: of the first step; `decay`: the share of a weight that each step is held back by. */
export type Settings = { readonly buckets: number; readonly epochs: number; readonly rate: number; readonly decay: number };

const FIRST_SQUARE = 1e-2;
/** Gradients below it change nothing that matters. */
const LEAST_GRADIENT = 1e-3;

/** `epochOf(epoch)`: the sentences of one epoch. */
export function train(epochOf: (epoch: number) => readonly Sentence[], settings: Settings, draw: Draw): Weights {
  const { buckets, epochs, rate, decay } = settings;
  const table = new Float32Array(buckets * TAGS);
  const moves = new Float32Array((TAGS + 1) * TAGS);
  const tableSquares = new Float32Array(table.length).fill(FIRST_SQUARE);
  const movesSquares = new Float32Array(moves.length).fill(FIRST_SQUARE);
  const meanTable = new Float32Array(table.length);
  const meanMoves = new Float32Array(moves.length);
  const step = (weights: Float32Array, squares: Float32Array, index: number, gradient: number): void => {
    const square = (squares[index] ?? 0) + gradient * gradient;
    squares[index] = square;
    weights[index] = (weights[index] ?? 0) + (rate * gradient) / Math.sqrt(square);
  };
  let averaged = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const sentence of shuffled(epochOf(epoch), draw)) {
      const { rows, ends, tags } = sentence;
      if (tags.length === 0) continue;
      const { marginals, pairs } = expectations(sentence, table, moves);
      for (let at = 0; at < tags.length; at++) {
        const from = at === 0 ? 0 : (ends[at - 1] ?? 0);
        const to = ends[at] ?? 0;
        for (let tag = 0; tag < TAGS; tag++) {
          const gradient = (tags[at] === tag ? 1 : 0) - (marginals[at * TAGS + tag] ?? 0);
          if (Math.abs(gradient) < LEAST_GRADIENT) continue;
          for (let next = from; next < to; next++) {
            const index = (rows[next] ?? 0) * TAGS + tag;
            step(table, tableSquares, index, gradient - decay * (table[index] ?? 0));
          }
        }
      }
      for (let index = 0; index < moves.length; index++) {
        const [from, to] = [Math.floor(index / TAGS), index % TAGS];
        let gradient = -(pairs[index] ?? 0);
        if (from === TAGS) gradient += tags[0] === to ? 1 : 0;
        else for (let at = 1; at < tags.length; at++) if (tags[at - 1] === from && tags[at] === to) gradient++;
        if (Math.abs(gradient) >= LEAST_GRADIENT) step(moves, movesSquares, index, gradient);
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
  { rows, ends, tags }: Sentence,
  table: Float32Array,
  moves: Float32Array,
): { readonly marginals: Float64Array; readonly pairs: Float64Array } {
  const length = tags.length;
  const emission = new Float64Array(length * TAGS);
  for (let at = 0, next = 0; at < length; at++) {
    const base = at * TAGS;
    for (const to = ends[at] ?? 0; next < to; next++) {
      const row = (rows[next] ?? 0) * TAGS;
      for (let tag = 0; tag < TAGS; tag++) emission[base + tag] = (emission[base + tag] ?? 0) + (table[row + tag] ?? 0);
    }
    let most = Number.NEGATIVE_INFINITY;
    for (let tag = 0; tag < TAGS; tag++) most = Math.max(most, emission[base + tag] ?? 0);
    for (let tag = 0; tag < TAGS; tag++) emission[base + tag] = Math.exp((emission[base + tag] ?? 0) - most);
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
