-- Findings of guardrails by workflow and channel: added up for /metrics, and by minute for alerts and anomalies, whose look so costs by the
-- minutes that it reads and not by the entries of the log.

CREATE TABLE finding_minutes (
  org TEXT NOT NULL,
  minute INTEGER NOT NULL,
  workflow TEXT NOT NULL,
  type TEXT NOT NULL,
  channel TEXT NOT NULL,
  findings INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  PRIMARY KEY (org, minute, workflow, type, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX finding_minutes_by_age ON finding_minutes (minute);

-- Until now a finding had no workflow.
UPDATE metric_sums SET name = 'other' WHERE series = 'findings';

DROP TRIGGER metrics_of_findings;
CREATE TRIGGER metrics_of_findings AFTER INSERT ON audit_pages
WHEN INSTR(NEW.entries, '"event_type":"guardrail.flagged"') > 0 OR INSTR(NEW.entries, '"event_type":"escalation.raised"') > 0
  OR INSTR(NEW.entries, '"cached":') > 0 BEGIN
  INSERT INTO finding_minutes (org, minute, workflow, type, channel, findings, runs)
    SELECT NEW.org, found.minute, COALESCE(runs.workflow, ''), found.type, found.channel, SUM(found.n), COUNT(DISTINCT found.run)
    FROM (
      SELECT unixepoch(value ->> '$.timestamp') / 60 AS minute, COALESCE(value ->> '$.data.type', '') AS type,
        COALESCE(value ->> '$.data.channel', '') AS channel, CAST(COALESCE(value ->> '$.data.count', 1) AS INTEGER) AS n,
        SUBSTR(value ->> '$.resource', 5, INSTR(SUBSTR(value ->> '$.resource', 5) || '/', '/') - 1) AS run
      FROM json_each(NEW.entries) WHERE value ->> '$.event_type' = 'guardrail.flagged') AS found
    LEFT JOIN runs ON runs.id = found.run AND runs.org = NEW.org
    GROUP BY 2, 3, 4, 5
    ON CONFLICT (org, minute, workflow, type, channel) DO UPDATE SET findings = findings + excluded.findings, runs = runs + excluded.runs;
  INSERT INTO metric_names (org, name)
    SELECT DISTINCT NEW.org, runs.workflow
    FROM json_each(NEW.entries) JOIN runs ON runs.id = SUBSTR(value ->> '$.resource', 5, INSTR(SUBSTR(value ->> '$.resource', 5) || '/', '/') - 1) AND runs.org = NEW.org
    WHERE value ->> '$.event_type' = 'guardrail.flagged' AND (SELECT COUNT(*) FROM metric_names WHERE org = NEW.org) < 1000
    ON CONFLICT (org, name) DO NOTHING;
  INSERT INTO metric_sums (org, series, name, of, sort, n)
    SELECT NEW.org, 'findings', IIF(runs.workflow IS NULL, '', COALESCE(metric_names.name, 'other')), COALESCE(value ->> '$.data.type', ''),
      COALESCE(value ->> '$.data.channel', ''), CAST(COALESCE(value ->> '$.data.count', 1) AS INTEGER)
    FROM json_each(NEW.entries)
    LEFT JOIN runs ON runs.id = SUBSTR(value ->> '$.resource', 5, INSTR(SUBSTR(value ->> '$.resource', 5) || '/', '/') - 1) AND runs.org = NEW.org
    LEFT JOIN metric_names ON metric_names.org = NEW.org AND metric_names.name = runs.workflow
    WHERE value ->> '$.event_type' = 'guardrail.flagged'
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

-- Open dead letters are counted at each scrape and each look: at their number, not at that of all there ever were.
CREATE INDEX dead_letters_open ON dead_letters (org) WHERE status = 'open';
