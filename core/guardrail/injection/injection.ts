/** Prompt injection and jailbreaks: patterns and a small classifier over every reading of a text, one score, at most one finding a text. */
import type { Channel, Finding } from "../finding.ts";
import { disguisedReadings } from "./disguise.ts";
import { normalise } from "./normalise.ts";
import { type Family, PATTERNS, RUN_TOGETHER } from "./patterns.ts";
import { THRESHOLDS } from "./thresholds.ts";

type Hit = { readonly family: Family; readonly weight: number; readonly start: number; readonly end: number };

/** Log-odds of a text without any evidence, and what a disguise adds to evidence found under it. */
const BIAS = -4.5;
const DISGUISE_BONUS = 2;

/** The finding of a text that is at least suspicious in this channel; offsets are those of the strongest evidence. */
export function findInjection(text: string, channel: Channel): Finding[] {
  if (text.length < 6) return [];
  const reading = normalise(text);
  const hits = hitsIn(reading.text, channel);
  let best = { logit: BIAS + total(hits), hits, start: 0, end: text.length, kind: "plain" };
  for (const disguised of disguisedReadings(reading.text, text)) {
    const under = hitsIn(normalise(disguised.text).text, channel);
    const logit = BIAS + total(under) + DISGUISE_BONUS;
    if (under.length > 0 && logit > best.logit)
      best = { logit, hits: under, start: disguised.start, end: disguised.end, kind: disguised.kind };
  }
  const score = 1 / (1 + Math.exp(-best.logit));
  if (score < THRESHOLDS[channel].flag) return [];
  const strongest = best.hits.reduce<Hit | null>((top, hit) => (top === null || hit.weight > top.weight ? hit : top), null);
  const isPlain = best.kind === "plain" && strongest !== null;
  return [
    {
      type: strongest?.family === "persona" ? "jailbreak" : "injection",
      start: isPlain ? reading.startOf(strongest.start) : best.start,
      end: isPlain ? reading.startOf(strongest.end) : best.end,
      score,
      detector: `injection.${strongest?.family ?? "classifier"}`,
    },
  ];
}

/** The strongest hit of a family counts in full, the second half, the others nothing: repeating oneself is no evidence. */
function total(hits: readonly Hit[]): number {
  const byFamily = Map.groupBy(hits, (hit) => hit.family);
  let sum = 0;
  for (const family of byFamily.values()) {
    const [first = 0, second = 0] = family.map((hit) => hit.weight).sort((a, b) => b - a);
    sum += first + second / 2;
  }
  return sum;
}

function hitsIn(text: string, channel: Channel): Hit[] {
  const hits: Hit[] = [];
  for (const { family, weight, expression, channels } of PATTERNS) {
    if (channels !== undefined && !channels.includes(channel)) continue;
    const match = expression.exec(text);
    if (match !== null) hits.push({ family, weight, start: match.index, end: match.index + match[0].length });
  }
  const together = RUN_TOGETHER.exec(text);
  if (together !== null) hits.push({ family: "override", weight: 7, start: together.index, end: together.index + together[0].length });
  return hits;
}
