/**
 * What two texts must have in common before the answer to one may be given to the other, however near their vectors are: numbers,
 * ids, dates, names, placeholders, quoted words, negations and words that have an opposite, in the same order. Pure; knows no vector.
 *
 * It errs on one side: a word that it does not know counts as a name, and text of a language whose words it does not know, or in a
 * script without capitals, must be the same word for word.
 */
import { FUNCTION_WORDS, NEGATIONS, NUMBER_WORDS, ORDINARY_WORDS, TURNING_STEMS } from "./words.ts";

/** PERSISTED, with hashed words (see `factsOf`). */
export type Facts = {
  /** In order. */
  readonly firm: readonly string[];
  /** Words in no list, which may be names written small: the other text must have them somewhere. */
  readonly maybe: readonly string[];
  /** All other words. */
  readonly words: readonly string[];
};

/** Maximum UTF-16 units of a text that may be near another one; longer texts must be equal. */
export const LONGEST_TEXT = 2_000;
/** Share of a text's words, 0 to 1, that must be known before the text counts as understood; for scripts with capitals. */
const UNDERSTOOD = 0.4;

/** True when both texts name the same facts, so that one answer may serve both. */
export function sameFacts(a: Facts, b: Facts): boolean {
  if (a.firm.length !== b.firm.length || a.firm.some((fact, index) => fact !== b.firm[index])) return false;
  return holds(b, a.maybe) && holds(a, b.maybe);
}

const holds = ({ maybe, words }: Facts, wanted: readonly string[]): boolean => {
  const has = new Set([...maybe, ...words]);
  return wanted.every((word) => has.has(word));
};

/** `hash`: a keyed hash of a word, so that what is stored is no text. The same for both sides of a comparison. */
export function factsOf(text: string, hash: (word: string) => string = (word) => word): Facts {
  const whole = text.normalize("NFKC").replaceAll(/[’‘ʼ]/g, "'").trim();
  if (whole.length > LONGEST_TEXT || /^[[{<]/.test(whole)) return { firm: [hash(whole)], maybe: [], words: [] };
  const tokens = tokensOf(whole);
  const kinds = tokens.map((token, index) => kindOf(token, tokens[index - 1], tokens[index + 1]));
  const loose = tokens.filter((_, index) => kinds[index] === "known" || kinds[index] === "unknown");
  const known = kinds.filter((kind) => kind === "known").length;
  // Turning words and negations are words that we know, too.
  const turning = kinds.filter((kind) => kind === "turning").length;
  const isUnderstood = loose.length + turning === 0 || (known + turning) / (loose.length + turning) >= UNDERSTOOD;
  const facts = { firm: [] as string[], maybe: [] as string[], words: [] as string[] };
  for (const [index, token] of tokens.entries()) {
    const kind = kinds[index];
    const word = token.text.toLowerCase();
    if (!isUnderstood || kind === "firm" || kind === "name") facts.firm.push(hash(kind === "name" ? token.text : word));
    else if (kind === "turning") facts.firm.push(hash(turnOf(word)));
    else if (kind === "unknown") facts.maybe.push(hash(word));
    else facts.words.push(hash(word));
  }
  return facts;
}

type Token = { readonly text: string; readonly opensSentence: boolean; readonly isQuoted: boolean };
type Kind = "firm" | "name" | "turning" | "known" | "unknown";

const OPENING = /^[\s"'“„«‹`([{<¿¡「『（]+/u;
const CLOSING = /[\s"'”“»›`)\]}>.,;:!?…。、！？，；：」』）]+$/u;
/** French and Italian: the short word before an apostrophe is a word. */
const ELISION = /^(l|d|n|j|s|c|m|t|qu)'(?=.)/i;
const PLACEHOLDER = /\{\{[A-Z_]+_\d+\}\}/g;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let opensSentence = true;
  let isQuoted = false;
  for (const chunk of text.replaceAll(PLACEHOLDER, " $& ").split(/\s+/u)) {
    if (chunk.startsWith("{{")) {
      tokens.push({ text: chunk, opensSentence: false, isQuoted: true });
      opensSentence = false;
      continue;
    }
    const before = OPENING.exec(chunk)?.[0] ?? "";
    const after = before === chunk ? "" : (CLOSING.exec(chunk.slice(before.length))?.[0] ?? "");
    const core = chunk.slice(before.length, chunk.length - after.length);
    if (/["“„«`]|^'$/.test(before)) isQuoted = true;
    for (const part of partsOf(core)) {
      tokens.push({ text: part, opensSentence, isQuoted });
      opensSentence = false;
    }
    // A closing mark after a word ends what was quoted; an apostrophe after an s does so only where a quote is open.
    if (/["”“»`']/.test(after)) isQuoted = false;
    if (/[.!?…:。！？]/.test(after)) opensSentence = true;
  }
  return tokens;
}

/** Words joined by dashes, commas or slashes are words, unless a digit makes an id of them. */
function partsOf(core: string): string[] {
  if (core === "") return [];
  if (/\p{Nd}/u.test(core)) return [core];
  return core.split(/[—–,;]+/u).flatMap((part) => {
    const elided = ELISION.exec(part)?.[0];
    return elided === undefined ? (part === "" ? [] : [part]) : [elided, part.slice(elided.length)];
  });
}

function kindOf(token: Token, previous: Token | undefined, next: Token | undefined): Kind {
  const { text } = token;
  const word = text.toLowerCase();
  if (token.isQuoted) return "firm";
  // Digits, signs, and letters that have no case: numbers, ids, amounts, and scripts in which a name looks like any word.
  if (!/^[\p{Lu}\p{Ll}\p{Lt}\p{M}'-]+$/u.test(text) || !/^[\p{Script=Latin}\p{M}'-]+$/u.test(text)) return "firm";
  if (NUMBER_WORDS.has(word)) return "firm";
  // What a number counts: five days are not five weeks.
  if (previous !== undefined && /^\p{Nd}[\p{Nd}.,]*$/u.test(previous.text) && !token.opensSentence && !FUNCTION_WORDS.has(word))
    return "firm";
  if (NEGATIONS.has(word) || word.endsWith("n't")) return "turning";
  if (asksForLeave(word, previous, next) || stemOf(word) !== null) return "turning";
  const isCapital = /\p{Lu}/u.test(text);
  if (isCapital && !POLITE.has(text)) {
    // A capital that opens a sentence says nothing; any other marks a name, an abbreviation or a code.
    const isOrdinary = /^\p{Lu}[\p{Ll}\p{M}'-]*$/u.test(text) && token.opensSentence;
    if (!isOrdinary) return "name";
  }
  return FUNCTION_WORDS.has(word) || ORDINARY_WORDS.has(word) ? "known" : "unknown";
}

/** Words that always have a capital. */
const POLITE = new Set(["I", "I'm", "I'd", "I'll", "I've", "Sie", "Ihnen"]);

const ASKING = new Set(["how", "where", "when", "what", "which", "why", "who"]);

/** "Can I cancel" is no wish to cancel; "how can I cancel" is "how do I cancel". */
const asksForLeave = (word: string, previous: Token | undefined, next: Token | undefined): boolean =>
  (word === "can" || word === "could") &&
  ["i", "we"].includes(next?.text.toLowerCase() ?? "") &&
  !ASKING.has(previous?.text.toLowerCase() ?? "");

/** Exact for short ones: `end` is no beginning of `endorse`. */
const stemOf = (word: string): string | null =>
  TURNING_STEMS.find((stem) => (stem.length <= 4 ? word === stem || word === `${stem}s` || word === `${stem}ed` : word.startsWith(stem))) ??
  null;

const NOT = "not";
const PLAIN_NEGATION =
  /n't$|^(not|cannot|dont|doesnt|didnt|cant|couldnt|wont|wouldnt|isnt|arent|wasnt|werent|hasnt|havent|hadnt|nicht|pas)$/;

/** One word for all ways of saying no, and for all forms of a turning word. */
const turnOf = (word: string): string => (PLAIN_NEGATION.test(word) ? NOT : NEGATIONS.has(word) ? word : (stemOf(word) ?? word));
