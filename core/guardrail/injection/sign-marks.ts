/**
 * Marks of what is no plain prose in a normalised text, read unit by unit: signs of templates, addresses and codes, figures between letters, runs
 * that may be base64 or hexadecimal bytes, letters with blanks between them, Morse. Knows no words (signs.ts does).
 *
 * What it sees, as expressions (test/core/guardrail/sign-marks.test.ts compares): whatever breaks `PLAIN_PROSE`, and codes:
 * - `(?<![.-])[.-]{1,5} [.-]{1,5} [.-]{1,5} [.-]`
 * - `[a-z0-9+/_-]{20}` and `[0-9a-f ,:x]{16}`
 * - `(?<![a-z0-9])[a-z][ .*-]{1,3}[a-z][ .*-]{1,3}[a-z](?![a-z0-9])`
 */

/** What a whole normalised text consists of that has no mark but, perhaps, a code: most that is none shows it at once. */
export const PLAIN_PROSE = /^(?:[a-z \n'",.;:?()*/-]|!(?![a-z0-9])|(?<![a-z@])\d(?![a-z]))*$/;

/** Looks for marks in one text. */
export type Marks = {
  /** Whether a mark ends in the next unit. */
  read(code: number): boolean;
  /** Whether a mark ends in the last unit, if nothing more comes: a letter alone. */
  mayEnd(): boolean;
};

/** Long enough for base64 or hexadecimal bytes to say something. */
const LONG_RUN = 20;
const LONG_BYTES = 16;
const LETTERS = 3;
const MOST_BETWEEN = 3;
/** Of Morse: signs of a letter, and letters before the next sign. */
const MOST_SIGNS = 5;
const MORSE_LETTERS = 3;

/** What units are, as bits. */
const PROSE = 1;
const RUN = 2;
const BYTE = 4;
const BETWEEN = 8;
const LETTER = 16;
const DIGIT = 32;
const MORSE = 64;
const OF = new Uint8Array(128);
const mark = (units: string, bit: number): void => {
  for (const unit of units) {
    const code = unit.charCodeAt(0);
    OF[code] = (OF[code] ?? 0) | bit;
  }
};
const [SMALL, FIGURES] = ["abcdefghijklmnopqrstuvwxyz", "0123456789"];
mark(`${SMALL}${FIGURES} \n'",.;:?()*/-!`, PROSE);
mark(`${SMALL}${FIGURES}+/_-`, RUN);
mark(`${FIGURES}abcdef ,:x`, BYTE);
mark(" .*-", BETWEEN);
mark(SMALL, LETTER);
mark(FIGURES, DIGIT);
mark(".-", MORSE);

const BLANK = 32;
const EXCLAMATION = 33;
const AT = 64;

/** Begins a text. */
export function openMarks(): Marks {
  let last = 0;
  let [run, bytes] = [0, 0];
  /** Single letters that follow each other, the last unit or those between it and the next among them; 0: none. */
  let letters = 0;
  let between = 0;
  /** Signs of the letter in Morse that is being read, -1 where they are too many; letters before it. */
  let signs = 0;
  let morse = 0;

  /** Single letters: three with a few signs between them, the last one alone too. */
  const readLetters = (of: number): boolean => {
    if ((of & (LETTER | DIGIT)) !== 0) {
      const isAlone = ((OF[last] ?? 0) & (LETTER | DIGIT)) === 0;
      if ((of & LETTER) === 0 || !isAlone) letters = 0;
      else letters = between > 0 && between <= MOST_BETWEEN ? Math.min(letters + 1, LETTERS) : 1;
      between = 0;
      return false;
    }
    const isComplete = letters === LETTERS && between === 0;
    if ((of & BETWEEN) !== 0 && letters > 0) between++;
    else letters = between = 0;
    return isComplete;
  };

  const readMorse = (code: number, of: number): boolean => {
    if ((of & MORSE) !== 0) {
      if (signs === 0 && morse >= MORSE_LETTERS) return true;
      if (signs >= 0) signs = signs < MOST_SIGNS ? signs + 1 : -1;
    } else {
      morse = code === BLANK && signs > 0 ? Math.min(morse + 1, MORSE_LETTERS) : 0;
      signs = 0;
    }
    return false;
  };

  /** A figure behind a letter, a letter behind a figure, a letter or figure behind an exclamation mark. */
  const isOddPair = (of: number): boolean => {
    if ((of & (LETTER | DIGIT)) === 0) return false;
    const before = OF[last] ?? 0;
    if (last === EXCLAMATION) return true;
    return (of & DIGIT) !== 0 ? (before & LETTER) !== 0 || last === AT : (before & DIGIT) !== 0;
  };

  return {
    read(code) {
      const of = OF[code] ?? 0;
      run = (of & RUN) !== 0 ? run + 1 : 0;
      bytes = (of & BYTE) !== 0 ? bytes + 1 : 0;
      const isCoded = run >= LONG_RUN || bytes >= LONG_BYTES;
      const isMorse = readMorse(code, of);
      const isSpaced = readLetters(of);
      const isOdd = (of & PROSE) === 0 || isOddPair(of);
      last = code;
      return isCoded || isMorse || isSpaced || isOdd;
    },
    mayEnd: () => letters === LETTERS && between === 0,
  };
}
