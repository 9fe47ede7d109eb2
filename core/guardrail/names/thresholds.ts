/** How readily a word is taken for a name. Chosen on the calibration part of the labelled names (scripts/guardrails/names/train.ts). */

/** The probability that being outside of a name loses: 0 gives the best F1, more gives more recall. */
export const CAUTION = 0.4;

/** Names whose words are less sure than this, in the mean, are left: they are mostly nouns of languages that the labels do not have. */
export const LEAST_SCORE = 0.25;

/** What a name costs that begins right behind another: two names side by side are mostly one that was cut. */
export const ADJACENT = 0.5;
