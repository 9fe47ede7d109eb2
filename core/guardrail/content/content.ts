/**
 * Finds violence, hate, sexual content, self-harm and illegal acts in a text by a classifier over windows of the normalised
 * text. Knows nothing of rules: what is done about a finding is decided elsewhere. Linear in the text's length.
 */
import type { Finding, Verdict } from "../finding.ts";
import { windowsOf } from "../injection/features.ts";
import { normalise } from "../injection/normalise.ts";
import type { ContentCategory } from "../rules/settings.ts";
import { scoreContent } from "./classifier.ts";
import { CONTENT_WINDOW } from "./features.ts";
import { CONTENT_WEIGHTS } from "./weights.ts";

/** The detector that findings name. A model of task `moderate` has another name in the same place. */
export const CONTENT_DETECTOR = "content.classifier";
/** Score of a text that is just flagged, and of one that is just blocked; others lie before, between and beyond. */
const SCORES = { flag: 0.5, block: 0.75 } as const;

/** A finding of a category of content. */
export type ContentFinding = Finding & { readonly type: ContentCategory };

/** One finding for each category that reaches its threshold, where the text comes closest to it: `start` to `end` is a window of the text. */
export const findContent = (original: string, known: KnownContent = NOTHING_KNOWN): readonly ContentFinding[] =>
  (known.get(original) ?? scoredContent(original))
    .filter(({ logit, type }) => logit >= CONTENT_WEIGHTS[type].flag)
    .map(({ logit: _logit, ...finding }) => finding);

/** The categories of which the built-in score is near a threshold, on either side: where a second opinion is worth its money. */
export const nearContent = (original: string, known: KnownContent = NOTHING_KNOWN): ReadonlySet<ContentCategory> =>
  new Set(
    (known.get(original) ?? scoredContent(original)).flatMap(({ type, score }) => (score >= NEAR.from && score <= NEAR.to ? [type] : [])),
  );

/** One step of the scale below the score that is just flagged, and one above the score that is just blocked. */
const NEAR = { from: 0.25, to: 0.9 } as const;

type Scored = ContentFinding & { readonly logit: number };

/** What the classifier says of texts, worked out before it is asked for: their scores by the texts. */
export type KnownContent = ReadonlyMap<string, readonly Scored[]>;
const NOTHING_KNOWN: KnownContent = new Map();

/** UTF-16 units of windows that are scored in one turn: some twenty milliseconds. */
const TURN_UNITS = 16_384;

/** The scores of texts, in turns: `pause` is awaited after so much text, for others to be served meanwhile. */
export async function scoreContentInTurns(texts: readonly string[], pause: () => Promise<void>): Promise<KnownContent> {
  const known = new Map<string, readonly Scored[]>();
  let units = 0;
  for (const text of new Set(texts)) {
    const work = scoring(text);
    for (let step = work.next(); ; step = work.next()) {
      if (step.done) {
        known.set(text, step.value);
        break;
      }
      units += step.value;
      if (units < TURN_UNITS) continue;
      await pause();
      units = 0;
    }
  }
  return known;
}

function scoredContent(original: string): readonly Scored[] {
  const work = scoring(original);
  for (let step = work.next(); ; step = work.next()) if (step.done) return step.value;
}

/** Each step gives how many units were scored. */
function* scoring(original: string): Generator<number, readonly Scored[]> {
  const reading = normalise(original);
  const worst = new Map<ContentCategory, { readonly logit: number; readonly start: number; readonly end: number }>();
  for (const { start, end } of windowsOf(reading.text, CONTENT_WINDOW, false)) {
    for (const { category, logit } of scoreContent(reading.text.slice(start, end))) {
      if (logit <= (worst.get(category)?.logit ?? Number.NEGATIVE_INFINITY)) continue;
      worst.set(category, { logit, start, end });
    }
    yield end - start;
  }
  return [...worst].map(([type, { logit, start, end }]) => ({
    type,
    start: reading.startOf(start),
    end: reading.startOf(end),
    score: scoreOf(type, logit),
    detector: CONTENT_DETECTOR,
    logit,
  }));
}

/** Log-odds on a scale on which every category is flagged and blocked at the same scores. */
function scoreOf(category: ContentCategory, logit: number): number {
  const { flag, block } = CONTENT_WEIGHTS[category];
  const steps = (logit - flag) / (block - flag);
  return 1 / (1 + Math.exp(-steps * Math.log(SCORES.block / (1 - SCORES.block))));
}

/** `flag` or `block`: what a finding of content says where no rule does. */
export const verdictOfContent = ({ score }: Pick<Finding, "score">): Extract<Verdict, "flag" | "block"> =>
  score >= SCORES.block ? "block" : "flag";
