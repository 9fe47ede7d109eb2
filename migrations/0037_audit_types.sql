-- In which stretches of a log entries of a type lie: a stretch is 256 numbers, and a page counts to the one that its first number lies in. A list by type
-- reads those and no others. `audit_typed` has, for each org, the first number from which on this is kept; what is before it is read through.
CREATE TABLE audit_types (
  org TEXT NOT NULL,
  type TEXT NOT NULL,
  stretch INTEGER NOT NULL,
  PRIMARY KEY (org, type, stretch)
) STRICT, WITHOUT ROWID;
CREATE TABLE audit_typed (org TEXT PRIMARY KEY NOT NULL, first_seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- How far the pages of D1 were verified (POST /v1/audit/verify), and below which checkpoint. `again_*`: how far the verification of older pages has come
-- that goes round among later ones. `told`: the fault that people were told of last.
CREATE TABLE audit_verified (
  org TEXT PRIMARY KEY NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  key_id TEXT NOT NULL,
  size INTEGER,
  root TEXT,
  again_seq INTEGER,
  again_hash TEXT,
  again_key_id TEXT,
  told TEXT
) STRICT, WITHOUT ROWID;
