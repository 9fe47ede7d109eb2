/** What an import reads from a source, whatever the source is: tools as manifests to be checked, and those that cannot be one. */
import type { Holder } from "../../access/person.ts";
import type { JsonObject } from "../../json.ts";
import type { ToolEffect } from "../manifest.ts";

/** One tool of a source. */
export type SourceTool = {
  /** At its source: a tool's name, or `GET /orders/{id}`. The source's own words. */
  readonly item: string;
  readonly name: string;
  /** A manifest as a developer would send it. */
  readonly manifest: JsonObject;
  /** Everything that the source says of the tool: it is searched for instructions. */
  readonly words: JsonObject;
  /** What the source claims and nobody vouches for. */
  readonly hints?: { readonly read_only?: boolean; readonly destructive?: boolean; readonly idempotent?: boolean };
};

/** A tool that is not imported. `name`: as it would be called here. */
export type RefusedTool = { readonly name: string; readonly reason: string };

/** Everything that a source offers. */
export type SourceTools = { readonly tools: readonly SourceTool[]; readonly refused: readonly RefusedTool[] };

/** What the person who imports decides, for all tools of the source or by name. */
export type ImportChoices = {
  /** In front of each name. */
  readonly prefix: string;
  /** By name here: what a person knows of a tool's effect. */
  readonly effects: ReadonlyMap<string, ToolEffect>;
  /** Name of the secret that each call is made with; null: the platform's own credential. */
  readonly secret: string | null;
};

/** Maximum tools of one import. */
export const MOST_TOOLS = 200;

/**
 * Where a version came from that nobody wrote by hand, and what of it is pinned.
 *
 * PERSISTED: in D1 beside the version.
 */
export type ToolOrigin = {
  readonly v: 1;
  readonly kind: "mcp" | "openapi";
  /** Address of the server or of the document; null: the document was sent along. */
  readonly url: string | null;
  readonly item: string;
  /** SHA-256, hex, of the description and of the canonical schemas, as the source had them. */
  readonly description_sha256: string;
  readonly schema_sha256: string;
  readonly proposed_by: Holder;
  /** RFC 3339. */
  readonly proposed_at: string;
  /** Absent: nobody has approved it. */
  readonly approved_by?: string;
  readonly approved_at?: string;
};

/** True when both versions are of one tool of one source. Documents that were sent along are told apart by nothing but their operations. */
export const isSameSource = (one: Pick<ToolOrigin, "kind" | "url" | "item">, other: Pick<ToolOrigin, "kind" | "url" | "item">): boolean =>
  one.kind === other.kind && one.url === other.url && one.item === other.item;

/** What is no longer as it was pinned; empty: nothing that a model reads. */
export function driftOf(pinned: Digests, now: Digests): readonly ("description" | "schema")[] {
  return [
    ...(pinned.description_sha256 === now.description_sha256 ? [] : (["description"] as const)),
    ...(pinned.schema_sha256 === now.schema_sha256 ? [] : (["schema"] as const)),
  ];
}

/** The digests of an origin. */
export type Digests = Pick<ToolOrigin, "description_sha256" | "schema_sha256">;

/** Names that two tools of the source would share: neither is imported, since one would stand in the other's place. */
export function withoutNamesakes({ tools, refused }: SourceTools): SourceTools {
  const counts = new Map<string, number>();
  for (const { name } of tools) counts.set(name, (counts.get(name) ?? 0) + 1);
  const isAlone = ({ name }: SourceTool): boolean => counts.get(name) === 1;
  const shared = tools
    .filter((tool) => !isAlone(tool))
    .map(({ name }) => ({ name, reason: "several tools of the source would have this name" }));
  return { tools: tools.filter(isAlone), refused: [...refused, ...shared] };
}
