/** How workflows did lately, read off the index of runs, the calls of tools and what people thought: it costs by the window, not by history. */
import { type SQL, sql } from "drizzle-orm";
import { notOfDrill } from "../../core/kill-switch/of-drill.ts";
import { toUsd } from "../../core/money.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Database } from "./database.ts";

/** One workflow's figures in a window. Rates are 0 to 1; null: nothing happened that they could be of. */
export type WorkflowHealth = {
  readonly workflow: string;
  /** That ended in the window, and of them those that completed. */
  readonly runs: number;
  readonly completed: number;
  readonly duration_ms: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  readonly cost_usd: { readonly p50: number | null; readonly p95: number | null };
  readonly tool_failure_rate: number | null;
  /** Runs that wait now. */
  readonly waiting: number;
  /** The mean score, -1 to 1. */
  readonly feedback: number | null;
};

/** The health of workflows. */
export type HealthStore = {
  /** Workflows of which something ended or waits, by name. */
  health(org: string, since: EpochMs): Promise<readonly WorkflowHealth[]>;
};

type Row = { readonly [column: string]: unknown };

const WORK = sql.raw(notOfDrill("workflow"));

/** Over D1. */
export function storeHealth(db: Database): HealthStore {
  return {
    async health(org, since) {
      const [ended, tools, waiting, feedback] = await db.batch([
        sql`
        SELECT workflow, COUNT(*) AS runs, SUM(status = 'completed') AS completed,
          ${percentile("by_ms", "ms", 50)} AS ms50, ${percentile("by_ms", "ms", 95)} AS ms95, ${percentile("by_ms", "ms", 99)} AS ms99,
          ${percentile("by_usd", "micro", 50)} AS usd50, ${percentile("by_usd", "micro", 95)} AS usd95
        FROM (
          SELECT workflow, status, ms, micro, COUNT(*) OVER (PARTITION BY workflow) AS n,
            ROW_NUMBER() OVER (PARTITION BY workflow ORDER BY ms) AS by_ms, ROW_NUMBER() OVER (PARTITION BY workflow ORDER BY micro) AS by_usd
          FROM (
            SELECT workflow, status, ended_at - created_at AS ms, ROUND(COALESCE(summary ->> '$.usage.usd', 0) * 1000000) AS micro
            FROM runs WHERE org = ${org} AND ended_at >= ${since} AND ended_at IS NOT NULL AND ${WORK}))
        GROUP BY workflow`,
        sql`
        SELECT workflow, AVG(1 - ok) AS rate FROM cost_calls
        WHERE org = ${org} AND at >= ${since} AND kind = 'tool' AND workflow <> '' GROUP BY workflow`,
        sql`SELECT workflow, COUNT(*) AS n FROM runs WHERE org = ${org} AND status = 'waiting' AND ${WORK} GROUP BY workflow`,
        sql`
        SELECT runs.workflow AS workflow, AVG(score) AS score FROM feedback JOIN runs ON runs.id = feedback.run AND runs.org = feedback.org
        WHERE feedback.org = ${org} AND feedback.created_at >= ${since} GROUP BY runs.workflow`,
      ]);
      const by = (result: { results: Row[] } | undefined): ReadonlyMap<string, Row> =>
        new Map((result?.results ?? []).map((row) => [String(row["workflow"]), row]));
      const maps = { ended: by(ended), tools: by(tools), waiting: by(waiting), feedback: by(feedback) };
      const names = new Set([...maps.ended.keys(), ...maps.tools.keys(), ...maps.waiting.keys(), ...maps.feedback.keys()]);
      const figure = (row: Row | undefined, column: string): number | null => {
        const value = row?.[column];
        return value === undefined || value === null ? null : Number(value);
      };
      const dollars = (row: Row | undefined, column: string): number | null => {
        const micros = figure(row, column);
        return micros === null ? null : toUsd(micros);
      };
      return [...names].toSorted().map((workflow) => {
        const of = maps.ended.get(workflow);
        return {
          workflow,
          runs: figure(of, "runs") ?? 0,
          completed: figure(of, "completed") ?? 0,
          duration_ms: { p50: figure(of, "ms50"), p95: figure(of, "ms95"), p99: figure(of, "ms99") },
          cost_usd: { p50: dollars(of, "usd50"), p95: dollars(of, "usd95") },
          tool_failure_rate: figure(maps.tools.get(workflow), "rate"),
          waiting: figure(maps.waiting.get(workflow), "n") ?? 0,
          feedback: figure(maps.feedback.get(workflow), "score"),
        };
      });
    },
  };
}

/** Nearest rank: the smallest value that at least so many per cent are not above. */
const percentile = (rank: "by_ms" | "by_usd", value: "ms" | "micro", percent: number): SQL =>
  sql.raw(`MAX(CASE WHEN ${rank} = (n * ${percent} + 99) / 100 THEN ${value} END)`);
