/** What a new version of a tool does with credentials that no version before it did. */
import { toolAddress } from "./address.ts";
import type { ToolContent } from "./manifest.ts";

/** Scheme, host and port of an address. */
const ORIGIN = /^[a-z]+:\/\/[^/?#]+/i;

/** null: nothing new. `destination`: another origin that credentials go to; null: the same. `scopes`: those that were not asked for before. */
export function unusualOf(
  before: ToolContent | null,
  now: ToolContent,
): { readonly destination: string | null; readonly scopes: readonly string[] } | null {
  if (before === null) return null;
  const [was, is] = [before, now].map((tool) => ORIGIN.exec(toolAddress(tool) ?? "")?.[0].toLowerCase() ?? null);
  const scopes = now.scopes.filter((scope) => !before.scopes.includes(scope));
  const destination = is !== undefined && is !== null && is !== was ? is : null;
  return destination === null && scopes.length === 0 ? null : { destination, scopes };
}
