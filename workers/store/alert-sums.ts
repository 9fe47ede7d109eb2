/** The sums that alerts are computed from, read off the index, the calls' costs and the minutes of findings. One batch a look. */
import type { AlertSums, WorkflowSums } from "../../core/alert/sums.ts";
import { isAttack, isViolation } from "../../core/guardrail/finding.ts";
import { BURN_WINDOWS, type Burns, burnsOf, EDGE_LEAST_FAILURES, EDGE_OBJECTIVE, NOT_THE_EDGES_FAULT } from "../../core/health/burn.ts";
import { notOfDrill } from "../../core/kill-switch/of-drill.ts";
import { covers, type Stops } from "../../core/kill-switch/stops.ts";
import { type EpochMs, toRfc3339 } from "../../core/time.ts";

const MINUTE = 60_000;
/** Runs that are read at a look; with more of them the newest count. */
const MOST_RUNS = 5_000;
/** The org whose people run the deployment. */
const EDGE_ORG = "default";
const WORK = notOfDrill("workflow");
const USAGE_USD = "CAST(COALESCE(summary ->> '$.usage.usd', 0) AS REAL)";
const BUDGET_USD = "CAST(COALESCE(summary ->> '$.budget.usd', 0) AS REAL)";

type Ended = { workflow: string; status: string; seconds: number; ended_at: number; usd: number; budget: number };
type Count = { n: number | null };
type Answered = { minute: number; runs: number; failed: number };
type Finding = { type: string; channel: string; minute: number; count: number };

/** Throws when D1 is out of reach. */
export async function readAlertSums(db: D1Database, org: string, stops: Stops, at: EpochMs): Promise<AlertSums> {
  const queries = {
    ended: db
      .prepare(
        `SELECT workflow, status, (ended_at - created_at) / 1000.0 AS seconds, ended_at, ${USAGE_USD} AS usd, ${BUDGET_USD} AS budget
         FROM runs WHERE org = ?1 AND ended_at > ?2 AND ${WORK} ORDER BY ended_at DESC LIMIT ?3`,
      )
      .bind(org, at - 60 * MINUTE, MOST_RUNS),
    usd: db
      .prepare("SELECT SUM(micro_usd) / 1e6 AS n FROM cost_calls WHERE org = ?1 AND at > ?2 AND kind NOT IN ('storage', 'people')")
      .bind(org, at - 60 * MINUTE),
    answers: db
      .prepare(`SELECT COUNT(*) AS n FROM cost_calls WHERE org = ?1 AND at > ?2 AND kind = 'llm' AND ok = 1 AND ${WORK}`)
      .bind(org, at - 60 * MINUTE),
    findings: db
      .prepare("SELECT type, channel, minute, findings AS count FROM finding_minutes WHERE org = ?1 AND minute >= ?2")
      .bind(org, Math.floor(at / MINUTE) - 60),
    moving: db
      .prepare(`SELECT COUNT(*) AS n FROM runs WHERE org = ?1 AND status IN ('queued', 'running', 'compensating', 'paused') AND ${WORK}`)
      .bind(org),
    stuck: db
      .prepare(
        `SELECT COUNT(*) AS n FROM runs WHERE org = ?1 AND status IN ('queued', 'running', 'compensating') AND created_at < ?2 AND ${WORK}`,
      )
      .bind(org, at - 60 * MINUTE),
    overdue: db
      .prepare(
        `SELECT COUNT(*) AS n FROM runs WHERE org = ?1 AND status = 'waiting' AND summary ->> '$.waiting_for.kind' = 'review'
           AND summary ->> '$.waiting_for.until' < ?2`,
      )
      .bind(org, toRfc3339(at)),
    deadLetters: db.prepare("SELECT COUNT(*) AS n FROM dead_letters WHERE org = ?1 AND status = 'open'").bind(org),
    answers5xx: db
      .prepare(
        "SELECT minute, SUM(n) AS runs, SUM(IIF(status >= 500 AND code NOT IN (SELECT value FROM json_each(?3)), n, 0)) AS failed FROM answer_minutes WHERE minute >= ?1 AND ?2 GROUP BY minute",
      )
      .bind(Math.floor(at / MINUTE) - BURN_WINDOWS.slow.long, org === EDGE_ORG ? 1 : 0, JSON.stringify(NOT_THE_EDGES_FAULT)),
    lag: db.prepare("SELECT MIN(created_at) AS n FROM audit_outbox WHERE org = ?1").bind(org),
  };
  const results = await db.batch<Record<string, unknown>>(Object.values(queries));
  const rows = Object.fromEntries(Object.keys(queries).map((name, index) => [name, results[index]?.results ?? []])) as {
    [name in keyof typeof queries]: unknown[];
  };
  const number = (name: keyof typeof queries): number => (rows[name][0] as Count | undefined)?.n ?? 0;
  const findings = rows.findings as Finding[];
  const recent = Math.floor(at / MINUTE) - 5;
  const sum = (some: readonly Finding[]): number => some.reduce((total, { count }) => total + Number(count), 0);
  const oldest = (rows.lag[0] as Count | undefined)?.n ?? null;
  return {
    workflows: byWorkflow(rows.ended as Ended[], at),
    usd1h: number("usd"),
    violations5m: sum(findings.filter((found) => found.minute >= recent && isAttack(found))),
    leaks1h: sum(findings.filter((found) => found.channel === "model_output" && !isViolation(found))),
    answers1h: number("answers"),
    moving: number("moving"),
    switches: stops.active.filter((scope) => scope.drill !== true && (scope.kind === "all" || scope.org === org || covers(scope, { org })))
      .length,
    auditLagSeconds: oldest === null ? 0 : Math.max(0, (at - oldest) / 1000),
    deadLetters: number("deadLetters"),
    stuck: number("stuck"),
    overdueReviews: number("overdue"),
    slos: [],
    edge: org === EDGE_ORG ? edgeBurns(rows.answers5xx as Answered[], at) : null,
  };
}

const edgeBurns = (answered: readonly Answered[], at: EpochMs): Burns =>
  burnsOf(
    EDGE_OBJECTIVE,
    (minutes) => {
      const within = answered.filter(({ minute }) => minute >= Math.floor(at / MINUTE) - minutes);
      return { runs: within.reduce((sum, { runs }) => sum + runs, 0), failed: within.reduce((sum, { failed }) => sum + failed, 0) };
    },
    EDGE_LEAST_FAILURES,
  );

function byWorkflow(ended: readonly Ended[], at: EpochMs): WorkflowSums[] {
  return [...Map.groupBy(ended, ({ workflow }) => workflow)].map(([workflow, runs]) => {
    const since = (minutes: number): Ended[] => runs.filter(({ ended_at }) => ended_at > at - minutes * MINUTE);
    const counted = since(5).filter(({ status }) => status !== "cancelled");
    return {
      workflow,
      ended5m: counted.length,
      failed5m: counted.filter(({ status }) => status !== "completed").length,
      seconds10m: since(10).map(({ seconds }) => seconds),
      seconds1h: runs.map(({ seconds }) => seconds),
      ofBudget1h: runs.filter(({ budget }) => budget > 0).map(({ usd, budget }) => usd / budget),
    };
  });
}
