/**
 * Trains the sequence model of names and measures it on sources that it did not see: `npm run train:names [-- --write]`. Reads
 * BULKHEAD_DATA; without it, says so and does nothing. `--write` replaces core/guardrail/names/weights.ts; `--quick` trains without measuring.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Model, namesOf } from "../../../core/guardrail/names/decode.ts";
import { hashOf } from "../../../core/guardrail/names/hash.ts";
import { TAGS } from "../../../core/guardrail/names/tags.ts";
import { CAUTION } from "../../../core/guardrail/names/thresholds.ts";
import { tokensOf } from "../../../core/guardrail/names/tokens.ts";
import type { WordList } from "../../../core/guardrail/names/word-list.ts";
import { type Settings, train, type Weights } from "./crf.ts";
import { drawFrom } from "./draw.ts";
import { type Country, readCountries } from "./lists.ts";
import { type Marked, makeOne, type Span, stockOf } from "./make.ts";
import { type Judged, table } from "./measure.ts";
import { type NamedRow, readNames } from "./rows.ts";
import { sentenceOf, wordListOf } from "./sentences.ts";

const SETTINGS: Settings = { buckets: 1 << 17, epochs: 8, rate: 0.05, decay: 1e-6 };
const MADE = 6000;
const CAUTIONS = [0, 0.2, 0.4, 0.6];

/** The threshold is chosen on these; they are in no figure that is reported. */
const isCalibration = ({ text }: NamedRow): boolean => (hashOf(text) & 7) === 0;
const WEIGHTS_FILE = join(import.meta.dirname, "../../../core/guardrail/names/weights.ts");

const data = readNames();
const countries = await readCountries();
if (data === null) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else if (countries === null) console.log("skipped: the package @faker-js/faker is not installed");
else {
  const { sentences, addresses, personal, common } = data;
  if (!process.argv.includes("--quick")) {
    const rest = sentences.filter((row) => !isCalibration(row));
    const calibrated = fitted(rest, addresses, common, countries);
    const calibration = sentences.filter(isCalibration);
    for (const caution of CAUTIONS) console.log(table(`calibration, caution ${caution}`, judgedBy(calibrated, calibration, caution)));
    const unseen: Judged[] = [];
    for (const source of ["btc", "wnut17", "wikigold", "sec-filings"]) {
      const others = sentences.filter((row) => row.source !== source);
      const measured = rest.filter((row) => row.source === source);
      const judged = judgedBy(fitted(others, addresses, common, countries), measured, CAUTION);
      unseen.push(...judged);
      console.log(table(`${source}: held out`, judged));
    }
    console.log(table("sources held out, together", unseen));
  }
  const model = fitted(sentences, addresses, common, countries);
  const judged = judgedBy(model, personal.map(addressesAsPlaces), CAUTION).map((one) => ({ ...one, found: one.found.map(asPlace) }));
  if (process.argv.includes("--write")) writeFileSync(WEIGHTS_FILE, sourceFile(model));
  console.log(table("pii.jsonl, not trained on; it labels addresses as places", judged));
}

function sourceFile({ table: bytes, buckets, scale, moves, list }: Model): string {
  const base64 = (part: Uint8Array | Int8Array): string => Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("base64");
  const hashes = Uint8Array.from([...list.hashes].flatMap((hash) => [hash >>> 16, (hash >>> 8) & 255, hash & 255]));
  const factors = Array.from(moves, (factor) => Number(factor.toPrecision(4)));
  const version = createHash("sha256").update(bytes).update(hashes).update(list.lists).digest("hex").slice(0, 16);
  return (
    `/**\n * Made by scripts/guardrails/names/train.ts; not edited by hand. Weights of hashed features as signed bytes, and hashes of words on lists of\n` +
    ` * names, as base64: numbers, no text. Trained on CC-BY sentences (Broad Twitter Corpus, WNUT17, Wikigold, SEC filings), addresses (MIT) and\n` +
    ` * made-up sentences; word lists from the package faker (MIT).\n */\n` +
    `export const NAME_WEIGHTS = {\n  version: "${version}",\n  buckets: ${buckets},\n  scale: ${scale.toPrecision(6)},\n` +
    `  moves: [${factors.join(", ")}],\n  hashes: "${base64(hashes)}",\n  lists: "${base64(list.lists)}",\n  table: "${base64(bytes)}",\n} as const;\n`
  );
}

function asPlace(span: Span): Span {
  return span.type === "ADDRESS" ? { ...span, type: "LOCATION" } : span;
}

function addressesAsPlaces(row: NamedRow): NamedRow {
  return { ...row, spans: row.spans.map(asPlace) };
}

function fitted(rows: readonly NamedRow[], addresses: readonly string[], common: readonly string[], countries: readonly Country[]): Model {
  const started = performance.now();
  const stock = stockOf(countries, addresses);
  const list = wordListOf(countries, rows, common);
  const draw = drawFrom(11);
  const weights = train(
    (epoch) => {
      const chance = drawFrom(1000 + epoch);
      const hide = { word: () => chance.next() < 0.15, lists: () => chance.next() < 0.2 };
      const made = Array.from({ length: MADE }, () => makeOne(stock, chance, 0.25));
      const real = rows.map((row): Marked => (chance.next() < 0.12 ? { ...row, text: row.text.toLowerCase() } : row));
      return [...real, ...made].map((marked) => sentenceOf(marked, list, SETTINGS.buckets, hide));
    },
    SETTINGS,
    draw,
  );
  console.log(`  trained in ${((performance.now() - started) / 1000).toFixed(1)} s, ${list.hashes.length} words on lists`);
  return quantised(weights, list);
}

/** Weights as whole numbers from -127 to 127. */
function quantised({ table: floats, moves }: Weights, list: WordList): Model {
  const sizes = Float32Array.from(floats, Math.abs).sort();
  const scale = (sizes[Math.floor(sizes.length * 0.9995)] ?? 1) / 127;
  const bytes = Int8Array.from(floats, (weight) => Math.max(-127, Math.min(127, Math.round(weight / scale))));
  return { table: bytes, buckets: floats.length / TAGS, scale, moves: Float64Array.from(moves, Math.exp), list };
}

function judgedBy(model: Model, rows: readonly NamedRow[], caution: number): Judged[] {
  return rows.map((row, index) => {
    const tokens = tokensOf(row.text);
    const found = namesOf(model, tokens, caution, ({ text }) => text.startsWith("\uffff")).map(
      ({ type, from, to }): Span => ({ type, start: tokens[from]?.start ?? 0, end: tokens[to - 1]?.end ?? 0 }),
    );
    const single = rows.every(({ group }) => group === row.group);
    return { labelled: row.spans, found, group: single ? String(index) : row.group };
  });
}
