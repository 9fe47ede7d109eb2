/**
 * What the classifier looks at: words, pairs of words and four-letter pieces of words of a window of normalised text, hashed into
 * a table's indexes (the hashing trick). Training and recognition share this file, so that both see the same.
 */
const TABLE_BITS = 14;
/** Number of indexes that features are hashed into, and of weights in a table. */
export const TABLE_SIZE = 1 << TABLE_BITS;

/** Windows overlap by half. Long enough for a sentence with its neighbours, short enough that one sentence is not drowned. */
export type WindowSize = { readonly units: number; readonly step: number };
/** A stretch of a normalised text, in UTF-16 units; `end` is exclusive. */
export type TextWindow = { readonly start: number; readonly end: number };

const FNV_PRIME = 0x01000193;
const FNV_OFFSET = 0x811c9dc5;
const LONGEST_WORD = 24;
const PIECE = 4;

/** Overlapping windows that cover a text of `length` units. There is at least one, also for an empty text. */
export function windowsOf(length: number, { units, step }: WindowSize): TextWindow[] {
  const windows: TextWindow[] = [];
  for (let start = 0; start === 0 || start + step < length; start += step) windows.push({ start, end: Math.min(length, start + units) });
  return windows;
}

const WORD = /[a-z\u00c0-\uffff]+|\d+|[!?:<>[\]{}|#*=]/g;
/**
 * UUIDs (RFC 9562 section 4) and mail addresses are matched as a whole and left out: their letters say nothing of what a text asks
 * for. Bounded, and looked for only where there is an `@` or a UUID: a text without them costs no more.
 */
const NAME = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/.source;
const WORD_OR_NAME = new RegExp(`${NAME}|${WORD.source}`, "g");
const HAS_NAME = /@|[0-9a-f]-[0-9a-f]{4}-[0-9a-f]/;
const IS_NAME = /@|^[0-9a-f]{8}-/;

/** Every word of a normalised text: where it begins, and where its features begin in one flat list (one entry more than words). */
export type Tokens = { readonly starts: readonly number[]; readonly slots: readonly number[]; readonly firstSlot: readonly number[] };

/** The words of a normalised text and their hashed features. Linear in its length. UUIDs and mail addresses are left out. */
export function tokensOf(text: string): Tokens {
  const starts: number[] = [];
  const slots: number[] = [];
  const firstSlot: number[] = [];
  let before = 0;
  let beforeThat = 0;
  for (const { 0: raw, index } of text.matchAll(HAS_NAME.test(text) ? WORD_OR_NAME : WORD)) {
    if (IS_NAME.test(raw)) continue;
    const first = raw.charCodeAt(0);
    const word = first >= 48 && first <= 57 ? "0" : raw;
    const length = Math.min(word.length, LONGEST_WORD);
    const hash = hashOf(word, 0, length, FNV_OFFSET);
    starts.push(index);
    firstSlot.push(slots.length);
    slots.push(slot(hash), slot(mix(before, hash)), slot(mix(mix(beforeThat, 0x5bd1), hash)));
    if (length >= 5) for (let at = 0; at + PIECE <= length; at++) slots.push(slot(hashOf(word, at, at + PIECE, 0x9e3779b9)));
    beforeThat = before;
    before = hash;
  }
  firstSlot.push(slots.length);
  return { starts, slots, firstSlot };
}

/** Calls `see` with every distinct feature of the words that begin in a window; answers their number. One walker per text. */
export function featureWalker(tokens: Tokens): (window: TextWindow, see: (feature: number) => void) => number {
  // The number of the window that saw a feature last; 65,535 windows are more than the largest text has.
  const seenIn = new Uint16Array(TABLE_SIZE);
  let windowNumber = 1;
  let first = 0;
  return ({ start, end }, see) => {
    while (first < tokens.starts.length && (tokens.starts[first] ?? 0) < start) first++;
    let last = first;
    while (last < tokens.starts.length && (tokens.starts[last] ?? 0) < end) last++;
    let distinct = 0;
    for (let index = tokens.firstSlot[first] ?? 0; index < (tokens.firstSlot[last] ?? 0); index++) {
      const feature = tokens.slots[index] ?? 0;
      if (seenIn[feature] === windowNumber) continue;
      seenIn[feature] = windowNumber;
      distinct++;
      see(feature);
    }
    windowNumber++;
    return distinct;
  };
}

function hashOf(text: string, from: number, to: number, seed: number): number {
  let hash = seed;
  for (let index = from; index < to; index++) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}

const mix = (a: number, b: number): number => Math.imul((a << 5) ^ (a >>> 3) ^ b, FNV_PRIME) >>> 0;
/** The upper bits are the better mixed ones. */
const slot = (hash: number): number => Math.imul(hash, 0x85ebca6b) >>> (32 - TABLE_BITS);
