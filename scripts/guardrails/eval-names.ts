/**
 * How well names are found, a part of `npm run eval:guardrails`: in made-up texts of other words than training has, and in the third-party
 * sentences of personal data where BULKHEAD_DATA has them; and what it costs. By the same pipeline as everything else.
 */

import { NAME_TYPES, type NameType } from "../../core/guardrail/names/tags.ts";
import { CAUTION } from "../../core/guardrail/names/thresholds.ts";
import { findPersonalData } from "../../core/guardrail/pii/personal-data.ts";
import { namedTexts } from "../../test/support/names/sentences.ts";
import type { Span } from "./names/make.ts";
import { type Judged, table } from "./names/measure.ts";
import { readNames } from "./names/rows.ts";

const SEED = 20_261_129;
const COUNT = 4_000;

const isName = (type: string): type is NameType => (NAME_TYPES as readonly string[]).includes(type);
const namesIn = (text: string): Span[] =>
  findPersonalData(text, "", true).flatMap(({ type, start, end }) => (isName(type) ? [{ type, start, end }] : []));

console.log(`\nNames, caution ${CAUTION}`);
const made = namedTexts(SEED, COUNT).map((one, index) => ({
  ...one,
  labelled: one.spans,
  found: namesIn(one.text),
  group: String(index % 200),
}));
for (const [kind, some] of Map.groupBy(made, (one) => one.kind)) if (kind !== "plain") console.log(table(`made up: ${kind}`, some));
const plain = made.filter(({ kind }) => kind === "plain");
console.log(`\nmade up, without a name: ${plain.filter(({ found }) => found.length > 0).length} of ${plain.length} have a false find`);

const data = readNames();
if (data !== null) {
  // pii.jsonl labels addresses as places.
  const asPlace = (span: Span): Span => (span.type === "ADDRESS" ? { ...span, type: "LOCATION" } : span);
  const judged = data.personal.map(
    ({ original, spans, group }): Judged => ({ labelled: spans.map(asPlace), found: namesIn(original).map(asPlace), group }),
  );
  console.log(table("pii.jsonl, addresses counted as places", judged));
}

const text = made
  .map((one) => one.text)
  .join("\n")
  .slice(0, 200_000);
const cpuOf = (names: boolean): number => {
  findPersonalData(text, "", names);
  const before = process.cpuUsage();
  findPersonalData(text, "", names);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (Buffer.byteLength(text) / 1024);
};
const [without, withNames] = [cpuOf(false), cpuOf(true)];
console.log(`\nCPU per kB: ${without.toFixed(0)} µs for fixed forms, ${(withNames - without).toFixed(0)} µs more for names`);
