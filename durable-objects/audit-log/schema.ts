/**
 * What an org's audit log keeps: the head of the chain, what D1 does not have yet, and which outbox rows have their numbers.
 *
 * PERSISTED: append-only steps.
 */
export const AUDIT_LOG_SCHEMA: readonly string[] = [
  `
  CREATE TABLE log (id INTEGER PRIMARY KEY CHECK (id = 1), org TEXT NOT NULL, pruned_at INTEGER NOT NULL);
  -- Pages (core/audit/page.ts) in the order of their numbers; the newest is the head of the chain. Once D1 has a page it is deleted,
  -- but for the newest, which loses its entries only, and is overwritten by the next.
  CREATE TABLE segments (
    id INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    last_hash TEXT NOT NULL,
    run TEXT,
    entries TEXT
  );
  -- Of a run one row, named '': the spans (core/audit/taken.ts) of its outbox. Of any other source one row for each row of its outbox.
  CREATE TABLE taken (source TEXT NOT NULL, name TEXT NOT NULL, spans TEXT, touched_at INTEGER NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
  `,
  `
  -- The right edge of the Merkle tree over the hashes of the entries (core/audit/edge.ts): by level, the tile that is not full. Level 0: the leaves.
  CREATE TABLE edges (level INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
  -- Full tiles that R2 does not have yet. Level 0: the leaves.
  CREATE TABLE tiles (level INTEGER NOT NULL, tile INTEGER NOT NULL, hashes BLOB NOT NULL, PRIMARY KEY (level, tile)) WITHOUT ROWID;
  -- The newest checkpoint. before, while R2 may not have it yet: a JSON list of what R2 may have instead (null: nothing).
  CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    note TEXT NOT NULL,
    before TEXT,
    signed_at INTEGER NOT NULL
  );
  -- While a log from before there was a tree gets one: the hash of the last entry that the tree has.
  CREATE TABLE catching_up (id INTEGER PRIMARY KEY CHECK (id = 1), hash TEXT NOT NULL);
  -- When each kind of alert was last given.
  CREATE TABLE alerts (kind TEXT PRIMARY KEY, given_at INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  -- The key that signs the next entry. retired: a JSON list of the keys that signed before it.
  CREATE TABLE signer (id INTEGER PRIMARY KEY CHECK (id = 1), kid TEXT NOT NULL, retired TEXT NOT NULL);
  `,
];

/** The queue keeps a message 14 days at most (developers.cloudflare.com/queues/platform/limits, 2026-10). Whatever still comes keeps its memory fresh (TOUCH_MS). */
export const KEPT_MS = 15 * 24 * 60 * 60_000;
/** A row that comes again renews the memory of it when that is older than this; with the 14 days of the queue less than KEPT_MS. */
export const TOUCH_MS = 12 * 60 * 60_000;
