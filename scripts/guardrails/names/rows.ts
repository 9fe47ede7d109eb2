/** The labelled names and the third-party sentences of personal data, from the folder in BULKHEAD_DATA. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NAME_TYPES, type NameType } from "../../../core/guardrail/names/tags.ts";
import { BLANKED } from "../../../core/guardrail/names/tokens.ts";
import { findPersonalData } from "../../../core/guardrail/pii/personal-data.ts";
import { blank } from "../../../core/guardrail/pii/segment.ts";
import type { Marked, Span } from "./make.ts";

/** A labelled text. `source`: whose labels it has. `original`: the text before other personal data was blanked out of `text`. */
export type NamedRow = Marked & { readonly source: string; readonly group: string; readonly subset: string; readonly original: string };

type Raw = {
  readonly text: string;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly type: string }[];
  readonly subset: string;
  readonly group: string;
};

const linesOf = (folder: string, file: string): Raw[] =>
  readFileSync(join(folder, file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** null: there is no such folder. */
export function readNames(): {
  readonly sentences: readonly NamedRow[];
  readonly addresses: readonly string[];
  readonly personal: readonly NamedRow[];
  readonly common: readonly string[];
} | null {
  const folder = process.env["BULKHEAD_DATA"];
  if (folder === undefined || !existsSync(join(folder, "names.jsonl"))) return null;
  const raw = linesOf(folder, "names.jsonl");
  const isAddress = ({ subset }: Raw): boolean => subset.includes("address");
  return {
    sentences: raw.filter((row) => !isAddress(row)).map(rowOf),
    addresses: raw.filter(isAddress).map(({ text }) => text),
    personal: linesOf(folder, "pii.jsonl").map(rowOf),
    common: commonWords(
      OTHER_TEXTS.filter((file) => existsSync(join(folder, file))).flatMap((file) => linesOf(folder, file).map(({ text }) => text)),
    ),
  };
}

/** Texts without labels of names: what people write without a capital in them, no name is. */
const OTHER_TEXTS = [
  ...["content.jsonl", "tone.jsonl", "benign_user.jsonl", "benign_tool_output.jsonl", "benign_overdefence.jsonl"],
  ...["attacks_user.jsonl", "attacks_tool_output.jsonl", "retrieval/docs.jsonl"],
];
const LEAST_COUNT = 4;

/** Words that are seen without a capital, and no less often than with one. */
function commonWords(texts: readonly string[]): readonly string[] {
  const counts = new Map<string, { lower: number; upper: number }>();
  for (const text of new Set(texts)) {
    for (const [word] of text.matchAll(/\p{L}{2,}/gu)) {
      const lower = word.toLowerCase();
      const count = counts.get(lower) ?? { lower: 0, upper: 0 };
      if (word === lower) count.lower++;
      else count.upper++;
      counts.set(lower, count);
    }
  }
  return [...counts].filter(([, { lower, upper }]) => lower >= LEAST_COUNT && lower >= upper).map(([word]) => word);
}

function rowOf({ text, spans, subset, group }: Raw): NamedRow {
  const kept = spans.flatMap(({ start, end, type }): Span[] => {
    const name = type === "ORGANIZATION" ? "ORG" : type;
    return (NAME_TYPES as readonly string[]).includes(name) ? [{ start, end, type: name as NameType }] : [];
  });
  return { text: withoutPersonalData(text), original: text, spans: kept, subset, group, source: subset };
}

/** As the model sees a text: what other detectors find is blanked out. */
export function withoutPersonalData(text: string): string {
  const found = findPersonalData(text);
  return blank(text, found).replace(/\{(?=\uffff|$)|(?<=\uffff)\}/g, BLANKED);
}
