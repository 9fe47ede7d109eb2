/**
 * Counts how the edge answers, for its availability. An isolate adds what it counted to D1 every ten seconds, beside a request that it answers
 * anyway: no request waits for it, and what an isolate loses when it ends is at most what it counted since.
 */
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

const ADD_EVERY_MS = 10_000;
const MINUTE = 60_000;
/** How long single minutes are kept: the longest window of an alert is six hours. */
const KEPT_MINUTES = 8 * 60;

/** `code`: of the problem that answered; null: none did. */
export type CountAnswer = (status: number, code: string | null) => void;

/** What counting needs. */
export type AnswerPorts = {
  readonly db: D1Database;
  readonly now: () => EpochMs;
  readonly log: Log;
  readonly waitUntil: (work: Promise<void>) => void;
};

/** A counter for one isolate. */
export function defineAnswerCounts({ db, now, log, waitUntil }: AnswerPorts): CountAnswer {
  let counted = new Map<string, number>();
  let addedAt = 0;

  async function add(): Promise<void> {
    const taken = counted;
    counted = new Map();
    const rows = [...taken].map(([key, n]) => ({ ...(JSON.parse(key) as object), n }));
    try {
      const given = JSON.stringify(rows);
      await db.batch([db.prepare(ADD_MINUTES).bind(given, Math.floor(now() / MINUTE)), db.prepare(ADD_SUMS).bind(given)]);
    } catch (error) {
      for (const [key, n] of taken) counted.set(key, (counted.get(key) ?? 0) + n);
      log(logLine("metrics.not_added", { error: errorName(error) }));
    }
  }

  return (status, code) => {
    const key = JSON.stringify({ status, code: code ?? "" });
    counted.set(key, (counted.get(key) ?? 0) + 1);
    if (now() - addedAt < ADD_EVERY_MS) return;
    addedAt = now();
    waitUntil(add());
  };
}

const ADD_MINUTES = `
  INSERT INTO answer_minutes (minute, status, code, n) SELECT ?2, value ->> 'status', value ->> 'code', value ->> 'n' FROM json_each(?1) WHERE true
  ON CONFLICT (minute, status, code) DO UPDATE SET n = n + excluded.n`;
const ADD_SUMS = `
  INSERT INTO metric_sums (org, series, name, of, sort, n)
  SELECT '', 'answers', '', CAST(value ->> 'status' AS TEXT), value ->> 'code', value ->> 'n' FROM json_each(?1) WHERE true
  ON CONFLICT (org, series, name, of, sort) DO UPDATE SET n = n + excluded.n`;

/** Deletes minutes that nobody reads. Safe at any time. */
export async function sweepAnswers(db: D1Database, at: EpochMs): Promise<number> {
  const { meta } = await db
    .prepare("DELETE FROM answer_minutes WHERE minute < ?")
    .bind(Math.floor(at / MINUTE) - KEPT_MINUTES)
    .run();
  return meta.changes;
}
