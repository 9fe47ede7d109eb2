/** What the words of a normalised text mean, by the lexicon (lexicon.ts). A word may mean several things. Bounded work for each word. */
import { type Concept, LEXICON } from "./lexicon.ts";
import { WORD_BOOK } from "./word-book.ts";

/** What a word may mean; its place here is what features are made of. */
export const CONCEPTS = Object.keys(LEXICON) as readonly Concept[];

const DICTIONARY = WORD_BOOK.dictionaryOf(Object.values(LEXICON));

/** Indexes into `CONCEPTS` of a word with blanks around it. */
export const conceptsOf = DICTIONARY.meaningsOf;
/** The same of a word by its entry in the book of words. */
export const conceptsAt = DICTIONARY.meaningsAt;
/** Indexes into `CONCEPTS` of the words in a run of characters without blanks. */
export const conceptsWithin = DICTIONARY.meaningsWithin;
