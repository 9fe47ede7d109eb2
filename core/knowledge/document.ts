/** A document and its revisions, as the index keeps them and as callers see them. */
import { type EpochMs, toRfc3339 } from "../time.ts";
import type { Allow } from "./rights.ts";

/** `ready`: searches find it. `quarantined`: it waits for a second person. `refused`: it was not taken. `superseded`: a newer revision is ready. */
export type RevisionStatus = "ready" | "quarantined" | "refused" | "superseded";

/** What a check saw. Never what it saw it in. PERSISTED. */
export type DocumentFinding = {
  /** `injection`, `instructions`, `duplicate`, `source`, `encoding`, `empty`, `embedding`, or a kind of personal data. */
  readonly type: string;
  readonly count: number;
  readonly message: string;
};

/** Facts that a search can be narrowed by. */
export type Metadata = { readonly [name: string]: string | number | boolean };

/** Who brought or released a revision, for the rule of two people. */
export type Person = { readonly user: string; readonly root: string | null };

/** A piece of a revision as it is stored. `terms`: what it is found by, the title's included. */
export type StoredChunk = {
  readonly start: number;
  readonly end: number;
  readonly section: readonly string[];
  readonly terms: readonly string[];
  readonly vector: Int8Array | null;
};

/** A revision that was checked and cut, before it is stored. */
export type NewRevision = {
  readonly document: string;
  /** SHA-256 of everything that was sent: an upload that comes twice has the same. */
  readonly identity: string;
  /** SHA-256 of the text's bytes as they were sent, hex. */
  readonly hash: string;
  readonly status: Exclude<RevisionStatus, "superseded">;
  readonly title: string;
  /** Without personal data. */
  readonly text: string;
  readonly source: string | null;
  readonly allow: Allow;
  readonly metadata: Metadata;
  readonly findings: readonly DocumentFinding[];
  readonly expiresAt: EpochMs | null;
  readonly by: Person;
  readonly at: EpochMs;
  /** The name of the embedding that `vector` is of; null: no chunk has one. */
  readonly space: string | null;
  readonly chunks: readonly StoredChunk[];
};

/** One revision without its text and chunks. */
export type Revision = Omit<NewRevision, "status" | "text" | "chunks" | "allow"> & {
  readonly revision: number;
  readonly status: RevisionStatus;
  readonly allow: Allow;
  readonly chunks: number;
  readonly released: { readonly by: string; readonly at: EpochMs } | null;
};

/** A document as callers see it: its newest revision. */
export const documentView = (collection: string, one: Revision, serving: number | null) => ({
  id: one.document,
  collection,
  revision: one.revision,
  status: one.status,
  /** The revision that searches find; null: none. */
  serving,
  title: one.title,
  source: one.source,
  allow: one.allow,
  metadata: one.metadata,
  hash: one.hash,
  chunks: one.chunks,
  findings: one.findings,
  uploaded_by: one.by.user,
  released_by: one.released?.by ?? null,
  expires_at: one.expiresAt === null ? null : toRfc3339(one.expiresAt),
  created_at: toRfc3339(one.at),
});
