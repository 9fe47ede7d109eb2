-- The sums of calls are written once for each batch of calls and group, by the statements that store the batch (workers/store/count-calls.ts): a
-- trigger wrote six rows for each call. Calls of a release that does not count them itself come with counted = 0, while a deploy is under way; for
-- these the triggers stay.

ALTER TABLE cost_calls ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;

DROP TRIGGER metrics_of_calls;
CREATE TRIGGER metrics_of_calls AFTER INSERT ON cost_calls WHEN NEW.counted = 0 AND NEW.kind NOT IN ('storage', 'people') BEGIN
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

DROP TRIGGER metrics_of_storage;
CREATE TRIGGER metrics_of_storage AFTER INSERT ON cost_calls WHEN NEW.counted = 0 AND NEW.kind = 'storage' BEGIN
  INSERT INTO metric_names (org, name) SELECT NEW.org, NEW.workflow WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000
    ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'micro_usd', COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), 'other'), '', 'storage', NEW.micro_usd
    WHERE NEW.micro_usd > 0
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
END;

DROP TRIGGER cost_days_of_calls;
CREATE TRIGGER cost_days_of_calls AFTER INSERT ON cost_calls WHEN NEW.counted = 0 BEGIN
  INSERT INTO cost_days (org, day, user, workflow, version, kind, name, micro_usd, tokens_in, tokens_out, calls, people_ms)
  VALUES (NEW.org, date(NEW.at / 1000, 'unixepoch'), NEW.user, NEW.workflow, NEW.version, NEW.kind, NEW.name, NEW.micro_usd, NEW.tokens_in, NEW.tokens_out, 1,
    IIF(NEW.kind = 'people', NEW.ms, 0))
  ON CONFLICT (org, day, user, workflow, version, kind, name) DO UPDATE SET
    micro_usd = micro_usd + excluded.micro_usd, tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out, calls = calls + 1, people_ms = people_ms + excluded.people_ms;
END;
