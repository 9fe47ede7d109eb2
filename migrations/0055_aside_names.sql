-- What is beyond an org's thousand names is counted under `(other)`, and hand-overs of chats under `(chat)`: no workflow, model or tool can have such
-- a name, while a workflow may be called `chat` and a tool `other` (core/telemetry/aside-names.ts).

-- Counters of an org that has something called `other` stay: theirs and the others' are one sum, and cannot be told apart.
UPDATE metric_sums SET name = '(other)' WHERE name = 'other'
  AND NOT EXISTS (SELECT 1 FROM metric_names AS known WHERE known.org = metric_sums.org AND known.name = 'other');
UPDATE metric_sums SET of = '(other)' WHERE of = 'other' AND series IN ('calls', 'micro_usd', 'tokens')
  AND NOT EXISTS (SELECT 1 FROM metric_names AS known WHERE known.org = metric_sums.org AND known.name = 'other');
UPDATE metric_buckets SET name = '(other)' WHERE name = 'other'
  AND NOT EXISTS (SELECT 1 FROM metric_names AS known WHERE known.org = metric_buckets.org AND known.name = 'other');
UPDATE metric_sums SET name = '(chat)' WHERE name = 'chat' AND series = 'escalations';

DROP TRIGGER metrics_of_calls;
CREATE TRIGGER metrics_of_calls AFTER INSERT ON cost_calls WHEN NEW.counted = 0 AND NEW.kind NOT IN ('storage', 'people') BEGIN
  INSERT INTO metric_names (org, name)
    SELECT NEW.org, value FROM json_each(json_array(NEW.name, NEW.workflow)) WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000 ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, value ->> 0,
      COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), '(other)'),
      COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.name), '(other)'), value ->> 1, value ->> 2
    FROM json_each(json_array(
      json_array('calls', NEW.kind || ':' || IIF(NEW.ok = 1, 'success', 'error:' || NEW.code), 1),
      json_array('micro_usd', NEW.kind, NEW.micro_usd),
      json_array('tokens', 'input', NEW.tokens_in),
      json_array('tokens', 'output', NEW.tokens_out)))
    WHERE value ->> 2 > 0
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total, trace, traced_at, traced)
    SELECT NEW.org, 'call_s', COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.name), '(other)'), NEW.kind,
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
    SELECT NEW.org, 'micro_usd', COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), '(other)'), '', 'storage', NEW.micro_usd
    WHERE NEW.micro_usd > 0
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
END;

DROP TRIGGER metrics_of_runs_at_once;
CREATE TRIGGER metrics_of_runs_at_once AFTER INSERT ON runs WHEN NEW.ended_at IS NOT NULL BEGIN
  INSERT INTO metric_names (org, name) SELECT NEW.org, NEW.workflow WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000
    ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total, trace, traced_at, traced)
    SELECT NEW.org, value ->> 0, COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), '(other)'), value ->> 2,
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
    SELECT NEW.org, value ->> 0, COALESCE((SELECT name FROM metric_names WHERE org = NEW.org AND name = NEW.workflow), '(other)'), value ->> 2,
      (SELECT MIN(le) FROM metric_bounds WHERE unit = value ->> 1 AND le >= value ->> 3), 1, CAST(value ->> 3 AS REAL),
      COALESCE(NEW.summary ->> '$.trace_id', ''), NEW.ended_at, CAST(value ->> 3 AS REAL)
    FROM json_each(json_array(
      json_array('run_s', 's', NEW.status, (NEW.ended_at - NEW.created_at) / 1000.0),
      json_array('run_usd', 'usd', '', COALESCE(NEW.summary ->> '$.usage.usd', 0))))
    WHERE true
    ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + 1, total = total + excluded.total,
      trace = excluded.trace, traced_at = excluded.traced_at, traced = excluded.traced;
END;

DROP TRIGGER metrics_of_findings;
CREATE TRIGGER metrics_of_findings AFTER INSERT ON audit_pages
WHEN INSTR(NEW.entries, '"event_type":"guardrail.') > 0 OR INSTR(NEW.entries, '"event_type":"escalation.raised"') > 0
  OR INSTR(NEW.entries, '"cached":') > 0 BEGIN
  INSERT INTO finding_minutes (org, minute, workflow, type, channel, findings, runs)
    SELECT NEW.org, minute, workflow, type, channel, SUM(n), COUNT(DISTINCT resource) FROM (
      SELECT unixepoch(entry.value ->> '$.timestamp') / 60 AS minute, entry.value ->> '$.resource' AS resource,
        COALESCE(finding.value ->> '$.type', '') AS type, COALESCE(entry.value ->> '$.data.channel', IIF(entry.value ->> '$.event_type' = 'guardrail.blocked', 'user', '')) AS channel,
        CAST(COALESCE(finding.value ->> '$.count', 1) AS INTEGER) AS n,
        IIF(entry.value ->> '$.resource' LIKE 'workflow/%',
          SUBSTR(entry.value ->> '$.resource', 10, INSTR(SUBSTR(entry.value ->> '$.resource', 10) || '@', '@') - 1),
          COALESCE((SELECT workflow FROM runs WHERE org = NEW.org
            AND id = SUBSTR(entry.value ->> '$.resource', 5, INSTR(SUBSTR(entry.value ->> '$.resource', 5) || '/', '/') - 1)), '')) AS workflow
      FROM json_each(NEW.entries) AS entry, json_each(IIF(entry.value ->> '$.event_type' = 'guardrail.blocked',
        COALESCE(entry.value -> '$.data.findings', '[]'), json_array(entry.value -> '$.data'))) AS finding
      WHERE entry.value ->> '$.event_type' IN ('guardrail.flagged', 'guardrail.blocked'))
    GROUP BY 2, 3, 4, 5
    ON CONFLICT (org, minute, workflow, type, channel) DO UPDATE SET findings = findings + excluded.findings, runs = runs + excluded.runs;
  INSERT INTO metric_names (org, name)
    SELECT DISTINCT NEW.org, workflow FROM (
      SELECT unixepoch(entry.value ->> '$.timestamp') / 60 AS minute, entry.value ->> '$.resource' AS resource,
        COALESCE(finding.value ->> '$.type', '') AS type, COALESCE(entry.value ->> '$.data.channel', IIF(entry.value ->> '$.event_type' = 'guardrail.blocked', 'user', '')) AS channel,
        CAST(COALESCE(finding.value ->> '$.count', 1) AS INTEGER) AS n,
        IIF(entry.value ->> '$.resource' LIKE 'workflow/%',
          SUBSTR(entry.value ->> '$.resource', 10, INSTR(SUBSTR(entry.value ->> '$.resource', 10) || '@', '@') - 1),
          COALESCE((SELECT workflow FROM runs WHERE org = NEW.org
            AND id = SUBSTR(entry.value ->> '$.resource', 5, INSTR(SUBSTR(entry.value ->> '$.resource', 5) || '/', '/') - 1)), '')) AS workflow
      FROM json_each(NEW.entries) AS entry, json_each(IIF(entry.value ->> '$.event_type' = 'guardrail.blocked',
        COALESCE(entry.value -> '$.data.findings', '[]'), json_array(entry.value -> '$.data'))) AS finding
      WHERE entry.value ->> '$.event_type' IN ('guardrail.flagged', 'guardrail.blocked'))
    WHERE (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000
    ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'findings', IIF(workflow = '', '', COALESCE(metric_names.name, '(other)')), type, channel, n FROM (
      SELECT unixepoch(entry.value ->> '$.timestamp') / 60 AS minute, entry.value ->> '$.resource' AS resource,
        COALESCE(finding.value ->> '$.type', '') AS type, COALESCE(entry.value ->> '$.data.channel', IIF(entry.value ->> '$.event_type' = 'guardrail.blocked', 'user', '')) AS channel,
        CAST(COALESCE(finding.value ->> '$.count', 1) AS INTEGER) AS n,
        IIF(entry.value ->> '$.resource' LIKE 'workflow/%',
          SUBSTR(entry.value ->> '$.resource', 10, INSTR(SUBSTR(entry.value ->> '$.resource', 10) || '@', '@') - 1),
          COALESCE((SELECT workflow FROM runs WHERE org = NEW.org
            AND id = SUBSTR(entry.value ->> '$.resource', 5, INSTR(SUBSTR(entry.value ->> '$.resource', 5) || '/', '/') - 1)), '')) AS workflow
      FROM json_each(NEW.entries) AS entry, json_each(IIF(entry.value ->> '$.event_type' = 'guardrail.blocked',
        COALESCE(entry.value -> '$.data.findings', '[]'), json_array(entry.value -> '$.data'))) AS finding
      WHERE entry.value ->> '$.event_type' IN ('guardrail.flagged', 'guardrail.blocked')) AS found
    LEFT JOIN metric_names ON metric_names.org = NEW.org AND metric_names.name = found.workflow
    WHERE true
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'escalations', COALESCE(value ->> '$.data.workflow', '(chat)'), COALESCE(value ->> '$.data.reason', ''), '', 1
    FROM json_each(NEW.entries) WHERE value ->> '$.event_type' = 'escalation.raised'
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'kept', '', IIF(value ->> '$.event_type' = 'tool.answered', 'tool', 'model'), value ->> '$.data.cached', 1
    FROM json_each(NEW.entries) WHERE value ->> '$.event_type' IN ('tool.answered', 'model.called') AND value ->> '$.data.cached' IS NOT NULL
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
END;
