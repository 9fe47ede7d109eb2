/** One head for each category of content: trained on rows that say something about it, calibrated on harmless rows that training did not see. */

import { CONTENT_TABLE_SIZE, CONTENT_WINDOW, contentFeatures } from "../../../core/guardrail/content/features.ts";
import { windowsOf } from "../../../core/guardrail/injection/features.ts";
import { normalise } from "../../../core/guardrail/injection/normalise.ts";
import { CONTENT_CATEGORIES, type ContentCategory } from "../../../core/guardrail/rules/settings.ts";
import { foldOf } from "../dataset.ts";
import type { Bag, Example } from "../examples.ts";
import { logitOf, type Model, type Settings, train } from "../regression.ts";
import { ownContentRows } from "./own.ts";
import { type ContentRow, readContentRows } from "./rows.ts";

const SETTINGS: Settings = { epochs: 10, decay: 2e-2, rate: 0.1, caution: 1, size: CONTENT_TABLE_SIZE, sure: 5e-3, rowsInFull: 20 };
const SEED = 20_261_129;
const CALIBRATION_FOLDS = 5;
/** Shares of the harmless calibration texts that may be flagged and blocked in one category. The strictest of our own look-alikes, labelled texts and the rest decides. */
const ALLOWED = {
  flag: { own: 0.06, labelled: 0.05, ordinary: 0.01 },
  block: { own: 0.005, labelled: 0.008, ordinary: 0.002 },
} as const;

export type ContentExample = { readonly row: ContentRow; readonly bags: readonly Bag[]; readonly isCalibration: boolean };
export type Head = { readonly model: Model; readonly flag: number; readonly block: number };
export type Heads = { readonly [C in ContentCategory]: Head };

/** All rows: labelled, ordinary, and our own but for those that tests judge. */
export function contentExamples(): ContentExample[] {
  const labelled = (readContentRows() ?? []).map((row) =>
    exampleOf(row, row.labels.length === 0 && foldOf(isOneGroup(row) ? row.text : row.group, CALIBRATION_FOLDS) === 0),
  );
  const taught = ownContentRows("taught", SEED).map((row) => exampleOf(row, false));
  return [...labelled, ...taught, ...ownContentRows("calibration", SEED).map((row) => exampleOf(row, true))];
}

/** A source without families of texts is divided by row. */
const isOneGroup = ({ source }: ContentRow): boolean => !["stormfront", "medquad", "wikinews", "own"].includes(source);

function exampleOf(row: ContentRow, isCalibration: boolean): ContentExample {
  const { text } = normalise(row.text);
  const bags = windowsOf(text, CONTENT_WINDOW, false).map(({ start, end }): Bag => {
    const features: number[] = [];
    contentFeatures(text.slice(start, end), (feature) => features.push(feature));
    return { features: Int32Array.from(features), near: 0 };
  });
  return { row, bags, isCalibration };
}

/** As the trainer of injections knows a text: `attack` is what the head has to find. */
const asExample = ({ row, bags }: ContentExample, category: ContentCategory): Example => ({
  row: { text: "", attack: row.labels.includes(category), channel: "user", subset: row.subset, group: row.subset, source: row.source },
  bags,
  hidden: [],
  alone: Number.NEGATIVE_INFINITY,
});

const scoreOf = (head: Head, { bags }: ContentExample): number => logitOf(head.model, { bags, hidden: [] });

export function fitHeads(examples: readonly ContentExample[]): Heads {
  const heads = CONTENT_CATEGORIES.map((category) => [category, fitHead(examples, category)] as const);
  return Object.fromEntries(heads) as Heads;
}

function fitHead(examples: readonly ContentExample[], category: ContentCategory): Head {
  const known = examples.filter(({ row }) => row.labelled.includes(category));
  const taught = known.filter(({ isCalibration }) => !isCalibration);
  const model = train(
    taught.map((one) => asExample(one, category)),
    SETTINGS,
  );
  const kept = known.filter(({ isCalibration }) => isCalibration);
  const ranks = Map.groupBy(kept, ({ row }) => (row.source === "own" || row.source === "ordinary" ? row.source : "labelled"));
  const cut = (verdict: "flag" | "block"): number =>
    Math.max(
      ...[...ranks].map(([of, part]) => {
        const scores = part.map((one) => logitOf(model, { bags: one.bags, hidden: [] }));
        return above(scores, ALLOWED[verdict][of]);
      }),
    );
  const flag = cut("flag");
  return { model, flag, block: Math.max(cut("block"), flag + 0.2) };
}

/** What at most a share of the scores reaches. */
function above(scores: readonly number[], share: number): number {
  const ranked = [...scores].sort((a, b) => b - a);
  return (ranked[Math.floor(ranked.length * share)] ?? Number.NEGATIVE_INFINITY) + 1e-6;
}

/** A row with the scores that heads gave it which saw nothing of its source. */
export type HeldOut = { readonly row: ContentRow; readonly scores: { readonly [C in ContentCategory]: number }; readonly heads: Heads };

export function heldOutContent(examples: readonly ContentExample[]): HeldOut[] {
  const sources = new Set(examples.map(({ row }) => row.source).filter((source) => source !== "own"));
  return [...sources].flatMap((source) => {
    const heads = fitHeads(examples.filter(({ row }) => row.source !== source));
    return examples
      .filter(({ row }) => row.source === source)
      .map((example) => {
        const scores = CONTENT_CATEGORIES.map((category) => [category, scoreOf(heads[category], example)] as const);
        return { row: example.row, scores: Object.fromEntries(scores) as HeldOut["scores"], heads };
      });
  });
}
