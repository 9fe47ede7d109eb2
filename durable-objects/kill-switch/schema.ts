/** The tables of `KillSwitch`. PERSISTED: steps are appended, never edited. */
import { OUTBOX_SCHEMA } from "../kit/outbox.ts";

export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE deployment (id INTEGER PRIMARY KEY CHECK (id = 1), epoch INTEGER NOT NULL, watch_at INTEGER NOT NULL, mirror_at INTEGER, flag TEXT NOT NULL);
  CREATE TABLE switch (id TEXT PRIMARY KEY, scope TEXT NOT NULL, active INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE UNIQUE INDEX switch_active_by_scope ON switch (scope) WHERE active = 1;
  CREATE TABLE recovery (id TEXT PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE push (id INTEGER PRIMARY KEY AUTOINCREMENT, switch TEXT NOT NULL, scope TEXT NOT NULL, kind TEXT NOT NULL, due_at INTEGER NOT NULL, body TEXT NOT NULL);
  ${OUTBOX_SCHEMA}`,
  `
  CREATE TABLE drill (id TEXT PRIMARY KEY, due_at INTEGER, body TEXT NOT NULL);
  CREATE TABLE drill_mark (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);`,
  "CREATE TABLE notice (id TEXT PRIMARY KEY, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;",
];
