/** A run's search: with the rights of the run's user, looked at now. */
import type { Json } from "../../core/json.ts";
import { mayRead, type Reader } from "../../core/knowledge/rights.ts";
import type { EmbeddingAsker } from "../embedding/embedding.ts";
import type { CollectionStore } from "../store/ports.ts";
import type { Knowledge } from "./knowledge.ts";

type RunSearch = {
  readonly collection: string;
  readonly query: string;
  readonly k: number;
  readonly reader: Reader;
  readonly asker: EmbeddingAsker;
};

/** null: there is no such collection, or the user is not among its readers. */
export async function searchForRun(
  collections: Pick<CollectionStore, "get">,
  knowledge: Pick<Knowledge, "search">,
  { collection: name, query, k, reader, asker }: RunSearch,
): Promise<Json | null> {
  const collection = await collections.get(asker.org, name);
  if (collection === null || !mayRead(collection.settings.allow, reader)) return null;
  const found = await knowledge.search(collection, { query, k, mode: "hybrid", filter: {}, reader, asker });
  return { query, ...found } as unknown as Json;
}
