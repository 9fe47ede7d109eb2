/** A document and its revisions, as the index keeps them and as callers see them. */
import type { Role } from "../access/principal.ts";
import type { DataClass } from "../label/label.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import type { ChunkSize } from "./chunk.ts";
import type { Allow } from "./rights.ts";

/**
 * `processing`: it is accepted and being indexed. `ready`: searches find it. `quarantined`: it waits for a second person. `refused`: it was
 * not taken. `superseded`: a newer revision has taken its place.
 */
export type RevisionStatus = "processing" | "ready" | "quarantined" | "refused" | "superseded";

/** What a check saw. Never what it saw it in. PERSISTED. */
export type DocumentFinding = {
  /** `injection`, `instructions`, `hidden`, `maybe_hidden`, `duplicate`, `source`, `encoding`, `empty`, `file`, `too_many_chunks`, `embedding`, `indexing`, or a kind of personal data. */
  readonly type: string;
  readonly count: number;
  readonly message: string;
};

/** Facts that a search can be narrowed by. */
export type Metadata = { readonly [name: string]: string | number | boolean };

/** Who brought or released a revision, for the rule of two people. */
export type Person = { readonly user: string; readonly root: string | null };

/** How a revision becomes chunks, and on whose behalf a model is asked. PERSISTED: with what is still to be indexed. */
export type IndexPlan = {
  readonly chunk: ChunkSize;
  /** An embedding model of the org; null: the embedded default. */
  readonly embedding: string | null;
  readonly asker: {
    readonly user: string;
    readonly traceId: string;
    readonly spanId: string;
    /** The uploader's, for the policies. Absent in older plans: none. */
    readonly roles?: readonly Role[];
  };
  /** The class of what a model is given. Absent in older plans: nobody noted it, and the highest counts. */
  readonly class?: DataClass;
};

/** A revision that was checked, before it is stored and indexed. */
export type NewRevision = {
  readonly document: string;
  /** SHA-256 of everything that was sent: an upload that comes twice has the same. */
  readonly identity: string;
  /** SHA-256 of the text's or the file's bytes as they were sent, hex. */
  readonly hash: string;
  /** What was sent: `text/plain` where it came as a text. */
  readonly media: string;
  readonly status: "processing" | "quarantined" | "refused";
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
};

/** One revision without its text and chunks. */
export type Revision = Omit<NewRevision, "status" | "text"> & {
  readonly revision: number;
  readonly status: RevisionStatus;
  /** The name of the embedding that its vectors are of; null: no chunk has one. */
  readonly space: string | null;
  /** Those that are made so far. */
  readonly chunks: number;
  readonly released: { readonly by: string; readonly at: EpochMs } | null;
};

/**
 * A document as callers see it: its newest revision. `mayRead`: the caller may read it; nobody else gets its hash, from which a short text can be
 * guessed.
 */
export const documentView = (collection: string, one: Revision, serving: number | null, mayRead: boolean) => ({
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
  hash: mayRead ? one.hash : null,
  media_type: one.media,
  chunks: one.chunks,
  findings: one.findings,
  uploaded_by: one.by.user,
  released_by: one.released?.by ?? null,
  expires_at: one.expiresAt === null ? null : toRfc3339(one.expiresAt),
  created_at: toRfc3339(one.at),
});
