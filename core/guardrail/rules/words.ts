/**
 * A text as its words, for rules that compare words: compatibility forms and case are folded, marks and invisible characters are left out, and
 * each word knows its place in the text. Pure, linear.
 */
export type Word = { readonly text: string; readonly start: number; readonly end: number };

/** Letters and digits with the marks on them; CJK ideographs and kana are words of one character, since nothing parts them. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}](?:[\p{M}\p{Cf}]|['\u2019](?=\p{L}))*)+/gu;
const DROPPED = /[\p{M}\p{Cf}'\u2019]/gu;

/** One word as it is compared: `Größe` → `grosse`, `ＡＢＣ` → `abc`. */
const folded = (text: string): string =>
  text.normalize("NFKD").replace(DROPPED, "").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ").normalize("NFKC");

/** The words of a text, in order. */
export const wordsOf = (text: string): Word[] =>
  Array.from(text.matchAll(WORD), (match) => ({
    text: folded(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  })).filter((word) => word.text !== "");

/** Endings of inflected forms, longest first: English, and what German, French, Spanish, Italian and Portuguese add most. */
const ENDINGS = [
  "ically",
  "ments",
  "ings",
  "ical",
  "ment",
  "ies",
  "ing",
  "ern",
  "es",
  "ed",
  "en",
  "er",
  "em",
  "ly",
  "s",
  "e",
  "y",
  "n",
  "o",
  "a",
];
const SHORTEST_STEM = 4;
/** A longer row of letters is no word that has forms. */
const LONGEST_WORD = 40;

/** The stem of a folded word: forms of one word have one stem, and short words are their own. `refunds`, `refunding` → `refund`. */
export function stemOf(word: string): string {
  if (word.length > LONGEST_WORD) return word;
  const ending = ENDINGS.find((one) => word.length - one.length >= SHORTEST_STEM && word.endsWith(one));
  // Until nothing more comes off: `elections` and `election` end in the same stem.
  return ending === undefined ? word : stemOf(word.slice(0, -ending.length));
}

/** Where a row of words occurs among the words of a text: from word to word, without overlap. Linear. */
export function occurrences(words: readonly Word[], phrase: readonly string[], as: (word: string) => string = (word) => word): Word[] {
  const found: Word[] = [];
  if (phrase.length === 0) return found;
  const failure = failures(phrase);
  let matched = 0;
  for (const [at, word] of words.entries()) {
    const text = as(word.text);
    while (matched > 0 && text !== phrase[matched]) matched = failure[matched - 1] ?? 0;
    if (text === phrase[matched]) matched++;
    if (matched < phrase.length) continue;
    found.push({ text: "", start: words[at - phrase.length + 1]?.start ?? 0, end: word.end });
    matched = 0;
  }
  return found;
}

/** Knuth, Morris, Pratt: how much of the phrase is still matched after a word that does not fit. */
function failures(phrase: readonly string[]): number[] {
  const table = [0];
  let matched = 0;
  for (let at = 1; at < phrase.length; at++) {
    while (matched > 0 && phrase[at] !== phrase[matched]) matched = table[matched - 1] ?? 0;
    if (phrase[at] === phrase[matched]) matched++;
    table.push(matched);
  }
  return table;
}
