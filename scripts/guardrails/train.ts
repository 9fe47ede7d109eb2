/**
 * Trains the injection classifier and measures it on groups that it did not see: `node scripts/guardrails/train.ts [--write]`.
 * Reads BULKHEAD_DATA; without it, says so and does nothing. `--write` replaces core/guardrail/injection/weights.ts.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrainedChannel } from "../../core/guardrail/injection/classifier.ts";
import { THRESHOLDS } from "../../core/guardrail/injection/thresholds.ts";
import { foldOf, OWN_ROWS, type Row, readRows } from "./dataset.ts";
import { type Example, examplesOf } from "./examples.ts";
import { logitOf, type Model, type Settings, train } from "./regression.ts";

const FOLDS = 5;
const SETTINGS: { readonly [C in TrainedChannel]: Settings } = {
  user: { epochs: 10, decay: 1e-2, rate: 0.1 },
  tool_output: { epochs: 5, decay: 2e-3, rate: 0.1 },
};
const WEIGHTS_FILE = join(import.meta.dirname, "../../core/guardrail/injection/weights.ts");

type Scored = { readonly row: Row; readonly score: number };

const rows = readRows();
if (rows === null) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else {
  const models = {} as Record<TrainedChannel, Model>;
  for (const channel of ["user", "tool_output"] as const) {
    const examples = examplesOf([...rows, ...OWN_ROWS].filter((row) => row.channel === channel));
    report(
      `${channel}: groups held out`,
      heldOut(examples, SETTINGS[channel], ({ group }) => String(foldOf(group, FOLDS))),
      channel,
    );
    report(`${channel}: whole sources held out`, heldOut(examples, SETTINGS[channel], sourceOf), channel);
    models[channel] = train(examples, SETTINGS[channel]);
  }
  if (process.argv.includes("--write")) writeFileSync(WEIGHTS_FILE, sourceFile(models));
}

/** Every measured text scored by a model that saw nothing of its part. */
function heldOut(examples: readonly Example[], settings: Settings, partOf: (row: Row) => string): Scored[] {
  const own = examples.filter(({ row }) => row.subset === "own");
  const measured = examples.filter(({ row }) => row.subset !== "own");
  const parts = new Set(measured.map(({ row }) => partOf(row)));
  return [...parts].flatMap((part) => {
    const model = train([...own, ...measured.filter(({ row }) => partOf(row) !== part)], settings);
    const unseen = measured.filter(({ row }) => partOf(row) === part);
    return unseen.map((example) => ({ row: example.row, score: 1 / (1 + Math.exp(-logitOf(model, example))) }));
  });
}

/** Templates of one origin: InjecAgent and what was made from it are one source. */
function sourceOf({ subset }: Row): string {
  const source =
    /^(inthewild|garak|deepset|neuralchemy|x?injecagent|bipia|banking77|nlupp|self-instruct|xstest)/.exec(subset)?.[1] ?? subset;
  return source.replace("xinjec", "injec");
}

function report(title: string, scored: readonly Scored[], channel: TrainedChannel): void {
  console.log(`\n${title}`);
  const subsetOf = ({ row }: Scored): string =>
    `${row.attack ? "attack" : "benign"} ${row.subset.replace(/^(neuralchemy|bipia-text|bipia-code-in).*/, "$1")}`;
  const line = (name: string, of: readonly Scored[]): void => {
    const share = (least: number): string => ((100 * of.filter(({ score }) => score >= least).length) / of.length).toFixed(1).padStart(6);
    const { flag, block } = THRESHOLDS[channel];
    console.log(`  ${name.padEnd(38)} ${String(of.length).padStart(5)}  flag ${share(flag)} %  block ${share(block)} %`);
  };
  for (const [name, of] of [...Map.groupBy(scored, subsetOf)].sort(([a], [b]) => (a < b ? -1 : 1))) line(name, of);
  line(
    "all attacks",
    scored.filter(({ row }) => row.attack),
  );
  const benign = scored.filter(({ row }) => !row.attack && !row.subset.startsWith("xstest"));
  line("all benign", benign);
  const ranked = benign.map(({ score }) => score).sort((a, b) => b - a);
  const at = (share: number): string => (ranked[Math.floor(ranked.length * share)] ?? 1).toFixed(3);
  console.log(`  scores above which lie 0.2 %, 0.4 %, 1 %, 2 % of the benign: ${at(0.002)} ${at(0.004)} ${at(0.01)} ${at(0.02)}`);
}

/** Weights as whole numbers from -127 to 127; the largest thousandth is cut off rather than let it coarsen the rest. */
function quantise({ weights, bias }: Model): { table: string; scale: number; bias: number } {
  const sizes = Array.from(weights, Math.abs).sort((a, b) => b - a);
  const scale = (sizes[Math.floor(sizes.length / 1000)] ?? 1) / 127;
  const bytes = Int8Array.from(weights, (weight) => Math.max(-127, Math.min(127, Math.round(weight / scale))));
  return { table: Buffer.from(bytes.buffer).toString("base64"), scale: Number(scale.toPrecision(6)), bias: Number(bias.toPrecision(6)) };
}

function sourceFile(models: Record<TrainedChannel, Model>): string {
  const head = (channel: TrainedChannel): string => {
    const { table, scale, bias } = quantise(models[channel]);
    return `  ${channel}: {\n    scale: ${scale},\n    bias: ${bias},\n    table: "${table}",\n  },\n`;
  };
  return (
    "/** Made by scripts/guardrails/train.ts; not edited by hand. Weights of hashed features as signed bytes, base64: numbers, no text. */\n" +
    `export const WEIGHTS = {\n${head("user")}${head("tool_output")}} as const;\n`
  );
}
