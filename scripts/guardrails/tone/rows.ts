/** Labelled texts for tone, from the folder in BULKHEAD_DATA and our own (own.ts). A text says something only about the tones in `known`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TONES, type Tone } from "../../../core/guardrail/tone/tones.ts";

/** One text. */
export type ToneRow = {
  readonly text: string;
  readonly tones: readonly Tone[];
  readonly known: readonly Tone[];
  /** Whose texts they are: what is held out together. */
  readonly source: string;
  readonly group: string;
};

/** Null when there is no such folder. */
export function readToneRows(): ToneRow[] | null {
  const folder = process.env["BULKHEAD_DATA"];
  if (folder === undefined || !existsSync(join(folder, "tone.jsonl"))) return null;
  const labelled = linesOf(join(folder, "tone.jsonl")).map((line, index): ToneRow => {
    const { text, label, anger, subset } = JSON.parse(line);
    const tones = [...(label === "neutral" ? [] : [label]), ...(anger === true && label === "negative" ? ["furious"] : [])] as Tone[];
    const known = anger === null ? TONES.filter((tone) => tone !== "furious" || label === "positive") : TONES;
    return { text, tones, known, source: subset, group: `${subset} ${index}` };
  });
  const ordinary = linesOf(join(folder, "benign_user.jsonl")).map((line, index): ToneRow => {
    const { text, subset } = JSON.parse(line);
    return { text, tones: [], known: TONES, source: "ordinary", group: `${subset} ${index}` };
  });
  return [...labelled, ...ordinary.filter((_, index) => index % 2 === 0)];
}

const linesOf = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");
