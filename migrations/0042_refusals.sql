-- What the guardrails refuse at the door is on record as one entry with its findings, not as one entry a finding: it is counted with the others.

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
    SELECT NEW.org, 'findings', IIF(workflow = '', '', COALESCE(metric_names.name, 'other')), type, channel, n FROM (
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
    SELECT NEW.org, 'escalations', COALESCE(value ->> '$.data.workflow', 'chat'), COALESCE(value ->> '$.data.reason', ''), '', 1
    FROM json_each(NEW.entries) WHERE value ->> '$.event_type' = 'escalation.raised'
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'kept', '', IIF(value ->> '$.event_type' = 'tool.answered', 'tool', 'model'), value ->> '$.data.cached', 1
    FROM json_each(NEW.entries) WHERE value ->> '$.event_type' IN ('tool.answered', 'model.called') AND value ->> '$.data.cached' IS NOT NULL
    ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n;
END;
