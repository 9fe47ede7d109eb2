-- Where R2 has the entries of the audit chains for ever: which numbers lie in which object, and in which objects a run has entries. Pages in D1
-- whose entries lie in R2 may be dropped; what is dropped has a `trimmed_at`.
CREATE TABLE audit_segments (
  org TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  last_hash TEXT NOT NULL,
  last_at INTEGER NOT NULL,
  trimmed_at INTEGER,
  PRIMARY KEY (org, first_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_segments_kept ON audit_segments (last_at) WHERE trimmed_at IS NULL;
CREATE TABLE audit_segment_runs (
  org TEXT NOT NULL,
  run TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  PRIMARY KEY (org, run, first_seq)
) STRICT, WITHOUT ROWID;
