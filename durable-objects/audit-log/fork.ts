/**
 * Whether what R2 has is what this object signed last. An object's storage can be restored to an older state, and would then number and sign
 * again what it has numbered and signed already: two histories of one log. R2 keeps the newest checkpoint, and no restore touches it.
 */
import { noteBody, readCheckpointBody } from "../../core/audit/checkpoint.ts";
import type { KeptCheckpoint } from "./checkpoint-row.ts";

/**
 * `behind`: R2 has a checkpoint of more entries than this object has numbered. `different`: another one than it signed. `missing`: R2 has
 * lost the one that it signed.
 */
export type Fork = { readonly kind: "behind" | "different" | "missing"; readonly size: number; readonly publishedSize: number | null };

/** null: R2 agrees. `published`: the newest checkpoint in R2; `size`: how many entries this object has numbered. */
export function forkOf(published: string | null, kept: KeptCheckpoint | null, size: number): Fork | null {
  const known = kept === null ? [null] : [kept.note, ...kept.before];
  if (published === null) return known.includes(null) ? null : { kind: "missing", size, publishedSize: null };
  // Cosignatures may have come in meanwhile: what is signed counts.
  const body = noteBody(published);
  if (known.some((note) => note !== null && noteBody(note) === body)) return null;
  const publishedSize = readCheckpointBody(body)?.size ?? null;
  return { kind: publishedSize !== null && publishedSize > size ? "behind" : "different", size, publishedSize };
}
