/** The book of all dictionaries that words of normalised texts are looked up in: what a word means to any of them is known from one walk along it. */
import { bookOf } from "./dictionary.ts";

/** Holds the dictionaries of the concepts, of the deeds, of more languages and of what joins requests. */
export const WORD_BOOK = bookOf();
