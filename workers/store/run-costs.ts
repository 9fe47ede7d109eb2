/** What finished runs cost, read off the index of runs: the past that estimates look back on. Reads only. */
import { sql } from "drizzle-orm";
import type { PastCost } from "../../core/estimate/estimate.ts";
import type { PastRun } from "../../core/explain/typical.ts";
import { fromUsd } from "../../core/money.ts";
import type { Database } from "./database.ts";

/** As many as a median needs; and how far back they are looked for among other versions' runs, so that the question stays small. */
const RUNS = 50;
const LOOKED_THROUGH = 500;

/** Costs of past runs. */
export type RunCosts = {
  /** The newest runs of this version that were completed, at most 50, newest first. */
  pastCosts(org: string, workflow: string, version: number): Promise<readonly PastCost[]>;
  /** The newest completed runs of the workflow, at most 50, without `run`. */
  pastRuns(org: string, workflow: string, run: string): Promise<readonly PastRun[]>;
};

/** Costs of past runs over D1. */
export function storeRunCosts(db: Database): RunCosts {
  return {
    async pastRuns(org, workflow, run) {
      const [found] = await db.batch([
        sql`
        SELECT summary ->> '$.usage.usd' AS usd, summary ->> '$.usage.tokens_in' AS tokens_in, summary ->> '$.usage.model_calls' AS calls,
          ended_at - created_at AS ms
        FROM (SELECT id, status, summary, created_at, ended_at FROM runs WHERE org = ${org} AND workflow = ${workflow} ORDER BY id DESC LIMIT ${LOOKED_THROUGH})
        WHERE status = 'completed' AND id <> ${run} LIMIT ${RUNS}`,
      ]);
      return (found?.results ?? []).map((row) => ({
        microUsd: fromUsd(Number(row["usd"] ?? 0)),
        ms: Number(row["ms"] ?? 0),
        tokensIn: Number(row["tokens_in"] ?? 0),
        modelCalls: Number(row["calls"] ?? 0),
      }));
    },

    async pastCosts(org, workflow, version) {
      const [found] = await db.batch([
        sql`
        SELECT summary ->> '$.usage.usd' AS usd, summary ->> '$.usage.tokens_in' AS tokens_in,
          summary ->> '$.usage.tokens_out' AS tokens_out, summary ->> '$.usage.model_calls' AS calls
        FROM (SELECT version, status, summary FROM runs WHERE org = ${org} AND workflow = ${workflow} ORDER BY id DESC LIMIT ${LOOKED_THROUGH})
        WHERE version = ${version} AND status = 'completed' LIMIT ${RUNS}`,
      ]);
      return (found?.results ?? []).map((row) => ({
        microUsd: fromUsd(Number(row["usd"] ?? 0)),
        tokens: Number(row["tokens_in"] ?? 0) + Number(row["tokens_out"] ?? 0),
        calls: Number(row["calls"] ?? 0),
      }));
    },
  };
}
