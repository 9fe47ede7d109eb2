/**
 * `npm run train:tone [-- --write]`: trains a head for each tone, measures it on texts that neither weights nor thresholds saw, and with `--write`
 * replaces core/guardrail/tone/weights.ts. Reads BULKHEAD_DATA; without it, says so and does nothing. Deterministic.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { windowsOf } from "../../../core/guardrail/injection/features.ts";
import { TONE_TABLE_SIZE, TONE_WINDOW, toneFeatures } from "../../../core/guardrail/tone/features.ts";
import { TONES, type Tone } from "../../../core/guardrail/tone/tones.ts";
import { areaUnder } from "../content/measure.ts";
import { foldOf } from "../dataset.ts";
import type { Bag, Example } from "../examples.ts";
import { quantise } from "../quantise.ts";
import { logitOf, type Model, type Settings, train } from "../regression.ts";
import { ownToneRows } from "./own.ts";
import { readToneRows, type ToneRow } from "./rows.ts";

const WEIGHTS_FILE = join(import.meta.dirname, "../../../core/guardrail/tone/weights.ts");
const SETTINGS: Settings = { epochs: 25, decay: 1e-3, rate: 0.1, caution: 1, size: TONE_TABLE_SIZE, sure: 5e-3 };
const FOLDS = 5;
/** Shares of texts without the tone that may be taken to have it: of the labelled ones, and of ordinary requests and calm complaints. */
const ALLOWED: { readonly [T in Tone]: { readonly labelled: number; readonly calm: number } } = {
  negative: { labelled: 0.1, calm: 0.02 },
  positive: { labelled: 0.1, calm: 0.1 },
  furious: { labelled: 0.06, calm: 0.002 },
};

type Toned = { readonly row: ToneRow; readonly bags: readonly Bag[] };
type Head = { readonly model: Model; readonly from: number };

const tonedOf = (row: ToneRow): Toned => ({
  row,
  bags: windowsOf(row.text, TONE_WINDOW, false).map(({ start, end }): Bag => {
    const features: number[] = [];
    toneFeatures(row.text.slice(start, end), (feature) => features.push(feature));
    return { features: Int32Array.from(features), near: 0 };
  }),
});

const asExample = ({ row, bags }: Toned, tone: Tone): Example => ({
  row: { text: "", attack: row.tones.includes(tone), channel: "user", subset: row.source, group: row.group, source: row.source },
  bags,
  hidden: [],
  alone: Number.NEGATIVE_INFINITY,
});

const isCalm = ({ row }: Toned): boolean => row.source === "own" || row.source === "ordinary";

/** A fifth of the texts sets the threshold and teaches nothing. */
function fitHead(all: readonly Toned[], tone: Tone): Head {
  const known = all.filter(({ row }) => row.known.includes(tone));
  const [kept, taught] = [true, false].map((is) => known.filter(({ row }) => (foldOf(`threshold ${row.group}`, FOLDS) === 0) === is));
  const model = train(
    (taught ?? []).map((one) => asExample(one, tone)),
    SETTINGS,
  );
  const rest = (kept ?? []).filter(({ row }) => !row.tones.includes(tone));
  const cut = (of: readonly Toned[], share: number): number => {
    const ranked = of.map(({ bags }) => logitOf(model, { bags, hidden: [] })).sort((a, b) => b - a);
    return (ranked[Math.floor(ranked.length * share)] ?? Number.NEGATIVE_INFINITY) + 1e-6;
  };
  const { labelled, calm } = ALLOWED[tone];
  return {
    model,
    from: Math.max(
      cut(
        rest.filter((one) => !isCalm(one)),
        labelled,
      ),
      cut(rest.filter(isCalm), calm),
    ),
  };
}

type Judged = { readonly row: ToneRow; readonly over: number };

const judge = (head: Head, of: readonly Toned[], tone: Tone): Judged[] =>
  of
    .filter(({ row }) => row.known.includes(tone))
    .map(({ row, bags }) => ({ row, over: logitOf(head.model, { bags, hidden: [] }) - head.from }));

function draw(name: string, tone: Tone, judged: readonly Judged[]): void {
  const [hits, rest] = [true, false].map((is) => judged.filter(({ row }) => row.tones.includes(tone) === is)) as [Judged[], Judged[]];
  const share = (of: readonly Judged[]): string =>
    of.length === 0 ? "-" : ((100 * of.filter(({ over }) => over >= 0).length) / of.length).toFixed(1);
  const area =
    hits.length === 0 || rest.length === 0
      ? "-"
      : areaUnder(judged.map(({ row, over }) => ({ score: over, isHit: row.tones.includes(tone) }))).toFixed(3);
  console.log(
    `  ${tone.padEnd(9)} ${name.padEnd(22)} ${String(hits.length).padStart(5)} ${String(rest.length).padStart(5)}   ${area.padStart(5)}   ${share(hits).padStart(5)} %   ${share(rest).padStart(5)} %`,
  );
}

function measure(all: readonly Toned[]): void {
  console.log("  tone      texts                   hits  rest     AUC   found     false alarms");
  for (const tone of TONES) {
    const folds = Array.from({ length: FOLDS }, (_, fold) => fold).flatMap((fold) => {
      const isHeld = ({ row }: Toned): boolean => foldOf(row.group, FOLDS) === fold;
      return judge(
        fitHead(
          all.filter((one) => !isHeld(one)),
          tone,
        ),
        all.filter(isHeld),
        tone,
      );
    });
    for (const [source, judged] of Map.groupBy(folds, ({ row }) => row.source)) draw(`${source}, a fifth`, tone, judged);
    for (const source of new Set(all.map(({ row }) => row.source))) {
      const head = fitHead(
        all.filter(({ row }) => row.source !== source),
        tone,
      );
      draw(
        `${source}, whole source`,
        tone,
        judge(
          head,
          all.filter(({ row }) => row.source === source),
          tone,
        ),
      );
    }
    draw("own, kept frames", tone, judge(fitHead(all, tone), ownToneRows(true).map(tonedOf), tone));
  }
}

function sourceFile(heads: readonly (readonly [Tone, Head])[]): string {
  const parts = heads.map(([tone, { model, from }]) => {
    const { table, scale } = quantise(model.weights);
    return `  ${tone}: {\n    scale: ${scale},\n    bias: ${Number(model.bias.toPrecision(6))},\n    from: ${Number(from.toPrecision(6))},\n    table:\n      "${table}",\n  },\n`;
  });
  return (
    "/**\n * Made by scripts/guardrails/tone/train.ts (`npm run train:tone -- --write`); not edited by hand. Weights of hashed features as signed bytes,\n" +
    " * base64: numbers, no text. `from`: log-odds from which a text has the tone, set by texts without it that the weights did not see.\n" +
    ' * The sets it learned from, and their licences: docs/hand-over.md, "Tone".\n */\n' +
    `export const TONE_WEIGHTS = {\n${parts.join("")}} as const;\n`
  );
}

const rows = readToneRows();
if (rows === null) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else {
  const all = [...rows, ...ownToneRows(false)].map(tonedOf);
  if (!process.argv.includes("--quick")) measure(all);
  const source = sourceFile(TONES.map((tone) => [tone, fitHead(all, tone)] as const));
  console.log(`weights ${(source.length / 1000).toFixed(0)} kB`);
  if (process.argv.includes("--write")) writeFileSync(WEIGHTS_FILE, source);
}
