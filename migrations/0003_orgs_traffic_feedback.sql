-- What orgs choose, how traffic is split among versions, what people think of runs, and where the index of runs is looked after.

-- JSON object: what the org chose; what it did not choose is the default (workers/store/orgs.ts).
ALTER TABLE orgs ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';

CREATE TABLE callback_secrets (
  org TEXT PRIMARY KEY NOT NULL,
  id TEXT NOT NULL,
  sealed TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  previous TEXT
);

CREATE TABLE traffic (
  org TEXT NOT NULL,
  workflow TEXT NOT NULL,
  revision INTEGER NOT NULL,
  layout TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (org, workflow)
);

CREATE TABLE feedback (
  org TEXT NOT NULL,
  run TEXT NOT NULL,
  user TEXT NOT NULL,
  id TEXT NOT NULL,
  score REAL NOT NULL,
  comment TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org, run, user)
);

-- When the line was last written, or its run last looked at by the watchdog.
ALTER TABLE runs ADD COLUMN touched_at INTEGER NOT NULL DEFAULT 0;
-- When the run's object was emptied into the archive; null: it was not.
ALTER TABLE runs ADD COLUMN archived_at INTEGER;
CREATE INDEX runs_by_touch ON runs (status, touched_at);
CREATE INDEX runs_by_end ON runs (org, ended_at) WHERE archived_at IS NULL AND ended_at IS NOT NULL;
