/**
 * `npm run train:injection [-- --write]`: trains the injection classifier, measures it on whole sources that neither weights nor thresholds saw, and
 * with `--write` replaces core/guardrail/injection/weights.ts and wordings/weights.ts; `--quick` trains without measuring. Reads BULKHEAD_DATA; without it, says so and does
 * nothing. Deterministic.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasFolder } from "./dataset.ts";
import { CHANNELS, examplesFor, type Fitted, fitTo, heldOutSources } from "./fit.ts";
import { quantise } from "./quantise.ts";
import { drawRates, ratesOf } from "./rates.ts";
import { heldOutAuthors } from "./wordings/measure.ts";
import { CUTS, trainWordings, writeWordings } from "./wordings/train.ts";

const WEIGHTS_FILE = join(import.meta.dirname, "../../core/guardrail/injection/weights.ts");

if (!hasFolder()) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else {
  const fitted = {} as Record<(typeof CHANNELS)[number], Fitted>;
  for (const channel of CHANNELS) {
    const examples = examplesFor(channel);
    if (!process.argv.includes("--quick")) {
      console.log(`\n${channel}: whole sources held out, from weights and thresholds alike`);
      for (const line of drawRates(ratesOf(heldOutSources(examples)))) console.log(line);
    }
    fitted[channel] = fitTo(examples);
    const { flag, block } = fitted[channel].cuts;
    console.log(`shipped: flagged from ${flag.toFixed(2)}, blocked from ${block.toFixed(2)} (log-odds before they are stretched)`);
  }
  const source = sourceFile(fitted);
  console.log(`\nweights ${createHash("sha256").update(source).digest("hex").slice(0, 16)}, ${(source.length / 1000).toFixed(0)} kB`);
  if (process.argv.includes("--write")) writeFileSync(WEIGHTS_FILE, source);
  if (!process.argv.includes("--quick")) for (const line of heldOutAuthors(CUTS.user.block)) console.log(line);
  const wordings = trainWordings();
  console.log(
    `wordings: ${wordings.attacks} attacks, ${wordings.harmless} harmless texts, ${(wordings.source.length / 1000).toFixed(0)} kB`,
  );
  if (process.argv.includes("--write")) writeWordings(wordings.source);
}

function sourceFile(fitted: Record<(typeof CHANNELS)[number], Fitted>): string {
  const head = (channel: (typeof CHANNELS)[number]): string => {
    const { model, stretch, shift, attacks, harmless } = fitted[channel];
    const { table, scale } = quantise(model.weights);
    const number = (value: number): number => Number(value.toPrecision(6));
    return (
      `  /** Trained on ${attacks} attacks and ${harmless} harmless texts. */\n` +
      `  ${channel}: {\n    scale: ${scale},\n    bias: ${number(model.bias)},\n    stretch: ${number(stretch)},\n    shift: ${number(shift)},\n    table:\n      "${table}",\n  },\n`
    );
  };
  return (
    "/**\n * Made by scripts/guardrails/train.ts (`npm run train:injection -- --write`); not edited by hand. Weights of hashed features as signed bytes, base64:\n" +
    " * numbers, no text. Log-odds are stretched and shifted so that the thresholds (thresholds.ts) fall where the calibration texts put them.\n */\n" +
    `export const WEIGHTS = {\n${CHANNELS.map(head).join("")}} as const;\n`
  );
}
