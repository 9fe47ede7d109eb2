/** Prompt injection and jailbreaks: patterns and the classifier over every reading of a text; one score, at most one finding a text. */
import type { Channel, Finding } from "../finding.ts";
import { judge } from "./classifier.ts";
import { disguisedReadings } from "./disguise.ts";
import { type Evidence, evidenceIn, strongest, weigh } from "./evidence.ts";
import { normalise } from "./normalise.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** How much of the patterns' weight is added to the classifier's log-odds; the classifier is trained on what they leave unexplained. */
export const PATTERN_SHARE = 0.8;
/** Log-odds of a text by patterns alone: the classifier may add to strong evidence, but never argue it away. */
const PATTERNS_ALONE = -4.5;
/** What a disguise adds to evidence that is found under it. */
const DISGUISE = 2;
/** Shorter texts hold no instruction. */
const SHORTEST = 8;

type Judgement = { readonly logit: number; readonly evidence: readonly Evidence[]; readonly start: number; readonly end: number };

/** The finding of a text that is at least suspicious in this channel; offsets are those of the strongest evidence. */
export function findInjection(text: string, channel: Channel): Finding[] {
  if (text.length < SHORTEST) return [];
  const reading = normalise(text);
  const plain = judgePlain(reading.text, channel);
  let worst: Judgement | null = null;
  for (const { text: hidden, start, end } of disguisedReadings(reading.text, text)) {
    const evidence = evidenceIn(normalise(hidden).text, channel);
    const logit = PATTERNS_ALONE + weigh(evidence) + DISGUISE;
    // What is plain to see is not hidden: only evidence beyond it counts as disguised.
    if (weigh(evidence) > weigh(plain.evidence) && logit > (worst ?? plain).logit) worst = { logit, evidence, start, end };
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
function judgePlain(text: string, channel: Channel): Judgement {
  const evidence = evidenceIn(text, channel);
  const weight = weigh(evidence);
  const top = strongest(evidence);
  const alone = PATTERNS_ALONE + weight;
  if (channel === "model_output") return { logit: alone, evidence, start: top?.start ?? 0, end: top?.end ?? text.length };
  const judged = judge(text, channel);
  const together = judged.logit + PATTERN_SHARE * weight;
  const { start, end } = top ?? judged.window;
  return { logit: Math.max(alone, together), evidence, start, end };
}
