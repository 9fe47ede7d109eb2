/**
 * What an org's audit log keeps: the head of the chain, what D1 does not have yet, and which records already have a number.
 *
 * PERSISTED: append-only steps.
 */
export const AUDIT_LOG_SCHEMA: readonly string[] = [
  `
  CREATE TABLE chain (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, integrated_seq INTEGER NOT NULL);
  -- body: canonical JSON, null once D1 has it. The rest stays for KEPT_MS, so that a record that comes again gets the entry it has.
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    key_id TEXT NOT NULL,
    signature TEXT NOT NULL,
    sequenced_at INTEGER NOT NULL,
    body TEXT
  );
  `,
];

/** The queue keeps a message 14 days at most (developers.cloudflare.com/queues/platform/limits, 2026-10), an outbox row as long as nobody confirms it. */
export const KEPT_MS = 30 * 24 * 60 * 60_000;
