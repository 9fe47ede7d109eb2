-- What people thought of runs lately, for the health of workflows.

CREATE INDEX feedback_by_time ON feedback (org, created_at);

-- Sums for /metrics, kept by triggers in the transaction of what they count: right across isolates, never going backwards, and a scrape costs by
-- series, not by history. What a series counts and which metrics are made of it: workers/telemetry/metrics.ts.
-- The statement that fires a trigger decides what its OR IGNORE does, so the triggers say ON CONFLICT themselves.

ALTER TABLE cost_calls ADD COLUMN ms INTEGER NOT NULL DEFAULT 0;

-- The names that an org's series may have; beyond a thousand, further ones are counted under `other`.
CREATE TABLE metric_names (
  org TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (org, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_bounds (
  unit TEXT NOT NULL,
  le REAL NOT NULL,
  PRIMARY KEY (unit, le)
) STRICT, WITHOUT ROWID;
INSERT INTO metric_bounds (unit, le) VALUES
  ('s', 0.1), ('s', 0.25), ('s', 0.5), ('s', 1), ('s', 2.5), ('s', 5), ('s', 10), ('s', 30), ('s', 60), ('s', 300), ('s', 1800), ('s', 1e300),
  ('usd', 0.0001), ('usd', 0.001), ('usd', 0.01), ('usd', 0.05), ('usd', 0.1), ('usd', 0.5), ('usd', 1), ('usd', 5), ('usd', 1e300);

CREATE TABLE metric_sums (
  org TEXT NOT NULL,
  series TEXT NOT NULL,
  name TEXT NOT NULL,
  of TEXT NOT NULL,
  sort TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (org, series, name, of, sort)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_buckets (
  org TEXT NOT NULL,
  series TEXT NOT NULL,
  name TEXT NOT NULL,
  sort TEXT NOT NULL,
  le REAL NOT NULL,
  n INTEGER NOT NULL,
  total REAL NOT NULL,
  PRIMARY KEY (org, series, name, sort, le)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER metrics_of_calls AFTER INSERT ON cost_calls BEGIN
  INSERT INTO metric_names (org, name)
    SELECT NEW.org, value FROM json_each(json_array(NEW.name, NEW.workflow)) WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000 ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, value ->> 0,
      COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'),
      COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.name), 'other'), value ->> 1, value ->> 2
    FROM json_each(json_array(
      json_array('calls', NEW.kind || ':' || IIF(NEW.ok = 1, 'success', 'error'), 1),
      json_array('micro_usd', NEW.kind, NEW.micro_usd),
      json_array('tokens', 'input', NEW.tokens_in),
      json_array('tokens', 'output', NEW.tokens_out)))
    WHERE value ->> 2 > 0
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total)
    SELECT NEW.org, 'call_s', COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.name), 'other'), NEW.kind,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = 's' AND le >= NEW.ms / 1000.0), 1, NEW.ms / 1000.0
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total)
    SELECT NEW.org, 'run_s', '', IIF(NEW.ok = 1, 'completed', 'failed'), (SELECT MIN(le) FROM metric_bounds WHERE unit = 's' AND le >= NEW.ms / 1000.0), 1, NEW.ms / 1000.0
    WHERE NEW.workflow = ''
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total;
END;

CREATE TRIGGER metrics_of_runs_at_once AFTER INSERT ON runs WHEN NEW.ended_at IS NOT NULL BEGIN
  INSERT INTO metric_names (org, name) SELECT NEW.org, NEW.workflow WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000 ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total)
    SELECT NEW.org, value ->> 0, COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'), value ->> 2,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = value ->> 1 AND le >= value ->> 3), 1, CAST(value ->> 3 AS REAL)
    FROM json_each(json_array(
      json_array('run_s', 's', NEW.status, (NEW.ended_at - NEW.created_at) / 1000.0),
      json_array('run_usd', 'usd', '', COALESCE(NEW.summary ->> '$.usage.usd', 0))))
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total;
END;

CREATE TRIGGER metrics_of_runs AFTER UPDATE ON runs WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL BEGIN
  INSERT INTO metric_names (org, name) SELECT NEW.org, NEW.workflow WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000 ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total)
    SELECT NEW.org, value ->> 0, COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'), value ->> 2,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = value ->> 1 AND le >= value ->> 3), 1, CAST(value ->> 3 AS REAL)
    FROM json_each(json_array(
      json_array('run_s', 's', NEW.status, (NEW.ended_at - NEW.created_at) / 1000.0),
      json_array('run_usd', 'usd', '', COALESCE(NEW.summary ->> '$.usage.usd', 0))))
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total;
END;

CREATE TRIGGER metrics_of_findings AFTER INSERT ON audit_pages
WHEN INSTR(NEW.entries, '"event_type":"guardrail.flagged"') > 0 OR INSTR(NEW.entries, '"event_type":"escalation.raised"') > 0
  OR INSTR(NEW.entries, '"cached":') > 0 BEGIN
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'findings', '', COALESCE(value ->> '$.data.type', ''), '', CAST(COALESCE(value ->> '$.data.count', 1) AS INTEGER)
    FROM json_each(NEW.entries) WHERE value ->> '$.event_type' = 'guardrail.flagged'
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'escalations', COALESCE(value ->> '$.data.workflow', 'chat'), COALESCE(value ->> '$.data.reason', ''), '', 1
    FROM json_each(NEW.entries) WHERE value ->> '$.event_type' = 'escalation.raised'
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'kept', '', IIF(value ->> '$.event_type' = 'tool.answered', 'tool', 'model'), value ->> '$.data.cached', 1
    FROM json_each(NEW.entries) WHERE value ->> '$.event_type' IN ('tool.answered', 'model.called') AND value ->> '$.data.cached' IS NOT NULL
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
END;
