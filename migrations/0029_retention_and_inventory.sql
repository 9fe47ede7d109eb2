-- The class of the data that a run saw, by which its retention is chosen; what ran, for the inventory; exports for compliance.
ALTER TABLE runs ADD COLUMN class TEXT NOT NULL DEFAULT 'internal';

CREATE TABLE used_things (
  org TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  version TEXT NOT NULL,
  workflow TEXT NOT NULL,
  first_used_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (org, kind, name, version, workflow)
) WITHOUT ROWID;

CREATE TABLE compliance_exports (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  framework TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  progress TEXT NOT NULL,
  completed_at INTEGER,
  looked_at INTEGER NOT NULL
);
CREATE INDEX compliance_exports_by_look ON compliance_exports (status, looked_at);
CREATE INDEX compliance_exports_by_org ON compliance_exports (org, id);
