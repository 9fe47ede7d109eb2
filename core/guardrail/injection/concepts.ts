/** What the words of a normalised text mean, by the lexicon (lexicon.ts). A word may mean several things. Bounded work for each word. */
import { dictionaryOf } from "./dictionary.ts";
import { type Concept, LEXICON } from "./lexicon.ts";

/** What a word may mean; its place here is what features are made of. */
export const CONCEPTS = Object.keys(LEXICON) as readonly Concept[];

const DICTIONARY = dictionaryOf(Object.values(LEXICON));

/** Indexes into `CONCEPTS` of a word with blanks around it. */
export const conceptsOf = DICTIONARY.meaningsOf;
/** The same of the word between two places of a text. */
export const conceptsIn = DICTIONARY.meaningsIn;
/** Indexes into `CONCEPTS` of the words in a run of characters without blanks. */
export const conceptsWithin = DICTIONARY.meaningsWithin;
