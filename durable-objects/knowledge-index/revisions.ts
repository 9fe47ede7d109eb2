/** Documents, their revisions and chunks as rows. All functions are synchronous, and those that write belong into a transaction. */
import type { DocumentFinding, IndexPlan, Metadata, NewRevision, Person, Revision, RevisionStatus } from "../../core/knowledge/document.ts";
import { renewedPiece, type StoredChunk, titleTerms } from "../../core/knowledge/piece.ts";
import { rightsOf } from "../../core/knowledge/rights.ts";
import { WORD_FORMS } from "../../core/knowledge/terms.ts";
import type { EpochMs } from "../../core/time.ts";
import { deleteOverwritten } from "../kit/delete-overwritten.ts";
import { CHUNK_TEXTS, PASSAGE_TEXTS, REVISION_TEXTS } from "./schema.ts";
import type { Words } from "./words.ts";

/** Revisions of a document that are remembered, without their text. */
const REVISIONS_KEPT = 20;
/** Sets of rights of one shard. */
const MOST_PARTS = 1_000;
/** UTF-16 units of a passage: at 3 bytes each it is far below the 2 MB that a row holds. */
const PASSAGE_UNITS = 262_144;

type Row = {
  id: number;
  document: string;
  revision: number;
  status: string;
  part: number;
  rights: string;
  identity: string;
  hash: string;
  title: string;
  source: string | null;
  metadata: string;
  findings: string;
  expires_at: number | null;
  uploaded_by: string;
  released_by: string | null;
  created_at: number;
  space: string | null;
  chunks: number;
  media: string;
  plan: string | null;
};

type JobRow = {
  revision: number;
  kind: string;
  made: number;
  cuts: string | null;
  without_vector: number;
  attempts: number;
  due_at: number;
};

/** A revision with the number of its row and of its partition. */
export type KeptRevision = Revision & { readonly id: number; readonly part: number; readonly plan: IndexPlan | null };

const FIELDS =
  "r.id, r.document, r.revision, r.status, r.part, p.rights, r.identity, r.hash, r.title, r.source, r.metadata, r.findings, r.expires_at, r.uploaded_by, r.released_by, r.created_at, r.space, r.chunks, r.media, r.plan";
const FROM = "FROM revision r JOIN part p ON p.id = r.part";

function kept(row: Row): KeptRevision {
  return {
    id: row.id,
    part: row.part,
    document: row.document,
    revision: row.revision,
    status: row.status as RevisionStatus,
    allow: rightsOf(row.rights),
    identity: row.identity,
    hash: row.hash,
    title: row.title,
    source: row.source,
    metadata: JSON.parse(row.metadata) as Metadata,
    findings: JSON.parse(row.findings) as DocumentFinding[],
    expiresAt: row.expires_at,
    by: JSON.parse(row.uploaded_by) as Person,
    released: row.released_by === null ? null : (JSON.parse(row.released_by) as Revision["released"]),
    at: row.created_at,
    space: row.space,
    chunks: row.chunks,
    media: row.media,
    plan: row.plan === null ? null : (JSON.parse(row.plan) as IndexPlan),
  };
}

/** Served chunks of one partition that are indexed by other words than before. */
export type Renewed = { readonly part: number; readonly chunks: readonly number[] };

/** Which revisions begin and cease to be served: searches follow it once it is committed. */
export type Changes = {
  readonly served: readonly KeptRevision[];
  readonly dropped: readonly KeptRevision[];
  readonly renewed?: Renewed;
};

/**
 * What is still to be done of a revision: `fill`: its chunks are being made. `drop`: they are being deleted. `renew`: it is served, and its chunks are
 * indexed again, by the word forms of now.
 */
export type Job = {
  readonly revision: number;
  readonly kind: "fill" | "drop" | "renew";
  /** `fill`: chunks that are made. `renew`: the row of the last chunk that is renewed. */
  readonly made: number;
  /** What the text was cut into; null: it was not cut yet. PERSISTED. */
  readonly cuts: string | null;
  readonly withoutVector: number;
  /** How often it was tried since it last got on. */
  readonly attempts: number;
  readonly dueAt: EpochMs;
};

/** The rows of one shard. */
export class Revisions {
  readonly #sql: SqlStorage;
  readonly #words: Words;

  constructor(sql: SqlStorage, words: Words) {
    this.#sql = sql;
    this.#words = words;
  }

  newest(document: string): KeptRevision | null {
    const [row] = this.#sql.exec<Row>(`SELECT ${FIELDS} ${FROM} WHERE r.document = ? ORDER BY r.revision DESC LIMIT 1`, document).toArray();
    return row === undefined ? null : kept(row);
  }

  /** The revision that searches find. */
  serving(document: string): KeptRevision | null {
    const [row] = this.#sql.exec<Row>(`SELECT ${FIELDS} ${FROM} WHERE r.document = ? AND r.status = 'ready'`, document).toArray();
    return row === undefined ? null : kept(row);
  }

  ready(): KeptRevision[] {
    return this.#sql.exec<Row>(`SELECT ${FIELDS} ${FROM} WHERE r.status = 'ready'`).toArray().map(kept);
  }

  /** A revision by its row. */
  byId(id: number): KeptRevision | null {
    const [row] = this.#sql.exec<Row>(`SELECT ${FIELDS} ${FROM} WHERE r.id = ?`, id).toArray();
    return row === undefined ? null : kept(row);
  }

  text(id: number): string {
    const rows = this.#sql.exec<{ text: string }>("SELECT text FROM passage WHERE revision = ? ORDER BY number", id).toArray();
    return rows.map(({ text }) => text).join("");
  }

  /** The newest revision of each document after `after`, by the document's name. `parts`: of these partitions alone; null: of all. */
  list(after: string | null, parts: readonly number[] | null, most: number): KeptRevision[] {
    const mine = parts === null ? "" : "AND r.part IN (SELECT value FROM json_each(?3))";
    const query = `SELECT ${FIELDS} ${FROM} WHERE r.document > ?1 ${mine}
      AND r.revision = (SELECT MAX(o.revision) FROM revision o WHERE o.document = r.document) ORDER BY r.document LIMIT ?2`;
    const given = parts === null ? [after ?? "", most] : [after ?? "", most, JSON.stringify(parts)];
    return this.#sql
      .exec<Row>(query, ...given)
      .toArray()
      .map(kept);
  }

  /** A document with the same bytes and the same readers that searches find or will find; null: there is none. */
  holderOf(hash: string, rights: string, besides: string): string | null {
    const [row] = this.#sql
      .exec<{ document: string }>(
        "SELECT r.document FROM revision r JOIN part p ON p.id = r.part WHERE r.hash = ? AND r.status IN ('ready', 'processing') AND p.rights = ? AND r.document <> ? LIMIT 1",
        hash,
        rights,
        besides,
      )
      .toArray();
    return row?.document ?? null;
  }

  parts(): { readonly id: number; readonly rights: string }[] {
    return this.#sql.exec<{ id: number; rights: string }>("SELECT id, rights FROM part").toArray();
  }

  /** The partition of these rights, made when there is none; null: there are too many. */
  partOf(rights: string): number | null {
    const [row] = this.#sql.exec<{ id: number }>("SELECT id FROM part WHERE rights = ?", rights).toArray();
    if (row !== undefined) return row.id;
    if (this.#sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM part").one().count >= MOST_PARTS) return null;
    return this.#sql.exec<{ id: number }>("INSERT INTO part (rights) VALUES (?) RETURNING id", rights).one().id;
  }

  /** `plan`: how it is indexed, also once it is released. A revision that is being indexed makes room for this one, if this is to be indexed too. */
  put(one: NewRevision, part: number, plan: IndexPlan): Changes {
    const revision = (this.newest(one.document)?.revision ?? 0) + 1;
    const { id } = this.#sql
      .exec<{ id: number }>(
        `INSERT INTO revision (document, revision, status, part, identity, hash, title, text, source, metadata, findings, expires_at, uploaded_by, created_at, chunks, media, plan)
         VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, 0, ?, ?) RETURNING id`,
        one.document,
        revision,
        one.status,
        part,
        one.identity,
        one.hash,
        one.title,
        one.source,
        JSON.stringify(one.metadata),
        JSON.stringify(one.findings),
        one.expiresAt,
        JSON.stringify(one.by),
        one.at,
        one.media,
        JSON.stringify(plan),
      )
      .one();
    if (one.status !== "refused") this.#keepText(id, one.text);
    if (one.status === "processing") this.#begin(id, one.document, one.at);
    const old = this.#ids(
      "document = ? AND revision <= ? AND status NOT IN ('ready', 'processing')",
      one.document,
      revision - REVISIONS_KEPT,
    );
    this.#forgetText(old);
    deleteOverwritten(this.#sql, "revision", REVISION_TEXTS, "id IN (SELECT value FROM json_each(?))", JSON.stringify(old));
    return NOTHING;
  }

  /** A revision that waited is indexed from now on. */
  release(held: KeptRevision, plan: IndexPlan, released: NonNullable<Revision["released"]>): Changes {
    this.#sql.exec(
      "UPDATE revision SET released_by = ?, plan = ?, status = 'processing' WHERE id = ?",
      JSON.stringify(released),
      JSON.stringify(plan),
      held.id,
    );
    this.#begin(held.id, held.document, released.at);
    return NOTHING;
  }

  /** All revisions of a document. Their chunks are left to be dropped; no search finds them any more. */
  remove(document: string, at: EpochMs): Changes {
    const serving = this.serving(document);
    const ids = this.#ids("document = ?", document);
    this.#forgetText(ids);
    for (const id of ids) this.#drop(id, at);
    deleteOverwritten(this.#sql, "revision", REVISION_TEXTS, "document = ?", document);
    this.#sql.exec("DELETE FROM part WHERE NOT EXISTS (SELECT 1 FROM revision WHERE revision.part = part.id)");
    return { served: [], dropped: serving === null ? [] : [serving] };
  }

  expired(at: number, most: number): string[] {
    return this.#sql
      .exec<{ document: string }>(
        `SELECT DISTINCT r.document FROM revision r WHERE r.expires_at <= ?
         AND r.revision = (SELECT MAX(o.revision) FROM revision o WHERE o.document = r.document) LIMIT ?`,
        at,
        most,
      )
      .toArray()
      .map(({ document }) => document);
  }

  nextExpiry(): number | null {
    return this.#sql
      .exec<{ at: number | null }>(
        `SELECT MIN(r.expires_at) AS at FROM revision r WHERE r.expires_at IS NOT NULL
         AND r.revision = (SELECT MAX(o.revision) FROM revision o WHERE o.document = r.document)`,
      )
      .one().at;
  }

  /** What is due, what waits longest first. */
  jobs(kind: Job["kind"], dueAt: EpochMs): Job[] {
    return this.#readJobs("WHERE kind = ? AND due_at <= ? ORDER BY due_at, revision LIMIT 100", kind, dueAt);
  }

  job(revision: number): Job | null {
    return this.#readJobs("WHERE revision = ?", revision)[0] ?? null;
  }

  nextJobAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM job").one().at;
  }

  /** It is tried, and tried again then if it does not get on. */
  try(revision: number, dueAt: EpochMs): void {
    this.#sql.exec("UPDATE job SET attempts = attempts + 1, due_at = ? WHERE revision = ?", dueAt, revision);
  }

  /** Every served revision that other word forms were used for is to be renewed. */
  outdate(at: EpochMs): void {
    this.#sql.exec(
      `INSERT INTO job (revision, kind, due_at) SELECT id, 'renew', ? FROM revision
       WHERE status = 'ready' AND word_forms <> ? AND NOT EXISTS (SELECT 1 FROM job WHERE job.revision = revision.id)`,
      at,
      WORD_FORMS,
    );
  }

  /**
   * Indexes the next chunks of a served revision by the word forms of now, from their stored text. Vectors of a model stay; those made of words are
   * made again (`isHashed`). `isDone`: none is left, and the job is gone.
   */
  renew({ id, part, title }: KeptRevision, after: number, most: number, isHashed: boolean, dueAt: EpochMs): Renewed & { isDone: boolean } {
    const rows = this.#sql
      .exec<{ id: number; text: string }>("SELECT id, text FROM chunk WHERE revision = ? AND id > ? ORDER BY id LIMIT ?", id, after, most)
      .toArray();
    const isDone = rows.length < most;
    const heading = titleTerms(title);
    for (const row of rows) {
      const { terms, vector } = renewedPiece(heading, title, row.text, isHashed);
      this.#words.remove(row.id);
      this.#words.add(row.id, part, terms);
      this.#sql.exec("UPDATE chunk SET length = ? WHERE id = ?", terms.length, row.id);
      if (isHashed) this.#sql.exec("UPDATE chunk SET vector = ? WHERE id = ?", vector, row.id);
    }
    if (isDone) {
      this.#sql.exec("UPDATE revision SET word_forms = ? WHERE id = ?", WORD_FORMS, id);
      this.leave(id);
    } else this.#sql.exec("UPDATE job SET made = ?, attempts = 0, due_at = ? WHERE revision = ?", rows.at(-1)?.id ?? after, dueAt, id);
    return { part, chunks: rows.map((row) => row.id), isDone };
  }

  /** Nothing is left to renew; or it is not renewed in this life of the object, and its next one tries again. */
  leave(revision: number): void {
    this.#sql.exec("DELETE FROM job WHERE revision = ? AND kind = 'renew'", revision);
  }

  due(revision: number, at: EpochMs): void {
    this.#sql.exec("UPDATE job SET due_at = ? WHERE revision = ?", at, revision);
  }

  /** What the text was cut into, before its first chunk is made. Chunks of another cut are deleted. */
  cut(revision: number, cuts: string): void {
    this.#dropSome(revision, Number.MAX_SAFE_INTEGER);
    this.#sql.exec("UPDATE job SET cuts = ?, made = 0, without_vector = 0 WHERE revision = ?", cuts, revision);
  }

  /** The next chunks of a revision. `space`: the embedding of their vectors; null: they have none. `dueAt`: when somebody else may go on. */
  add(revision: KeptRevision, from: number, text: string, chunks: readonly StoredChunk[], space: string | null, dueAt: EpochMs): void {
    for (const [offset, { start, end, section, terms, vector }] of chunks.entries()) {
      const row = this.#sql
        .exec<{ id: number }>(
          "INSERT INTO chunk (revision, number, part, length, starts, ends, section, text, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
          revision.id,
          from + offset,
          revision.part,
          terms.length,
          start,
          end,
          JSON.stringify(section),
          text.slice(start, end),
          vector,
        )
        .one();
      this.#words.add(row.id, revision.part, terms);
    }
    const made = from + chunks.length;
    this.#sql.exec(
      "UPDATE job SET made = ?, without_vector = without_vector + ?, attempts = 0, due_at = ? WHERE revision = ?",
      made,
      space === null ? chunks.length : 0,
      dueAt,
      revision.id,
    );
    this.#sql.exec("UPDATE revision SET chunks = ?, space = COALESCE(?, space) WHERE id = ?", made, space, revision.id);
  }

  /** INVARIANT: of a document at most one revision is `ready`, and only when all of its chunks are made. */
  serve(revision: KeptRevision, findings: readonly DocumentFinding[], at: EpochMs): Changes {
    const before = this.serving(revision.document);
    const others = this.#ids("document = ? AND status IN ('ready', 'quarantined') AND revision < ?", revision.document, revision.revision);
    this.#supersede(others, at);
    this.#sql.exec(
      "UPDATE revision SET status = 'ready', findings = ?, word_forms = ? WHERE id = ?",
      JSON.stringify(findings),
      WORD_FORMS,
      revision.id,
    );
    this.#sql.exec("DELETE FROM job WHERE revision = ?", revision.id);
    const now = this.byId(revision.id);
    return { served: now === null ? [] : [now], dropped: before === null ? [] : [before] };
  }

  /** It cannot be indexed: what was made of it is left to be dropped. */
  giveUp(revision: KeptRevision, findings: readonly DocumentFinding[], at: EpochMs): void {
    this.#forgetText([revision.id]);
    this.#sql.exec("UPDATE revision SET status = 'refused', findings = ? WHERE id = ?", JSON.stringify(findings), revision.id);
    this.#drop(revision.id, at);
  }

  /** Deletes chunks of a revision that is not served. True: all of them are gone, and the job is done. */
  sweep(revision: number, most: number): boolean {
    if (this.#dropSome(revision, most) === most) return false;
    this.#sql.exec("DELETE FROM job WHERE revision = ? AND kind = 'drop'", revision);
    return true;
  }

  /** The revision is to be indexed; what is being indexed of the same document is not needed any more. */
  #begin(id: number, document: string, at: EpochMs): void {
    this.#supersede(this.#ids("document = ? AND status = 'processing' AND id <> ?", document, id), at);
    this.#sql.exec("INSERT INTO job (revision, kind, due_at) VALUES (?, 'fill', ?)", id, at);
  }

  #supersede(ids: readonly number[], at: EpochMs): void {
    this.#forgetText(ids);
    for (const id of ids) {
      this.#sql.exec("UPDATE revision SET status = 'superseded' WHERE id = ?", id);
      this.#drop(id, at);
    }
  }

  #drop(id: number, at: EpochMs): void {
    this.#sql.exec("DELETE FROM job WHERE revision = ?", id);
    this.#sql.exec(
      "INSERT INTO job (revision, kind, due_at) SELECT ?1, 'drop', ?2 WHERE EXISTS (SELECT 1 FROM chunk WHERE revision = ?1)",
      id,
      at,
    );
  }

  #readJobs(which: string, ...given: (string | number)[]): Job[] {
    return this.#sql
      .exec<JobRow>(`SELECT revision, kind, made, cuts, without_vector, attempts, due_at FROM job ${which}`, ...given)
      .toArray()
      .map(({ kind, without_vector: withoutVector, due_at: dueAt, ...row }) => ({
        ...row,
        kind: kind as Job["kind"],
        withoutVector,
        dueAt,
      }));
  }

  #ids(where: string, ...given: (string | number)[]): number[] {
    return this.#sql
      .exec<{ id: number }>(`SELECT id FROM revision WHERE ${where}`, ...given)
      .toArray()
      .map(({ id }) => id);
  }

  #keepText(id: number, text: string): void {
    for (let [from, number] = [0, 0]; from < text.length; number++) {
      let to = Math.min(text.length, from + PASSAGE_UNITS);
      const unit = text.charCodeAt(to);
      if (to < text.length && unit >= 0xdc00 && unit <= 0xdfff) to--;
      this.#sql.exec("INSERT INTO passage (revision, number, text) VALUES (?, ?, ?)", id, number, text.slice(from, to));
      from = to;
    }
  }

  #forgetText(ids: readonly number[]): void {
    deleteOverwritten(this.#sql, "passage", PASSAGE_TEXTS, "revision IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
  }

  #dropSome(revision: number, most: number): number {
    const ids = this.#sql
      .exec<{ id: number }>("SELECT id FROM chunk WHERE revision = ? LIMIT ?", revision, most)
      .toArray()
      .map(({ id }) => id);
    for (const id of ids) this.#words.remove(id);
    deleteOverwritten(this.#sql, "chunk", CHUNK_TEXTS, "id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
    return ids.length;
  }
}

const NOTHING: Changes = { served: [], dropped: [] };
