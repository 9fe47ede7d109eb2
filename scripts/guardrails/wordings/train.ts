/** Trains the model of wordings and writes core/guardrail/injection/wordings/weights.ts; called by `npm run train:injection`. Deterministic. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { augmented } from "./augment.ts";
import { bagOf } from "./bags.ts";
import { classesOf, classOfFrom } from "./classes.ts";
import { fitModel, type Model, type Sample, SETTINGS } from "./fit.ts";
import type { Text } from "./text.ts";
import { madeTexts, strangersTexts, weightOf, writtenTexts } from "./texts.ts";

const WEIGHTS_FILE = join(import.meta.dirname, "../../../core/guardrail/injection/wordings/weights.ts");
/** Log-odds from which a text is flagged and blocked: chosen on texts of authors that training did not see (docs/guardrails.md). */
export const CUTS = { user: { flag: 0.8, block: 0.8 }, tool_output: { flag: 3.5, block: 4 } };
/** Smaller weights, in steps of the scale, are left out. */
const LEAST = 3;
/** Largest weight; the scale of the signed bytes. */
const LARGEST = 2.54;

export function trainWordings(): { readonly source: string; readonly attacks: number; readonly harmless: number } {
  const classes = classesOf();
  const classOf = classOfFrom(classes);
  const written = writtenTexts();
  const texts = [...madeTexts(), ...strangersTexts(), ...written, ...augmented(written)];
  const samples = texts.map((text: Text): Sample => ({ bag: bagOf(text.text, classOf), attack: text.attack, weight: weightOf(text) }));
  const attacks = samples.filter(({ attack }) => attack).length;
  return {
    source: sourceOf(fitModel(samples, SETTINGS), classes, attacks, samples.length - attacks),
    attacks,
    harmless: samples.length - attacks,
  };
}

function sourceOf({ weights, bias }: Model, classes: ReadonlyMap<number, number>, attacks: number, harmless: number): string {
  const scale = LARGEST / 127;
  const bytes: number[] = [];
  let before = -1;
  weights.forEach((weight, index) => {
    const value = Math.max(-127, Math.min(127, Math.round(weight / scale)));
    if (Math.abs(value) < LEAST) return;
    for (let gap = index - before; ; gap >>>= 7) {
      bytes.push(gap < 128 ? gap : (gap & 127) | 128);
      if (gap < 128) break;
    }
    bytes.push(value & 255);
    before = index;
  });
  const keys = [...classes]
    .sort((a, b) => a[0] - b[0])
    .flatMap(([key, value]) => [key & 255, (key >>> 8) & 255, (key >>> 16) & 255, key >>> 24, value]);
  const base64 = (values: readonly number[]): string => Buffer.from(values).toString("base64");
  return (
    "/**\n * Made by scripts/guardrails/wordings/train.ts (`npm run train:injection -- --write`); not edited by hand. Numbers, no text: weights of hashed\n" +
    ` * features as gaps and signed bytes, and classes of words by their hashes. Trained on ${attacks} attacks and ${harmless} harmless texts.\n */\n` +
    `export const WORDINGS = {\n  scale: ${Number(scale.toPrecision(6))},\n  bias: ${Number(bias.toPrecision(6))},\n  /** Log-odds from which a text is flagged and blocked. */\n  cuts: ${JSON.stringify(CUTS).replace(/"/g, "")},\n  classes:\n    "${base64(keys)}",\n  table:\n    "${base64(bytes)}",\n} as const;\n`
  );
}

/** Replaces the file of weights. */
export const writeWordings = (source: string): void => writeFileSync(WEIGHTS_FILE, source);

if (process.argv[1] === import.meta.filename) {
  const { source, attacks, harmless } = trainWordings();
  console.log(`wordings: ${attacks} attacks, ${harmless} harmless, ${(source.length / 1000).toFixed(0)} kB`);
  writeWordings(source);
}
