-- Erasures of persons, and what finds the runs and the feedback of a person.
CREATE TABLE erasures (
  id TEXT PRIMARY KEY NOT NULL,
  org TEXT NOT NULL,
  person TEXT NOT NULL,
  subject TEXT,
  status TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  completed_at INTEGER,
  gone TEXT NOT NULL,
  looked_at INTEGER NOT NULL
);
CREATE INDEX erasures_by_person ON erasures (org, person, id);
CREATE INDEX erasures_by_look ON erasures (status, looked_at);
CREATE INDEX runs_by_subject ON runs (org, subject, id);
CREATE INDEX feedback_by_user ON feedback (org, user);
