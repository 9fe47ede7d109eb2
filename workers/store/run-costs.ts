/** What finished runs cost, read off the index of runs: the past that estimates look back on. Reads only. */
import { sql } from "drizzle-orm";
import type { PastCost } from "../../core/estimate/estimate.ts";
import { fromUsd } from "../../core/money.ts";
import type { Database } from "./database.ts";

/** As many as a median needs; and how far back they are looked for among other versions' runs, so that the question stays small. */
const RUNS = 50;
const LOOKED_THROUGH = 500;

/** Costs of past runs. */
export type RunCosts = {
  /** The newest runs of this version that were completed, at most 50, newest first. */
  pastCosts(org: string, workflow: string, version: number): Promise<readonly PastCost[]>;
};

/** Costs of past runs over D1. */
export function storeRunCosts(db: Database): RunCosts {
  return {
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
