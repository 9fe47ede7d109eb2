/** The tables of `ArchiveIndex`. PERSISTED: steps are appended, never edited. */

/** Steps are appended, never edited. */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE run (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, user TEXT NOT NULL, subject TEXT NOT NULL, workflow TEXT NOT NULL, version INTEGER NOT NULL,
    status TEXT NOT NULL, class TEXT NOT NULL, summary TEXT NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, tried_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX run_by_status ON run (status, id);
  CREATE INDEX run_by_workflow ON run (workflow, id);
  CREATE INDEX run_by_user ON run (user, id);
  CREATE INDEX run_by_subject ON run (subject, id);
  CREATE INDEX run_by_trace ON run (summary ->> '$.trace_id', id);
  CREATE INDEX run_by_session ON run (summary ->> '$.session', id) WHERE summary ->> '$.session' IS NOT NULL;
  CREATE INDEX run_by_end ON run (class, ended_at);
  CREATE TABLE letter (id TEXT PRIMARY KEY, run TEXT NOT NULL UNIQUE, workflow TEXT NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX letter_by_status ON letter (status, id);`,
];
