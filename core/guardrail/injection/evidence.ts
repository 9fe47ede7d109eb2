/** Which patterns a normalised text fulfils in a channel, and what they weigh together. */
import type { Channel } from "../finding.ts";
import type { Family } from "./pattern.ts";
import { PATTERNS, RUN_TOGETHER } from "./patterns.ts";

export type Evidence = { readonly family: Family; readonly weight: number; readonly start: number; readonly end: number };

const RUN_TOGETHER_WEIGHT = 5;
const MAX_TOGETHER = 20_000;

export function evidenceIn(text: string, channel: Channel): Evidence[] {
  const found: Evidence[] = [];
  for (const { family, weight, expression, channels } of PATTERNS) {
    if (channels !== undefined && !channels.includes(channel)) continue;
    const match = expression.exec(text);
    if (match !== null) found.push({ family, weight, start: match.index, end: match.index + match[0].length });
  }
  if (RUN_TOGETHER.test(text.slice(0, MAX_TOGETHER).replace(/[^a-z]+/g, "")))
    found.push({ family: "override", weight: RUN_TOGETHER_WEIGHT, start: 0, end: text.length });
  return found;
}

/** The strongest of a family counts in full, the second half, the others nothing: repeating oneself is no evidence. */
export function weigh(evidence: readonly Evidence[]): number {
  let sum = 0;
  for (const family of Map.groupBy(evidence, ({ family }) => family).values()) {
    const [first = 0, second = 0] = family.map(({ weight }) => weight).sort((a, b) => b - a);
    sum += first + second / 2;
  }
  return sum;
}

export const strongest = (evidence: readonly Evidence[]): Evidence | null =>
  evidence.reduce<Evidence | null>((top, next) => (top === null || next.weight > top.weight ? next : top), null);
