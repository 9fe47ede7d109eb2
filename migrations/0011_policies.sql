-- An org's own policies: every version that was ever registered, and the requests to put one in force.

CREATE TABLE policies (
  org TEXT NOT NULL,
  version TEXT NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  note TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  PRIMARY KEY (org, version)
);
CREATE INDEX policies_by_time ON policies (org, kind, created_at);

CREATE TABLE policy_activations (
  org TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  version TEXT NOT NULL,
  reason TEXT NOT NULL,
  asker TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  approved_by TEXT,
  activated_at INTEGER,
  PRIMARY KEY (org, id)
);
CREATE INDEX policy_activations_by_status ON policy_activations (org, status);
