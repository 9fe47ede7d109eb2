/** A linear classifier over hashed features (features.ts), a table of weights for each category (weights.ts, numbers from scripts/guardrails/content). */
import { fromBase64, logitOf } from "../injection/classifier.ts";
import { CONTENT_CATEGORIES, type ContentCategory } from "../rules/settings.ts";
import { CONTENT_TABLE_SIZE, contentFeatures } from "./features.ts";
import { CONTENT_WEIGHTS } from "./weights.ts";

/** Weights of one feature lie side by side, one for each category in their order. */
const COUNT = CONTENT_CATEGORIES.length;
const TABLE = new Int16Array(COUNT * CONTENT_TABLE_SIZE);
for (const [index, category] of CONTENT_CATEGORIES.entries()) {
  const { table, large } = CONTENT_WEIGHTS[category];
  for (const [feature, weight] of fromBase64(table).entries()) TABLE[feature * COUNT + index] = weight;
  for (const [feature, weight] of large.split(" ").map((one) => one.split(":"))) TABLE[Number(feature) * COUNT + index] = Number(weight);
}

/** A category with the log-odds that a window of text belongs to it. */
export type ContentScore = { readonly category: ContentCategory; readonly logit: number };

/** One score for each category. `text`: a window of normalised text. */
export function scoreContent(text: string): ContentScore[] {
  const sums = new Float64Array(COUNT);
  const distinct = contentFeatures(text, (feature) => {
    for (let index = 0; index < COUNT; index++) sums[index] = (sums[index] ?? 0) + (TABLE[feature * COUNT + index] ?? 0);
  });
  return CONTENT_CATEGORIES.map((category, index) => {
    const { scale, bias } = CONTENT_WEIGHTS[category];
    return { category, logit: logitOf((sums[index] ?? 0) * scale, bias, distinct) };
  });
}
