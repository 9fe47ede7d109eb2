/** Prompt injection and jailbreaks: patterns and the classifier over every reading of a text; one score, at most one finding a text. */
import type { Channel, Finding } from "../finding.ts";
import { judge } from "./classifier.ts";
import { codesIn, withoutCodes } from "./codes.ts";
import { disguisedReadings } from "./disguise.ts";
import { type Evidence, evidenceIn, strongest, weigh } from "./evidence.ts";
import { normalise } from "./normalise.ts";
import { hasSign } from "./signs.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** How much of the patterns' weight is added to the classifier's log-odds; the classifier is trained on what they leave unexplained. */
export const PATTERN_SHARE = 0.8;
/** Log-odds of a text by patterns alone: the classifier may add to strong evidence, but never argue it away. */
const PATTERNS_ALONE = -4.5;
/** What a disguise adds to evidence that is found under it. */
const DISGUISE = 2;
/** What writing most words with figures in them says by itself. */
const MANY_FIGURES = 2;
/** Shorter texts hold no instruction. */
const SHORTEST = 8;

const NO_CODES: ReadonlySet<string> = new Set();

type Judgement = { readonly logit: number; readonly evidence: readonly Evidence[]; readonly start: number; readonly end: number };

/** The finding of a text that is at least suspicious in this channel; offsets are those of the strongest evidence. */
export function findInjection(text: string, channel: Channel): Finding[] {
  if (text.length < SHORTEST) return [];
  const reading = normalise(text);
  const signed = hasSign(reading.text);
  if (!signed && channel === "model_output") return [];
  const codes = codesIn(text);
  const plain = judgePlain(reading.text, channel, codes, signed);
  let worst: Judgement | null = null;
  for (const { text: hidden, start, end, kind } of signed ? disguisedReadings(reading.text, text, codes) : []) {
    const under = channel === "user" ? judgePlain(normalise(hidden).text, channel) : byPatterns(normalise(hidden).text, channel);
    // What is plain to see is not hidden: only evidence beyond it counts as disguised.
    const isHidden = weigh(under.evidence) > weigh(plain.evidence);
    // In what tools return, names and codes with figures are everyday.
    const isWritten = kind === "figures" && channel === "user";
    const logit = under.logit + (isHidden ? DISGUISE : 0) + (isWritten ? MANY_FIGURES : 0);
    if ((isHidden || isWritten) && logit > (worst ?? plain).logit) worst = { logit, evidence: under.evidence, start, end };
  }
  const { logit, evidence } = worst ?? plain;
  const score = 1 / (1 + Math.exp(-logit));
  if (score < THRESHOLDS[channel].flag) return [];
  const family = strongest(evidence)?.family;
  return [
    {
      type: family === "persona" ? "jailbreak" : "injection",
      ...(worst === null
        ? { start: reading.startOf(plain.start), end: reading.startOf(plain.end) }
        : { start: worst.start, end: worst.end }),
      score,
      detector: `injection.${family ?? "classifier"}`,
    },
  ];
}

/** Offsets are those of the normalised text. What a model says is judged by patterns alone: nothing was there to train on. */
function judgePlain(text: string, channel: Channel, codes: ReadonlySet<string> = NO_CODES, signed = true): Judgement {
  const alone = byPatterns(text, channel, signed);
  if (channel === "model_output") return alone;
  const judged = judge(withoutCodes(text, codes), channel);
  const together = judged.logit + PATTERN_SHARE * weigh(alone.evidence);
  const { start, end } = alone.evidence.length > 0 ? alone : judged.window;
  return { logit: Math.max(alone.logit, together), evidence: alone.evidence, start, end };
}

/** `signed`: false where a pattern is fulfilled for sure nowhere (signs.ts). */
function byPatterns(text: string, channel: Channel, signed = true): Judgement {
  const evidence = signed ? evidenceIn(text, channel) : [];
  const top = strongest(evidence);
  return { logit: PATTERNS_ALONE + weigh(evidence), evidence, start: top?.start ?? 0, end: top?.end ?? text.length };
}
