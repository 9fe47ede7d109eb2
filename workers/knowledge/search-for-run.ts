/** A run's search: with the rights of the run's user, looked at now. */
import type { Role } from "../../core/access/principal.ts";
import type { Json } from "../../core/json.ts";
import { mayRead } from "../../core/knowledge/rights.ts";
import type { EmbeddingAsker } from "../embedding/embedding.ts";
import type { CollectionStore } from "../store/ports.ts";
import type { Knowledge } from "./knowledge.ts";

/** `began`: the user of the run, and the roles that it began with. */
type RunSearch = {
  readonly collection: string;
  readonly query: string;
  readonly k: number;
  readonly began: { readonly user: string; readonly roles: readonly Role[] };
  readonly asker: Omit<EmbeddingAsker, "roles" | "began" | "text">;
};

/** `rolesLeft`: those that the run's user still has; throws when nobody can say. */
type RunSearchPorts = {
  readonly collections: Pick<CollectionStore, "get">;
  readonly knowledge: Pick<Knowledge, "search">;
  readonly rolesLeft: (began: RunSearch["began"] & { readonly org: string }, how: "now") => Promise<readonly Role[]>;
};

/** null: there is no such collection, or the user is not among its readers by now. Who has no role left in the org reads nothing of it. */
export async function searchForRun(
  { collections, knowledge, rolesLeft }: RunSearchPorts,
  { collection: name, query, k, began, asker }: RunSearch,
): Promise<Json | null> {
  const { org } = asker;
  const [collection, roles] = await Promise.all([collections.get(org, name), rolesLeft({ ...began, org }, "now")]);
  const reader = { user: began.user, roles };
  if (collection === null || roles.length === 0 || !mayRead(collection.settings.allow, reader)) return null;
  const asking = { ...asker, roles: began.roles, began: true, text: "redacted" } as const;
  const found = await knowledge.search(collection, { query, k, mode: "hybrid", filter: {}, reader, asker: asking });
  return { query, ...found } as unknown as Json;
}
