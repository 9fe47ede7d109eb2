/**
 * Common wordings of an injection in ten languages, six kinds each, and harmless sentences with the same words. `tuned`: the frames were written with them in
 * view. `by-another`: 600 by another author, who had not seen the rules; those in Italian, Portuguese and Russian were never looked at. `harmless`: by that
 * author, too. `by-a-third` and `harmless-of-a-third`: written when all that stood. A line is `language|kind|text`, of harmless ones `language|text`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One wording; `kind` is empty where it is harmless. */
export type Wording = { readonly language: string; readonly kind: string; readonly text: string };

const read = (name: string, hasKind: boolean): readonly Wording[] =>
  readFileSync(join(import.meta.dirname, name), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [language = "", ...rest] = line.split("|");
      const kind = hasKind ? (rest.shift() ?? "") : "";
      return { language, kind, text: rest.join("|") };
    });

/** The wordings, by who wrote them and what for. */
export const WORDINGS = {
  tuned: read("tuned.txt", true),
  byAnother: read("by-another.txt", true),
  byThird: read("by-a-third.txt", true),
  harmless: [...read("harmless.txt", false), ...read("harmless-of-a-third.txt", false)],
} as const;
