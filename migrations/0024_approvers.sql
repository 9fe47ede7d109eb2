-- The registry of approvers: who decides about an operation, how many, by when, and who is next in line.
CREATE TABLE approvers (
  org TEXT NOT NULL,
  operation TEXT NOT NULL,
  rule TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (org, operation)
);
