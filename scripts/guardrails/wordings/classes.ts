/** Words by what they mean, in ten languages (training/injection/meanings.txt), as the model of wordings looks them up. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isUnspaced } from "../../../core/guardrail/injection/dictionary.ts";
import { normalise } from "../../../core/guardrail/injection/normalise.ts";
import { type ClassOf, stemKey, unspacedKey, wordKey } from "../../../core/guardrail/injection/wordings/words.ts";

const FILE = join(import.meta.dirname, "../../../training/injection/meanings.txt");

/** Keys of words and their classes, from 1. A line `# name` begins a class; `word-` is the beginning of words. A word of two classes belongs to the first. */
export function classesOf(): Map<number, number> {
  const classes = new Map<number, number>();
  if (!existsSync(FILE)) return classes;
  let current = 0;
  for (const line of readFileSync(FILE, "utf8").split("\n")) {
    if (line.startsWith("#")) current++;
    else
      for (const entry of line.split(" ").filter((word) => word !== "")) {
        const isStem = entry.endsWith("-");
        const word = plainOf(isStem ? entry.slice(0, -1) : entry);
        const key = isUnspaced(word) ? unspacedKey(word) : isStem ? stemKey(word) : wordKey(word);
        if (!classes.has(key)) classes.set(key, current);
      }
  }
  return classes;
}

const plainOf = (entry: string): string =>
  /[\u0400-\u04ff]/.test(entry) ? normalise(`жизнь ${entry}`).text.slice(6) : normalise(entry).text;

export function classOfFrom(classes = classesOf()): ClassOf {
  return (key) => classes.get(key) ?? 0;
}
