/** What the store in memory gives out: pages in the database's order, and rows as they are shown. */
import { canonicalJson } from "../../core/canonical-json.ts";
import { withPrefix } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import type { DeadLetterView, RunView } from "../../core/run/outside/view.ts";
import type { ToolContent } from "../../core/tool/manifest.ts";
import type { ApiKeyRow } from "../../workers/store/ports.ts";

/** A page as the database gives it: an opaque cursor, and an error with a code for one that no list returned. */
export function paged<T>(items: readonly T[], { limit, cursor }: PageRequest): Page<T> {
  const from = cursor === null ? 0 : Number(cursor);
  if (!Number.isInteger(from)) throw Object.assign(new Error("the cursor was not returned by this list"), { code: "invalid_cursor" });
  return { data: items.slice(from, from + limit), next_cursor: from + limit < items.length ? String(from + limit) : null };
}

/** Ids sort by time. */
export const newestFirst = (one: { readonly id: string }, other: { readonly id: string }): number => (one.id < other.id ? 1 : -1);

/** What an org has under `org/name`, by name. */
export const namesOf = (table: ReadonlyMap<string, unknown>, org: string): string[] =>
  [...table.keys()]
    .filter((key) => key.startsWith(`${org}/`))
    .map((key) => key.slice(org.length + 1))
    .sort();

/** What two versions of a tool are compared by. */
export const contentOf = (manifest: ToolContent): string => canonicalJson({ ...manifest, version: null } as unknown as Json);

/** A key as lists show it: without its hash. */
export const shownKey = ({
  id,
  org,
  user,
  roles,
  created_at,
  expires_at,
  allow_from,
  for_others,
  last4,
  rotated_from,
  last_used_at,
}: ApiKeyRow) => ({
  id,
  org,
  user,
  roles,
  created_at,
  expires_at,
  allow_from,
  for_others,
  last4,
  rotated_from,
  last_used_at,
});

/** A run's dead letter as lists show it. */
export const deadLetter = (view: RunView): DeadLetterView => ({
  id: withPrefix("dl", view.id),
  run: view.id,
  workflow: view.workflow,
  step: null,
  reason: { code: "tool_error", message: "the tool failed" },
  undone: [],
  status: view.dead_letter?.status ?? "open",
  created_at: view.created_at,
});
