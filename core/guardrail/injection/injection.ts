/** Prompt injection and jailbreaks: patterns and the classifier over every reading of a text; one score, at most one finding a text. */
import type { Channel, Finding } from "../finding.ts";
import { judge, type TrainedChannel } from "./classifier.ts";
import { codesIn, withoutCodes } from "./codes.ts";
import { disguisedReadings } from "./disguise.ts";
import { type Evidence, type Read, readEvidence, strongest, weigh } from "./evidence.ts";
import type { TextWindow } from "./features.ts";
import { normalise } from "./normalise.ts";
import { hasSign } from "./signs.ts";
import { THRESHOLDS } from "./thresholds.ts";

/** How much of the patterns' weight is added to the classifier's log-odds; the classifier is trained on what they leave unexplained. */
export const PATTERN_SHARE = 0.8;
/** Log-odds of a text by patterns alone: the classifier may add to strong evidence, but never argue it away. */
const PATTERNS_ALONE = -4.5;
/** How much of the weight of hints is added to the classifier's log-odds of the window they are in. */
const HINT_SHARE = 0.4;
/** What the classifier must say beyond the threshold where no pattern acts: by itself it takes ordinary people for attackers. */
const UNSUPPORTED: { readonly [C in TrainedChannel]: number } = { user: 0.55, tool_output: 0.75 };
/** What a disguise adds to evidence that is found under it. */
const DISGUISE = 2;
/** What writing most words with figures in them says by itself. */
const MANY_FIGURES = 2;
/** The numbers by which evidence becomes log-odds: part of the version of the guardrails. */
export const DECISION = { PATTERN_SHARE, PATTERNS_ALONE, HINT_SHARE, UNSUPPORTED, DISGUISE, MANY_FIGURES } as const;
/** Shorter texts hold no instruction. */
const SHORTEST = 8;

const NO_CODES: ReadonlySet<string> = new Set();
const NOTHING: Read = { evidence: [], mentions: [] };

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
    const under = underneath(normalise(hidden).text, channel);
    // What is plain to see is not hidden: only evidence beyond it counts as disguised.
    const isHidden = weigh(actingOf(under.evidence)) > weigh(actingOf(plain.evidence));
    // In what tools return, names and codes with figures are everyday.
    const isWritten = kind === "figures" && channel === "user";
    const logit = under.logit + (isHidden ? DISGUISE : 0) + (isWritten ? MANY_FIGURES : 0);
    if ((isHidden || isWritten) && logit > (worst ?? plain).logit) worst = { logit, evidence: under.evidence, start, end };
  }
  const { logit, evidence } = worst ?? plain;
  const score = 1 / (1 + Math.exp(-logit));
  if (score < THRESHOLDS[channel].flag) return [];
  const family = strongest(actingOf(evidence))?.family;
  return [
    {
      type: family === "persona" || family === "release" ? "jailbreak" : "injection",
      ...(worst === null
        ? { start: reading.startOf(plain.start), end: reading.startOf(plain.end) }
        : { start: worst.start, end: worst.end }),
      score,
      detector: `injection.${family ?? "classifier"}`,
    },
  ];
}

const actingOf = (evidence: readonly Evidence[]): readonly Evidence[] => evidence.filter(({ acts }) => acts);

/** What stands in a tool's answer in disguise is judged by patterns alone: its codes and names were never trained on. */
const underneath = (hidden: string, channel: Channel): Judgement =>
  channel === "user" ? judgePlain(hidden, channel) : byPatterns(hidden, readEvidence(hidden, channel).evidence);

/** Offsets are those of the normalised text. What a model says is judged by patterns alone: nothing was there to train on. */
function judgePlain(text: string, channel: Channel, codes: ReadonlySet<string> = NO_CODES, signed = true): Judgement {
  const { evidence, mentions } = signed ? readEvidence(text, channel) : NOTHING;
  const alone = byPatterns(text, evidence);
  if (channel === "model_output") return alone;
  const judged = judge(withoutCodes(withoutMentions(text, mentions), codes), channel, hintsNear(evidence));
  const { start, end } = alone.logit === Number.NEGATIVE_INFINITY ? judged.window : alone;
  return { logit: Math.max(alone.logit, judged.logit + besideClassifier(evidence, channel)), evidence, start, end };
}

/** What the hints in a window add to the classifier's log-odds of it. */
export function hintsNear(evidence: readonly Evidence[]): (window: TextWindow) => number {
  const hints = evidence.filter(({ acts }) => !acts);
  if (hints.length === 0) return () => 0;
  return ({ start, end }) => HINT_SHARE * weigh(hints.filter((hint) => hint.start >= start && hint.start < end));
}

/** What the patterns that act add to the classifier's log-odds of a text, or what is taken off where none does. */
export function besideClassifier(evidence: readonly Evidence[], channel: TrainedChannel): number {
  const acting = actingOf(evidence);
  return acting.length > 0 ? PATTERN_SHARE * weigh(acting) : -UNSUPPORTED[channel];
}

/** Hints count beside a pattern that acts, and decide nothing alone. */
export function byPatterns(text: string, evidence: readonly Evidence[]): Judgement {
  const acting = actingOf(evidence);
  const top = strongest(acting);
  const logit =
    top === null ? Number.NEGATIVE_INFINITY : PATTERNS_ALONE + weigh(acting) + HINT_SHARE * weigh(evidence.filter(({ acts }) => !acts));
  return { logit, evidence, start: top?.start ?? 0, end: top?.end ?? text.length };
}

/** The same length: offsets stay. */
export function withoutMentions(text: string, mentions: Read["mentions"]): string {
  if (mentions.length === 0) return text;
  let read = "";
  let at = 0;
  for (const { start, end } of [...mentions].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(at, start);
    read += text.slice(at, from) + " ".repeat(end - from);
    at = end;
  }
  return read + text.slice(at);
}
