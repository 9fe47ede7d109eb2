/**
 * From features to names: the probability of every label at every word (forward and backward over a chain), then the sequence of labels
 * that is right at the most words, where being outside is held back by `caution` so that recall comes first. Linear in the words.
 */
import { eachFeature } from "./features.ts";
import { isInside, mayFollow, type NameType, OUTSIDE, TAGS, typeOf } from "./tags.ts";
import { LEAST_SCORE } from "./thresholds.ts";
import type { Token } from "./tokens.ts";
import type { WordList } from "./word-list.ts";

/** A trained model. `table`: a row of labels per feature. `buckets`: how many rows, a power of two. */
export type Model = {
  readonly table: Int8Array;
  readonly buckets: number;
  /** What a weight of 1 stands for. */
  readonly scale: number;
  /** Factors from label to label; the last row is that of a sentence's first label. */
  readonly moves: Float64Array;
  readonly list: WordList;
};

/** A name: words `from` to `to`, the last excluded. `score`: mean probability that its words are of its kind. */
export type Name = { readonly type: NameType; readonly from: number; readonly to: number; readonly score: number };

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
  return namesAlong(bestPath(marginals, caution), marginals).flatMap((name) => (name.score < LEAST_SCORE ? [] : trimmed(name, tokens)));
}

const WORDLESS = /^[^\p{L}\p{N}#(]+$/u;

/** The dot of `Inc.` and of an initial is the name's own. */
const endsAbbreviation = (tokens: readonly Token[], at: number): boolean =>
  tokens[at]?.text === "." && /^(?:\p{L}|inc|ltd|co|corp|llc|bros|jr|sr|st|[bn]\.v|s\.a)$/iu.test(tokens[at - 1]?.text ?? "");

/** A name begins and ends with a word, not with a sign or a line end. */
function trimmed(name: Name, tokens: readonly Token[]): readonly Name[] {
  let { from, to } = name;
  while (from < to && WORDLESS.test(tokens[from]?.text ?? "")) from++;
  while (to > from && WORDLESS.test(tokens[to - 1]?.text ?? "") && !endsAbbreviation(tokens, to - 1)) to--;
  return from < to ? [{ ...name, from, to }] : [];
}

function marginalsOf({ table, buckets, scale, moves, list }: Model, tokens: readonly Token[]): Float64Array {
  const length = tokens.length;
  const emission = new Float64Array(length * TAGS);
  eachFeature(tokens, list, (at, feature) => {
    const row = (feature & (buckets - 1)) * TAGS;
    const base = at * TAGS;
    for (let tag = 0; tag < TAGS; tag++) emission[base + tag] = (emission[base + tag] ?? 0) + (table[row + tag] ?? 0);
  });
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
        const sum = (sums[before] ?? 0) + own;
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
