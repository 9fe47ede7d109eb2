/**
 * What the classifier looks at in a window of normalised text, hashed into a table's indexes (the hashing trick): words and pairs of words, pieces of
 * words, what the words mean (concepts.ts) alone and together within a sentence, marks of templates and odd punctuation, and the patterns that match.
 * Training and recognition share this file, so that both see the same.
 */
import { conceptsOf, conceptsWithin } from "./concepts.ts";
import { type RequestKind, requestReader } from "./requests.ts";
import { BREAK, DIGITS, KIND_OF, NO_WORD, SIGNS, UNSPACED } from "./units.ts";

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
const CONSONANTS = /[bcdfghjklmnpqrstvwxz]{5}/;

/** Every word of a normalised text: where it begins, and where its features begin in one flat list (one entry more than words). */
export type Tokens = { readonly starts: readonly number[]; readonly slots: readonly number[]; readonly firstSlot: readonly number[] };

/** The words of a normalised text and their hashed features. Linear in its length. UUIDs and mail addresses are left out. `marks` in the order of their places. */
export function tokensOf(text: string, marks: readonly Mark[] = []): Tokens {
  const starts: number[] = [];
  const slots: number[] = [];
  const firstSlot: number[] = [];
  let before = 0;
  let beforeThat = 0;
  let inSentence = 0;
  let nextMark = 0;
  const together: { concept: number; at: number }[] = [];

  const see = (concept: number, at: number): void => {
    slots.push(named(CONCEPT, concept));
    if (at <= 1) slots.push(named(OPENING, concept));
    let last = -1;
    for (let index = together.length - 1; index >= Math.max(0, together.length - TOGETHER_CONCEPTS); index--) {
      const other = together[index];
      if (other === undefined || at - other.at > TOGETHER_WORDS) break;
      if (other.at === at) continue;
      if (at - other.at <= 2) slots.push(named(BESIDE, other.concept * 64 + concept));
      if (other.concept === concept) continue;
      const pair = other.concept < concept ? other.concept * 64 + concept : concept * 64 + other.concept;
      slots.push(named(PAIR, pair));
      if (last >= 0 && last !== concept && last !== other.concept) slots.push(named(TRIPLE, sorted(last, other.concept, concept)));
      last = other.concept;
    }
  };
  const remember = (found: readonly number[], at: number): void => {
    for (const concept of found) see(concept, at);
    for (const concept of found) together.push({ concept, at });
  };
  const requests = requestReader((kind, value) => slots.push(named(REQUESTS[kind], value)));
  const endSentence = (): void => {
    inSentence = 0;
    together.length = 0;
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
    starts.push(index);
    firstSlot.push(slots.length);
    for (let mark = marks[nextMark]; mark !== undefined && mark.start <= index; mark = marks[++nextMark]) {
      slots.push(slot(hashOf(mark.name, 0, mark.name.length, MARK)));
    }
    if (nameEnd > 0 || (hasNames && kind === SIGNS && at - index > 3 && LIKE_NAME.test(text.slice(index, at)))) {
      slots.push(named(SHAPE, 0));
      requests.word(text.slice(index, at), true);
      continue;
    }
    if (kind === SIGNS) {
      const isOne = at - index === 1;
      const code = text.charCodeAt(index);
      const raw = isOne && code < 128 ? (ONE_SIGN[code] ?? "") : text.slice(index, at);
      if (!isOne && !COMMON_SIGNS.test(raw)) slots.push(named(SHAPE, 1));
      if (!isOne && DRAWN.test(raw)) slots.push(named(SHAPE, 2));
      const length = Math.min(raw.length, 4);
      const hash = hashOf(raw, 0, length, SIGN);
      slots.push(slot(hash), slot(mix(before, hash)));
      beforeThat = before;
      before = hash;
      if (isOne && code < 128 ? ONE_ENDS_SENTENCE[code] === 1 : ENDS_SENTENCE.test(raw)) endSentence();
      else requests.sign(raw);
      continue;
    }
    const raw = text.slice(index, at);
    if (kind === UNSPACED) {
      for (let unit = 0; unit < raw.length; unit++) {
        slots.push(slot(hashOf(raw, unit, unit + 2, CHARACTERS)));
        if (unit + 3 <= raw.length) slots.push(slot(hashOf(raw, unit, unit + 3, CHARACTERS)));
      }
      requests.word(raw, false);
      for (const { at: place, found } of conceptsWithin(raw)) remember(found, inSentence + (place >> 1));
      inSentence += raw.length >> 1;
      before = beforeThat = 0;
      continue;
    }
    const word = kind === DIGITS ? "0" : raw;
    const length = Math.min(word.length, LONGEST_WORD);
    const hash = hashOf(word, 0, length, FNV_OFFSET);
    slots.push(slot(hash), slot(mix(before, hash)), slot(mix(mix(beforeThat, 0x5bd1), hash)));
    if (inSentence === 0) slots.push(slot(mix(hash, OPENING)));
    if (length >= 5) for (let piece = 0; piece + PIECE <= length; piece++) slots.push(slot(hashOf(word, piece, piece + PIECE, PIECES)));
    if (length >= 6 && CONSONANTS.test(word)) slots.push(named(SHAPE, 3));
    remember(conceptsOf(word), inSentence);
    requests.word(raw, false);
    inSentence += 1;
    beforeThat = before;
    before = hash;
  }
  firstSlot.push(slots.length);
  return { starts, slots, firstSlot };
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

/**
 * For each place in a list of indexes, the last place before it with the same one; -1 for none. One table for all lists: what an earlier list left there
 * is below `base`, and stands for nothing.
 */
function occurrencesBefore(slots: readonly number[]): Int32Array {
  const before = new Int32Array(slots.length);
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
export function firstFrom(rising: readonly number[], least: number): number {
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

const mix = (a: number, b: number): number => Math.imul((a << 5) ^ (a >>> 3) ^ b, FNV_PRIME) >>> 0;
/** The upper bits are the better mixed ones. */
const slot = (hash: number): number => Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) >>> (32 - TABLE_BITS);
const named = (kind: number, value: number): number => slot(Math.imul(kind ^ Math.imul(value + 1, 0x27d4eb2f), FNV_PRIME) >>> 0);
