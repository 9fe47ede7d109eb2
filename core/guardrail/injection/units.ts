/** What the units of a normalised text are: runs of one kind are words, numbers or clusters of signs. */

/** Part of no word: a blank, a capital. */
export const NO_WORD = 0;
/** Letters of scripts that part words by blanks. */
export const LETTERS = 1;
/** Characters of Chinese and its relatives. */
export const UNSPACED = 2;
/** Decimal digits of ASCII. */
export const DIGITS = 3;
/** Punctuation and other signs. */
export const SIGNS = 4;
/** The end of a line. */
export const BREAK = 5;
/** The kind of every UTF-16 unit. */
export const KIND_OF = kindsOfUnits();

function kindsOfUnits(): Uint8Array {
  const kinds = new Uint8Array(0x10000);
  const of = (kind: number, ...ranges: readonly (readonly [first: number, last: number])[]): void => {
    for (const [first, last] of ranges) kinds.fill(kind, first, last + 1);
  };
  of(LETTERS, [97, 122], [0xc0, 0x963], [0x966, 0x2e7f], [0xa000, 0xf8ff]);
  of(UNSPACED, [0x2e80, 0x3000], [0x3003, 0x9fff], [0xf900, 0xfaff]);
  of(DIGITS, [48, 57]);
  of(SIGNS, [33, 47], [58, 64], [91, 96], [123, 126], [0x3001, 0x3002], [0x964, 0x964], [0x6d4, 0x6d4]);
  of(BREAK, [10, 10]);
  return kinds;
}
