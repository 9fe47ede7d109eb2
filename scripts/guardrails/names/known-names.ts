/** Organisations of the world by kind, and sentences of our own with places for names, from training/names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KNOWN_KINDS, type KnownKind, knownHash, MOST_KNOWN_WORDS } from "../../../core/guardrail/names/known.ts";
import { tokensOf } from "../../../core/guardrail/names/tokens.ts";
import type { WordList } from "../../../core/guardrail/names/word-list.ts";
import { KNOWN_PLACES } from "./carriers.ts";
import type { Country } from "./lists.ts";

const FOLDER = join(import.meta.dirname, "../../../training/names");

/** Sections of a file by title: a line `# title`, then lines. */
function sectionsOf(file: string): ReadonlyMap<string, readonly string[]> {
  const sections = new Map<string, string[]>();
  let open: string[] = [];
  for (const line of readFileSync(join(FOLDER, file), "utf8").split("\n")) {
    const title = /^# (\w+)$/.exec(line)?.[1];
    if (title !== undefined) {
      open = sections.get(title) ?? [];
      sections.set(title, open);
    } else if (line !== "") open.push(line);
  }
  return sections;
}

const split = (lines: readonly string[]): string[] => lines.flatMap((line) => line.split("|"));

/** Names of organisations by kind: company, bank, agency, party, charity, university, media, band, team, league. */
export const ORGANISATIONS: ReadonlyMap<string, readonly string[]> = new Map(
  [...sectionsOf("organisations.txt")].map(([title, lines]) => [title, split(lines)]),
);

/** Places by kind: city, region, site. */
export const PLACES: readonly string[] = [...sectionsOf("places.txt").values()].flatMap(split);

/** Sentences by kind of text: posts, news, encyclopedia, work, quiet (no name in any), greetings. Slots as in carriers.ts, and a kind of organisation: `{band}`. */
export const SENTENCES: ReadonlyMap<string, readonly string[]> = new Map(
  [...sectionsOf("sentences.txt")].map(([title, lines]) => [title, lines.map((line) => line.replaceAll("\\n", "\n"))]),
);

const KIND_OF: { readonly [title: string]: KnownKind } = {
  company: "company",
  bank: "company",
  agency: "body",
  party: "body",
  charity: "body",
  league: "body",
  university: "school",
  media: "media",
  band: "band",
  team: "team",
};

/** The hashed names; `isCommon`: names of one word that are ordinary words are left out. */
export function knownListOf(countries: readonly Country[], isCommon: (word: string) => boolean): WordList {
  const bits = new Map<number, number>();
  const add = (name: string, kind: KnownKind): void => {
    const words = tokensOf(name).map(({ text }) => text.toLowerCase());
    if (words.length > MOST_KNOWN_WORDS || (words.length === 1 && isCommon(words[0] ?? ""))) return;
    let hash = 0;
    words.forEach((word, index) => {
      hash = knownHash(hash, word);
      bits.set(hash, (bits.get(hash) ?? 0) | (index === words.length - 1 ? KNOWN_KINDS[kind] : KNOWN_KINDS.goes_on));
    });
  };
  for (const [title, names] of ORGANISATIONS) for (const name of names) add(name, KIND_OF[title] ?? "company");
  for (const name of [...KNOWN_PLACES, ...PLACES, ...countries.flatMap(({ countries: own, states }) => [...own, ...states])])
    add(name, "place");
  const hashes = [...bits.keys()].sort((a, b) => a - b);
  return { hashes: Uint32Array.from(hashes), lists: Uint8Array.from(hashes, (hash) => bits.get(hash) ?? 0) };
}
