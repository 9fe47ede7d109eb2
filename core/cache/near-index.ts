/** The questions that were answered, as vectors and facts: what is stored of them, and which are near enough to another. Pure. */
import { isObject, type Json } from "../json.ts";
import type { EpochMs } from "../time.ts";
import { type Facts, sameFacts } from "./facts.ts";
import { FRESH_MS } from "./kept-answer.ts";
import { cosine, NEAR } from "./vector.ts";

/** Maximum questions of one partition; the oldest is dropped for a new one. At 1,536 dimensions they are 1 MB of JSON. */
export const MOST_NEAR = 500;
/** Maximum answers that are compared, nearest first, before the model is called. */
const MOST_TRIED = 3;

/** PERSISTED: in KV, one value for each partition. `v` is the version of this form. */
export type NearIndex = { readonly v: 1; readonly entries: readonly NearEntry[] };
/** `vector`: signed bytes in base64. `facts`: hashed words. `name`: where the answer lies. */
export type NearEntry = { readonly at: EpochMs; readonly vector: string; readonly facts: Facts; readonly name: string };

/** Total: an entry that is not in the form that is written is none. */
export function readNearIndex(raw: Json | undefined, now: EpochMs): readonly NearEntry[] {
  if (!isObject(raw) || raw["v"] !== 1 || !Array.isArray(raw["entries"])) return [];
  return raw["entries"].flatMap((entry): NearEntry[] => {
    if (!isObject(entry)) return [];
    const { at, vector, facts, name } = entry;
    if (typeof at !== "number" || typeof vector !== "string" || typeof name !== "string" || !isObject(facts ?? null)) return [];
    if (at > now || now - at >= FRESH_MS) return [];
    const { firm, maybe, words } = facts as { [list: string]: Json | undefined };
    return isTexts(firm) && isTexts(maybe) && isTexts(words) ? [{ at, vector, facts: { firm, maybe, words }, name }] : [];
  });
}

const isTexts = (list: Json | undefined): list is string[] => Array.isArray(list) && list.every((item) => typeof item === "string");

/** Names of the answers to near questions, nearest first. `bytesOf`: a vector out of its base64. */
export function nearest(
  entries: readonly NearEntry[],
  asked: { readonly vector: Int8Array; readonly facts: Facts },
  bytesOf: (base64: string) => Int8Array,
): readonly string[] {
  return entries
    .filter(({ facts }) => sameFacts(facts, asked.facts)) // cheaper than a vector
    .map(({ name, vector }) => ({ name, similarity: cosine(bytesOf(vector), asked.vector) }))
    .filter(({ similarity }) => similarity >= NEAR)
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, MOST_TRIED)
    .map(({ name }) => name);
}

/** The newest first; the same question once. */
export const withQuestion = (entries: readonly NearEntry[], added: NearEntry): NearIndex => ({
  v: 1,
  entries: [added, ...entries.filter(({ name }) => name !== added.name)].slice(0, MOST_NEAR),
});
