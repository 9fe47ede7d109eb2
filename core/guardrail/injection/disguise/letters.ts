/** Letters written as figures, and letters with one and the same sign between them. */
import type { Disguised } from "./reading.ts";

const FIGURES: { readonly [figure: string]: string } = {
  0: "o",
  3: "e",
  4: "a",
  5: "s",
  7: "t",
  8: "b",
  9: "g",
  "@": "a",
  $: "s",
  "\u20ac": "e",
  "+": "t",
  "(": "c",
};
/** Figures that stand for two letters: the text is read both ways. */
const AMBIGUOUS = /[1!|]/;
/** One of them within a word: elsewhere both readings say the same. */
const AMBIGUOUS_FIGURE = /[a-z][1!|]|[1!|][a-z]/;
const SHORTEST_MIXED = 3;
/** A figure inside a word, or a word that begins with one. */
const LOOKS_MIXED = /[a-z][013457@$!|+\u20ac][a-z0-9]|(?<![a-z0-9])[013457@$][a-z]/;
const FIGURE_IN_WORD = /[a-z][013457@$!|+(\u20ac89]{1,3}[a-z]|^[013457@$|89][a-z]{2}/;

/** Figures and signs for letters; where they stand for two letters, both readings. `text` is normalised; `codes` hide nothing. */
export function* figuresForLetters(text: string, codes: ReadonlySet<string>): Generator<Disguised> {
  if (!LOOKS_MIXED.test(text)) return;
  let changed = 0;
  let hidden = 0;
  const half = withMixedWords(text, (word, index) => {
    if (!FIGURE_IN_WORD.test(word) || LITERAL.test(word)) return word;
    changed++;
    const read = inLetters(word);
    if (READS_AS_WORD.test(read) && !HANDLE.test(word) && !HEXADECIMAL.test(word) && !isAddress(text, word, index) && !codes.has(word))
      hidden++;
    return read;
  });
  if (changed < 2) return;
  const kind = hidden >= MANY_FIGURES && hidden / (text.match(/[a-z0-9@$!|+\u20ac]{2,}/g)?.length ?? 1) > 0.15 ? "figures" : "leet";
  // Who writes so writes every word so: figures at the ends of words, too.
  const read =
    kind === "figures" ? half.replace(MIXED_ENDS, (word) => (codes.has(word) || HEXADECIMAL.test(word) ? word : inLetters(word))) : half;
  const letters = AMBIGUOUS_FIGURE.test(read) ? ["i", "l"] : ["i"];
  const parts = read.split(AMBIGUOUS);
  for (const letter of letters) yield { text: parts.join(letter), start: 0, end: text.length, kind };
}

/** What a word may be mixed of, as bits: letters, and figures or signs that may stand for them. */
const LETTER = 1;
const FIGURE = 2;
const OTHER = 4;
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const unit = String.fromCharCode(code);
  return /[a-z]/.test(unit) ? LETTER : /[013457@$!|+(89]/.test(unit) ? FIGURE : /[26]/.test(unit) ? OTHER : 0;
});
const EURO = 0x20ac;

/** The text with every word of three units or more that has letters and figures replaced by what `read` makes of it. */
function withMixedWords(text: string, read: (word: string, index: number) => string): string {
  const parts: string[] = [];
  let written = 0;
  let start = 0;
  let kinds = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    const kind = code < 128 ? (KINDS[code] ?? 0) : code === EURO ? FIGURE : 0;
    if (kind !== 0) {
      kinds |= kind;
      continue;
    }
    if ((kinds & LETTER) !== 0 && (kinds & FIGURE) !== 0 && at - start >= SHORTEST_MIXED) {
      parts.push(text.slice(written, start), read(text.slice(start, at), start));
      written = at;
    }
    start = at + 1;
    kinds = 0;
  }
  return written === 0 ? text : parts.join("") + text.slice(written);
}

function inLetters(word: string): string {
  let read = "";
  for (const unit of word) read += FIGURES[unit] ?? unit;
  return read;
}
/** Words of letters and figures of which few are figures, and short ones. */
const MIXED_ENDS = /(?<![a-z0-9@$])(?=[a-z0-9]{0,24}[a-z])(?=[a-z0-9]{0,24}[0-9])[a-z0-9]{2,24}(?![a-z0-9@$])/g;

/** At least this many words with digits inside, and more than a seventh of all words, are no accident. */
const MANY_FIGURES = 4;
/** Letters throughout, with a vowel, and never five consonants in a row: ids and hashes seldom read so. */
const READS_AS_WORD = /^(?=.*[aeiouy1!|])(?!.*[b-df-hj-np-tv-xz]{5})[a-z1!|]+$/;
const HEXADECIMAL = /^(?:0x)?[0-9a-f]+$/;
const LITERAL = /^0x[0-9a-f]+$/;
/** `@name` is somebody, `$name` a share or a variable; shorter ones may be words. */
const HANDLE = /^[@$][a-z0-9]{4}/;

/** `name@host.tld` is how mail addresses are written, not how letters are hidden. */
const BEGINS_ADDRESS = /^[a-z0-9!$|+]+@[a-z0-9]+$/;
const DOMAIN_GOES_ON = /^(?:-[a-z0-9-]+)?(?:\.[a-z0-9-]+)*\.[a-z]{2}/;
const LONGEST_DOMAIN = 253;

function isAddress(text: string, word: string, index: number): boolean {
  if (!BEGINS_ADDRESS.test(word)) return false;
  const after = index + word.length;
  return DOMAIN_GOES_ON.test(text.slice(after, after + LONGEST_DOMAIN));
}

/** Five or more single letters with one and the same separator between them. */
const SPACED = /(?<![a-z0-9])[a-z](?:([ ._*-])[a-z])(?:\1{1,3}[a-z]){3,400}(?![a-z0-9])/g;

/** Single letters with one separator between them, and the separator twice or more between words. */
export function spacedOut(text: string): Disguised | null {
  let changed = false;
  const read = text.replace(SPACED, (run, separator: string) => {
    changed = true;
    return run
      .split(separator.repeat(2))
      .map((word) => word.replaceAll(separator, ""))
      .join(" ");
  });
  return changed ? { text: read, start: 0, end: text.length, kind: "spaced" } : null;
}
