-- Incidents: what went wrong, who looks after it, and how it ended.
CREATE TABLE incidents (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  source TEXT NOT NULL,
  title TEXT NOT NULL,
  severity TEXT NOT NULL,
  status TEXT NOT NULL,
  owner TEXT,
  postmortem TEXT,
  opened_by TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  resolved_at INTEGER,
  timeline TEXT
);
CREATE INDEX incidents_by_org ON incidents (org, id);
CREATE UNIQUE INDEX incidents_by_source ON incidents (org, source);
