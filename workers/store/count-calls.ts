/**
 * Stores calls in D1 and counts the new ones, in one transaction: into the sums of days, and into the sums behind `/metrics` (what a series counts:
 * workers/telemetry/metrics.ts). A group of a batch is one row written, however many calls it has. Knows SQL; free of what a call costs and why.
 */
import { OTHER_NAME } from "../../core/telemetry/aside-names.ts";

/** A call as the statements read it; a row of `cost_calls` without its org. */
export type CallRow = {
  readonly run: string;
  readonly id: string;
  readonly [column: string]: string | number | undefined;
};

/** One bound parameter holds many calls as JSON (D1 takes 2 MB a value). */
const CHUNK_CALLS = 500;
/** Maximum names that an org's series have; further ones are counted under `OTHER_NAME`. */
const MOST_NAMES = 1_000;

const COLUMNS = "at, kind, name, ok, workflow, version, user, session, metadata, micro_usd, tokens_in, tokens_out";

/** `?1`: the org; `?2`: calls as a JSON array. The calls that are not stored yet: each statement runs before they are. */
const NEW_CALLS = `
  WITH new AS (
    SELECT value ->> 'run' AS run, value ->> 'id' AS id, ${COLUMNS.split(", ")
      .map((column) => `value ->> '${column}' AS ${column}`)
      .join(", ")},
      CAST(COALESCE(value ->> 'ms', 0) AS INTEGER) AS ms, COALESCE(value ->> 'code', '') AS code, COALESCE(value ->> 'trace', '') AS trace
    FROM json_each(?2)
    WHERE NOT EXISTS (SELECT 1 FROM cost_calls AS old WHERE old.org = ?1 AND old.run = value ->> 'run' AND old.id = value ->> 'id')
  )`;

/** Storage and people's time are no calls (migrations/0046_costs_beside.sql). */
const IS_CALL = "kind NOT IN ('storage', 'people')";
const bounded = (column: string): string =>
  `COALESCE((SELECT known.name FROM metric_names AS known WHERE known.org = ?1 AND known.name = new.${column}), '${OTHER_NAME}')`;
const BUCKET = "(SELECT MIN(le) FROM metric_bounds WHERE unit = 's' AND le >= ms / 1000.0)";

/** A bucket keeps the trace of its last call: SQLite takes bare columns from the row of the only MAX(). */
const addToBuckets = (group: string, where: string): string => `${NEW_CALLS}
  INSERT INTO metric_buckets (org, series, name, sort, le, n, total, trace, traced_at, traced)
  SELECT ?1, ${group}, ${BUCKET}, COUNT(*), SUM(ms / 1000.0), trace, MAX(at), ms / 1000.0 FROM new WHERE ${where} GROUP BY 2, 3, 4, 5
  ON CONFLICT (org, series, name, sort, le) DO UPDATE SET n = n + excluded.n, total = total + excluded.total,
    trace = excluded.trace, traced_at = excluded.traced_at, traced = excluded.traced`;

const STATEMENTS: readonly string[] = [
  `${NEW_CALLS}, names AS (SELECT workflow AS name FROM new WHERE kind <> 'people' UNION SELECT name FROM new WHERE ${IS_CALL})
  INSERT INTO metric_names (org, name)
  SELECT ?1, name FROM names WHERE NOT EXISTS (SELECT 1 FROM metric_names AS known WHERE known.org = ?1 AND known.name = names.name)
  LIMIT (SELECT MAX(0, ${MOST_NAMES} - COUNT(*)) FROM metric_names WHERE org = ?1)
  ON CONFLICT (org, name) DO NOTHING`,

  `${NEW_CALLS}
  INSERT INTO metric_sums (org, series, name, of, sort, n)
  SELECT ?1, part.value ->> 0, ${bounded("workflow")}, IIF(kind = 'storage', '', ${bounded("name")}), part.value ->> 1, SUM(part.value ->> 2)
  FROM new, json_each(IIF(kind = 'storage', json_array(json_array('micro_usd', kind, micro_usd)), json_array(
    json_array('calls', kind || ':' || IIF(ok = 1, 'success', 'error:' || code), 1),
    json_array('micro_usd', kind, micro_usd),
    json_array('tokens', 'input', tokens_in),
    json_array('tokens', 'output', tokens_out)))) AS part
  WHERE kind <> 'people' AND part.value ->> 2 > 0 GROUP BY 2, 3, 4, 5
  ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n`,

  addToBuckets(`'call_s', ${bounded("name")}, kind`, IS_CALL),
  addToBuckets("'run_s', '', IIF(ok = 1, 'completed', 'failed')", `${IS_CALL} AND workflow = ''`),

  `${NEW_CALLS}
  INSERT INTO cost_days (org, day, user, workflow, version, kind, name, micro_usd, tokens_in, tokens_out, calls, people_ms)
  SELECT ?1, date(at / 1000, 'unixepoch'), user, workflow, version, kind, name, SUM(micro_usd), SUM(tokens_in), SUM(tokens_out), COUNT(*),
    SUM(IIF(kind = 'people', ms, 0))
  FROM new WHERE true GROUP BY 2, 3, 4, 5, 6, 7
  ON CONFLICT (org, day, user, workflow, version, kind, name) DO UPDATE SET
    micro_usd = micro_usd + excluded.micro_usd, tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out, calls = calls + excluded.calls, people_ms = people_ms + excluded.people_ms`,

  `${NEW_CALLS}
  INSERT INTO cost_calls (org, run, id, ${COLUMNS}, ms, code, trace, counted)
  SELECT ?1, run, id, ${COLUMNS}, ms, code, trace, 1 FROM new`,
];

/** Idempotent: a call that is stored already, or comes twice in `rows`, is neither stored nor counted again. All or nothing. */
export async function storeCalls(db: D1Database, org: string, rows: readonly CallRow[]): Promise<void> {
  const calls = [...new Map([...rows].reverse().map((row) => [JSON.stringify([row.run, row.id]), row])).values()].reverse();
  const statements: D1PreparedStatement[] = [];
  for (let start = 0; start < calls.length; start += CHUNK_CALLS) {
    const chunk = JSON.stringify(calls.slice(start, start + CHUNK_CALLS));
    for (const statement of STATEMENTS) statements.push(db.prepare(statement).bind(org, chunk));
  }
  if (statements.length > 0) await db.batch(statements);
}
