/** The tables of `ReviewQueue`. PERSISTED: steps are appended, never edited. */
import { OUTBOX_SCHEMA } from "../kit/outbox.ts";

/** Steps are appended, never edited. */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE queue (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL);
  CREATE TABLE review (id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, run TEXT NOT NULL, status TEXT NOT NULL, wake_at INTEGER, body TEXT NOT NULL);
  CREATE INDEX review_by_status ON review (status, id);
  CREATE INDEX review_open_by_run ON review (run) WHERE wake_at IS NOT NULL;
  CREATE INDEX review_by_wake ON review (wake_at) WHERE wake_at IS NOT NULL;
  CREATE TABLE delivery (id INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0);
  CREATE INDEX delivery_by_due ON delivery (due_at);
  ${OUTBOX_SCHEMA}`,
  // Cases of a run that is erased or archived, also the closed ones.
  "CREATE INDEX review_by_run ON review (run);",
  `
  CREATE TABLE tally (operation TEXT PRIMARY KEY, passed INTEGER NOT NULL, sampled INTEGER NOT NULL, judged INTEGER NOT NULL, wrong INTEGER NOT NULL);
  CREATE TABLE judgement (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE INDEX judgement_by_time ON judgement (at);`,
  // Cases of sealed runs (cases.ts).
  `CREATE INDEX review_sealed ON review (wake_at) WHERE SUBSTR(body, 1, 10) = '{"sealed":'`,
];
