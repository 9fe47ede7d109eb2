/**
 * The form of requests in a sentence, as features: which verb it begins with and what stands before it ("please", "can you", "I want you to"), which
 * verb follows by "and" or "then", and with which things each verb is told. Knows words by what they do or are (deeds.ts). Bounded work for each word.
 */
import { ADDRESS, AMOUNT, DEED_WORDS, FIGURE, IDENTIFIER, LEAD_WORDS, LINK, OWNERS, TELLING_LEADS, VERBS, YOU } from "./deeds.ts";
import { WORD_BOOK } from "./word-book.ts";

/** Every meaning is below it: pairs are numbers of two digits to this base, triples of three. */
const MEANINGS = 64;
/** A verb begins a request behind so many words that leave its place alone at most. */
const LONGEST_LEAD = 8;
/** A thing belongs to the last verbs of its sentence, so many words before it at most. */
const REACH = 16;
const MOST_VERBS = 3;
/** It belongs to an owner ("my") so many words before it at most. */
const OWNED_WORDS = 3;
/** And stands together with so many other things, so many words before it at most. */
const TOGETHER = 4;
const TOGETHER_WORDS = 7;
/** Things of a sentence that are remembered: it may be as long as the text. */
const MOST_THINGS = 32;
/** Letters of a word that is the name of a program, not of a language. */
const LONG_NAME = 16;
const LONGEST_NAME = 64;

/** Signs behind which a sentence may begin anew: a colon, a comma, a dash, a bracket. */
const REARMS = /[,:;()[\]\-*#>"\u3001]/;
/** What joins two requests, and what begins a web address: whole words. */
const JOINING = WORD_BOOK.dictionaryOf([
  "and then or und y e et и ve और once after danach luego puis poi depois затем sonra",
  "http https www",
]);
/** The place of the second list. */
const LINKS = 1;
const AN_ADDRESS: readonly number[] = [ADDRESS];
const A_FIGURE: readonly number[] = [FIGURE];
const A_LINK: readonly number[] = [LINK];

/** Kinds of features of this file, each with a number of its own. */
export type RequestKind = "verb_first" | "verb_begins" | "lead" | "told_with" | "told_whose" | "followed_by" | "together" | "meaning";
type SeeRequest = (kind: RequestKind, value: number) => void;

/** Is told all words and signs of a text one by one. */
type RequestReader = {
  /** A word of `units` letters, by its entry in the book of words. */
  word(entry: number, units: number): void;
  /** A mail address or an id. */
  name(): void;
  /** A run of digits. */
  figure(): void;
  /** A run of characters without blanks between its words. */
  run(run: string): void;
  /** A cluster of signs that ends no sentence. */
  sign(sign: string): void;
  /** The sentence ends. */
  end(): void;
};

/** Reads the words of a text one by one; `see` is called for every feature at the word that completes it. */
export function requestReader(see: SeeRequest): RequestReader {
  let at = 0;
  let isFirst = true;
  let isArmed = true;
  let armedAt = 0;
  let leads: number[] = [];
  let verbs: { verb: number; at: number }[] = [];
  let owner = -1;
  let ownerAt = 0;
  let recent: { meaning: number; at: number }[] = [];

  const arm = (): void => {
    isArmed = true;
    armedAt = at;
    leads = [];
  };
  const end = (): void => {
    if (at === 0) return;
    at = 0;
    isFirst = true;
    verbs = [];
    recent = [];
    owner = -1;
    arm();
  };
  const begin = (verb: number): void => {
    see(isFirst ? "verb_first" : "verb_begins", verb);
    for (const lead of leads) see("lead", lead * MEANINGS + verb);
    for (const before of verbs) see("followed_by", before.verb * MEANINGS + verb);
  };
  const thing = (meaning: number): void => {
    see("meaning", meaning);
    for (const { verb, at: since } of verbs) {
      if (at - since > REACH || since === at) continue;
      see("told_with", verb * MEANINGS + meaning);
      if (owner >= 0 && at - ownerAt <= OWNED_WORDS && owner !== meaning) see("told_whose", (verb * MEANINGS + owner) * MEANINGS + meaning);
    }
    for (let index = recent.length - 1; index >= Math.max(0, recent.length - TOGETHER); index--) {
      const other = recent[index];
      if (other === undefined || at - other.at > TOGETHER_WORDS) break;
      if (other.at === at || other.meaning === meaning) continue;
      see("together", Math.min(other.meaning, meaning) * MEANINGS + Math.max(other.meaning, meaning));
    }
  };
  const meant = (found: readonly number[]): void => {
    if (found.length === 0) {
      if (isArmed) isArmed = isFirst = false;
      at += 1;
      return;
    }
    // "The user asked you to …": who is spoken to may be told something anywhere.
    if (!isArmed && found.includes(YOU)) arm();
    const isVerb = found.some((meaning) => VERBS.has(meaning));
    if (isArmed) {
      if (isVerb) {
        const begun = found.filter((meaning) => VERBS.has(meaning));
        for (const verb of begun) begin(verb);
        verbs = [...begun.map((verb) => ({ verb, at })), ...verbs].slice(0, MOST_VERBS);
        isArmed = false;
        isFirst = false;
      } else if (found.some((meaning) => LEAD_WORDS.has(meaning)) && at - armedAt < LONGEST_LEAD) {
        for (const meaning of found) if (TELLING_LEADS.has(meaning) && !leads.includes(meaning)) leads.push(meaning);
      } else {
        isArmed = false;
        isFirst = false;
      }
    }
    for (const meaning of found) {
      if (LEAD_WORDS.has(meaning) && !TELLING_LEADS.has(meaning)) continue;
      thing(meaning);
    }
    for (const meaning of found) {
      if (LEAD_WORDS.has(meaning)) continue;
      recent.push({ meaning, at });
      if (OWNERS.has(meaning)) {
        owner = meaning;
        ownerAt = at;
      }
    }
    if (recent.length > MOST_THINGS) recent = recent.slice(-TOGETHER);
    at += 1;
  };
  return {
    word(entry, units) {
      const joined = JOINING.meaningsAt(entry);
      if (joined.length > 0) {
        if (joined[0] === LINKS) return meant(A_LINK);
        if (!isArmed) arm();
      }
      const found = DEED_WORDS.meaningsAt(entry);
      meant(units >= LONG_NAME && units <= LONGEST_NAME ? [...found, IDENTIFIER] : found);
    },
    name: () => meant(AN_ADDRESS),
    figure: () => meant(A_FIGURE),
    run(run) {
      for (const { found } of DEED_WORDS.meaningsWithin(run)) meant(found);
    },
    sign(sign) {
      const known = sign.length === 1 ? (ONE_SIGN[sign.charCodeAt(0)] ?? rolesOf(sign)) : rolesOf(sign);
      if ((known & JOINS_NAMES) !== 0) thing(IDENTIFIER);
      if ((known & OF_MONEY) !== 0) thing(AMOUNT);
      if ((known & BEGINS_ANEW) !== 0 && !isArmed) arm();
    },
    end,
  };
}

/** What a cluster of signs does, as bits. */
const JOINS_NAMES = 1;
const OF_MONEY = 2;
const BEGINS_ANEW = 4;
const rolesOf = (sign: string): number =>
  (sign.includes("_") ? JOINS_NAMES : 0) + (/[$\u20ac\u00a3\u00a5%]/.test(sign) ? OF_MONEY : 0) + (REARMS.test(sign) ? BEGINS_ANEW : 0);
const ONE_SIGN = Uint8Array.from({ length: 128 }, (_, code) => rolesOf(String.fromCharCode(code)));
