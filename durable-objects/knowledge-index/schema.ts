/** The tables of `KnowledgeIndex`. PERSISTED: steps are appended, never edited. */
import { OUTBOX_SCHEMA } from "../kit/outbox.ts";

/**
 * `word` holds no text: only which term is in which chunk how often. Its terms begin with the number of the chunk's partition, so that a
 * partition's terms are found without touching another's. Ids of chunks and revisions are never used twice.
 */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE shard_of (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL, name TEXT NOT NULL, is_closed INTEGER NOT NULL DEFAULT 0, tidy_at INTEGER);
  CREATE TABLE part (id INTEGER PRIMARY KEY AUTOINCREMENT, rights TEXT NOT NULL UNIQUE);
  CREATE TABLE revision (
    id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL, revision INTEGER NOT NULL, status TEXT NOT NULL, part INTEGER NOT NULL,
    identity TEXT NOT NULL, hash TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, source TEXT, metadata TEXT NOT NULL, findings TEXT NOT NULL,
    expires_at INTEGER, uploaded_by TEXT NOT NULL, released_by TEXT, created_at INTEGER NOT NULL, space TEXT, chunks INTEGER NOT NULL,
    UNIQUE (document, revision)
  );
  CREATE INDEX revision_by_expiry ON revision (expires_at) WHERE expires_at IS NOT NULL;
  CREATE INDEX revision_by_hash ON revision (hash);
  CREATE INDEX revision_by_part ON revision (part);
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL, number INTEGER NOT NULL, part INTEGER NOT NULL, length INTEGER NOT NULL,
    starts INTEGER NOT NULL, ends INTEGER NOT NULL, section TEXT NOT NULL, text TEXT NOT NULL, vector BLOB
  );
  CREATE INDEX chunk_by_revision ON chunk (revision);
  CREATE TABLE place (document TEXT PRIMARY KEY, shard INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE fill (shard INTEGER PRIMARY KEY, chunks INTEGER NOT NULL);
  CREATE VIRTUAL TABLE word USING fts5(terms, content='', contentless_delete=1, tokenize='ascii');
  CREATE VIRTUAL TABLE word_place USING fts5vocab(word, instance);
  ${OUTBOX_SCHEMA}`,
  // A row holds 2 MB: a revision's text lies in passages. `job`: what is to be indexed (`fill`) or deleted (`drop`) of a revision.
  `
  CREATE TABLE passage (revision INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (revision, number)) WITHOUT ROWID;
  INSERT INTO passage (revision, number, text) SELECT id, 0, text FROM revision WHERE text <> '';
  UPDATE revision SET text = '' WHERE text <> '';
  ALTER TABLE revision ADD COLUMN media TEXT NOT NULL DEFAULT 'text/plain';
  ALTER TABLE revision ADD COLUMN plan TEXT;
  ALTER TABLE place ADD COLUMN chunks INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE job (
    revision INTEGER PRIMARY KEY, kind TEXT NOT NULL, made INTEGER NOT NULL DEFAULT 0, cuts TEXT, without_vector INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL
  );`,
  // Which word forms a revision's chunks are indexed by (`WORD_FORMS`); those of before had the first ones, or say so to be on the safe side.
  "ALTER TABLE revision ADD COLUMN word_forms INTEGER NOT NULL DEFAULT 1;",
];

/** Of pieces: the column that they are deleted by, and those with a document's texts. */
export const CHUNK_TEXTS = { key: "id", columns: ["section", "text"] };
/** The same of the parts of a revision's text. */
export const PASSAGE_TEXTS = { key: "revision", columns: ["text"] };
/** The same of revisions. */
export const REVISION_TEXTS = { key: "id", columns: ["title", "metadata", "findings"] };
