/** Labelled texts for content, from the folder in BULKHEAD_DATA, by authors who wrote for this project (training/content), and our own (own.ts). A text says something only about the categories in `labelled`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CONTENT_CATEGORIES, type ContentCategory } from "../../../core/guardrail/rules/settings.ts";

export type ContentRow = {
  readonly text: string;
  readonly labels: readonly ContentCategory[];
  readonly labelled: readonly ContentCategory[];
  /** Whose texts they are: what is held out together. */
  readonly source: string;
  readonly subset: string;
  readonly group: string;
};

/** Texts that were gathered for other ends: taken as harmless, though nobody has labelled them. */
const ORDINARY = [
  { file: "benign_user.jsonl", every: 1, source: "ordinary requests" },
  { file: "benign_overdefence.jsonl", every: 1, source: "alarming words" },
  { file: "tone.jsonl", every: 2, source: "ordinary comments" },
  { file: "names.jsonl", every: 6, source: "ordinary posts" },
  { file: "retrieval/docs.jsonl", every: 12, source: "ordinary abstracts" },
] as const;

/** Some of these threaten or hate, and nobody has said which: measured, and neither trained on nor used for thresholds. */
export const ANGRY = "angry comments";

/** Null when there is no such folder. */
export function readContentRows(): ContentRow[] | null {
  const folder = process.env["BULKHEAD_DATA"];
  if (folder === undefined || !existsSync(join(folder, "content.jsonl"))) return null;
  const labelled = linesOf(join(folder, "content.jsonl")).map((line): ContentRow => {
    const { text, labels, labelled: known, subset, group } = JSON.parse(line);
    return { text, labels: labels.filter((label: string) => label !== "none"), labelled: known, source: sourceOf(subset), subset, group };
  });
  return [...labelled, ...ORDINARY.flatMap((one) => ordinaryRows(folder, one))];
}

const WRITTEN = join(import.meta.dirname, "../../../training/content");

/** Sources of what authors wrote. */
export const isWritten = ({ source }: ContentRow): boolean => source.startsWith("author-");

/** What each author wrote: lines `category|hit or near|register|text`. `folder`: other authors' texts than those of the project. */
export const writtenContentRows = (folder = WRITTEN): ContentRow[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .flatMap((file) =>
      linesOf(join(folder, file)).map((line, index): ContentRow => {
        const [category, label, register = "", ...text] = line.split("|");
        const own = CONTENT_CATEGORIES.find((one) => one === category);
        if (own === undefined || (label !== "hit" && label !== "near")) throw new Error(`${file}, line ${index + 1}: no category or label`);
        const source = file.slice(0, -".txt".length);
        return {
          text: text.join("|"),
          labels: label === "hit" ? [own] : [],
          labelled: label === "hit" ? [own, ...NOT_OF[own]] : CONTENT_CATEGORIES,
          source,
          subset: register,
          group: `${source}:${index}`,
        };
      }),
    );

/** What a harmful text of one category says about the others: none of these either. */
export const NOT_OF: { readonly [C in ContentCategory]: readonly ContentCategory[] } = {
  violence: ["sexual", "self_harm"],
  hate: ["sexual", "self_harm", "illegal"],
  sexual: ["violence", "hate", "self_harm", "illegal"],
  self_harm: ["hate", "sexual", "illegal"],
  illegal: ["hate", "sexual", "self_harm"],
};

function ordinaryRows(folder: string, { file, every, source }: (typeof ORDINARY)[number]): ContentRow[] {
  const path = join(folder, file);
  if (!existsSync(path)) return [];
  return linesOf(path)
    .filter((_, index) => index % every === 0)
    .map((line) => JSON.parse(line))
    .filter(({ text }) => text.length >= 8)
    .map(({ text, subset, group, anger }, index): ContentRow => {
      return {
        text,
        labels: [],
        labelled: CONTENT_CATEGORIES,
        source: anger === true ? ANGRY : source,
        subset: subset ?? source,
        group: group ?? `${source}:${index % 50}`,
      };
    });
}

const linesOf = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");
const sourceOf = (subset: string): string => /^[a-z]+/.exec(subset)?.[0] ?? subset;
