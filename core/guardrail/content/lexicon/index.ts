/**
 * What words mean for the recognition of content: deeds that do harm, whom they are done to, who wants them, and the signs of texts that only speak of
 * them. English. A meaning decides nothing: the classifier weighs it alone and beside others. Entries are divided by blanks: a `word` stands for its
 * inflections (words.ts), `two_words` for words in that order, `word-` with a hyphen at its end for all that begins so.
 */
import { CONTEXTS } from "./contexts.ts";
import { FRAMES, VICTIMS } from "./frames.ts";
import { HATE } from "./hate.ts";
import { ILLEGAL } from "./illegal.ts";
import { SELF_HARM } from "./self-harm.ts";
import { SEXUAL } from "./sexual.ts";
import { VIOLENCE } from "./violence.ts";

/** The entries of each meaning. */
export const LEXICON = { ...VIOLENCE, ...ILLEGAL, ...HATE, ...SEXUAL, ...SELF_HARM, ...FRAMES, ...VICTIMS, ...CONTEXTS } as const;
/** A group of entries with one meaning. */
export type Meaning = keyof typeof LEXICON;
