/** Sentences of our own with the names marked by hand: `training/names/author-*.txt`, a text a line, names as `{P:Maria Okafor}`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { NameType } from "../../../core/guardrail/names/tags.ts";
import type { Span } from "./make.ts";
import { type NamedRow, withoutPersonalData } from "./rows.ts";

const FOLDER = join(import.meta.dirname, "../../../training/names");
const MARKED = /\{([PLO]):([^{}]+)\}/g;
const KINDS: ReadonlyMap<string, NameType> = new Map([
  ["P", "PERSON"],
  ["L", "LOCATION"],
  ["O", "ORG"],
]);

/** The rows of all authors; the file is the source, each text its own group. Throws where a brace marks no name. */
export function readAuthors(folder = FOLDER): readonly NamedRow[] {
  const files = readdirSync(folder).filter((file) => /^author-\d+\.txt$/.test(file));
  return files.sort().flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .trim()
      .split("\n")
      .map((line, index) => rowOf(line, file.replace(".txt", ""), index)),
  );
}

function rowOf(line: string, source: string, index: number): NamedRow {
  const spans: Span[] = [];
  let text = "";
  let from = 0;
  for (const match of line.matchAll(MARKED)) {
    const type = KINDS.get(match[1] ?? "");
    const name = match[2] ?? "";
    if (type === undefined) continue;
    text += line.slice(from, match.index);
    spans.push({ type, start: text.length, end: text.length + name.length });
    text += name;
    from = match.index + match[0].length;
  }
  text += line.slice(from);
  if (/[{}]/.test(text)) throw new Error(`${source}: line ${index + 1} has a brace that marks no name`);
  return { text: withoutPersonalData(text), original: text, spans, subset: source, group: `${source}-${index}`, source };
}
