/** The tables of `Watch`. PERSISTED: steps are appended, never edited. */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE watch (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL, look_at INTEGER, idle INTEGER NOT NULL);
  CREATE TABLE notice (id TEXT PRIMARY KEY, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE TABLE alert (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;`,
  `
  CREATE TABLE minute (minute INTEGER PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE hour (workflow TEXT NOT NULL, hour INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (workflow, hour)) WITHOUT ROWID;
  CREATE INDEX hour_by_age ON hour (hour);
  CREATE TABLE closed (id INTEGER PRIMARY KEY CHECK (id = 1), hour INTEGER NOT NULL);
  CREATE TABLE norm (workflow TEXT PRIMARY KEY, hour INTEGER NOT NULL, last_hour INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE anomaly (key TEXT PRIMARY KEY, at INTEGER NOT NULL, is_over INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX anomaly_by_time ON anomaly (at);`,
];
