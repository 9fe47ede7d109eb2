/** A chunk as it is indexed: the text that is embedded, and the terms that it is found by. Pure. */
import { TITLE_WEIGHT } from "./bm25.ts";
import type { Chunk } from "./chunk.ts";
import { hashedVector } from "./hashed-vector.ts";
import { termsOf } from "./terms.ts";

/** A piece of a revision as it is stored. `terms`: what it is found by, the title's included. */
export type StoredChunk = Chunk & { readonly terms: readonly string[]; readonly vector: Int8Array | null };

/** The text that is embedded for a chunk: its title stands in front, since what the chunk means depends on it. */
export const embeddedText = (title: string, text: string, { start, end }: Pick<Chunk, "start" | "end">): string =>
  `${title}\n${text.slice(start, end)}`;

/** The terms of a title as they count in each of its chunks. */
export const titleTerms = (title: string): readonly string[] => Array.from({ length: TITLE_WEIGHT }, () => termsOf(title)).flat();

/** `heading`: the title's terms, as `titleTerms` gives them. */
export const storedChunk = (heading: readonly string[], text: string, chunk: Chunk, vector: Int8Array | null): StoredChunk => ({
  ...chunk,
  terms: [...heading, ...termsOf(text.slice(chunk.start, chunk.end))],
  vector,
});

/** A stored piece by the word forms of now. `isHashed`: its vector is made of terms too, and made again; else null, and the stored one stays. */
export const renewedPiece = (heading: readonly string[], title: string, text: string, isHashed: boolean) => ({
  terms: [...heading, ...termsOf(text)],
  vector: isHashed ? hashedVector(embeddedText(title, text, { start: 0, end: text.length })) : null,
});
