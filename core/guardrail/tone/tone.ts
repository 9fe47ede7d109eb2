/**
 * The tone of a text by a linear classifier of our own (features.ts; weights.ts, numbers from scripts/guardrails/tone): whether it is negative, positive
 * or furious. Knows nothing of rules: what is done about a tone is decided elsewhere. Pure, linear in the text's length.
 */
import { fromBase64, logitOf } from "../injection/classifier.ts";
import { windowsOf } from "../injection/features.ts";
import { showsAnger, TONE_TABLE_SIZE, TONE_WINDOW, toneFeatures } from "./features.ts";
import { TONES, type Tone } from "./tones.ts";
import { TONE_WEIGHTS } from "./weights.ts";

/** The detector that findings name. A model of task `moderate` has another name in the same place. */
export const TONE_DETECTOR = "tone.classifier";

/** Chance of each tone by the classifier, 0 to 1; from 0.5 on the text has it. */
export type ToneScores = { readonly [T in Tone]: number };

/** Weights of one feature lie side by side, one for each tone in their order. */
const COUNT = TONES.length;
const TABLE = new Int8Array(COUNT * TONE_TABLE_SIZE);
for (const [index, tone] of TONES.entries()) {
  for (const [feature, weight] of fromBase64(TONE_WEIGHTS[tone].table).entries()) TABLE[feature * COUNT + index] = weight;
}

/** Units of a text that are looked at: beyond, a tone is no longer anybody's mood. */
const MOST_UNITS = 16_384;

/** The tone of the window that has the most of each. A text without words has none. */
export function toneOf(text: string): ToneScores {
  const most = new Float64Array(COUNT).fill(Number.NEGATIVE_INFINITY);
  const read = text.slice(0, MOST_UNITS);
  for (const { start, end } of windowsOf(read, TONE_WINDOW, false)) {
    const sums = new Float64Array(COUNT);
    const distinct = toneFeatures(read.slice(start, end), (feature) => {
      for (let index = 0; index < COUNT; index++) sums[index] = (sums[index] ?? 0) + (TABLE[feature * COUNT + index] ?? 0);
    });
    if (distinct === 0) continue;
    for (const [index, tone] of TONES.entries()) {
      const { scale, bias, from } = TONE_WEIGHTS[tone];
      most[index] = Math.max(most[index] ?? 0, logitOf((sums[index] ?? 0) * scale, bias, distinct) - from);
    }
  }
  const scores = TONES.map((tone, index) => [tone, 1 / (1 + Math.exp(-(most[index] ?? 0)))] as const);
  return Object.fromEntries(scores) as ToneScores;
}

/** A text without any sign of anger counts as furious from here on: of a few plain words ("my manager asked me to …") the classifier is not sure. */
const FURIOUS_WITHOUT_SIGN = 0.62;

/** The text is furious: as `hasTone` says, and surely so where no word and no mark of it shows anger. */
export function isFurious(text: string): boolean {
  const { furious } = toneOf(text);
  return furious >= FURIOUS_WITHOUT_SIGN || (furious >= 0.5 && showsAnger(text.slice(0, MOST_UNITS)));
}

/** The text has this tone. */
export const hasTone = (text: string, tone: Tone): boolean => toneOf(text)[tone] >= 0.5;
