import type { KnowledgeIndexPorts } from "../../../durable-objects/knowledge-index/knowledge-index.ts";
import { defineEmbedding } from "../../../workers/embedding/embedding.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const knowledgeIndexWorld: { -readonly [K in keyof KnowledgeIndexPorts]: KnowledgeIndexPorts[K] } = {
  now: () => FAR,
  log: () => undefined,
  embed: defineEmbedding({ ask: async () => null }),
  send: () => Promise.reject(new Error("unscripted: send")),
};
