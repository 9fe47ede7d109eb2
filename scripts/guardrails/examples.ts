/** Labelled texts as training sees them: windows of hashed features, and in attacks on tool outputs which window holds the instruction. */
import { WINDOWS } from "../../core/guardrail/injection/classifier.ts";
import { readEvidence, weigh } from "../../core/guardrail/injection/evidence.ts";
import { featureWalker, tokensOf, windowsOf } from "../../core/guardrail/injection/features.ts";
import { besideClassifier, byPatterns, hintsNear, PATTERN_SHARE, withoutMentions } from "../../core/guardrail/injection/injection.ts";
import { normalise } from "../../core/guardrail/injection/normalise.ts";
import type { Row } from "./dataset.ts";

export type Bag = Int32Array;
export type Example = {
  readonly row: Row;
  /** One bag of features per window. */
  readonly bags: readonly Bag[];
  /** Windows that hold the instruction, and those that hold none of it; both empty where that is not known. */
  readonly guilty: readonly Bag[];
  readonly innocent: readonly Bag[];
  /** What patterns and hints already say, in log-odds: the classifier is trained on what they leave unexplained. */
  readonly offset: number;
  /** As the guard judges (injection.ts): what hints add to each window, what is added to the highest, and what patterns say alone. */
  readonly near: readonly number[];
  readonly beside: number;
  readonly alone: number;
};

const SHINGLE_WORDS = 4;
const FEWEST_GUILTY_UNITS = 12;

export function examplesOf(rows: readonly Row[]): Example[] {
  const shingles = shingleGroups(rows);
  return rows.map((row) => {
    const plain = normalise(row.text).text;
    const { evidence, mentions } = readEvidence(plain, row.channel);
    const text = withoutMentions(plain, mentions);
    const walk = featureWalker(tokensOf(text));
    const windows = windowsOf(text.length, WINDOWS[row.channel]);
    const bags = windows.map((window) => {
      const features: number[] = [];
      walk(window, (feature) => features.push(feature));
      return Int32Array.from(features);
    });
    const marked = row.attack && row.channel === "tool_output" ? markInstruction(row, text, shingles) : null;
    const total = marked?.reduce((sum, mark) => sum + mark, 0) ?? 0;
    const covered = windows.map(({ start, end }) => marked?.subarray(start, end).reduce((sum, mark) => sum + mark, 0) ?? 0);
    const isKnown = total >= FEWEST_GUILTY_UNITS;
    return {
      row,
      bags,
      guilty: bags.filter((_, index) => isKnown && isGuilty(covered[index] ?? 0, total, windows[index])),
      innocent: bags.filter((_, index) => isKnown && (covered[index] ?? 0) < FEWEST_GUILTY_UNITS),
      offset: PATTERN_SHARE * weigh(evidence),
      near: windows.map(hintsNear(evidence)),
      beside: besideClassifier(evidence, row.channel),
      alone: byPatterns(text, evidence).logit,
    };
  });
}

const isGuilty = (covered: number, total: number, window: { start: number; end: number } | undefined): boolean =>
  covered >= 0.8 * total || (window !== undefined && covered >= 0.6 * (window.end - window.start));

type Word = { readonly word: string; readonly start: number; readonly end: number };
type Shingles = { readonly attack: ReadonlyMap<string, ReadonlySet<string>>; readonly benign: ReadonlySet<string> };

const wordsOf = (text: string): Word[] =>
  Array.from(text.matchAll(/[a-z0-9]+/g), ({ 0: word, index }) => ({ word, start: index, end: index + word.length }));
const shingleAt = (words: readonly Word[], at: number): string =>
  words
    .slice(at, at + SHINGLE_WORDS)
    .map(({ word }) => word)
    .join(" ");

function shingleGroups(rows: readonly Row[]): Shingles {
  const attack = new Map<string, Set<string>>();
  const benign = new Set<string>();
  for (const { text, attack: isAttack, channel, group } of rows) {
    if (channel !== "tool_output") continue;
    const words = wordsOf(normalise(text).text);
    for (let at = 0; at + SHINGLE_WORDS <= words.length; at++) {
      const shingle = shingleAt(words, at);
      if (isAttack) attack.set(shingle, (attack.get(shingle) ?? new Set()).add(group));
      else benign.add(shingle);
    }
  }
  return { attack, benign };
}

/**
 * One mark per unit that belongs to the instruction. Where the group is the attack (BIPIA), its words occur in no other group;
 * where the group is the tool (InjecAgent), the instruction's words recur in many groups. Words of harmless texts are never marked.
 */
function markInstruction({ group }: Row, text: string, { attack, benign }: Shingles): Uint8Array {
  const marked = new Uint8Array(text.length);
  const words = wordsOf(text);
  for (let at = 0; at + SHINGLE_WORDS <= words.length; at++) {
    const shingle = shingleAt(words, at);
    const groups = attack.get(shingle)?.size ?? 0;
    const belongs = group.startsWith("bipia") ? groups === 1 : groups >= 3;
    if (belongs && !benign.has(shingle)) marked.fill(1, words[at]?.start, words[at + SHINGLE_WORDS - 1]?.end);
  }
  return marked;
}
