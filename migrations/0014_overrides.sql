-- Overrides of the risk block: who asked, who approved, for which step of which run, until when.
CREATE TABLE overrides (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  run TEXT NOT NULL,
  step TEXT NOT NULL,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  approvals TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX overrides_by_org ON overrides (org, id);
CREATE INDEX overrides_by_run ON overrides (org, run, step);
