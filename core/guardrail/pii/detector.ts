/** What every detector of personal data is: a function from folded text to findings. Pure, total, linear in the text's length. */
import type { Finding, PersonalDataType } from "../finding.ts";

/**
 * `text` is folded (fold.ts) and has placeholders blanked out; `context` is what stands before it (the key of a JSON field).
 * Offsets are those of `text`.
 */
export type Detector = (text: string, context: string) => Finding[];

export const finding = (type: PersonalDataType, start: number, end: number, score: number, detector: string): Finding => ({
  type,
  start,
  end,
  score,
  detector,
});

const CONTEXT_UNITS = 32;
const FARTHEST_UNITS = 200;
/** What fills a stretch that is cut out, between two braces (personal-data.ts): a noncharacter, which no detector takes. */
export const FILLER = "\uffff";
const CUT_OUT = /\{\uffff*\}/g;

/** The words right before `start`, lower case; the field's key counts where the text begins. */
export function wordsBefore(text: string, start: number, context: string): string {
  // What was cut out counts as two units, however long it was: the redacted text has the same words before it as the original.
  const near = text.slice(Math.max(0, start - FARTHEST_UNITS), start).replace(CUT_OUT, "{}");
  return (near.length < CONTEXT_UNITS ? `${context.slice(-CONTEXT_UNITS)}: ${near}` : near.slice(-CONTEXT_UNITS)).toLowerCase();
}

export const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Letters and digits: what may not touch an identifier, or it is part of a longer one. Anything beyond ASCII letters is a letter of some script. */
export const isWordUnit = (code: number): boolean =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || (code >= 0xc0 && code <= 0x24f);
