/**
 * How risky a call is, 0 to 100: the sum of named factors, none of which lowers it. Pure: the same facts give the same score, and a person
 * who looks at it sees which facts those were.
 *
 * The points are chosen so that a write that a developer fixed and that carries the caller's own words stays below 50, one that a model
 * chose from untrusted text below 70, and data of class `restricted` that leaves the org after an instruction was found comes above 90
 * (test/core/risk/examples.test.ts).
 */
import { DATA_CLASSES, type DataClass } from "../label/label.ts";
import type { RiskFacts } from "./facts.ts";
import { ODDITIES } from "./oddities.ts";

/** One part of a score. PERSISTED: in journals and cases. */
export type RiskFactor = { readonly factor: string; readonly points: number; readonly why: string };
/** A score and its parts, which sum to it. PERSISTED: in journals and cases. */
export type Risk = { readonly score: number; readonly factors: readonly RiskFactor[] };

/** Nothing was called. */
export const NO_RISK: Risk = { score: 0, factors: [] };

/** The highest score. */
const MOST = 100;

type Part = { readonly points: number; readonly why: string };
const byClass = (points: readonly [number, number, number, number], of: DataClass): number => points[DATA_CLASSES.indexOf(of)] ?? 0;
const isAtLeast = (of: DataClass, least: DataClass): boolean => DATA_CLASSES.indexOf(of) >= DATA_CLASSES.indexOf(least);

/** Points of the writes that a run has made: 1 each, this many at most. */
const MOST_WRITES = 5;
/** Points of oddities together, at most. */
const MOST_ODD = 10;

/** Each factor by name: its points, and why. A factor of 0 points is left out of the score. */
const FACTORS: { readonly [factor: string]: (facts: RiskFacts) => Part } = {
  effect: ({ effect }) =>
    effect === "write"
      ? { points: 25, why: "the tool writes" }
      : effect === "read"
        ? { points: 5, why: "the tool reads" }
        : { points: 0, why: "" },
  tool_class: ({ toolClass }) => ({ points: byClass([0, 2, 6, 10], toolClass), why: `the tool's data is \`${toolClass}\`` }),
  data_class: ({ argumentClass }) => ({
    points: byClass([0, 2, 8, 15], argumentClass),
    why: `the arguments derive from \`${argumentClass}\` data`,
  }),
  destination: ({ destination }) =>
    destination === "foreign"
      ? { points: 10, why: "the tool's host is not one of the org's own" }
      : destination === "own"
        ? { points: 3, why: "the arguments leave the platform for a host of the org" }
        : { points: 0, why: "" },
  cost: ({ spentShare, callUsd }) => {
    const spent = Math.floor(6 * Math.min(1, Math.max(0, spentShare)));
    const price = callUsd >= 10 ? 4 : callUsd >= 1 ? 2 : 0;
    return { points: spent + price, why: price > 0 ? "the call is dear, or the budget is nearly spent" : "the budget is partly spent" };
  },
  chosen_by: ({ chosenBy }) =>
    chosenBy === "model" ? { points: 8, why: "a model chose the tool or its arguments" } : { points: 0, why: "" },
  untrusted: ({ trust }) =>
    trust === "untrusted" ? { points: 10, why: "the arguments derive from untrusted text" } : { points: 0, why: "" },
  instruction: ({ seenInstruction }) =>
    seenInstruction ? { points: 15, why: "an instruction was found in a tool's answer" } : { points: 0, why: "" },
  outflow: ({ seenClass, destination }) =>
    destination === "foreign" && isAtLeast(seenClass, "confidential")
      ? { points: byClass([0, 0, 5, 12], seenClass), why: `the run has read \`${seenClass}\` data, and the call leaves the org` }
      : { points: 0, why: "" },
  writes: ({ writes }) => ({ points: Math.min(MOST_WRITES, writes), why: "the run has written before" }),
  arguments: ({ oddities }) => ({
    points: Math.min(
      MOST_ODD,
      oddities.reduce((sum, kind) => sum + ODDITIES[kind].points, 0),
    ),
    why: oddities.map((kind) => ODDITIES[kind].why).join("; "),
  }),
};

/** The risk of a call. Where the factors come to more than 100, the last of them count for less, so that they sum to the score. */
export function riskOf(facts: RiskFacts): Risk {
  let score = 0;
  const factors: RiskFactor[] = [];
  for (const [factor, of] of Object.entries(FACTORS)) {
    const part = of(facts);
    const points = Math.min(part.points, MOST - score);
    if (points <= 0) continue;
    score += points;
    factors.push({ factor, points, why: part.why });
  }
  return { score, factors };
}

/** The riskier of two; of equals the first. */
export const riskier = (a: Risk, b: Risk): Risk => (b.score > a.score ? b : a);
