-- What calls cost (core/costs). One row a call, written by the consumer of the records queue; a call that comes twice is one row. Calls end after a
-- window; the sums of days stay, and are kept by a trigger, in the transaction of the call, so that they cannot differ from the calls.

CREATE TABLE cost_calls (
  org TEXT NOT NULL,
  run TEXT NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  ok INTEGER NOT NULL,
  workflow TEXT NOT NULL,
  version INTEGER NOT NULL,
  user TEXT NOT NULL,
  session TEXT NOT NULL,
  metadata TEXT NOT NULL,
  micro_usd INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  PRIMARY KEY (org, run, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cost_calls_by_time ON cost_calls (org, at);
CREATE INDEX cost_calls_by_age ON cost_calls (at);

CREATE TABLE cost_days (
  org TEXT NOT NULL,
  day TEXT NOT NULL,
  user TEXT NOT NULL,
  workflow TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  micro_usd INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (org, day, user, workflow, version, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX cost_days_by_age ON cost_days (day);

CREATE TRIGGER cost_days_of_calls AFTER INSERT ON cost_calls BEGIN
  INSERT INTO cost_days (org, day, user, workflow, version, kind, name, micro_usd, tokens_in, tokens_out, calls)
  VALUES (NEW.org, date(NEW.at / 1000, 'unixepoch'), NEW.user, NEW.workflow, NEW.version, NEW.kind, NEW.name, NEW.micro_usd, NEW.tokens_in, NEW.tokens_out, 1)
  ON CONFLICT (org, day, user, workflow, version, kind, name) DO UPDATE SET
    micro_usd = micro_usd + excluded.micro_usd, tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out, calls = calls + 1;
END;

-- Runs are found by their trace and their session, at the cost of what is found.
CREATE INDEX runs_by_trace ON runs (org, summary ->> '$.trace_id', id);
CREATE INDEX runs_by_session ON runs (org, summary ->> '$.session', id) WHERE summary ->> '$.session' IS NOT NULL;
-- Runs that ended in a window of time, for the health of workflows.
CREATE INDEX runs_by_ended ON runs (org, ended_at) WHERE ended_at IS NOT NULL;
