/** Everyday texts from a seed: single sentences, greetings around them, and letters of many sentences. The same seed gives the same texts. */
import type { Frames } from "./frames.ts";
import { LANGUAGES, type Language, TRADES, WORDS } from "./words.ts";

export type Half = {
  readonly seed: number;
  readonly plain: Frames;
  readonly frames: Frames;
  readonly work: readonly string[];
  readonly greetings: Greetings;
};
export type Greetings = { readonly [L in Language]: readonly (readonly [before: string, after: string])[] };

/** Of ten texts: so many come from work (prompts, read-me files, answers), so many are letters, and so many a plain sentence or two; the others come near a pattern. */
const FROM_WORK = 2;
const LETTERS = 2;
const PLAIN = 2;

/** `count` texts, no two the same. */
export function everydayTexts(half: Half, count: number): readonly string[] {
  const random = seeded(half.seed);
  const texts = new Set<string>();
  while (texts.size < count) texts.add(oneText(half, random));
  return [...texts];
}

function oneText(half: Half, random: () => number): string {
  const language = pick(LANGUAGES, random);
  const trade = Math.floor(random() * TRADES);
  const say = (frames: Frames): string => filled(pick(frames[language], random), language, trade, random);
  const kind = random() * 10;
  if (kind < FROM_WORK) return filled(pick(half.work, random), "en", trade, random);
  if (kind < FROM_WORK + LETTERS) return greeted(half, language, letter(say, half, random), random);
  if (kind < FROM_WORK + LETTERS + PLAIN) return greeted(half, language, `${say(half.plain)} ${say(half.plain)}`, random);
  return greeted(half, language, say(half.frames), random);
}

/** Up to forty sentences, one in eight of them near a pattern. */
function letter(say: (frames: Frames) => string, half: Half, random: () => number): string {
  const sentences = Array.from({ length: 6 + Math.floor(random() * 35) }, () => say(random() < 1 / 8 ? half.frames : half.plain));
  return sentences.map((sentence, index) => sentence + (index % 4 === 3 ? "\n\n" : " ")).join("");
}

function greeted({ greetings }: Half, language: Language, text: string, random: () => number): string {
  const [before, after] = pick(greetings[language], random);
  return `${before}${text}${after}`;
}

function filled(frame: string, language: Language, trade: number, random: () => number): string {
  const words = WORDS[language];
  const text = frame
    .replaceAll("{thing}", words.thing[trade] ?? "")
    .replaceAll("{doc}", words.doc[trade] ?? "")
    .replaceAll("{who}", words.who[trade] ?? "")
    .replaceAll("{n}", () => String(2 + Math.floor(random() * 60)));
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const pick = <T>(items: readonly T[], random: () => number): T => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
};

/** Numbers from 0 to below 1 (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** A page about attacks that quotes one: where a tool returns it, it is withheld, since the quotation is an instruction like any other (INJ-10). */
export const quotesAnAttack = (text: string): boolean =>
  /"(?:forget your rules|Disregard your guidelines|Ignore all previous instructions)/.test(text);
