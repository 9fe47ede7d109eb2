/** A chunk as it is indexed: the text that is embedded, and the terms that it is found by. Pure. */
import { TITLE_WEIGHT } from "./bm25.ts";
import type { Chunk } from "./chunk.ts";
import { termsOf } from "./terms.ts";

/** A piece of a revision as it is stored. `terms`: what it is found by, the title's included. */
export type StoredChunk = Chunk & { readonly terms: readonly string[]; readonly vector: Int8Array | null };

/** What a chunk means depends on its title. */
export const embeddedText = (title: string, text: string, { start, end }: Chunk): string => `${title}\n${text.slice(start, end)}`;

/** The terms of a title as they count in each of its chunks. */
export const titleTerms = (title: string): readonly string[] => Array.from({ length: TITLE_WEIGHT }, () => termsOf(title)).flat();

/** `heading`: the title's terms, as `titleTerms` gives them. */
export const storedChunk = (heading: readonly string[], text: string, chunk: Chunk, vector: Int8Array | null): StoredChunk => ({
  ...chunk,
  terms: [...heading, ...termsOf(text.slice(chunk.start, chunk.end))],
  vector,
});
