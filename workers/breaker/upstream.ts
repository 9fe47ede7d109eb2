/** Which breaker is a model's: one for each upstream origin and upstream id, whatever orgs call it by. */
import type { ModelEntry } from "../../core/model/entry.ts";

/** `{origin} {upstream id}`; null: nothing leaves the Worker (the rehearsal), or there is nowhere to go. */
export function upstreamKey(entry: Pick<ModelEntry, "id" | "base_url" | "upstream_id">, gatewayUrl: string | null): string | null {
  if (entry.base_url === null && entry.id.startsWith("bulkhead/")) return null;
  const base = entry.base_url ?? gatewayUrl;
  return base !== null && URL.canParse(base) ? `${new URL(base).origin} ${entry.upstream_id}` : null;
}
