/** How readily a word is taken for a name. Chosen on the calibration part of the labelled names (scripts/guardrails/names/train.ts). */

/** The probability that being outside of a name loses: 0 gives the best F1, more gives more recall. */
export const CAUTION = 0.3;
