-- The audit chain of every org, one row a page: entries with consecutive numbers, of one run or of none (workers/audit). `entries` is
-- the canonical JSON (RFC 8785) of their list and is what counts; the other columns are derived from it to be found by, and are
-- checked against it by the verification.
CREATE TABLE audit_pages (
  org TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  run TEXT,
  entries TEXT NOT NULL,
  PRIMARY KEY (org, first_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_pages_run ON audit_pages (org, run, first_seq) WHERE run IS NOT NULL;
