/** From a score to a verdict, by channel. The numbers come from scripts/guardrails/train.ts on held-out groups; docs/guardrails.md has the table. */
import type { Channel, Verdict } from "../finding.ts";

export type Thresholds = { readonly flag: number; readonly block: number };

export const THRESHOLDS: { readonly [C in Channel]: Thresholds } = {
  user: { flag: 0.58, block: 0.66 },
  tool_output: { flag: 0.58, block: 0.72 },
  model_output: { flag: 0.8, block: 0.95 },
};

export function verdictOfScore(score: number, channel: Channel): Verdict {
  const { flag, block } = THRESHOLDS[channel];
  return score >= block ? "block" : score >= flag ? "flag" : "pass";
}
