/** From a score to a verdict, by channel. The numbers come from scripts/guardrails/train.ts on held-out groups; docs/guardrails.md has the table. */
import type { Channel, Verdict } from "../finding.ts";

/** Scores, 0 to 1, from which a text is flagged and blocked. */
export type Thresholds = { readonly flag: number; readonly block: number };

/** Scores from which each channel flags and blocks, chosen on held-out groups of texts (docs/guardrails.md). */
export const THRESHOLDS: { readonly [C in Channel]: Thresholds } = {
  user: { flag: 0.58, block: 0.66 },
  tool_output: { flag: 0.58, block: 0.72 },
  model_output: { flag: 0.8, block: 0.95 },
};

/** `block`, `flag` or `pass`. `score`: 0 to 1. */
export function verdictOfScore(score: number, channel: Channel): Verdict {
  const { flag, block } = THRESHOLDS[channel];
  return score >= block ? "block" : score >= flag ? "flag" : "pass";
}
