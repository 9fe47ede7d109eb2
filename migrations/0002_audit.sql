-- The audit chain of every org, one row an entry (workers/audit). `entry` is the canonical JSON (RFC 8785) of the whole entry and is
-- what counts; the other columns are derived from it to be filtered by, and are checked against it by the verification.
CREATE TABLE audit_entries (
  org TEXT NOT NULL,
  seq INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  run TEXT,
  user TEXT,
  entry TEXT NOT NULL,
  PRIMARY KEY (org, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX audit_entries_event ON audit_entries (org, event_id);
CREATE INDEX audit_entries_type ON audit_entries (org, event_type, seq);
CREATE INDEX audit_entries_run ON audit_entries (org, run, seq) WHERE run IS NOT NULL;
CREATE INDEX audit_entries_user ON audit_entries (org, user, seq) WHERE user IS NOT NULL;
