import { describe, expect, it } from "vitest";
import { KNOWN_KINDS, knownAt, knownHash, MOST_KNOWN_WORDS } from "../../../../core/guardrail/names/known.ts";
import { tokensOf } from "../../../../core/guardrail/names/tokens.ts";
import { bitsOf, type WordList } from "../../../../core/guardrail/names/word-list.ts";
import { knownListOf, ORGANISATIONS, PLACES, SENTENCES } from "../../../../scripts/guardrails/names/known-names.ts";

const { company, media, place, goes_on } = KNOWN_KINDS;

/** A list of names, words apart by blanks, each with its kind. */
function listOf(names: readonly (readonly [name: string, kind: number])[]): WordList {
  const bits = new Map<number, number>();
  for (const [name, kind] of names) {
    let hash = 0;
    const words = name.split(" ");
    words.forEach((word, index) => {
      hash = knownHash(hash, word);
      bits.set(hash, (bits.get(hash) ?? 0) | (index === words.length - 1 ? kind : goes_on));
    });
  }
  const hashes = [...bits.keys()].sort((a, b) => a - b);
  return { hashes: Uint32Array.from(hashes), lists: Uint8Array.from(hashes, (hash) => bits.get(hash) ?? 0) };
}

const LIST = listOf([
  ["new york", place],
  ["new york times", media],
  ["york", place],
  ["acme", company],
]);
const at = (text: string): number[] => [...knownAt(text.split(" "), LIST)];

describe("known names", () => {
  it("are the longest at their place, with where they begin and go on", () => {
    expect(at("the new york times of acme")).toEqual([0, media * 8 + 5, media * 8 + 6, media * 8 + 6, 0, company * 8 + 1]);
    expect(at("new york time")).toEqual([place * 8 + 5, place * 8 + 6, 0]);
    expect(at("a new york")).toEqual([0, place * 8 + 5, place * 8 + 6]);
  });

  it("are none where only their beginning stands", () => {
    expect(at("new house in york")).toEqual([0, 0, 0, place * 8 + 1]);
    expect(at("new")).toEqual([0]);
    expect([...knownAt([], LIST)]).toEqual([]);
  });

  it("stand in the order of their words", () => {
    expect(knownHash(knownHash(0, "new"), "york")).not.toBe(knownHash(knownHash(0, "york"), "new"));
    expect(at("york new")).toEqual([place * 8 + 1, 0]);
  });
});

describe("the names that training has", () => {
  it("leave out single words that are ordinary ones, and keep them in longer names", () => {
    const known = knownListOf([], (word) => word === "shell" || word === "bank");
    expect(bitsOf(known, knownHash(0, "shell"))).toBe(0);
    expect(bitsOf(known, knownHash(0, "siemens"))).toBe(company);
    expect(bitsOf(known, knownHash(knownHash(0, "bank"), "of")) & goes_on).toBe(goes_on);
  });

  it("are of few enough words, but for a handful, and many of each kind", () => {
    const names = [...[...ORGANISATIONS.values()].flat(), ...PLACES];
    const long = names.filter((name) => tokensOf(name).length > MOST_KNOWN_WORDS);
    expect(long.length).toBeLessThan(names.length / 50);
    expect(names.filter((name) => name.trim() !== name || name === "")).toEqual([]);
    expect([...ORGANISATIONS].filter(([, own]) => own.length <= 20)).toEqual([]);
    expect(PLACES.length).toBeGreaterThan(500);
  });

  it("fill every slot that a sentence has", () => {
    const slots = [...SENTENCES.values()]
      .flat()
      .flatMap((sentence) => [...sentence.matchAll(/\{([^{}"]*)\}/g)].map(([, slot = ""]) => slot));
    expect(slots.length).toBeGreaterThan(500);
    expect(slots.filter((slot) => !/^[PFLTRCGOAMSJDNX]$/.test(slot) && !ORGANISATIONS.has(slot))).toEqual([]);
  });
});
