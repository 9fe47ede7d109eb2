/**
 * From features to names: the probability of every label at every word (forward and backward over a chain), then the sequence of labels
 * that is right at the most words, where being outside is held back by `caution` so that recall comes first. Linear in the words.
 */
import { bounded, type Name } from "./bounds.ts";
import { eachFeature, type Lexicon } from "./features.ts";
import { isInside, mayFollow, OUTSIDE, TAGS, typeOf } from "./tags.ts";
import { ADJACENT, LEAST_SCORE } from "./thresholds.ts";
import type { Token } from "./tokens.ts";

/** A trained model. `table`: a row of labels per feature. `buckets`: how many rows, a power of two. */
export type Model = {
  readonly table: Int8Array;
  readonly buckets: number;
  /** What a weight of 1 stands for. */
  readonly scale: number;
  /** Factors from label to label; the last row is that of a sentence's first label. */
  readonly moves: Float64Array;
  readonly lexicon: Lexicon;
};

/** `caution`: how much of its probability being outside loses. `isBlank`: words that are no part of a name. */
export function namesOf(
  model: Model,
  tokens: readonly Token[],
  caution: number,
  isBlank: (token: Token) => boolean = () => false,
): readonly Name[] {
  const marginals = marginalsOf(model, tokens);
  tokens.forEach((token, at) => {
    if (isBlank(token)) for (let tag = 0; tag < TAGS; tag++) marginals[at * TAGS + tag] = tag === OUTSIDE ? 8 : 0;
  });
  const names = namesAlong(bestPath(marginals, caution), marginals);
  return bounded(
    names.filter(({ score }) => score >= LEAST_SCORE),
    tokens,
  );
}

function marginalsOf(model: Model, tokens: readonly Token[]): Float64Array {
  const { scale, moves } = model;
  const length = tokens.length;
  const emission = emissionOf(model, tokens);
  const forward = new Float64Array(length * TAGS);
  for (let at = 0; at < length; at++) {
    const base = at * TAGS;
    let most = Number.NEGATIVE_INFINITY;
    for (let tag = 0; tag < TAGS; tag++) most = Math.max(most, emission[base + tag] ?? 0);
    let total = 0;
    for (let tag = 0; tag < TAGS; tag++) {
      const own = Math.exp(((emission[base + tag] ?? 0) - most) * scale);
      emission[base + tag] = own;
      let sum = 0;
      if (at === 0) sum = moves[TAGS * TAGS + tag] ?? 0;
      else for (let from = 0; from < TAGS; from++) sum += (forward[base - TAGS + from] ?? 0) * (moves[from * TAGS + tag] ?? 0);
      forward[base + tag] = sum * own;
      total += sum * own;
    }
    for (let tag = 0; tag < TAGS; tag++) forward[base + tag] = (forward[base + tag] ?? 0) / total;
  }
  const behind = new Float64Array(TAGS).fill(1);
  const ahead = new Float64Array(TAGS);
  for (let at = length - 1; at >= 0; at--) {
    const base = at * TAGS;
    let total = 0;
    for (let tag = 0; tag < TAGS; tag++) {
      ahead[tag] = (emission[base + tag] ?? 0) * (behind[tag] ?? 0);
      const both = (forward[base + tag] ?? 0) * (behind[tag] ?? 0);
      forward[base + tag] = both;
      total += both;
    }
    for (let tag = 0; tag < TAGS; tag++) forward[base + tag] = (forward[base + tag] ?? 0) / total;
    let most = 0;
    for (let from = 0; from < TAGS; from++) {
      let sum = 0;
      for (let tag = 0; tag < TAGS; tag++) sum += (moves[from * TAGS + tag] ?? 0) * (ahead[tag] ?? 0);
      behind[from] = sum;
      most = Math.max(most, sum);
    }
    for (let tag = 0; tag < TAGS; tag++) behind[tag] = (behind[tag] ?? 0) / most;
  }
  return forward;
}

/** The summed weights of the labels at every word. */
function emissionOf({ table, buckets, lexicon }: Model, tokens: readonly Token[]): Float64Array {
  const emission = new Float64Array(tokens.length * TAGS);
  const mask = buckets - 1;
  let rows = new Int32Array(128);
  let count = 0;
  let open = 0;
  const close = (): void => {
    sumRows(table, rows, count, emission, open * TAGS);
    count = 0;
  };
  eachFeature(tokens, lexicon, (at, feature) => {
    if (at !== open) {
      close();
      open = at;
    }
    if (count === rows.length) {
      const more = new Int32Array(2 * rows.length);
      more.set(rows);
      rows = more;
    }
    rows[count++] = (feature & mask) * TAGS;
  });
  if (count > 0) close();
  return emission;
}

/** Most of the time goes here, into rows at random places of the table: nine sums, one for each label (TAGS), stay in registers. */
function sumRows(table: Int8Array, rows: Int32Array, count: number, emission: Float64Array, base: number): void {
  let [a, b, c, d, e, f, g, h, i] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let next = 0; next < count; next++) {
    const row = rows[next] ?? 0;
    a += table[row] ?? 0;
    b += table[row + 1] ?? 0;
    c += table[row + 2] ?? 0;
    d += table[row + 3] ?? 0;
    e += table[row + 4] ?? 0;
    f += table[row + 5] ?? 0;
    g += table[row + 6] ?? 0;
    h += table[row + 7] ?? 0;
    i += table[row + 8] ?? 0;
  }
  emission.set([a, b, c, d, e, f, g, h, i], base);
}

function bestPath(marginals: Float64Array, caution: number): Uint8Array {
  const length = marginals.length / TAGS;
  const from = new Uint8Array(length * TAGS);
  let sums = new Float64Array(TAGS);
  for (let at = 0; at < length; at++) {
    const next = new Float64Array(TAGS).fill(Number.NEGATIVE_INFINITY);
    for (let tag = 0; tag < TAGS; tag++) {
      const own = (marginals[at * TAGS + tag] ?? 0) - (tag === OUTSIDE ? caution : 0);
      if (at === 0) {
        if (!isInside(tag)) next[tag] = own;
        continue;
      }
      for (let before = 0; before < TAGS; before++) {
        const isAdjacent = before !== OUTSIDE && tag !== OUTSIDE && !isInside(tag);
        const sum = (sums[before] ?? 0) + own - (isAdjacent ? ADJACENT : 0);
        if (mayFollow(before, tag) && sum > (next[tag] ?? 0)) {
          next[tag] = sum;
          from[at * TAGS + tag] = before;
        }
      }
    }
    sums = next;
  }
  const path = new Uint8Array(length);
  let tag = 0;
  for (let each = 1; each < TAGS; each++) if ((sums[each] ?? 0) > (sums[tag] ?? 0)) tag = each;
  for (let at = length - 1; at >= 0; at--) {
    path[at] = tag;
    tag = from[at * TAGS + tag] ?? 0;
  }
  return path;
}

function namesAlong(path: Uint8Array, marginals: Float64Array): Name[] {
  const names: Name[] = [];
  for (let from = 0; from < path.length; ) {
    const tag = path[from] ?? OUTSIDE;
    const type = typeOf(tag);
    if (type === null) {
      from++;
      continue;
    }
    let to = from + 1;
    while (to < path.length && path[to] === tag + 1) to++;
    let sum = 0;
    for (let at = from; at < to; at++) sum += (marginals[at * TAGS + tag] ?? 0) + (marginals[at * TAGS + tag + 1] ?? 0);
    names.push({ type, from, to, score: Math.min(1, sum / (to - from)) });
    from = to;
  }
  return names;
}
