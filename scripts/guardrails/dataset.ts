/** Reads the labelled texts for training and measuring from the folder in BULKHEAD_DATA, and divides them by group, never by row. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Row = {
  readonly text: string;
  readonly attack: boolean;
  readonly channel: "user" | "tool_output";
  readonly subset: string;
  readonly group: string;
  /** Whose texts they are: what is held out together. */
  readonly source: string;
};

const FILES = ["attacks_user", "attacks_tool_output", "benign_user", "benign_tool_output", "benign_overdefence"] as const;

const folderOf = (): string | null => {
  const folder = process.env["BULKHEAD_DATA"];
  return folder !== undefined && existsSync(folder) ? folder : null;
};
export const hasFolder = (): boolean => folderOf() !== null;

/** Null when there is no such folder. */
export function readRows(): Row[] | null {
  const folder = folderOf();
  if (folder === null) return null;
  const labelled = FILES.flatMap((file) =>
    linesOf(join(folder, `${file}.jsonl`)).map((line): Row => {
      const { text, label, channel, subset, group } = JSON.parse(line);
      return { text, attack: label !== "benign", channel, subset, group, source: sourceOf(subset) };
    }),
  );
  return [...labelled, ...OTHER_FILES.flatMap((other) => otherRows(folder, other))];
}

/** Texts that were gathered for other ends, and in which nobody tells an assistant anything: comments, reviews, posts, articles, abstracts. */
const OTHER_FILES = [
  { file: "tone.jsonl", source: "tone", every: 1 },
  { file: "names.jsonl", source: "names", every: 3 },
  { file: "retrieval/docs.jsonl", source: "abstracts", every: 4 },
] as const;

/** Each stands in both channels. */
function otherRows(folder: string, { file, source, every }: (typeof OTHER_FILES)[number]): Row[] {
  const path = join(folder, file);
  if (!existsSync(path)) return [];
  return linesOf(path)
    .filter((_, index) => index % every === 0)
    .flatMap((line, index) => {
      const { text, subset = source } = JSON.parse(line);
      const row = { text, attack: false, subset: `${source} ${subset}`, group: `${source}:${index % 50}`, source };
      return text.length < 8 ? [] : [{ ...row, channel: "user" } as const, { ...row, channel: "tool_output" } as const];
    });
}

const linesOf = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");

/** Templates of one origin: InjecAgent and what was made from it are one source. */
function sourceOf(subset: string): string {
  const source =
    /^(inthewild|garak|deepset|neuralchemy|x?inject?agent|bipia|banking77|nlupp|self-instruct|xstest)/.exec(subset)?.[1] ?? subset;
  return source.startsWith("xinject") ? "injecagent" : source;
}

/** A group's fold, the same on every machine (FNV-1a). */
export function foldOf(group: string, folds: number): number {
  let hash = 0x811c9dc5;
  for (const character of group) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 8) % folds;
}
