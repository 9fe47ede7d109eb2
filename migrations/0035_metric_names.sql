-- A trigger's own OR IGNORE gives way to the statement that fires it, and lines of the run index are upserted: the second run of a workflow that
-- ended failed on the name that the first had put in. A conflict clause of its own holds whatever fires the trigger.

DROP TRIGGER metrics_of_runs;
CREATE TRIGGER metrics_of_runs AFTER UPDATE ON runs WHEN NEW.ended_at IS NOT NULL AND OLD.ended_at IS NULL BEGIN
  INSERT INTO metric_names (org, name) SELECT NEW.org, NEW.workflow WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000
    ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total)
    SELECT NEW.org, value ->> 0, COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'), value ->> 2,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = value ->> 1 AND le >= value ->> 3), 1, CAST(value ->> 3 AS REAL)
    FROM json_each(json_array(
      json_array('run_s', 's', NEW.status, (NEW.ended_at - NEW.created_at) / 1000.0),
      json_array('run_usd', 'usd', '', COALESCE(NEW.summary ->> '$.usage.usd', 0))))
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total;
END;
