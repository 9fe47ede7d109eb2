/** What anomalies are seen in, read off D1: what ended in the last minutes, by workflow, and how long the rest has been moving. */
import { NO_RUNS, type Tally } from "../../core/anomaly/tally.ts";
import { isViolation } from "../../core/guardrail/finding.ts";
import type { Slo } from "../../core/health/budget.ts";
import { notOfDrill } from "../../core/kill-switch/of-drill.ts";
import { CHAT_NAME } from "../../core/telemetry/aside-names.ts";
import type { EpochMs } from "../../core/time.ts";

const MINUTE = 60_000;
/** Maximum runs under way of which the age is read; with more of them the oldest count. */
const MOST_OPEN = 2_000;

/** The tally of one workflow in one minute (counted since 1970). */
export type WorkflowMinute = { readonly minute: number; readonly workflow: string; readonly tally: Tally };
/** What a look sees. */
export type Minutes = {
  readonly minutes: readonly WorkflowMinute[];
  /** Milliseconds for which runs have been moving, by workflow. */
  readonly openMs: ReadonlyMap<string, readonly number[]>;
};

type Ended = Omit<Tally, "personal" | "guardrail"> & { workflow: string; minute: number };
type Found = { workflow: string; minute: number; type: string; runs: number };
type Open = { workflow: string; created_at: number };

const SUMS = (ms: string, usd: string, failed: string): string =>
  `COUNT(*) AS runs, SUM(${failed}) AS failed, SUM(${ms}) AS logMs, SUM(${ms} * ${ms}) AS logMs2, SUM(${usd}) AS logUsd, SUM(${usd} * ${usd}) AS logUsd2`;

/** Minutes from `from` on and before `to`. A chat is one model call. Throws when D1 is out of reach. */
export async function readMinutes(db: D1Database, org: string, from: number, to: number, at: EpochMs): Promise<Minutes> {
  const [runs, chats, found, open] = await db.batch([
    db
      .prepare(
        `SELECT workflow, minute, ${SUMS("ms", "usd", "status <> 'completed'")} FROM (
           SELECT workflow, status, ended_at / ${MINUTE} AS minute, LN(MAX(ended_at - created_at, 1)) AS ms,
             LN(1 + MAX(0, CAST(COALESCE(summary ->> '$.usage.usd', 0) AS REAL) * 1000000)) AS usd
           FROM runs WHERE org = ?1 AND ended_at >= ?2 AND ended_at < ?3 AND ended_at IS NOT NULL AND status <> 'cancelled' AND ${notOfDrill("workflow")})
         GROUP BY workflow, minute`,
      )
      .bind(org, from * MINUTE, to * MINUTE),
    db
      .prepare(
        `SELECT '${CHAT_NAME}' AS workflow, minute, ${SUMS("ms", "usd", "ok = 0")} FROM (
           SELECT ok, at / ${MINUTE} AS minute, LN(MAX(ms, 1)) AS ms, LN(1 + micro_usd) AS usd
           FROM cost_calls WHERE org = ?1 AND at >= ?2 AND at < ?3 AND workflow = '' AND kind = 'llm')
         GROUP BY minute`,
      )
      .bind(org, from * MINUTE, to * MINUTE),
    db
      .prepare(
        "SELECT workflow, minute, type, SUM(runs) AS runs FROM finding_minutes WHERE org = ?1 AND minute >= ?2 AND minute < ?3 GROUP BY 1, 2, 3",
      )
      .bind(org, from, to),
    db
      .prepare(
        `SELECT workflow, created_at FROM runs WHERE org = ?1 AND status IN ('queued', 'running') AND created_at < ?2 AND ${notOfDrill("workflow")}
         ORDER BY id LIMIT ?3`,
      )
      .bind(org, at - MINUTE, MOST_OPEN),
  ]);
  const rowsOf = <R>(result: D1Result<unknown> | undefined): readonly R[] => (result?.results ?? []) as R[];
  const tallies = new Map<string, WorkflowMinute>();
  const add = (workflow: string, minute: number, more: Partial<Tally>): void => {
    const key = `${minute}/${workflow}`;
    const { tally } = tallies.get(key) ?? { tally: NO_RUNS };
    const sum = Object.fromEntries(Object.entries(tally).map(([name, value]) => [name, value + (more[name as keyof Tally] ?? 0)]));
    tallies.set(key, { minute, workflow, tally: sum as Tally });
  };
  for (const { workflow, minute, ...sums } of [...rowsOf<Ended>(runs), ...rowsOf<Ended>(chats)]) add(workflow, minute, sums);
  for (const { workflow, minute, type, runs: count } of rowsOf<Found>(found))
    add(workflow === "" ? CHAT_NAME : workflow, minute, isViolation({ type }) ? { guardrail: count } : { personal: count });
  const openMs = Map.groupBy(rowsOf<Open>(open), ({ workflow }) => workflow);
  return {
    minutes: [...tallies.values()],
    openMs: new Map([...openMs].map(([workflow, some]) => [workflow, some.map(({ created_at }) => at - created_at)])),
  };
}

/** The service levels of an org's workflows that have one, by their newest versions. Throws when D1 is out of reach. */
export async function readSlos(db: D1Database, org: string): Promise<ReadonlyMap<string, Slo>> {
  const { results } = await db
    .prepare(
      `SELECT newest.name AS workflow, definition ->> '$.slo.success' AS success, definition ->> '$.slo.p95_ms' AS p95_ms
       FROM (SELECT name, MAX(version) AS version FROM workflows WHERE org = ?1 GROUP BY name) AS newest
       JOIN workflows AS one ON one.org = ?1 AND one.name = newest.name AND one.version = newest.version
       WHERE one.withdrawn_at IS NULL AND definition ->> '$.slo.success' IS NOT NULL`,
    )
    .bind(org)
    .all<{ workflow: string; success: number; p95_ms: number | null }>();
  return new Map(results.map(({ workflow, ...slo }) => [workflow, slo]));
}

/** How long single minutes are kept. */
const KEPT_MINUTES = 180;
const SWEEP_ROWS = 5_000;

/** Deletes minutes that no look reads. Safe at any time. */
export async function sweepMinutes(db: D1Database, at: EpochMs): Promise<{ readonly minutes: number }> {
  const { meta } = await db
    .prepare(
      `DELETE FROM finding_minutes WHERE (org, minute, workflow, type, channel) IN
       (SELECT org, minute, workflow, type, channel FROM finding_minutes WHERE minute < ?1 ORDER BY minute LIMIT ?2)`,
    )
    .bind(Math.floor(at / MINUTE) - KEPT_MINUTES, SWEEP_ROWS)
    .run();
  return { minutes: meta.changes };
}
