-- Metrics tell why a call failed, and each bucket of a histogram has the trace of the last thing that fell into it (OpenMetrics exemplars): columns of
-- rows that are written anyway.

ALTER TABLE cost_calls ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE cost_calls ADD COLUMN trace TEXT NOT NULL DEFAULT '';
ALTER TABLE metric_buckets ADD COLUMN trace TEXT NOT NULL DEFAULT '';
ALTER TABLE metric_buckets ADD COLUMN traced_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE metric_buckets ADD COLUMN traced REAL NOT NULL DEFAULT 0;

-- How the edge answered, by minute: for its availability. Isolates add what they counted every ten seconds.
CREATE TABLE answer_minutes (
  minute INTEGER NOT NULL,
  status INTEGER NOT NULL,
  code TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (minute, status, code)
) STRICT, WITHOUT ROWID;

DROP TRIGGER metrics_of_calls;
CREATE TRIGGER metrics_of_calls AFTER INSERT ON cost_calls BEGIN
  INSERT INTO metric_names (org, name)
    SELECT NEW.org, value FROM json_each(json_array(NEW.name, NEW.workflow)) WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000 ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, value ->> 0,
      COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'),
      COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.name), 'other'), value ->> 1, value ->> 2
    FROM json_each(json_array(
      json_array('calls', NEW.kind || ':' || IIF(NEW.ok = 1, 'success', 'error:' || NEW.code), 1),
      json_array('micro_usd', NEW.kind, NEW.micro_usd),
      json_array('tokens', 'input', NEW.tokens_in),
      json_array('tokens', 'output', NEW.tokens_out)))
    WHERE value ->> 2 > 0
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total, trace, traced_at, traced)
    SELECT NEW.org, 'call_s', COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.name), 'other'), NEW.kind,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = 's' AND le >= NEW.ms / 1000.0), 1, NEW.ms / 1000.0,
      NEW.trace, NEW.at, NEW.ms / 1000.0
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total,
      trace = excluded.trace, traced_at = excluded.traced_at, traced = excluded.traced;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total, trace, traced_at, traced)
    SELECT NEW.org, 'run_s', '', IIF(NEW.ok = 1, 'completed', 'failed'), (SELECT MIN(le) FROM metric_bounds WHERE unit = 's' AND le >= NEW.ms / 1000.0), 1, NEW.ms / 1000.0,
      NEW.trace, NEW.at, NEW.ms / 1000.0
    WHERE NEW.workflow = ''
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total,
      trace = excluded.trace, traced_at = excluded.traced_at, traced = excluded.traced;
END;

DROP TRIGGER metrics_of_runs_at_once;
CREATE TRIGGER metrics_of_runs_at_once AFTER INSERT ON runs WHEN NEW.ended_at IS NOT NULL BEGIN
  INSERT INTO metric_names (org, name) SELECT NEW.org, NEW.workflow WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000
    ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total, trace, traced_at, traced)
    SELECT NEW.org, value ->> 0, COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'), value ->> 2,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = value ->> 1 AND le >= value ->> 3), 1, CAST(value ->> 3 AS REAL),
      COALESCE(NEW.summary ->> '$.trace_id', ''), NEW.ended_at, CAST(value ->> 3 AS REAL)
    FROM json_each(json_array(
      json_array('run_s', 's', NEW.status, (NEW.ended_at - NEW.created_at) / 1000.0),
      json_array('run_usd', 'usd', '', COALESCE(NEW.summary ->> '$.usage.usd', 0))))
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total,
      trace = excluded.trace, traced_at = excluded.traced_at, traced = excluded.traced;
END;

DROP TRIGGER metrics_of_runs;
CREATE TRIGGER metrics_of_runs AFTER UPDATE ON runs WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL BEGIN
  INSERT INTO metric_names (org, name) SELECT NEW.org, NEW.workflow WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000
    ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total, trace, traced_at, traced)
    SELECT NEW.org, value ->> 0, COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'), value ->> 2,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = value ->> 1 AND le >= value ->> 3), 1, CAST(value ->> 3 AS REAL),
      COALESCE(NEW.summary ->> '$.trace_id', ''), NEW.ended_at, CAST(value ->> 3 AS REAL)
    FROM json_each(json_array(
      json_array('run_s', 's', NEW.status, (NEW.ended_at - NEW.created_at) / 1000.0),
      json_array('run_usd', 'usd', '', COALESCE(NEW.summary ->> '$.usage.usd', 0))))
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total,
      trace = excluded.trace, traced_at = excluded.traced_at, traced = excluded.traced;
END;
