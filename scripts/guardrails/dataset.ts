/** Reads the labelled texts for training and measuring from the folder in BULKHEAD_DATA, and divides them by group, never by row. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ATTACKS_USER, BENIGN_TOOL_OUTPUT, BENIGN_USER } from "./own-texts.ts";

export type Row = {
  readonly text: string;
  readonly attack: boolean;
  readonly channel: "user" | "tool_output";
  readonly subset: string;
  readonly group: string;
};

const FILES = ["attacks_user", "attacks_tool_output", "benign_user", "benign_tool_output", "benign_overdefence"] as const;

/** Null when there is no such folder. */
export function readRows(): Row[] | null {
  const folder = process.env["BULKHEAD_DATA"];
  if (folder === undefined || !existsSync(folder)) return null;
  return FILES.flatMap((file) =>
    readFileSync(join(folder, `${file}.jsonl`), "utf8")
      .trim()
      .split("\n")
      .map((line): Row => {
        const { text, label, channel, subset, group } = JSON.parse(line);
        return { text, attack: label !== "benign", channel, subset, group };
      }),
  );
}

const own = (texts: readonly string[], attack: boolean, channel: Row["channel"]): Row[] =>
  texts.map((text, index) => ({ text, attack, channel, subset: "own", group: `own:${index % 40}` }));

/** Trained on, never measured. */
export const OWN_ROWS: readonly Row[] = [
  ...own(BENIGN_USER, false, "user"),
  ...own(ATTACKS_USER, true, "user"),
  ...own(BENIGN_TOOL_OUTPUT, false, "tool_output"),
];

/** A group's fold, the same on every machine (FNV-1a). */
export function foldOf(group: string, folds: number): number {
  let hash = 0x811c9dc5;
  for (const character of group) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return (hash >>> 8) % folds;
}
