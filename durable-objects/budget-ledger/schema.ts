/**
 * The tables of `BudgetLedger`. PERSISTED: steps are appended, never edited. None has an index beside its key: each would be one
 * more row written, and rows written are what a request costs.
 */
import { OUTBOX_SCHEMA } from "../kit/outbox.ts";

/** Steps are appended, never edited. */
export const SCHEMA: readonly string[] = [
  `
  CREATE TABLE ledger (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL);
  CREATE TABLE account (scope TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE lease (holder TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE settled (holder TEXT PRIMARY KEY, at INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE notice (id TEXT PRIMARY KEY, body TEXT NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  ${OUTBOX_SCHEMA}`,
  "CREATE TABLE purse (id INTEGER PRIMARY KEY CHECK (id = 1), body TEXT NOT NULL)",
];
