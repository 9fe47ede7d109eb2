/** One head for each category of content: trained on rows that say something about it, calibrated on harmless rows that training did not see. */

import { CONTENT_TABLE_SIZE, CONTENT_WINDOW, contentFeatures, slotsOfMeanings } from "../../../core/guardrail/content/features.ts";
import { logitOf as sumToLogit } from "../../../core/guardrail/injection/classifier.ts";
import { windowsOf } from "../../../core/guardrail/injection/features.ts";
import { normalise } from "../../../core/guardrail/injection/normalise.ts";
import { CONTENT_CATEGORIES, type ContentCategory } from "../../../core/guardrail/rules/settings.ts";
import { foldOf } from "../dataset.ts";
import { type Fitted, fitRidge, type Sample } from "../ridge.ts";
import { ownContentRows } from "./own.ts";
import { ANGRY, type ContentRow, isWritten, readContentRows, writtenContentRows } from "./rows.ts";

const SETTINGS = {
  /** A strong penalty: what few texts of few authors say about single words does not hold for others. */
  penalty: 1.5,
  /** Shares of it for what words mean. */
  loose: { alone: 0.25, near: 0.45, crossed: 0.45, amount: 0.3 },
  /** Shares of the harmless calibration texts that may be flagged and blocked in one category. The strictest of our own look-alikes, those that quote hate to object to it, labelled texts and the rest decides. */
  allowed: {
    flag: { own: 0.08, counter: 0.3, labelled: 0.05, ordinary: 0.01, written: 0.2 },
    block: { own: 0.008, counter: 0.06, labelled: 0.008, ordinary: 0.002, written: 0.04 },
  },
  /** A text that somebody wrote for training counts as so many others: no two of them are alike. */
  written: 3,
  /** Log-odds between the thresholds, at least. */
  leastStep: 1.5,
} as const;

/** Of a group of more rows each counts less, so that no template rules. */
const ROWS_IN_FULL = 20;
const SEED = 20_261_129;
const CALIBRATION_FOLDS = 5;

export type ContentExample = { readonly row: ContentRow; readonly windows: readonly Int32Array[]; readonly isCalibration: boolean };
/** `usual`: what one in twenty harmless labelled calibration texts reaches; heads that saw different sources are compared above it. */
export type Head = { readonly model: Fitted; readonly flag: number; readonly block: number; readonly usual: number };
const USUAL_SHARE = 0.05;
export type Heads = { readonly [C in ContentCategory]: Head };

/** All rows: labelled, ordinary, and our own but for those that tests judge. */
export function contentExamples(): ContentExample[] {
  const labelled = (readContentRows() ?? []).map((row) =>
    exampleOf(row, row.labels.length === 0 && foldOf(isOneGroup(row) ? row.text : row.group, CALIBRATION_FOLDS) === 0),
  );
  const written = writtenContentRows().map((row) => exampleOf(row, row.labels.length === 0 && foldOf(row.text, CALIBRATION_FOLDS) === 0));
  const taught = ownContentRows("taught", SEED).map((row) => exampleOf(row, false));
  return [...labelled, ...written, ...taught, ...ownContentRows("calibration", SEED).map((row) => exampleOf(row, true))];
}

/** A source without families of texts is divided by row. */
const isOneGroup = ({ source }: ContentRow): boolean => !["stormfront", "medquad", "wikinews", "own"].includes(source);

function exampleOf(row: ContentRow, isCalibration: boolean): ContentExample {
  const { text } = normalise(row.text);
  const windows = windowsOf(text, CONTENT_WINDOW, false).map(({ start, end }) => {
    const features: number[] = [];
    contentFeatures(text.slice(start, end), (feature) => features.push(feature));
    return Int32Array.from(features);
  });
  return { row, windows, isCalibration };
}

const windowScore = ({ weights, bias }: Fitted, features: Int32Array): number =>
  sumToLogit(
    features.reduce((sum, feature) => sum + (weights[feature] ?? 0), 0),
    bias,
    features.length,
  );

function rankOf(row: ContentRow): keyof typeof SETTINGS.allowed.flag {
  const { source, subset } = row;
  if (isWritten(row)) return "written";
  if (source === "own") return subset.includes("counter") ? "counter" : "own";
  return source.startsWith("ordinary") ? "ordinary" : "labelled";
}

/** A text is as bad as its worst window. */
const scoreOf = (model: Fitted, { windows }: ContentExample): number => Math.max(...windows.map((window) => windowScore(model, window)));

export function fitHeads(examples: readonly ContentExample[]): Heads {
  const heads = CONTENT_CATEGORIES.map((category) => [category, fitHead(examples, category)] as const);
  return Object.fromEntries(heads) as Heads;
}

function fitHead(examples: readonly ContentExample[], category: ContentCategory): Head {
  const known = examples.filter(({ row }) => row.labelled.includes(category) && row.source !== ANGRY);
  const taught = known.filter(({ isCalibration }) => !isCalibration);
  const model = fitWindows(taught, category);
  const kept = known.filter(({ isCalibration }) => isCalibration);
  const ranks = Map.groupBy(kept, ({ row }) => rankOf(row));
  const cut = (verdict: "flag" | "block"): number =>
    Math.max(
      ...[...ranks].map(([of, part]) => {
        const scores = part.map((one) => scoreOf(model, one));
        return above(scores, SETTINGS.allowed[verdict][of]);
      }),
    );
  const flag = cut("flag");
  const usual = above(
    (ranks.get("labelled") ?? []).map((one) => scoreOf(model, one)),
    USUAL_SHARE,
  );
  return { model, usual, flag, block: Math.max(cut("block"), flag + SETTINGS.leastStep) };
}

/** At first every window of a hit counts as one, then only the one that the first fit finds worst. */
function fitWindows(taught: readonly ContentExample[], category: ContentCategory): Fitted {
  const isHit = ({ row }: ContentExample): boolean => row.labels.includes(category);
  const nameOf = (one: ContentExample): string => `${isHit(one)} ${one.row.group}`;
  const sizes = Map.groupBy(taught, nameOf);
  const fitted = (windowsFor: (one: ContentExample) => readonly Int32Array[]): Fitted =>
    fitRidge(
      taught.flatMap((one) => {
        const windows = windowsFor(one);
        const counts = isWritten(one.row) ? SETTINGS.written : Math.sqrt(Math.min(1, ROWS_IN_FULL / (sizes.get(nameOf(one))?.length ?? 1)));
        const weight = counts / windows.length;
        return windows.map((features): Sample => ({ features, scale: sumToLogit(1, 0, features.length), isHit: isHit(one), weight }));
      }),
      { size: CONTENT_TABLE_SIZE, penalty: SETTINGS.penalty, loose: looseSlots() },
    );
  const first = fitted(({ windows }) => windows);
  return fitted((one) =>
    isHit(one) ? one.windows.filter((window) => windowScore(first, window) === scoreOf(first, one)).slice(0, 1) : one.windows,
  );
}

const looseSlots = (): ReadonlyMap<number, number> =>
  new Map(
    Object.entries(slotsOfMeanings()).flatMap(([kind, { from, to }]) =>
      Array.from({ length: to - from }, (_, index) => [from + index, SETTINGS.loose[kind as keyof typeof SETTINGS.loose]] as const),
    ),
  );

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
        const scores = CONTENT_CATEGORIES.map((category) => [category, scoreOf(heads[category].model, example)] as const);
        return { row: example.row, scores: Object.fromEntries(scores) as HeldOut["scores"], heads };
      });
  });
}
