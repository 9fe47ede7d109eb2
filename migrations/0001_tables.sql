-- What is queried across runs. Meaning and units of every column: workers/store/schema.ts.

CREATE TABLE orgs (
  name TEXT PRIMARY KEY NOT NULL,
  created_at INTEGER NOT NULL
);
INSERT INTO orgs (name, created_at) VALUES ('default', CAST(unixepoch('subsec') * 1000 AS INTEGER));

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  user TEXT NOT NULL,
  roles TEXT NOT NULL,
  hash TEXT NOT NULL,
  last4 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  allow_from TEXT NOT NULL,
  for_others INTEGER NOT NULL,
  created_by TEXT,
  revoked_at INTEGER
);
CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (hash);
CREATE INDEX api_keys_by_org ON api_keys (org, id);

CREATE TABLE workflows (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  status TEXT NOT NULL,
  definition TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org, name, version)
);
CREATE UNIQUE INDEX workflows_by_digest ON workflows (org, name, digest);

CREATE TABLE tools (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  manifest TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (org, name, version)
);

CREATE TABLE models (
  org TEXT NOT NULL,
  id TEXT NOT NULL,
  entry TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (org, id)
);

CREATE TABLE secrets (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  sealed TEXT NOT NULL,
  hosts TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (org, name)
);

CREATE TABLE runs (
  id TEXT PRIMARY KEY NOT NULL,
  seq INTEGER NOT NULL,
  org TEXT NOT NULL,
  user TEXT NOT NULL,
  subject TEXT NOT NULL,
  workflow TEXT NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL,
  summary TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
);
CREATE INDEX runs_by_org ON runs (org, id);
CREATE INDEX runs_by_status ON runs (org, status, id);
CREATE INDEX runs_by_workflow ON runs (org, workflow, id);
CREATE INDEX runs_by_user ON runs (org, user, id);
CREATE INDEX runs_by_status_anywhere ON runs (status, id);

CREATE TABLE dead_letters (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  workflow TEXT NOT NULL,
  step TEXT,
  reason TEXT NOT NULL,
  undone TEXT NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX dead_letters_by_org ON dead_letters (org, id);

CREATE TABLE idempotency (
  scope TEXT NOT NULL,
  key TEXT NOT NULL,
  mac TEXT NOT NULL,
  id TEXT NOT NULL,
  status INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE audit_outbox (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL
);
CREATE INDEX audit_outbox_by_sent ON audit_outbox (sent_at);
