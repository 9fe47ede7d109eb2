/**
 * Words of a text in one form each for the recognition of content: short forms written out, letters for the figures and signs that stand for
 * them, endings taken off. Rough on purpose: the lexicon is read in the same way, so both sides err alike.
 */

/** `stem` is what words are compared by, `whole` what was written; both are empty where a sentence ends. */
export type Word = { readonly whole: string; readonly stem: string };

const LONGEST_WORD = 24;
const WORD = /[a-z\u00c0-\uffff](?:[a-z\u00c0-\uffff]|[013457@$*]+(?=[a-z]))*(?:['-][a-z]+)*|\d+|[.!?\n]/g;
const DISGUISED = /[013457@$]/g;
const LETTERS: { readonly [sign: string]: string } = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", $: "s" };

const SHORT = new Map<string, string>(
  Object.entries({
    "i am": "i'm im",
    "i will": "i'll",
    "i have": "i've ive",
    "i would": "i'd",
    "do not": "don't dont",
    "does not": "doesn't doesnt",
    "did not": "didn't didnt",
    "can not": "can't cant cannot",
    "will not": "won't wont",
    "is not": "isn't isnt ain't aint",
    "are not": "aren't arent",
    "was not": "wasn't wasnt",
    "were not": "weren't",
    "have not": "haven't havent",
    "has not": "hasn't",
    "should not": "shouldn't shouldnt",
    "would not": "wouldn't wouldnt",
    "could not": "couldn't couldnt",
    "must not": "mustn't",
    "what is": "what's whats",
    "who is": "who's",
    "that is": "that's thats",
    "it is": "it's",
    "he is": "he's",
    "she is": "she's",
    "there is": "there's",
    "they are": "they're theyre",
    "they will": "they'll",
    "they have": "they've",
    "you are": "you're youre",
    "you will": "you'll",
    "you have": "you've",
    "we are": "we're",
    "we will": "we'll",
    "we have": "we've",
    "let us": "let's lets",
    "want to": "wanna",
    "going to": "gonna",
    "have to": "hafta",
    "got to": "gotta",
    you: "u ya",
    your: "ur",
    are: "r",
    people: "ppl peeps",
    because: "cuz coz",
    them: "em",
    the: "da teh",
    kill: "kil",
    fuck: "fuk fck phuck",
    fucking: "fuckin fking",
    neighbor: "neighbour",
    neighbors: "neighbours",
    color: "colour",
    organized: "organised",
  }).flatMap(([long, shorts]) => shorts.split(" ").map((short) => [short, long] as const)),
);

/** Where a sentence ends. */
export const END: Word = { whole: "", stem: "" };

/** The words of a normalised text in their order, sentence ends among them. Linear in its length. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const raw of text.match(WORD) ?? []) {
    if (raw.length === 1 && raw < "0") {
      words.push(END);
      continue;
    }
    const plain = plainOf(raw.length > LONGEST_WORD ? raw.slice(0, LONGEST_WORD) : raw);
    const long = SHORT.get(plain);
    if (long === undefined) words.push({ whole: plain, stem: stemOf(plain) });
    else for (const part of long.split(" ")) words.push({ whole: part, stem: stemOf(part) });
  }
  return words;
}

function plainOf(raw: string): string {
  if (!ODD.test(raw) || (raw < ":" && raw >= "0")) return raw;
  return raw.replaceAll("\u2019", "'").replace(DISGUISED, (sign) => LETTERS[sign] ?? sign);
}
const ODD = /[^a-z'-]/;

const VOWEL = /[aeiouy]/;

/** A word without its ending: `stabbing` and `stabs` are `stab`, `bullies` is `bulli` as `bully` is. */
export function stemOf(word: string): string {
  if (word.length <= 3) return word;
  let stem = word;
  if (stem.endsWith("'s")) stem = stem.slice(0, -2);
  if (stem.endsWith("ies") && stem.length > 4) return `${stem.slice(0, -3)}i`;
  if (stem.endsWith("sses") || stem.endsWith("ches") || stem.endsWith("shes") || stem.endsWith("xes")) stem = stem.slice(0, -2);
  else if (stem.endsWith("s") && !/(?:ss|us|is)$/.test(stem)) stem = stem.slice(0, -1);
  if (stem.length > 4) {
    const cut = stem.endsWith("ing") ? 3 : stem.endsWith("ed") ? 2 : 0;
    const rest = stem.slice(0, stem.length - cut);
    if (cut > 0 && rest.length >= 3 && VOWEL.test(rest)) stem = SHORT_OPEN.test(rest) ? `${rest}e` : undoubled(rest);
  }
  if (stem.length > 4 && stem.endsWith("e")) stem = stem.slice(0, -1);
  return stem.length > 3 && stem.endsWith("y") ? `${stem.slice(0, -1)}i` : stem;
}

/** `making` and `raped` go back to a word with an `e`. */
const SHORT_OPEN = /^[^aeiou][aeiou][^aeiouwxy]$/;

function undoubled(stem: string): string {
  const last = stem.at(-1) ?? "";
  return last === stem.at(-2) && !"lsz".includes(last) ? stem.slice(0, -1) : stem;
}
