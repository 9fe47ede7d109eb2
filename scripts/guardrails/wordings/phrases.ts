/**
 * Sentences made of the phrases in training/injection/phrases.txt: attacks of six kinds and harmless neighbours with the same verbs, in ten languages. From a
 * seed. They teach which words stand in which part; how people put them together is taught by what people wrote.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Dice } from "../../../simulation/dice.ts";
import type { Text } from "./text.ts";

const FILE = join(import.meta.dirname, "../../../training/injection/phrases.txt");
/** Languages whose objects stand before their verbs. */
const OBJECT_FIRST: ReadonlySet<string> = new Set(["hi", "tr"]);
const SEED = 20_261_130;

type Phrases = ReadonlyMap<string, readonly string[]>;

/** `each`: texts of each kind and language. */
export function phraseTexts(each: number): Text[] {
  const dice = new Dice(SEED);
  return [...readPhrases()].flatMap(([language, phrases]) => {
    const pick = (name: string): string => {
      const list = phrases.get(name) ?? phrases.get(name.slice(0, -1)) ?? [""];
      return list[dice.between(name, 0, list.length - 1)] ?? "";
    };
    const isChance = (one: number): boolean => dice.between("chance", 0, one - 1) === 0;
    const gap = language === "zh" ? "" : " ";
    /** Something that is done with a thing, as a command or as a wish. */
    const told = (verb: string, object: string): string => {
      const isWish = isChance(3);
      const does = pick(isWish ? `${verb}I` : verb);
      const isBehind = OBJECT_FIRST.has(language) || (language === "de" && isWish);
      return `${pick(isWish ? "can" : "ask")}${isBehind ? `${object}${gap}${does}` : `${does}${gap}${object}`}`;
    };
    const kinds: { readonly [kind: string]: () => string } = {
      ignore: () => told("drop", pick(isChance(3) ? "told" : "rules")),
      forget: () => told("forget", pick(isChance(3) ? "rules" : "told")),
      younow: () => `${pick("ask")}${pick("be")}${gap}${pick("role")}`,
      pretend: () => `${pick("ask")}${pick("pretend")}${gap}${pick(isChance(4) ? "role" : "part")}`,
      new: () => `${pick("ask")}${pick("fresh")}`,
      system: () => told("reveal", pick("prompt")),
    };
    const near: readonly (() => string)[] = [
      () => told("drop", pick("thing")),
      () => told("forget", pick("thing")),
      () => told("reveal", pick("thing")),
      () => `${pick("be")}${gap}${pick("benign")}`,
      () => `${pick("pretend")}${gap}${pick("benign")}`,
      () => pick("said"),
      () => `${pick("said")}.`,
      () => `${pick("said")}. ${pick("said")}`,
    ];
    const made = (say: () => string, attack: boolean, kind: string): Text => {
      const text = attack ? `${say()}${pick("goal")}` : say();
      return { text: text.slice(0, 1).toUpperCase() + text.slice(1), attack, language, kind, author: "phrases" };
    };
    return [
      ...Object.entries(kinds).flatMap(([kind, say]) => Array.from({ length: each }, () => made(say, true, kind))),
      ...near.flatMap((say) => Array.from({ length: each }, () => made(say, false, "near"))),
    ];
  });
}

function readPhrases(): Map<string, Phrases> {
  const languages = new Map<string, Map<string, readonly string[]>>();
  let current = new Map<string, readonly string[]>();
  for (const line of readFileSync(FILE, "utf8").split("\n")) {
    const heading = /^## (\w+)$/.exec(line)?.[1];
    if (heading !== undefined) {
      current = new Map();
      languages.set(heading, current);
    }
    const [name = "", list] = line.split(/ = (.*)/s);
    if (heading === undefined && list !== undefined) current.set(name, list.split("|"));
  }
  return languages;
}
