import type { KnowledgeIndexPorts } from "../../../durable-objects/knowledge-index/knowledge-index.ts";
import { FAR } from "../far.ts";

/** What the outside world does to this room in the current test: tests replace what they script. */
export const knowledgeIndexWorld: { -readonly [K in keyof KnowledgeIndexPorts]: KnowledgeIndexPorts[K] } = {
  now: () => FAR,
  send: () => Promise.reject(new Error("unscripted: send")),
};
