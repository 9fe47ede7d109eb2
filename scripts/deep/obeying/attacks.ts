/** The attacks of the measuring data: instructions that stand in the answer of a tool. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Attack = { readonly text: string; readonly subset: string; readonly group: string };

/** Lines of `attacks_tool_output.jsonl`. */
export const readAttacks = (folder: string): readonly Attack[] =>
  readFileSync(join(folder, "attacks_tool_output.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Attack);
