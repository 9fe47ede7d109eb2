/**
 * What every detector of personal data is: a bounded search in folded text. Pure, total, linear in the text's length. A detector's file
 * declares all that others need to know of it; detectors.ts lists them. What is missing does not compile, and what is wrong fails
 * test/core/guardrail/detectors.test.ts, which asks the same of each.
 */
import type { Finding, PersonalDataType } from "../finding.ts";
import type { Census } from "./census.ts";

/** A list that is not empty. */
type Some<T> = readonly [T, ...T[]];

/**
 * Texts that a detector is judged by, in its test and in the version of the guardrails (core/cache/guard-version.ts): code that finds
 * something else in one of them is other code, and answers judged by the old one are not given again.
 */
export type Samples = {
  /** The marked stretch («…») is found, with these bounds and by this detector. */
  readonly hits: Some<string>;
  /** The detector finds nothing: near misses. */
  readonly misses: Some<string>;
};

/** A sample without its marks, and the stretch that they mark. */
export function readSample(sample: string): { readonly text: string; readonly start: number; readonly end: number } {
  const start = sample.indexOf("«");
  const end = sample.indexOf("»") - 1;
  return { text: sample.replace("«", "").replace("»", ""), start, end };
}

/**
 * Answers of dear checks within one text: its segments overlap, and are looked at more than once. Keys are as their detector makes them;
 * it lives as long as the scan of the text.
 */
export type Memo = Map<string, boolean>;
const MOST_REMEMBERED = 256;

/** The answer to a question about a text, asked once. */
export function remembered(memo: Memo | undefined, key: string, answer: () => boolean): boolean {
  if (memo === undefined) return answer();
  const known = memo.get(key);
  if (known !== undefined) return known;
  if (memo.size >= MOST_REMEMBERED) memo.clear();
  const found = answer();
  memo.set(key, found);
  return found;
}

/** One detector of personal data, with everything that segments, streams and the guardrails' version ask about it. */
export type Detector = {
  /** What a finding is called, and its placeholder. */
  readonly type: PersonalDataType;
  /** The `detector` of its findings. */
  readonly names: Some<string>;
  /** `loose`: asked after all others, about what they left. For a form that is loose and a check that is dear. */
  readonly stage: "first" | "loose";
  /** UTF-16 units of folded text that one finding may have; `LONGEST_FINDING` at most. */
  readonly longest: number;
  /** Whether a text of this make-up can hold a finding at all. A detector is not asked where the answer is no. */
  readonly mayFind: (census: Census) => boolean;
  /**
   * Words of which one begins each finding's company: it stands in what the detector sees, or in the key of the field. A global expression for small and
   * capital letters; no match has more than `LONGEST_WORD` units. Absent: a finding may do without.
   */
  readonly words?: RegExp;
  /**
   * `text` is folded (fold.ts) and has placeholders blanked out. Findings begin at `from` or after it; what stands before is only
   * looked back at. `field` is the key of the JSON field that holds the text. Offsets are those of `text`. `memo` is that of the whole
   * text, of which this may be a segment.
   */
  readonly find: (text: string, from: number, field: string, memo?: Memo) => Finding[];
  readonly samples: Samples;
};

/** Maximum UTF-16 units of a finding, except private keys and tokens (open-ended.ts). */
export const LONGEST_FINDING = 512;

/** Maximum UTF-16 units of a match of a detector's `words`. */
export const LONGEST_WORD = 16;

/** A finding of a detector. `start`, `end`: UTF-16 units, `end` exclusive; `score`: 0 to 1. */
export const finding = (type: PersonalDataType, start: number, end: number, score: number, detector: string): Finding => ({
  type,
  start,
  end,
  score,
  detector,
});

/** All matches of a global expression that begin at `from` or after it. */
export function matchesFrom(expression: RegExp, text: string, from: number): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  expression.lastIndex = from;
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) found.push(match);
  return found;
}

/** Whether a global expression matches at `from` or after it. Segments are short and their view is long: what stands before is not looked through again. */
export function matchesAfter(expression: RegExp, text: string, from: number): boolean {
  expression.lastIndex = from;
  return expression.test(text);
}

const CONTEXT_UNITS = 32;
/** How far before a finding the words are looked for. */
export const FARTHEST_UNITS = 200;
/** What fills a stretch that is cut out, between two braces (personal-data.ts): a noncharacter, which no detector takes. */
export const FILLER = "\uffff";
const CUT_OUT = /\{\uffff*\}/g;

/** The words right before `start`, `units` of them at most, lower case; the field's key counts where the text begins. */
export const wordsBefore = (text: string, start: number, context: string, units = CONTEXT_UNITS): string =>
  unitsBefore(text, start, context, units).toLowerCase();

function unitsBefore(text: string, start: number, context: string, units: number): string {
  if (start >= units) {
    const right = text.slice(start - units, start);
    if (!right.includes("}")) return right;
  }
  // What was cut out counts as two units, however long it was: the redacted text has the same words before it as the original.
  const near = text.slice(Math.max(0, start - FARTHEST_UNITS), start).replace(CUT_OUT, "{}");
  return near.length < units ? `${context.slice(-CONTEXT_UNITS)}: ${near}` : near.slice(-units);
}

/** Where a key joins two words: `taxFileNumber`. */
const CAMEL = /(?<=[a-z])(?=[A-Z])/g;

/** As `wordsBefore`, with the words of a key parted: `tax_file_number` and `taxFileNumber` are "tax file number". */
export const keyWordsBefore = (text: string, start: number, context: string, units = CONTEXT_UNITS): string =>
  unitsBefore(text, start, context, units).replaceAll("_", " ").replace(CAMEL, " ").toLowerCase();

/** Whether a UTF-16 unit is an ASCII digit. Folded text has no other digits. */
export const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** Whether a UTF-16 unit is one of A to Z or a to z. */
export const isAsciiLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/** Letters and digits: what may not touch an identifier, or it is part of a longer one. Anything beyond ASCII letters is a letter of some script. */
export const isWordUnit = (code: number): boolean => isDigit(code) || isAsciiLetter(code) || code === 95 || (code >= 0xc0 && code <= 0x24f);
