/** Where a tool's credentials go and what they carry, and what of it a new version does that the version before it did not. */
import { toolAddress } from "./address.ts";
import type { ToolContent } from "./manifest.ts";

/** Scheme, host and port of an address. */
const ORIGIN = /^[a-z]+:\/\/[^/?#]+/i;

/** Host with its port; the port of https is not written. */
const originOf = (address: string): string | null =>
  ORIGIN.exec(address)?.[0]
    .toLowerCase()
    .replace(/^(https:.*):443$/, "$1") ?? null;

/** What a call's credentials are used for. `destinations`: origins; `scopes`: none where a stored secret is sent. null: none is sent. */
export function credentialUseOf(
  tool: ToolContent,
): { readonly destinations: readonly string[]; readonly scopes: readonly string[] } | null {
  const address = toolAddress(tool);
  const origin = address === null ? null : originOf(address);
  if (origin !== null) {
    const secret = tool.kind === "http" ? tool.http.secret : tool.kind === "mcp" ? tool.mcp.secret : null;
    return { destinations: [origin], scopes: secret === null ? tool.scopes : [] };
  }
  const hosts = tool.kind === "isolate" ? Object.keys(tool.isolate.secrets ?? {}) : [];
  return hosts.length === 0 ? null : { destinations: hosts.map((host) => `https://${host.toLowerCase()}`).sort(), scopes: [] };
}

/** null: nothing new. `destination`: another origin that credentials go to; null: the same. `scopes`: those that were not asked for before. */
export function unusualOf(
  before: ToolContent | null,
  now: ToolContent,
): { readonly destination: string | null; readonly scopes: readonly string[] } | null {
  if (before === null) return null;
  const [was, is] = [before, now].map((tool) => originOf(toolAddress(tool) ?? ""));
  const scopes = now.scopes.filter((scope) => !before.scopes.includes(scope));
  const destination = is !== undefined && is !== null && is !== was ? is : null;
  return destination === null && scopes.length === 0 ? null : { destination, scopes };
}
