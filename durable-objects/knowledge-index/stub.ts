/** How other rooms reach a shard of a collection. */
import { stubsOf } from "../kit/stub.ts";
import type { KnowledgeIndex } from "./knowledge-index.ts";

/** One shard, by its name (`shardName`). */
export const knowledgeIndexOf = stubsOf<
  KnowledgeIndex,
  | "place"
  | "vacate"
  | "shards"
  | "holderOf"
  | "put"
  | "held"
  | "release"
  | "remove"
  | "read"
  | "text"
  | "list"
  | "search"
  | "statistics"
  | "close"
  | "confirm"
>();
/** What other rooms may ask a shard. */
export type KnowledgeIndexRpc = ReturnType<typeof knowledgeIndexOf>;

/** PERSISTED: under this name a shard's storage is found. */
export const shardName = (collection: string, shard: number): string => `${collection}/${shard}`;
