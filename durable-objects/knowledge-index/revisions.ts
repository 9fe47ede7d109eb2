/** Documents, their revisions and chunks as rows. All functions are synchronous, and those that write belong into a transaction. */
import type {
  DocumentFinding,
  Metadata,
  NewRevision,
  Person,
  Revision,
  RevisionStatus,
  StoredChunk,
} from "../../core/knowledge/document.ts";
import { rightsOf } from "../../core/knowledge/rights.ts";
import type { Column } from "./columns.ts";
import type { Words } from "./words.ts";

/** Revisions of a document that are remembered, without their text. */
const REVISIONS_KEPT = 20;
/** Sets of rights of one shard. */
const MOST_PARTS = 1_000;

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
};

/** A revision with the number of its row and of its partition. */
export type KeptRevision = Revision & { readonly id: number; readonly part: number };

const FIELDS =
  "r.id, r.document, r.revision, r.status, r.part, p.rights, r.identity, r.hash, r.title, r.source, r.metadata, r.findings, r.expires_at, r.uploaded_by, r.released_by, r.created_at, r.space, r.chunks";
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
  };
}

/** What became of stored chunks: searches follow it once it is committed. */
export type Changes = { readonly added: (readonly [number, Omit<Column, "norm">])[]; readonly removed: number[] };

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

  text(id: number): string {
    return this.#sql.exec<{ text: string }>("SELECT text FROM revision WHERE id = ?", id).toArray()[0]?.text ?? "";
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

  /** A document with the same bytes and the same readers that searches find; null: there is none. */
  holderOf(hash: string, rights: string, besides: string): string | null {
    const [row] = this.#sql
      .exec<{ document: string }>(
        "SELECT r.document FROM revision r JOIN part p ON p.id = r.part WHERE r.hash = ? AND r.status = 'ready' AND p.rights = ? AND r.document <> ? LIMIT 1",
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

  put(one: NewRevision, part: number): Changes {
    const revision = (this.newest(one.document)?.revision ?? 0) + 1;
    const { id } = this.#sql
      .exec<{ id: number }>(
        `INSERT INTO revision (document, revision, status, part, identity, hash, title, text, source, metadata, findings, expires_at, uploaded_by, created_at, space, chunks)
         VALUES (?, ?, 'quarantined', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id`,
        one.document,
        revision,
        part,
        one.identity,
        one.hash,
        one.title,
        one.status === "refused" ? "" : one.text,
        one.source,
        JSON.stringify(one.metadata),
        JSON.stringify(one.findings),
        one.expiresAt,
        JSON.stringify(one.by),
        one.at,
        one.space,
      )
      .one();
    this.#sql.exec(
      "DELETE FROM revision WHERE document = ? AND revision <= ? AND status <> 'ready'",
      one.document,
      revision - REVISIONS_KEPT,
    );
    if (one.status === "ready") return this.#serve(id, one.document, part, one.text, one.chunks);
    this.#sql.exec("UPDATE revision SET status = ? WHERE id = ?", one.status, id);
    return { added: [], removed: [] };
  }

  release(held: KeptRevision, chunks: readonly StoredChunk[], space: string | null, released: Revision["released"]): Changes {
    this.#sql.exec("UPDATE revision SET released_by = ?, space = ? WHERE id = ?", JSON.stringify(released), space, held.id);
    return this.#serve(held.id, held.document, held.part, this.text(held.id), chunks);
  }

  /** All revisions of a document. */
  remove(document: string): Changes {
    const removed = this.#dropChunks("SELECT c.id FROM chunk c JOIN revision r ON r.id = c.revision WHERE r.document = ?", document);
    this.#sql.exec("DELETE FROM revision WHERE document = ?", document);
    this.#sql.exec("DELETE FROM part WHERE NOT EXISTS (SELECT 1 FROM revision WHERE revision.part = part.id)");
    return { added: [], removed };
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

  /** INVARIANT: of a document at most one revision is `ready`, and chunks are of ready revisions alone. */
  #serve(id: number, document: string, part: number, text: string, chunks: readonly StoredChunk[]): Changes {
    const removed = this.#dropChunks("SELECT c.id FROM chunk c JOIN revision r ON r.id = c.revision WHERE r.document = ?", document);
    this.#sql.exec(
      "UPDATE revision SET status = 'superseded', text = '' WHERE document = ? AND status IN ('ready', 'quarantined') AND id <> ?",
      document,
      id,
    );
    const added = chunks.map((chunk, number) => {
      const { vector, terms } = chunk;
      const row = this.#sql
        .exec<{ id: number }>(
          "INSERT INTO chunk (revision, number, part, length, starts, ends, section, text, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
          id,
          number,
          part,
          terms.length,
          chunk.start,
          chunk.end,
          JSON.stringify(chunk.section),
          text.slice(chunk.start, chunk.end),
          vector,
        )
        .one();
      this.#words.add(row.id, part, terms);
      return [row.id, { revision: id, number, part, length: terms.length, vector }] as const;
    });
    this.#sql.exec("UPDATE revision SET status = 'ready', chunks = ? WHERE id = ?", chunks.length, id);
    return { added, removed };
  }

  #dropChunks(query: string, document: string): number[] {
    const ids = this.#sql
      .exec<{ id: number }>(query, document)
      .toArray()
      .map(({ id }) => id);
    for (const id of ids) this.#words.remove(id);
    this.#sql.exec("DELETE FROM chunk WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids));
    return ids;
  }
}
