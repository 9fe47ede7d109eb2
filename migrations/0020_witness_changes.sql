-- A list of witnesses that one person asked for and nobody approved yet: one an org, and a new one replaces it.
CREATE TABLE witness_changes (
  org TEXT PRIMARY KEY NOT NULL,
  id TEXT NOT NULL,
  witnesses TEXT NOT NULL,
  asker TEXT NOT NULL,
  requested_at INTEGER NOT NULL
);
