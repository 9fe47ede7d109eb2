-- Lines of archived runs leave D1 for the index of the archive (durable-objects/archive-index): which months of an org it has, and which lines
-- are to leave next.
CREATE TABLE archive_months (
  org TEXT NOT NULL,
  month TEXT NOT NULL,
  newest TEXT NOT NULL,
  looked_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (org, month)
) WITHOUT ROWID;
CREATE INDEX archive_months_by_look ON archive_months (looked_at);
CREATE INDEX runs_by_archived ON runs (archived_at) WHERE archived_at IS NOT NULL;
