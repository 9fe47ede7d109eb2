/**
 * Near questions: a vector of what is asked, beside those of what was answered in the same partition. Only where the org has an
 * embedding model that means something; without one nothing is near.
 *
 * The index is one KV value for each partition: a look is one read, and what two writers add at once, one of them loses.
 */
import { createHmac } from "node:crypto";
import { partitionOf, type RedactionMap } from "../../core/cache/identity.ts";
import { FRESH_MS } from "../../core/cache/kept-answer.ts";
import { askedText, factsOfMessage, lastMessage } from "../../core/cache/last-message.ts";
import { nearest, readNearIndex, withQuestion } from "../../core/cache/near-index.ts";
import type { Lookup } from "../../core/cache/question.ts";
import { quantise } from "../../core/cache/vector.ts";
import type { Json } from "../../core/json.ts";
import { type AnswerCachePorts, NEAR_QUESTIONS } from "./ports.ts";

/** Answers to questions that are near. */
export type Neighbours = {
  /** Names of answers, nearest first. */
  readonly names: readonly string[];
  /** The answer under this name is one to the question that was asked. */
  readonly remember: (name: string) => Promise<void>;
  /** What the embedding cost, for the record. */
  readonly facts: { readonly [name: string]: string };
};

const NOBODY: Neighbours = { names: [], remember: async () => undefined, facts: {} };

/** UTF-16 units of text that an embedding model is given. */
const LONGEST_QUESTION = 8_000;

/** `model`: the tag of the model that would be asked. */
export async function findNeighbours(
  ports: AnswerCachePorts,
  { question, asker }: Lookup,
  model: string,
  map: RedactionMap,
): Promise<Neighbours> {
  const last = lastMessage(question.messages);
  const partition = last === null ? null : partitionOf(asker.org, question, ports.grounds(), map, model, last);
  if (last === null || partition === null) return NOBODY;
  const text = askedText(last);
  if (text.trim() === "" || text.length > LONGEST_QUESTION) return NOBODY;
  const key = await ports.mac(partition);
  const index = `${NEAR_QUESTIONS}${asker.org}/${key}`;
  const [embedded, raw] = await Promise.all([ports.embed(asker, text), ports.values.get(index)]);
  const vector = embedded === null ? null : quantise(embedded.vector);
  if (embedded === null || vector === null) return NOBODY;
  // Under the partition's own key: the hash of a word is the same for its questions, and for no others.
  const hash = (word: string): string => createHmac("sha256", key).update(word).digest("base64url").slice(0, 10);
  const facts = factsOfMessage(last, hash);
  const known = readNearIndex(raw, ports.now());
  return {
    names: nearest(known, { vector, facts }, bytesOf),
    async remember(name) {
      const entry = { at: ports.now(), vector: Buffer.from(vector.buffer).toString("base64"), facts, name };
      await ports.values.put(index, withQuestion(known, entry) as unknown as Json, FRESH_MS, { subjects: [] });
    },
    facts: { embedding_model: embedded.model, embedding_tokens: String(embedded.tokens ?? "unknown") },
  };
}

function bytesOf(base64: string): Int8Array {
  const bytes = Buffer.from(base64, "base64");
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
