/** The tables of `Limits`. PERSISTED: steps are appended, never edited. */
export const SCHEMA: readonly string[] = [
  "CREATE TABLE book (scope TEXT PRIMARY KEY, body TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE credential_use (tool TEXT PRIMARY KEY, body TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
];
