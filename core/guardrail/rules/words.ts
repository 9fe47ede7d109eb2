/**
 * A text as its words, for rules that compare words: compatibility forms and case are folded, marks and invisible characters are left out, and
 * each word knows its place in the text. Pure, linear.
 */
export type Word = { readonly text: string; readonly start: number; readonly end: number };

/** Letters and digits with the marks on them; CJK ideographs, kana and Thai letters are words of one character, since nothing parts them. */
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}][\p{M}\p{Cf}\uff9e\uff9f]*|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}](?:[\p{M}\p{Cf}]|['\u2019](?=\p{L}))*)+/gu;
const DROPPED = /[\p{Cf}\p{Variation_Selector}'\u2019\u02bc]/gu;
const MARKED = /(\P{M}?)(\p{M}+)/gu;
/**
 * Letters whose marks are left out: accents, and the vowel points that Arabic and Hebrew are mostly written without. Elsewhere a mark is a letter of its
 * own: `バ` is not `ハ`, `दान` is not `दिन`.
 */
const UNMARKED = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]|\P{L}/u;

/** One word as it is compared: `Größe` → `grosse`, `ＡＢＣ` → `abc`. */
export const foldedWord = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(DROPPED, "")
    .replace(MARKED, (whole, base: string, marks: string) =>
      (base === "" ? /\p{Script=Inherited}/u.test(marks) : UNMARKED.test(base)) ? base : whole,
    )
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ς", "σ")
    .normalize("NFKC");

/** A French, Italian or Catalan word that lost its vowel before the next one's: `l'eau`, `dell'ordine`. */
const ELISION =
  /^(?:l|d|qu|n|s|j|c|m|t|o|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|un|gl|all|dall|dell|nell|sull|coll|quest|quell|bell|sant|tutt)['\u2019\u02bc](?=\p{L}{2})/iu;

/** A word as it is written, without the elided one before it. */
export const withoutElision = (written: string): string => written.replace(ELISION, "");

/** The words of a text, in order. */
export const wordsOf = (text: string): Word[] =>
  Array.from(text.matchAll(WORD), (match) => ({
    text: foldedWord(match[0]),
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
