-- Replays and analyses of an org's policies that took longer than their request.
CREATE TABLE policy_jobs (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  version TEXT NOT NULL,
  task TEXT NOT NULL,
  against TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  state TEXT NOT NULL,
  progress TEXT NOT NULL,
  completed_at INTEGER,
  tries INTEGER NOT NULL,
  looked_at INTEGER NOT NULL
);
CREATE INDEX policy_jobs_by_look ON policy_jobs (status, looked_at);
CREATE INDEX policy_jobs_by_org ON policy_jobs (org, id);
CREATE INDEX policy_jobs_by_time ON policy_jobs (asked_at);
