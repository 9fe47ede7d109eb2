/**
 * `npm run train:content [-- --write]`: trains a head for each category of content, measures it on whole sources that neither weights nor thresholds saw,
 * and with `--write` replaces core/guardrail/content/weights.ts. `--quick` measures nothing. Reads BULKHEAD_DATA; without it, says so and does nothing. Deterministic.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CONTENT_CATEGORIES, type ContentCategory } from "../../../core/guardrail/rules/settings.ts";
import { hasFolder } from "../dataset.ts";
import { cutOff, quantise } from "../quantise.ts";
import { type ContentExample, contentExamples, fitHeads, type Head, heldOutContent } from "./fit.ts";
import { drawContent } from "./measure.ts";

const WEIGHTS_FILE = join(import.meta.dirname, "../../../core/guardrail/content/weights.ts");

if (!hasFolder()) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else {
  const examples = contentExamples();
  if (!process.argv.includes("--quick")) {
    console.log("content: whole sources held out, from weights and thresholds alike");
    for (const line of drawContent(heldOutContent(examples))) console.log(line);
  }
  const heads = fitHeads(examples);
  const source = sourceFile(CONTENT_CATEGORIES.map((category) => headOf(category, heads[category], examples)));
  console.log(`\nweights ${createHash("sha256").update(source).digest("hex").slice(0, 16)}, ${(source.length / 1000).toFixed(0)} kB`);
  if (process.argv.includes("--write")) writeFileSync(WEIGHTS_FILE, source);
}

function headOf(category: ContentCategory, { model, flag, block }: Head, examples: readonly ContentExample[]): string {
  const { table, scale } = quantise(model.weights);
  const number = (value: number): number => Number(value.toPrecision(6));
  const taught = examples.filter(({ row, isCalibration }) => !isCalibration && row.labelled.includes(category));
  const hits = taught.filter(({ row }) => row.labels.includes(category)).length;
  return (
    `  /** Trained on ${hits} texts of the category and ${taught.length - hits} others. */\n` +
    `  ${category}: {\n    scale: ${scale},\n    bias: ${number(model.bias)},\n    flag: ${number(flag)},\n    block: ${number(block)},\n    large:\n      "${cutOff(model.weights, scale).join(" ")}",\n    table:\n      "${table}",\n  },\n`
  );
}

function sourceFile(heads: readonly string[]): string {
  return (
    "/**\n * Made by scripts/guardrails/content/train.ts (`npm run train:content -- --write`); not edited by hand. Weights of hashed features as signed bytes,\n" +
    " * base64: numbers, no text. `flag` and `block`: log-odds from which a text is flagged and blocked, set by harmless texts that the weights did not see.\n * `large`: weights beyond a byte, `index:weight`.\n" +
    ' * The sets it learned from, and their licences: docs/guardrails.md, "Content".\n */\n' +
    `export const CONTENT_WEIGHTS = {\n${heads.join("")}} as const;\n`
  );
}
