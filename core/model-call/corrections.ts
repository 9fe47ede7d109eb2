/** An answer that does not fit is shown to the model with what is wrong with it, and asked for again. How often, and how much is shown. */
import type { Failure } from "../run/calls/call.ts";

/** docs/contract.md, "Workflows": how often a model is asked again when its answer does not fit; then the answer is invalid. */
export const CORRECTIONS = 2;
/** Maximum UTF-16 units of the refused answer that are shown to the model again. */
const SHOWN_CHARACTERS = 8_000;

/** The refused answer as the model sees it again. */
export const shownAnswer = (text: string): string => text.slice(0, SHOWN_CHARACTERS).toWellFormed();

/** An answer without a word and without a call holds nothing that could be corrected: the next model is asked instead. */
export const EMPTY_ANSWER: Failure = {
  class: "permanent",
  code: "output_invalid",
  message: "the model's answer is empty",
  retryAfterMs: null,
};
