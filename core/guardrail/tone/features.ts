/**
 * What the tone classifier looks at in a window of text, hashed into a table's indexes: words, pairs of words, pieces of words, signs of Han by ones
 * and twos, and how loudly it is written. Training and recognition share this file, so that both see the same. Linear in the text's length.
 */

import { TONE_LEXICON } from "./lexicon.ts";

/** Number of indexes that features are hashed into. */
export const TONE_TABLE_SIZE = 1 << 14;
/** In UTF-16 units; windows overlap by half. */
export const TONE_WINDOW = { units: 400, step: 200 } as const;

const FNV_PRIME = 0x01000193;
const LONGEST_WORD = 24;
const TOKEN = /\p{Script=Han}|[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*|[!?]+|\n/gu;
const HAN = /^\p{Script=Han}$/u;
/** A text of this many letters, and this share of them capitals, shouts. */
const SHOUTING = { letters: 12, share: 0.6 } as const;

/** Kinds of features, kept apart by their seeds. */
const WORD = 0x811c9dc5;
const PIECE = 0x9e3779b9;
const STYLE = 0x38b34ae5;

/** One pattern for each meaning: alternatives without repetition, so that looking is linear. */
const MEANINGS = Object.entries(TONE_LEXICON).map(([name, entries]) => {
  const isHan = (entry: string): boolean => /\p{Script=Han}/u.test(entry);
  const all: readonly string[] = entries.split("|");
  const [han, others] = [all.filter(isHan), all.filter((entry) => !isHan(entry))];
  return {
    name,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{M}])(?:${others.map((entry) => entry.replace("$", "(?![\\p{L}\\p{M}])")).join("|")})|${han.join("|")}`,
      "u",
    ),
  };
});

/** A word of anger, an exclamation, or shouting. `text`: as it was written, since capitals count. */
export function showsAnger(text: string): boolean {
  const lower = text.normalize("NFKC").toLowerCase();
  return /!|\?{2}/.test(lower) || isShouted(text) || MEANINGS.some(({ name, pattern }) => name !== "kind" && pattern.test(lower));
}

/** Calls `see` with every distinct feature of a window; answers their number. `text`: as it was written, since capitals count. */
export function toneFeatures(text: string, see: (feature: number) => void): number {
  const seen = new Set<number>();
  const add = (hash: number): void => {
    seen.add(slot(hash));
  };
  const lower = text.normalize("NFKC").toLowerCase();
  const meant = MEANINGS.filter(({ pattern }) => pattern.test(lower)).map(({ name }) => name);
  for (const name of meant) add(hashOf(name, STYLE));
  // Who is kind as well is hardly furious.
  const angry = meant.filter((name) => name !== "kind").length;
  if (angry >= 2) add(hashOf(meant.includes("kind") ? "kindly angry" : "twice angry", STYLE));
  if (angry >= 1 && /[!]|[?]{2}/.test(lower)) add(hashOf("angry and loud", STYLE));
  let last = 0;
  for (const [raw] of lower.matchAll(TOKEN)) {
    if (raw === "\n") {
      last = 0;
      continue;
    }
    if (raw.startsWith("!") || raw.startsWith("?")) {
      add(hashOf(raw.slice(0, 3), STYLE));
      last = 0;
      continue;
    }
    const word = raw.slice(0, LONGEST_WORD);
    const hash = hashOf(word, WORD);
    add(hash);
    if (last !== 0) add(mix(last, hash));
    last = hash;
    if (HAN.test(raw) || word.length < 4) continue;
    const marked = `<${word}>`;
    for (let from = 0; from + 4 <= marked.length; from++) add(hashOf(marked.slice(from, from + 4), PIECE));
  }
  if (isShouted(text)) add(hashOf("shouted", STYLE));
  for (const feature of seen) see(feature);
  return seen.size;
}

function isShouted(text: string): boolean {
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  const letters = capitals + (text.match(/\p{Ll}/gu)?.length ?? 0);
  return letters >= SHOUTING.letters && capitals >= letters * SHOUTING.share;
}

function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}
const mix = (a: number, b: number): number => Math.imul((a << 5) ^ (a >>> 3) ^ b, FNV_PRIME) >>> 0;
/** The upper bits are the better mixed ones. */
const slot = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> 18;
