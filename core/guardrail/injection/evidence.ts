/** Which patterns a normalised text fulfils in a channel, and what they weigh together. Words that a text only mentions (mention.ts) fulfil none. */
import type { Channel } from "../finding.ts";
import { finderOf } from "../needs.ts";
import { instructionFinderOf } from "./finder.ts";
import { isMention, isNamed } from "./mention.ts";
import type { Family } from "./pattern.ts";
import { PATTERNS, RUN_TOGETHER } from "./patterns.ts";

/** One match of a pattern. */
export type Evidence = {
  readonly family: Family;
  readonly weight: number;
  /** Its place among the patterns. */
  readonly pattern: number;
  /** As the pattern has it: false of a hint. */
  readonly acts: boolean;
  readonly start: number;
  readonly end: number;
};

/** What the patterns find in a text. */
export type Read = {
  readonly evidence: readonly Evidence[];
  /** Where the text speaks of an instruction. */
  readonly mentions: readonly { readonly start: number; readonly end: number }[];
};

const RUN_TOGETHER_WEIGHT = 5;
const MAX_TOGETHER = 20_000;
/** Maximum matches of one pattern that are looked at; in a text with more mentions, the next match counts as it stands. */
const MAX_MATCHES = 200;

const SEARCHED = PATTERNS.map((each) => ({ ...each, expression: new RegExp(each.expression.source, "g") }));
const FINDER = instructionFinderOf(PATTERNS.map(({ expression }) => expression.source));

/** Matches all patterns of the channel against a normalised text. Linear in its length. */
export function readEvidence(text: string, channel: Channel): Read {
  const evidence: Evidence[] = [];
  const mentions: { start: number; end: number }[] = [];
  for (const pattern of FINDER.mayMatch(text)) {
    const searched = SEARCHED[pattern];
    if (searched === undefined || searched.channels?.includes(channel) === false) continue;
    const { family, weight, acts, expression } = searched;
    expression.lastIndex = 0;
    for (let count = 0; count <= MAX_MATCHES; count++) {
      const match = expression.exec(text);
      if (match === null) break;
      const place = { start: match.index, end: match.index + match[0].length };
      const isSpokenOf = isMention(text, place, family, channel) || (family === "chat_template" && isNamed(text, place.start));
      if (!isSpokenOf || count === MAX_MATCHES) {
        evidence.push({ family, weight, pattern, acts, ...place });
        if (acts) break;
        // A hint counts beside what is near it: where else it is matters.
        continue;
      }
      mentions.push(place);
      // The words of an instruction may begin within those of a mention.
      expression.lastIndex = match.index + 1;
    }
  }
  const together = runTogether(text);
  if (together !== null)
    evidence.push({ family: "override", weight: RUN_TOGETHER_WEIGHT, pattern: PATTERNS.length, acts: true, ...together });
  return { evidence: released(evidence), mentions };
}

/** The evidence alone, without the mentions. */
export const evidenceIn = (text: string, channel: Channel): readonly Evidence[] => readEvidence(text, channel).evidence;

/** Several words of a release from rules, or one with a part to play, are no longer anybody's: they act. */
function released(evidence: readonly Evidence[]): readonly Evidence[] {
  const distinct = (family: Family): number =>
    new Set(evidence.filter((each) => each.family === family).map(({ pattern }) => pattern)).size;
  const releases = distinct("release");
  if (releases < 2 && !(releases === 1 && distinct("persona") >= PARTS_TO_PLAY)) return evidence;
  return evidence.map((each) => (each.family === "release" ? { ...each, acts: true } : each));
}
const PARTS_TO_PLAY = 2;

/** Letters that spell an instruction with anything but single blanks between its words; words as they should be are for the patterns. */
function runTogether(text: string): { readonly start: number; readonly end: number } | null {
  const head = text.slice(0, MAX_TOGETHER);
  if (TOGETHER.mayMatch(head).length === 0) return null;
  const letters = head.replace(/[^a-z]+/g, "");
  if (!RUN_TOGETHER.test(letters)) return null;
  const places: number[] = [];
  for (let at = 0; at < head.length; at++) if (head.charCodeAt(at) >= 97 && head.charCodeAt(at) <= 122) places.push(at);
  for (const match of letters.matchAll(new RegExp(RUN_TOGETHER.source, "g"))) {
    const start = places[match.index] ?? 0;
    const end = (places[match.index + match[0].length - 1] ?? 0) + 1;
    if (!AS_WORDS.test(head.slice(start, end)) || /[a-z]/.test(head[start - 1] ?? "")) return { start, end };
  }
  return null;
}
/** Most texts have no such letters one behind the other: they are looked for before all are put in a row. */
const TOGETHER = finderOf(
  [RUN_TOGETHER.source],
  Uint8Array.from({ length: 123 }, (_, code) => (code >= 97 ? 1 : 0)),
);
const AS_WORDS = /^[a-z]+(?:[ \n]+[a-z]+)+$/;

/** The strongest of a family counts in full, the second half, the others nothing: repeating oneself is no evidence. */
export function weigh(evidence: readonly Evidence[]): number {
  let sum = 0;
  if (evidence.length === 0) return sum;
  for (const family of Map.groupBy(evidence, ({ family }) => family).values()) {
    // Where one pattern is seen twice it is still one.
    const weights = new Map(family.map(({ pattern, weight }) => [pattern, weight]));
    const [first = 0, second = 0] = [...weights.values()].sort((a, b) => b - a);
    sum += first + second / 2;
  }
  return sum;
}

/** The evidence of the highest weight, the first among equals; null when there is none. */
export const strongest = (evidence: readonly Evidence[]): Evidence | null =>
  evidence.reduce<Evidence | null>((top, next) => (top === null || next.weight > top.weight ? next : top), null);
