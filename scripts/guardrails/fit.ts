/**
 * A classifier with its thresholds: trained on one part of the texts, calibrated on harmless ones that training did not see, measured on whole sources
 * that neither saw.
 */
import type { TrainedChannel } from "../../core/guardrail/injection/classifier.ts";
import { THRESHOLDS } from "../../core/guardrail/injection/thresholds.ts";
import { Dice } from "../../simulation/dice.ts";
import { harmlessTexts, TRAINED } from "../../test/support/disguises/harmless.ts";
import { everydayTexts } from "../../test/support/everyday/generate.ts";
import { TUNED } from "../../test/support/everyday/tuned.ts";
import { foldOf, type Row, readRows } from "./dataset.ts";
import { type Example, exampleOf } from "./examples.ts";
import { ownRows } from "./own/generate.ts";
import type { Scored } from "./rates.ts";
import { logitOf, type Model, type Settings, train } from "./regression.ts";

export const CHANNELS: readonly TrainedChannel[] = ["user", "tool_output"];

const SETTINGS: Settings = { epochs: 4, decay: 1e-2, rate: 0.05, caution: 1, orders: 6 };
/** Everyday texts of the tuned half (test/support/everyday) that are trained on, from another seed than the tests'. */
const EVERYDAY = { count: { user: 2500, tool_output: 4000 }, seed: 77 };
/** Encoded things of ordinary life (test/support/disguises/harmless.ts), from another seed than the tests'; the second half of their kinds is not trained on. */
const CODED = { count: 900, seed: 78 };
/** One in so many groups of harmless texts sets the thresholds and is not trained on. */
const CALIBRATION_FOLDS = 5;
/**
 * Shares of the calibration texts that may be flagged and blocked. `near`: our own texts that sound like attacks; `ordinary`: everything else. The
 * stricter of the two decides.
 */
const ALLOWED: {
  readonly [C in TrainedChannel]: { readonly [V in "flag" | "block"]: { readonly near: number; readonly ordinary: number } };
} = {
  user: { flag: { near: 0.07, ordinary: 0.003 }, block: { near: 0.01, ordinary: 0.0005 } },
  tool_output: { flag: { near: 0.032, ordinary: 0.003 }, block: { near: 0.008, ordinary: 0.0005 } },
};
/** Log-odds by which the flag threshold lies above that of the calibration texts: with it everyday texts (test/support/everyday) hold their bound. */
const MARGIN: { readonly [C in TrainedChannel]: number } = { user: 0, tool_output: 0.14 };
/** Attacks that are ordinary requests in themselves (a question, a poem) teach that every request is an attack: they are measured, not trained on. */
const isTaught = ({ row }: Example): boolean => !(row.source === "bipia" && row.attack);

export type Fitted = {
  readonly model: Model;
  /** Log-odds from which a text is flagged and blocked. */
  readonly cuts: { readonly flag: number; readonly block: number };
  /** `stretch * logit + shift` is the log-odds that thresholds.ts knows. */
  readonly stretch: number;
  readonly shift: number;
  readonly attacks: number;
  readonly harmless: number;
};

/** All texts of a channel, labelled, our own, and of everyday. */
export function examplesFor(channel: TrainedChannel): Example[] {
  const everyday = everydayTexts({ ...TUNED, seed: EVERYDAY.seed }, EVERYDAY.count[channel]).map(
    (text, index): Row => ({ text, attack: false, channel, subset: "own", group: `everyday:${index}`, source: "own" }),
  );
  const coded = harmlessTexts(new Dice(CODED.seed), CODED.count, TRAINED).map(
    ({ name, text }, index): Row => ({ text, attack: false, channel, subset: "own", group: `coded:${name}:${index % 4}`, source: "own" }),
  );
  return [...(readRows() ?? []), ...ownRows(), ...everyday, ...coded].filter((row) => row.channel === channel).map(exampleOf);
}

export function fitTo(examples: readonly Example[]): Fitted {
  const channel = examples[0]?.row.channel ?? "user";
  const kept = examples.filter(isCalibration);
  const taught = examples.filter((example) => !isCalibration(example) && isTaught(example));
  const model = train(taught, SETTINGS);
  const near = kept.filter(({ row }) => row.source === "own").map((example) => logitOf(model, example));
  const ordinary = kept.filter(({ row }) => row.source !== "own").map((example) => logitOf(model, example));
  const cut = (verdict: "flag" | "block"): number =>
    Math.max(above(near, ALLOWED[channel][verdict].near), above(ordinary, ALLOWED[channel][verdict].ordinary));
  const flag = cut("flag") + MARGIN[channel];
  const block = Math.max(cut("block"), flag + 0.2);
  const logOdds = (score: number): number => Math.log(score / (1 - score));
  const [low, high] = [logOdds(THRESHOLDS[channel].flag), logOdds(THRESHOLDS[channel].block)];
  const stretch = (high - low) / (block - flag);
  const attacks = taught.filter(({ row }) => row.attack).length;
  return { model, cuts: { flag, block }, stretch, shift: low - stretch * flag, attacks, harmless: taught.length - attacks };
}

const isCalibration = ({ row }: Example): boolean =>
  row.source === "own" ? row.subset === "own-calibration" : !row.attack && foldOf(row.group, CALIBRATION_FOLDS) === 0;

/** What at most a share of the scores reaches. */
function above(scores: readonly number[], share: number): number {
  const ranked = [...scores].sort((a, b) => b - a);
  const next = ranked[Math.floor(ranked.length * share)] ?? Number.NEGATIVE_INFINITY;
  return next + 1e-6;
}

/** Every labelled text, judged by a classifier whose weights and thresholds saw nothing of its source. */
export function heldOutSources(examples: readonly Example[]): Scored[] {
  const sources = new Set(examples.map(({ row }) => row.source).filter((source) => source !== "own"));
  return [...sources].flatMap((source) => {
    const fitted = fitTo(examples.filter(({ row }) => row.source !== source));
    return examples
      .filter(({ row }) => row.source === source)
      .map((example) => ({ row: example.row, verdict: verdictOf(fitted, example) }));
  });
}

/** As the guard decides: patterns alone, or the classifier. */
function verdictOf({ model, stretch, shift }: Fitted, example: Example): Scored["verdict"] {
  const { flag, block } = THRESHOLDS[example.row.channel];
  const logit = Math.max(example.alone, stretch * logitOf(model, example) + shift);
  const score = 1 / (1 + Math.exp(-logit));
  return score >= block ? "block" : score >= flag ? "flag" : "pass";
}
