/** How often a near question finds its answer, and how often another one's: over a workload, for a way of making vectors. Pure. */
import { factsOf, sameFacts } from "../../core/cache/facts.ts";
import { cosine, NEAR, quantise } from "../../core/cache/vector.ts";

export type Rates = {
  /** Pairs of one family, in both orders, that share an answer. */
  readonly hits: number;
  readonly pairs: number;
  /** Pairs of different families that do. */
  readonly falseHits: readonly (readonly [string, string])[];
  readonly strangers: number;
  /** Of the strangers, those that the vectors alone would have let through. */
  readonly nearStrangers: number;
};

export function rates(families: readonly (readonly string[])[], vectorOf: (text: string) => readonly number[]): Rates {
  const asked = families.flatMap((family, index) =>
    family.map((text) => ({ text, family: index, facts: factsOf(text), vector: quantise(vectorOf(text)) ?? new Int8Array(0) })),
  );
  let [hits, pairs, strangers, nearStrangers] = [0, 0, 0, 0];
  const falseHits: [string, string][] = [];
  for (const one of asked) {
    for (const other of asked) {
      if (one === other) continue;
      const isNear = cosine(one.vector, other.vector) >= NEAR;
      const isHit = isNear && sameFacts(one.facts, other.facts);
      if (one.family === other.family) {
        pairs++;
        hits += isHit ? 1 : 0;
      } else {
        strangers++;
        nearStrangers += isNear ? 1 : 0;
        if (isHit) falseHits.push([one.text, other.text]);
      }
    }
  }
  return { hits, pairs, falseHits, strangers, nearStrangers };
}

/** The worst there is: everything is near everything. What is left is what the facts alone do. */
export const allAlike = (): readonly number[] => [1];

/** Counts of groups of three letters: a stand-in that knows no meaning, and finds near what is written alike. */
export function byLetters(text: string): readonly number[] {
  const vector = new Array<number>(512).fill(0);
  const padded = `  ${text.toLowerCase().normalize("NFKC")}  `;
  for (let index = 0; index + 3 <= padded.length; index++) {
    const slot = [...padded.slice(index, index + 3)].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 511, 7);
    vector[slot] = (vector[slot] ?? 0) + 1;
  }
  return vector;
}
