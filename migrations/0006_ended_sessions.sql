-- Console sessions that somebody ended before their time. A row is deleted when the session would have been over anyway.

CREATE TABLE ended_sessions (
  id TEXT PRIMARY KEY NOT NULL,
  until INTEGER NOT NULL
);
CREATE INDEX ended_sessions_by_end ON ended_sessions (until);
