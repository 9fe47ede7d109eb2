/** The tables of `Watch`. PERSISTED: steps are appended, never edited. */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE watch (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL, look_at INTEGER, idle INTEGER NOT NULL);
  CREATE TABLE notice (id TEXT PRIMARY KEY, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE TABLE alert (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;`,
];
