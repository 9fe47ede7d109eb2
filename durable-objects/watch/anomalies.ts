/**
 * What the watch remembers of each workflow's runs: the last two hours by minute, four weeks by hour, what is ordinary now, and the
 * anomalies. Knows rows; what is ordinary and what is not is decided in core/anomaly. A look reads an hour of minutes and one row for each
 * workflow that works; the hours are read once an hour.
 */
import type { SloSums } from "../../core/alert/sums.ts";
import { type Anomaly, type AnomalyView, anomalyKey, anomalyView, seeAnomalies } from "../../core/anomaly/anomaly.ts";
import { judge, type Verdict } from "../../core/anomaly/judge.ts";
import { type Norm, normOf, type PastHour, REMEMBERED_HOURS } from "../../core/anomaly/norm.ts";
import { type HourFacts, hourOf, NO_RUNS, type Tally, together } from "../../core/anomaly/tally.ts";
import type { Slo } from "../../core/health/budget.ts";
import { burnsOf, type Counted } from "../../core/health/burn.ts";
import type { Notice } from "../../core/notice/notice.ts";
import type { EpochMs } from "../../core/time.ts";

const MINUTE = 60_000;
const HOUR = 60;
/** Minutes that a look judges. */
const JUDGED = 60;
/** Minutes that are read again at each look: runs come into the index seconds after their end, after an outage minutes. */
const AGAIN = 5;
const KEPT_MINUTES = 130;
/** Maximum workflows of an org that are watched, the first that come; a name is free again when nothing ended for four weeks. */
const MOST_WORKFLOWS = 100;
/** Maximum anomalies that are kept, and for how long after they were seen. */
const MOST_ANOMALIES = 1_000;
const KEPT_MS = 30 * 24 * HOUR * MINUTE;

const NONE: Counted = { runs: 0, failed: 0 };

/** What a look gets from outside: minutes counted since 1970. */
export type Seen = {
  readonly minutes: readonly { readonly minute: number; readonly workflow: string; readonly tally: Tally }[];
  readonly openMs: ReadonlyMap<string, readonly number[]>;
};

/** PERSISTED: the body of a row of `minute`. */
type MinuteBody = { readonly v: 1; readonly tallies: readonly (readonly [workflow: string, tally: Tally])[] };
/** PERSISTED: the body of a row of `norm`: what is ordinary in its hour, and in the one before it. null: too little is known. */
type NormBody = { readonly v: 1; readonly now: Norm | null; readonly before: Norm | null };

/** The anomalies of an org, and what they are seen in. */
export class Anomalies {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The minutes that the next look needs: from the first on, before the second. */
  wanted(at: EpochMs): readonly [from: number, to: number] {
    const to = Math.floor(at / MINUTE);
    const last = this.#sql.exec<{ last: number | null }>("SELECT MAX(minute) AS last FROM minute").one().last;
    return [Math.max(to - JUDGED, (last ?? 0) + 1 - AGAIN), to];
  }

  /** One look. MUST run in a transaction. */
  look(seen: Seen, at: EpochMs): readonly Omit<Notice, "id">[] {
    const to = Math.floor(at / MINUTE);
    this.#keepMinutes(seen, to);
    const byWorkflow = this.#lastMinutes(to);
    const hour = Math.floor((to - 1) / HOUR);
    this.#closeHour(hour - 1, to);
    const verdicts = new Map<string, readonly Verdict[]>();
    for (const workflow of new Set([...byWorkflow.keys(), ...seen.openMs.keys()])) {
      const ordinary = this.#normOf(workflow, hour);
      if (ordinary?.now == null) continue;
      const minutes = byWorkflow.get(workflow) ?? [];
      verdicts.set(workflow, judge(ordinary.now, ordinary.before, minutes, to - hour * HOUR, seen.openMs.get(workflow) ?? []));
    }
    const { current, cleared, notices } = seeAnomalies(this.#current(), verdicts, at);
    this.#keep(current, cleared, at);
    return notices;
  }

  /** How fast the workflows of these service levels burn their budgets. The longest window is of whole hours and the minutes since them. */
  slos(slos: ReadonlyMap<string, Slo>, at: EpochMs): SloSums[] {
    if (slos.size === 0) return [];
    const to = Math.floor(at / MINUTE);
    const closed = this.#closedHour() ?? Math.floor(to / HOUR) - 1;
    const minutes = this.#minutesBetween(Math.min(to - JUDGED, (closed + 1) * HOUR), to);
    return [...slos].map(([workflow, { success, p95_ms }]) => {
      const mine = minutes.get(workflow) ?? [];
      const counted = (window: number): Counted => {
        const { runs, failed } = together(
          window <= JUDGED ? mine.slice(-window) : mine.slice(Math.max(0, mine.length - (to - (closed + 1) * HOUR))),
        );
        if (window <= JUDGED) return { runs, failed };
        const hours = this.#hoursOf(workflow, closed - Math.floor(window / HOUR) + 1);
        const before = hours.reduce((sum, { facts }) => ({ runs: sum.runs + facts.runs, failed: sum.failed + facts.errors.count }), NONE);
        return { runs: before.runs + runs, failed: before.failed + failed };
      };
      return { workflow, burns: burnsOf(success, counted), p95Ms: p95_ms };
    });
  }

  /** True while one is suspected or open. */
  isRestless(): boolean {
    return this.#sql.exec("SELECT 1 FROM anomaly WHERE is_over = 0 LIMIT 1").toArray().length > 0;
  }

  /** Those first seen at `since` or later, newest first. */
  since(since: EpochMs): AnomalyView[] {
    return this.#sql
      .exec<{ body: string }>("SELECT body FROM anomaly WHERE at >= ? ORDER BY at DESC, key LIMIT ?", since, MOST_ANOMALIES)
      .toArray()
      .map(({ body }) => JSON.parse(body) as Anomaly)
      .filter(({ status }) => status !== "suspected")
      .map(anomalyView);
  }

  #keepMinutes({ minutes }: Seen, to: number): void {
    for (const [minute, some] of Map.groupBy(minutes, (one) => one.minute)) {
      const body: MinuteBody = { v: 1, tallies: some.map(({ workflow, tally }) => [workflow, tally] as const) };
      this.#sql.exec(
        "INSERT INTO minute (minute, body) VALUES (?1, ?2) ON CONFLICT (minute) DO UPDATE SET body = ?2 WHERE body <> ?2",
        minute,
        JSON.stringify(body),
      );
    }
    // The last minute has its row also where nothing ended: the next look goes on from there.
    this.#sql.exec(
      "INSERT INTO minute (minute, body) VALUES (?, ?) ON CONFLICT (minute) DO NOTHING",
      to - 1,
      JSON.stringify({ v: 1, tallies: [] }),
    );
    this.#sql.exec("DELETE FROM minute WHERE minute < ?", to - KEPT_MINUTES);
  }

  #minutesBetween(from: number, to: number): Map<string, Tally[]> {
    const rows = this.#sql.exec<{ minute: number; body: string }>(
      "SELECT minute, body FROM minute WHERE minute >= ? AND minute < ?",
      from,
      to,
    );
    const byWorkflow = new Map<string, Tally[]>();
    for (const { minute, body } of rows) {
      for (const [workflow, tally] of (JSON.parse(body) as MinuteBody).tallies) {
        const minutes = byWorkflow.get(workflow) ?? Array.from({ length: to - from }, () => NO_RUNS);
        minutes[minute - from] = tally;
        byWorkflow.set(workflow, minutes);
      }
    }
    return byWorkflow;
  }

  #lastMinutes(to: number): Map<string, Tally[]> {
    return this.#minutesBetween(to - JUDGED, to);
  }

  /** Remembers an hour once its last minute is not read again. */
  #closeHour(hour: number, to: number): void {
    if (to < (hour + 1) * HOUR + AGAIN) return;
    const last = this.#closedHour();
    if (last !== null && last >= hour) return;
    for (const [workflow, minutes] of this.#minutesBetween(hour * HOUR, (hour + 1) * HOUR)) {
      const facts = hourOf(minutes);
      if (facts === null || !this.#admits(workflow)) continue;
      this.#sql.exec("INSERT OR REPLACE INTO hour (workflow, hour, body) VALUES (?, ?, ?)", workflow, hour, JSON.stringify(facts));
      this.#sql.exec("UPDATE norm SET last_hour = ? WHERE workflow = ?", hour, workflow);
    }
    const oldest = hour - REMEMBERED_HOURS - 1;
    this.#sql.exec("DELETE FROM hour WHERE hour < ?", oldest);
    this.#sql.exec("DELETE FROM norm WHERE last_hour < ?", oldest);
    this.#sql.exec("INSERT INTO closed (id, hour) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET hour = ?1", hour);
  }

  /** True for a workflow that is watched; one more is, where there is room. */
  #admits(workflow: string): boolean {
    const { known, all } = this.#sql
      .exec<{ known: number; all: number }>('SELECT COUNT(*) AS "all", COALESCE(SUM(workflow = ?), 0) AS known FROM norm', workflow)
      .one();
    if (known > 0) return true;
    if (all >= MOST_WORKFLOWS) return false;
    const body: NormBody = { v: 1, now: null, before: null };
    this.#sql.exec("INSERT INTO norm (workflow, hour, last_hour, body) VALUES (?, 0, 0, ?)", workflow, JSON.stringify(body));
    return true;
  }

  /** null: the workflow is not watched. */
  #normOf(workflow: string, hour: number): NormBody | null {
    const row = this.#sql.exec<{ hour: number; body: string }>("SELECT hour, body FROM norm WHERE workflow = ?", workflow).toArray()[0];
    if (row === undefined) return null;
    const stored = JSON.parse(row.body) as NormBody;
    if (row.hour === hour) return stored;
    const past = this.#hoursOf(workflow, 0);
    const body: NormBody = { v: 1, now: normOf(past, hour), before: row.hour === hour - 1 ? stored.now : normOf(past, hour - 1) };
    this.#sql.exec("UPDATE norm SET hour = ?, body = ? WHERE workflow = ?", hour, JSON.stringify(body), workflow);
    return body;
  }

  #closedHour(): number | null {
    return this.#sql.exec<{ hour: number }>("SELECT hour FROM closed").toArray()[0]?.hour ?? null;
  }

  /** From the hour on. */
  #hoursOf(workflow: string, from: number): PastHour[] {
    return this.#sql
      .exec<{ hour: number; body: string }>("SELECT hour, body FROM hour WHERE workflow = ? AND hour >= ?", workflow, from)
      .toArray()
      .map((one): PastHour => ({ hour: one.hour, facts: JSON.parse(one.body) as HourFacts }))
      .filter(({ facts }) => facts.v === 1);
  }

  #current(): Anomaly[] {
    return this.#sql
      .exec<{ body: string }>("SELECT body FROM anomaly WHERE is_over = 0 ORDER BY key")
      .toArray()
      .map(({ body }) => JSON.parse(body) as Anomaly);
  }

  #keep(current: readonly Anomaly[], cleared: readonly Anomaly[], at: EpochMs): void {
    this.#sql.exec("DELETE FROM anomaly WHERE is_over = 0");
    for (const anomaly of [...current, ...cleared])
      this.#sql.exec(
        "INSERT OR REPLACE INTO anomaly (key, at, is_over, body) VALUES (?, ?, ?, ?)",
        `${anomalyKey(anomaly)}/${anomaly.at}`,
        anomaly.at,
        anomaly.status === "cleared" ? 1 : 0,
        JSON.stringify(anomaly),
      );
    if (cleared.length === 0) return;
    this.#sql.exec("DELETE FROM anomaly WHERE is_over = 1 AND at < ?", at - KEPT_MS);
    this.#sql.exec(
      "DELETE FROM anomaly WHERE is_over = 1 AND key NOT IN (SELECT key FROM anomaly WHERE is_over = 1 ORDER BY at DESC LIMIT ?)",
      MOST_ANOMALIES,
    );
  }
}
