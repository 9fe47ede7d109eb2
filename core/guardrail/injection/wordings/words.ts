/**
 * What the model of wordings (model.ts) sees of a normalised text: each word's hashed features, and where sentences end. Words alone, cut to their
 * beginnings, in pairs and triples, what they mean (a class of words in ten languages) and which meanings stand together in a sentence. One pass; no text
 * is copied and nothing is kept between two texts. Training and recognition share this file, so that both see the same.
 */
import { BREAK, DIGITS, KIND_OF, LETTERS, SIGNS, UNSPACED } from "../units.ts";

const TABLE_BITS = 20;
/** Number of indexes that features are hashed into. */
export const TABLE_SIZE = 1 << TABLE_BITS;

/** What a walk tells of. Offsets are those of the text. */
export type Sink = {
  /** A feature of the word that is read, below `TABLE_SIZE`. */
  readonly feature: (index: number) => void;
  /** The word between two places is read. */
  readonly word: (start: number, end: number) => void;
  /** A sentence ends. */
  readonly sentence: () => void;
};

/** The class of a word by its hash (`stemKey`, `wordKey`, `unspacedKey`); 0 for none. */
export type ClassOf = (key: number) => number;

const PRIME = 0x01000193;
const OFFSET = 0x811c9dc5;
/** Units of a word that its hash covers. */
const LONGEST_WORD = 24;
/** Beginnings of words that stand for them in pairs and triples. */
const STEM = 5;
const SHORT_STEM = 4;
/** Units of the pieces of a word behind its first letter. */
const PIECE = 4;
/** Beginnings of this many units and more may be listed as a class. */
const SHORTEST_KEY = 3;
const LONGEST_KEY = 10;
const LONGEST_UNSPACED = 5;
/** Class of a word that has none but is long enough to be a thing. */
const THING = 255;
const SHORTEST_THING = 4;
/** Meanings before it that a meaning is paired with. */
const TOGETHER = 6;
/** A line of fewer words goes on in the next. */
const SHORT_LINE = 3;

const WHOLE = 0x2545f491;
const step = (hash: number, code: number): number => Math.imul(hash ^ code, PRIME);
const mix = (a: number, b: number): number => Math.imul((a << 5) ^ (a >>> 3) ^ b, PRIME);
const slot = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - TABLE_BITS);

/** Letters that are written in two ways. */
const FOLDED = Uint16Array.from({ length: 0x10000 }, (_, code) => code);
for (const [from, to] of ["\u0131i", "\u00f8o", "\u0142l", "\u0901\u0902", "\u0111d"])
  FOLDED[from?.charCodeAt(0) ?? 0] = to?.charCodeAt(0) ?? 0;

/** The key of words that begin so. */
export const stemKey = (stem: string): number => hashOf(stem);
/** The key of one word. */
export const wordKey = (word: string): number => mix(hashOf(word), WHOLE);
/** The key of a word that is written without blanks. */
export const unspacedKey = (word: string): number => mix(hashOf(word), UNSPACED);

function hashOf(text: string): number {
  let hash = OFFSET;
  for (let index = 0; index < text.length; index++) hash = step(hash, FOLDED[text.charCodeAt(index)] ?? 0);
  return hash;
}

const SEED = {
  word: 1,
  short: 2,
  pair: 3,
  triple: 4,
  skip: 5,
  meaning: 6,
  meanings: 7,
  three: 8,
  together: 9,
  first: 10,
  mixed: 11,
  mixedThree: 12,
  piece: 13,
};
const named = (seed: number, a: number): number => slot(Math.imul(a ^ Math.imul(seed, 0x9e3779b9), PRIME));

/** Classes of the sentence that is read, the last ones. */
const LAST = new Uint8Array(64);

/** Reads a normalised text. Linear in its length. */
export function walkWords(text: string, classOf: ClassOf, sink: Sink): void {
  let wholeBefore = 0;
  let before = 0;
  let beforeThat = 0;
  let mixedBefore = 0;
  let mixedBeforeThat = 0;
  let classes = 0;
  let words = 0;
  let onLine = 0;

  const endSentence = (): void => {
    if (words > 0) sink.sentence();
    words = 0;
    onLine = 0;
    classes = 0;
    wholeBefore = before = beforeThat = mixedBefore = mixedBeforeThat = 0;
  };
  const see = (whole: number, short: number, stem: number, meaning: number, start: number, end: number): void => {
    // A word that is said again says nothing more.
    if (whole === wholeBefore) {
      words++;
      onLine++;
      sink.word(start, end);
      return;
    }
    wholeBefore = whole;
    sink.feature(named(SEED.word, whole));
    if (short !== 0) sink.feature(named(SEED.short, short));
    if (before !== 0) sink.feature(named(SEED.pair, mix(before, stem)));
    if (beforeThat !== 0) {
      sink.feature(named(SEED.triple, mix(mix(beforeThat, before), stem)));
      sink.feature(named(SEED.skip, mix(beforeThat, stem)));
    }
    if (words === 0) sink.feature(named(SEED.first, stem));
    const mixed = meaning === 0 || meaning === THING ? stem : meaning;
    if (meaning !== 0 || mixedBefore !== before) {
      if (mixedBefore !== 0) sink.feature(named(SEED.mixed, mix(mixedBefore, mixed)));
      if (mixedBeforeThat !== 0) sink.feature(named(SEED.mixedThree, mix(mix(mixedBeforeThat, mixedBefore), mixed)));
    }
    if (meaning !== 0 && !(meaning === THING && classes > 0 && LAST[(classes - 1) & 63] === THING)) {
      if (meaning !== THING) sink.feature(named(SEED.meaning, meaning));
      if (classes === 0) sink.feature(named(SEED.first, meaning));
      const last = classes > 0 ? (LAST[(classes - 1) & 63] ?? 0) : 0;
      sink.feature(named(SEED.meanings, last * 256 + meaning));
      const lastButOne = classes > 1 ? (LAST[(classes - 2) & 63] ?? 0) : 0;
      if (classes > 0) sink.feature(named(SEED.three, (lastButOne * 256 + last) * 256 + meaning));
      if (meaning !== THING) {
        for (let back = 1; back <= TOGETHER && back <= classes; back++) {
          const other = LAST[(classes - back) & 63] ?? 0;
          if (other === THING || other === meaning) continue;
          sink.feature(named(SEED.together, other < meaning ? other * 256 + meaning : meaning * 256 + other));
        }
      }
      LAST[classes & 63] = meaning;
      classes++;
    }
    beforeThat = before;
    before = stem;
    mixedBeforeThat = mixedBefore;
    mixedBefore = mixed;
    words++;
    onLine++;
    sink.word(start, end);
  };

  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    const kind = KIND_OF[code];
    if (kind === LETTERS) {
      const start = at;
      let hash = OFFSET;
      let stem = 0;
      let short = 0;
      let meaning = 0;
      let first = 0;
      let second = 0;
      let third = 0;
      let unit = code;
      do {
        const length = at - start;
        if (length < LONGEST_WORD) {
          const folded = FOLDED[unit] ?? 0;
          hash = step(hash, folded);
          if (length >= PIECE) sink.feature(named(SEED.piece, step(step(step(step(OFFSET, third), second), first), folded)));
          third = second;
          second = first;
          first = folded;
          if (length + 1 === SHORT_STEM) short = hash;
          if (length + 1 === STEM) stem = hash;
          if (length + 1 >= SHORTEST_KEY && length < LONGEST_KEY) meaning = classOf(hash) || meaning;
        }
        at++;
        unit = text.charCodeAt(at);
      } while (at < text.length && KIND_OF[unit] === LETTERS);
      const length = at - start;
      meaning = classOf(mix(hash, WHOLE)) || meaning || (length >= SHORTEST_THING ? THING : 0);
      see(hash, length > SHORT_STEM ? short : 0, length > STEM ? stem : hash, meaning, start, at);
      continue;
    }
    if (kind === UNSPACED) {
      let meaning = 0;
      let hash = 0;
      for (let from = Math.max(0, at - LONGEST_UNSPACED + 1); from <= at && meaning === 0; from++) {
        hash = OFFSET;
        for (let index = from; index <= at; index++) hash = step(hash, text.charCodeAt(index));
        meaning = classOf(mix(hash, UNSPACED));
      }
      const own = step(OFFSET, code);
      at++;
      see(own, 0, own, meaning, at - 1, at);
      continue;
    }
    if (kind === DIGITS) {
      const start = at;
      while (at < text.length && KIND_OF[text.charCodeAt(at)] === DIGITS) at++;
      see(DIGITS, 0, DIGITS, 0, start, at);
      continue;
    }
    at++;
    if (kind === BREAK) {
      if (onLine >= SHORT_LINE || text.charCodeAt(at) === 10) endSentence();
      onLine = 0;
    } else if (
      kind === SIGNS &&
      ENDS[code & 0xffff] === 1 &&
      (code > 127 || code === 59 || at >= text.length || !isWordUnit(text.charCodeAt(at)))
    )
      endSentence();
  }
  endSentence();
}

const isWordUnit = (code: number): boolean => {
  const kind = KIND_OF[code];
  return kind === LETTERS || kind === DIGITS;
};

const ENDS = new Uint8Array(0x10000);
for (const sign of ".!?;\u3002\u0964") ENDS[sign.charCodeAt(0)] = 1;
