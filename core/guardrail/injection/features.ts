/**
 * What the classifier looks at in a window of normalised text, hashed into a table's indexes (the hashing trick): words and pairs of words, pieces of
 * words, what the words mean (concepts.ts) alone and together within a sentence, marks of templates and odd punctuation, and the patterns that match.
 * Training and recognition share this file, so that both see the same.
 */
import { conceptsAt, conceptsOf, conceptsWithin } from "./concepts.ts";
import { isUnspacedUnit } from "./dictionary.ts";
import { type RequestKind, requestReader } from "./requests.ts";
import { BREAK, DIGITS, KIND_OF, NO_WORD, SIGNS, UNSPACED } from "./units.ts";
import { WORD_BOOK } from "./word-book.ts";

const TABLE_BITS = 17;
/** Number of indexes that features are hashed into, and of weights in a table. */
export const TABLE_SIZE = 1 << TABLE_BITS;

/** Windows overlap by half. Long enough for a sentence with its neighbours, short enough that one sentence is not drowned. */
export type WindowSize = { readonly units: number; readonly step: number };
/** A stretch of a normalised text, in UTF-16 units; `end` is exclusive. */
export type TextWindow = { readonly start: number; readonly end: number };
/** Something that is seen at a place apart from its words, such as a pattern that matches there. */
export type Mark = { readonly start: number; readonly name: string };

const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;
const LONGEST_WORD = 24;
const PIECE = 4;
/** Concepts count together within a sentence, so many words apart at most, and with so many before them. */
const TOGETHER_WORDS = 9;
const TOGETHER_CONCEPTS = 5;
/** A sentence, a field or a line of at least so many units is a window of its own: an instruction in it is not drowned by what stands around it. */
const SHORTEST_FIELD = 16;

/** Overlapping windows that cover a text, and with `byField` those of its fields and lines. There is at least one, also for an empty text. */
export function windowsOf(text: string, { units, step }: WindowSize, byField: boolean): TextWindow[] {
  const windows: TextWindow[] = [];
  const slide = (from: number, to: number): void => {
    for (let start = from; start === from || start + step < to; start += step) windows.push({ start, end: Math.min(to, start + units) });
  };
  slide(0, text.length);
  if (!byField) return windows;
  let from = 0;
  const field = (to: number): void => {
    if (to - from >= SHORTEST_FIELD && to - from < text.length) slide(from, to);
  };
  for (const { 0: border, index } of text.matchAll(FIELD_BORDER)) {
    field(index);
    from = index + border.length;
  }
  field(text.length);
  return windows;
}
/** Where a sentence, a string of JSON (or of what prints like it), a line, a cell of a table or an element begins or ends. */
const FIELD_BORDER = /(?<=[.!?]) (?=[a-z])|[\u3002\u0964]|\n|\\n|["'] ?[,:}\]] ?|[{[,:] ?["']| \| |<\/?[a-z][a-z0-9]{0,9}>/g;

/**
 * UUIDs (RFC 9562 section 4) and mail addresses are matched as a whole and left out: their letters say nothing of what a text asks
 * for. Bounded, and looked for only where there is an `@` or a UUID: a text without them costs no more.
 */
const NAME = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/y;
const NAME_UNITS = Uint8Array.from({ length: 128 }, (_, code) => (/[\w.%+-]/.test(String.fromCharCode(code)) ? 1 : 0));
const HAS_NAME = /@|[0-9a-f]-[0-9a-f]{4}-[0-9a-f]/;
/** Signs with an `@` among them count as one, too. */
const LIKE_NAME = /^[^@]+@[^@]/;
const MOST_LOCAL_UNITS = 64;
const UUID_UNITS = 8;
/** The end of a sentence; or where a value of JSON, a cell of a table or an element begins or ends: what stands in it is a sentence of its own. */
const ENDS_SENTENCE = /[.!?\u3002\u0964]|["'][,:}\]]|[{[,:]["']|\||[<>]/;
/** Clusters of signs that prose and data have all the time. */
const COMMON_SIGNS =
  /^(?:[.,;:!?]+["')\]}]{0,2}|["'()[\]{},:]{1,4}|["')\]}]{1,3}[.,;:!?]{0,2}|--+|\.\.+|\/\/|:\/\/|[$#]+|->|=>|<=|>=|==+)$/;
/** Borders that are drawn: rules, fences, tags of templates. */
const DRAWN = /[-=_*#~+`'"]{3,}|<[|</]|[|>/]>|\[\/|\{\{|\]\]|\[\[/;
/** A word with this many consonants in a row is taken for an id. */
const MANY_CONSONANTS = 5;
const IS_CONSONANT = Uint8Array.from({ length: 128 }, (_, code) => (/[bcdfghjklmnpqrstvwxz]/.test(String.fromCharCode(code)) ? 1 : 0));

/**
 * Every word of a normalised text: where it begins, and where its features begin in one flat list (one entry more than words). The lists are overwritten by
 * the next call.
 */
export type Tokens = { readonly starts: Int32Array; readonly slots: Int32Array; readonly firstSlot: Int32Array };

/** Room for the words of a text and for their features; it grows to what the longest text needs. */
let startsRoom = new Int32Array(1 << 10);
let firstSlotRoom = new Int32Array(1 << 10);
let slotsRoom = new Int32Array(1 << 13);
/** For each feature, where the same one stands before it. */
let beforeRoom = new Int32Array(1 << 13);

function twice(room: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(room.length * 2);
  more.set(room);
  return more;
}

/** The words of a normalised text and their hashed features. Linear in its length. UUIDs and mail addresses are left out. `marks` in the order of their places. */
export function tokensOf(text: string, marks: readonly Mark[] = []): Tokens {
  let words = 0;
  let slots = 0;
  let before = 0;
  let beforeThat = 0;
  let inSentence = 0;
  let nextMark = 0;
  /** Concepts of the sentence, and the places of their words in it. */
  const together: number[] = [];
  const togetherAt: number[] = [];

  const add = (feature: number): void => {
    if (slots === slotsRoom.length) slotsRoom = twice(slotsRoom);
    slotsRoom[slots++] = feature;
  };
  const see = (concept: number, at: number): void => {
    add(named(CONCEPT, concept));
    if (at <= 1) add(named(OPENING, concept));
    let last = -1;
    for (let index = together.length - 1; index >= Math.max(0, together.length - TOGETHER_CONCEPTS); index--) {
      const other = together[index] ?? 0;
      const apart = at - (togetherAt[index] ?? 0);
      if (apart > TOGETHER_WORDS) break;
      if (apart === 0) continue;
      if (apart <= 2) add(named(BESIDE, other * 64 + concept));
      if (other === concept) continue;
      add(named(PAIR, other < concept ? other * 64 + concept : concept * 64 + other));
      if (last >= 0 && last !== concept && last !== other) add(named(TRIPLE, sorted(last, other, concept)));
      last = other;
    }
  };
  const remember = (found: readonly number[], at: number): void => {
    for (let index = 0; index < found.length; index++) see(found[index] ?? 0, at);
    for (let index = 0; index < found.length; index++) {
      together.push(found[index] ?? 0);
      togetherAt.push(at);
    }
  };
  const requests = requestReader((kind, value) => add(named(REQUESTS[kind], value)));
  const endSentence = (): void => {
    inSentence = 0;
    together.length = 0;
    togetherAt.length = 0;
    requests.end();
  };

  const hasNames = HAS_NAME.test(text);
  /** Where the next `@` is, at or behind the place that is read. */
  let nextAt = -1;
  /** Where a name that begins here ends; 0 where none does. */
  const endOfName = (index: number): number => {
    if (NAME_UNITS[text.charCodeAt(index)] !== 1) return 0;
    if (nextAt < index) nextAt = text.indexOf("@", index);
    if (nextAt < 0) nextAt = Number.POSITIVE_INFINITY;
    if (nextAt - index > MOST_LOCAL_UNITS && text.charCodeAt(index + UUID_UNITS) !== HYPHEN) return 0;
    NAME.lastIndex = index;
    return NAME.test(text) ? NAME.lastIndex : 0;
  };

  for (let at = 0; at < text.length; ) {
    const index = at;
    const kind = KIND_OF[text.charCodeAt(index)];
    const nameEnd = hasNames ? endOfName(index) : 0;
    if (nameEnd === 0 && (kind === NO_WORD || kind === BREAK)) {
      at++;
      if (kind === BREAK) endSentence();
      continue;
    }
    if (nameEnd > 0) at = nameEnd;
    else
      do at++;
      while (at < text.length && KIND_OF[text.charCodeAt(at)] === kind);
    if (words + 1 === firstSlotRoom.length) {
      startsRoom = twice(startsRoom);
      firstSlotRoom = twice(firstSlotRoom);
    }
    startsRoom[words] = index;
    firstSlotRoom[words++] = slots;
    for (let mark = marks[nextMark]; mark !== undefined && mark.start <= index; mark = marks[++nextMark]) {
      add(slot(hashOf(mark.name, 0, mark.name.length, MARK)));
    }
    if (nameEnd > 0 || (hasNames && kind === SIGNS && at - index > 3 && LIKE_NAME.test(text.slice(index, at)))) {
      add(named(SHAPE, 0));
      requests.name();
      continue;
    }
    if (kind === SIGNS) {
      const isOne = at - index === 1;
      const code = text.charCodeAt(index);
      const raw = isOne && code < 128 ? (ONE_SIGN[code] ?? "") : text.slice(index, at);
      if (!isOne && !COMMON_SIGNS.test(raw)) add(named(SHAPE, 1));
      if (!isOne && DRAWN.test(raw)) add(named(SHAPE, 2));
      const length = Math.min(raw.length, 4);
      const hash = hashOf(raw, 0, length, SIGN);
      add(slot(hash));
      add(slot(mix(before, hash)));
      beforeThat = before;
      before = hash;
      if (isOne && code < 128 ? ONE_ENDS_SENTENCE[code] === 1 : ENDS_SENTENCE.test(raw)) endSentence();
      else requests.sign(raw);
      continue;
    }
    if (kind === UNSPACED) {
      const raw = text.slice(index, at);
      for (let unit = 0; unit < raw.length; unit++) {
        add(slot(hashOf(raw, unit, unit + 2, CHARACTERS)));
        if (unit + 3 <= raw.length) add(slot(hashOf(raw, unit, unit + 3, CHARACTERS)));
      }
      requests.run(raw);
      for (const { at: place, found } of conceptsWithin(raw)) remember(found, inSentence + (place >> 1));
      inSentence += raw.length >> 1;
      before = beforeThat = 0;
      continue;
    }
    const end = Math.min(at, index + LONGEST_WORD);
    const hash = kind === DIGITS ? NUMBER_HASH : hashOf(text, index, end, FNV_OFFSET);
    add(slot(hash));
    add(slot(mix(before, hash)));
    add(slot(mix(mix(beforeThat, 0x5bd1), hash)));
    if (inSentence === 0) add(slot(mix(hash, OPENING)));
    if (kind === DIGITS) {
      remember(conceptsOf(NUMBER), inSentence);
      requests.figure();
    } else {
      if (end - index >= 5) for (let piece = index; piece + PIECE <= end; piece++) add(slot(hashOf(text, piece, piece + PIECE, PIECES)));
      if (end - index >= 6 && hasConsonants(text, index, at)) add(named(SHAPE, 3));
      const entry = WORD_BOOK.entryIn(text, index, at);
      remember(conceptsAt(entry), inSentence);
      if (isUnspacedUnit(text.charCodeAt(index))) requests.run(text.slice(index, at));
      else requests.word(entry, at - index);
    }
    inSentence += 1;
    beforeThat = before;
    before = hash;
  }
  firstSlotRoom[words] = slots;
  return { starts: startsRoom.subarray(0, words), slots: slotsRoom.subarray(0, slots), firstSlot: firstSlotRoom.subarray(0, words + 1) };
}

/** Whether a stretch of a text has many consonants in a row. */
function hasConsonants(text: string, start: number, end: number): boolean {
  let row = 0;
  for (let at = start; at < end; at++) {
    row = IS_CONSONANT[text.charCodeAt(at)] === 1 ? row + 1 : 0;
    if (row === MANY_CONSONANTS) return true;
  }
  return false;
}

const HYPHEN = 45;
/** Signs of ASCII as texts, and which of them end a sentence alone. */
const ONE_SIGN = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
const ONE_ENDS_SENTENCE = Uint8Array.from(ONE_SIGN, (sign) => (ENDS_SENTENCE.test(sign) ? 1 : 0));

function sorted(a: number, b: number, c: number): number {
  const low = Math.min(a, b, c);
  const high = Math.max(a, b, c);
  return (low * 64 + (a + b + c - low - high)) * 64 + high;
}

/** Seeds that keep the kinds of features apart. */
const PIECES = 0x9e3779b9;
const CHARACTERS = 0x7f4a7c15;
const SIGN = 0x1b873593;
const MARK = 0xcc9e2d51;
const CONCEPT = 0x38b34ae5;
const OPENING = 0xa1e38b93;
const BESIDE = 0x52dce729;
const PAIR = 0x0bcaa747;
const TRIPLE = 0x96cd1c35;
const SHAPE = 0x561ccd1b;
const REQUESTS: { readonly [K in RequestKind]: number } = {
  verb_first: 0x2545f491,
  verb_begins: 0x6c8e9cf5,
  lead: 0x31415927,
  told_with: 0x4cf5ad43,
  told_whose: 0x7ed55d16,
  followed_by: 0x165667b1,
  together: 0x5f356495,
  meaning: 0x3c6ef372,
};

/** Calls `see` with every distinct feature of the words that begin in a window; answers their number. */
export function featureWalker({ starts, slots, firstSlot }: Tokens): (window: TextWindow, see: (feature: number) => void) => number {
  const before = occurrencesBefore(slots);
  return ({ start, end }, see) => {
    const from = firstSlot[firstFrom(starts, start)] ?? 0;
    const to = firstSlot[firstFrom(starts, end)] ?? 0;
    let distinct = 0;
    for (let index = from; index < to; index++) {
      if ((before[index] ?? -1) >= from) continue;
      distinct++;
      see(slots[index] ?? 0);
    }
    return distinct;
  };
}

/** The sum of the weights of every distinct feature of the words that begin in a window, and their number. */
export type Weighed = { sum: number; distinct: number };

/** Weighs windows by a table of weights, as `featureWalker` walks over them. What it answers is overwritten by the next window. */
export function featureWeigher({ starts, slots, firstSlot }: Tokens, table: Int8Array): (window: TextWindow) => Readonly<Weighed> {
  const before = occurrencesBefore(slots);
  const weighed: Weighed = { sum: 0, distinct: 0 };
  return ({ start, end }) => {
    const from = firstSlot[firstFrom(starts, start)] ?? 0;
    const to = firstSlot[firstFrom(starts, end)] ?? 0;
    let sum = 0;
    let distinct = 0;
    for (let index = from; index < to; index++) {
      if ((before[index] ?? -1) >= from) continue;
      distinct++;
      sum += table[slots[index] ?? 0] ?? 0;
    }
    weighed.sum = sum;
    weighed.distinct = distinct;
    return weighed;
  };
}

/**
 * For each place in a list of indexes, the last place before it with the same one; -1 for none. One table for all lists: what an earlier list left there
 * is below `base`, and stands for nothing.
 */
function occurrencesBefore(slots: Int32Array): Int32Array {
  while (beforeRoom.length < slots.length) beforeRoom = new Int32Array(beforeRoom.length * 2);
  const before = beforeRoom;
  if (base > MOST_PLACES) {
    LAST_PLACES.fill(0);
    base = 1;
  }
  for (let index = 0; index < slots.length; index++) {
    const feature = slots[index] ?? 0;
    before[index] = Math.max(-1, (LAST_PLACES[feature] ?? 0) - base);
    LAST_PLACES[feature] = base + index;
  }
  base += slots.length;
  return before;
}
const LAST_PLACES = new Int32Array(TABLE_SIZE);
let base = 1;
/** Far from where a place no longer fits: no list is as long as what is left. */
const MOST_PLACES = 1 << 30;

/** The first index of a rising list whose value is at least `least`. */
export function firstFrom(rising: ArrayLike<number>, least: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function hashOf(text: string, from: number, to: number, seed: number): number {
  let hash = seed;
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}

/** What all numbers are read as. */
const NUMBER = "0";
const NUMBER_HASH = hashOf(NUMBER, 0, NUMBER.length, FNV_OFFSET);

const mix = (a: number, b: number): number => Math.imul((a << 5) ^ (a >>> 3) ^ b, FNV_PRIME) >>> 0;
/** The upper bits are the better mixed ones. */
const slot = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - TABLE_BITS);
const named = (kind: number, value: number): number => slot(Math.imul(kind ^ Math.imul(value + 1, 0x27d4eb2f), FNV_PRIME) >>> 0);
