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

/** What a meaning is, as bits. */
const IS_VERB = 1;
const IS_LEAD = 2;
const IS_OWNER = 4;
const IS_YOU = 8;
const ROLES = Uint8Array.from(
  { length: MEANINGS },
  (_, meaning) =>
    (VERBS.has(meaning) ? IS_VERB : 0) |
    (LEAD_WORDS.has(meaning) ? IS_LEAD : 0) |
    (OWNERS.has(meaning) ? IS_OWNER : 0) |
    (meaning === YOU ? IS_YOU : 0),
);

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
  /** The last verbs, the latest first, and where they stand. */
  const verbs = new Int32Array(MOST_VERBS);
  const verbsAt = new Int32Array(MOST_VERBS);
  let verbCount = 0;
  let owner = -1;
  let ownerAt = 0;
  /** The last things, by their number modulo `TOGETHER`, and where they stand. */
  const recent = new Int32Array(TOGETHER);
  const recentAt = new Int32Array(TOGETHER);
  let recentCount = 0;

  const arm = (): void => {
    isArmed = true;
    armedAt = at;
    if (leads.length > 0) leads = [];
  };
  const end = (): void => {
    if (at === 0) return;
    at = 0;
    isFirst = true;
    verbCount = 0;
    recentCount = 0;
    owner = -1;
    arm();
  };
  const begin = (verb: number): void => {
    see(isFirst ? "verb_first" : "verb_begins", verb);
    for (const lead of leads) see("lead", lead * MEANINGS + verb);
    for (let index = 0; index < verbCount; index++) see("followed_by", (verbs[index] ?? 0) * MEANINGS + verb);
  };
  /** Puts the verbs of a word before those that there are. */
  const remember = (begun: readonly number[]): void => {
    for (let index = MOST_VERBS - 1; index >= 0; index--) {
      const old = index - begun.length;
      verbs[index] = (old < 0 ? begun[index] : verbs[old]) ?? 0;
      verbsAt[index] = (old < 0 ? at : verbsAt[old]) ?? 0;
    }
    verbCount = Math.min(MOST_VERBS, verbCount + begun.length);
  };
  const thing = (meaning: number): void => {
    see("meaning", meaning);
    for (let index = 0; index < verbCount; index++) {
      const [verb, since] = [verbs[index] ?? 0, verbsAt[index] ?? 0];
      if (at - since > REACH || since === at) continue;
      see("told_with", verb * MEANINGS + meaning);
      if (owner >= 0 && at - ownerAt <= OWNED_WORDS && owner !== meaning) see("told_whose", (verb * MEANINGS + owner) * MEANINGS + meaning);
    }
    for (let back = 1; back <= TOGETHER && back <= recentCount; back++) {
      const place = (recentCount - back) % TOGETHER;
      const [other, since] = [recent[place] ?? 0, recentAt[place] ?? 0];
      if (at - since > TOGETHER_WORDS) break;
      if (since === at || other === meaning) continue;
      see("together", Math.min(other, meaning) * MEANINGS + Math.max(other, meaning));
    }
  };
  const meant = (found: readonly number[]): void => {
    if (found.length === 0) {
      if (isArmed) isArmed = isFirst = false;
      at += 1;
      return;
    }
    let roles = 0;
    for (let index = 0; index < found.length; index++) roles |= ROLES[found[index] ?? 0] ?? 0;
    // "The user asked you to …": who is spoken to may be told something anywhere.
    if (!isArmed && (roles & IS_YOU) !== 0) arm();
    if (isArmed) {
      if ((roles & IS_VERB) !== 0) {
        const begun = found.filter((meaning) => VERBS.has(meaning));
        for (const verb of begun) begin(verb);
        remember(begun);
        isArmed = false;
        isFirst = false;
      } else if ((roles & IS_LEAD) !== 0 && at - armedAt < LONGEST_LEAD) {
        for (const meaning of found) if (TELLING_LEADS.has(meaning) && !leads.includes(meaning)) leads.push(meaning);
      } else {
        isArmed = false;
        isFirst = false;
      }
    }
    for (let index = 0; index < found.length; index++) {
      const meaning = found[index] ?? 0;
      if (((ROLES[meaning] ?? 0) & IS_LEAD) !== 0 && !TELLING_LEADS.has(meaning)) continue;
      thing(meaning);
    }
    for (let index = 0; index < found.length; index++) {
      const meaning = found[index] ?? 0;
      const role = ROLES[meaning] ?? 0;
      if ((role & IS_LEAD) !== 0) continue;
      recent[recentCount % TOGETHER] = meaning;
      recentAt[recentCount++ % TOGETHER] = at;
      if ((role & IS_OWNER) !== 0) {
        owner = meaning;
        ownerAt = at;
      }
    }
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
