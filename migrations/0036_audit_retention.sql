-- Entries whose org's retention is over: `pruned_at` when that was put on record, `removed_at` when R2 had dropped them. Their line stays: the
-- chain goes on from the last hash of it.
ALTER TABLE audit_segments ADD COLUMN pruned_at INTEGER;
ALTER TABLE audit_segments ADD COLUMN removed_at INTEGER;
CREATE INDEX audit_segments_old ON audit_segments (last_at) WHERE trimmed_at IS NOT NULL AND pruned_at IS NULL;
CREATE INDEX audit_segments_leaving ON audit_segments (pruned_at) WHERE pruned_at IS NOT NULL AND removed_at IS NULL;

-- Up to which key of the bucket of texts the sweep has looked in this pass; '': it begins.
CREATE TABLE text_sweep (id INTEGER PRIMARY KEY CHECK (id = 1), after TEXT NOT NULL) STRICT;
