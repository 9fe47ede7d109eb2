/** The tables of `MemoryStore`. PERSISTED: steps are appended, never edited. */
import { OUTBOX_SCHEMA } from "../kit/outbox.ts";

/** Steps are appended, never edited. */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE store_of (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL, name TEXT NOT NULL);
  CREATE TABLE memory (id TEXT PRIMARY KEY, subject TEXT NOT NULL, expires_at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX memory_by_subject ON memory (subject, id);
  CREATE INDEX memory_by_expiry ON memory (expires_at);
  ${OUTBOX_SCHEMA}`,
];
