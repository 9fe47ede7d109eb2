/**
 * Telling the runs: a halt after a throw, again and again until nothing is in flight; a resume after a recovery. Runs also ask by
 * themselves, so a push only makes it quicker: one that is lost stops nothing from being stopped. The index of runs is seconds
 * behind, hence the repeated passes.
 */
import { type StopScope, type Stops, scopeKey } from "../../core/kill-switch/stops.ts";
import type { Switch } from "../../core/kill-switch/switch.ts";
import type { RunStatus } from "../../core/run/outside/view.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide, within } from "../../kit/bounded.ts";

export type PushPorts = {
  readonly now: () => EpochMs;
  /** From the index of runs. Pages by run id, so that a run which leaves the status moves no page. */
  readonly runsInScope: (
    scope: StopScope,
    statuses: readonly RunStatus[],
    limit: number,
    cursor: string | null,
  ) => Promise<{ readonly data: readonly { readonly id: string }[]; readonly next_cursor: string | null }>;
  readonly countRunsInScope: (scope: StopScope, statuses: readonly RunStatus[]) => Promise<number>;
  /** The run looks at its next step boundary. Idempotent; one with an older epoch than the run knows is old news. */
  readonly haltRun: (run: string, stops: Stops) => Promise<void>;
  /** The run goes on, unless another switch still stops it. Idempotent. */
  readonly resumeRun: (run: string, stops: Stops) => Promise<void>;
};

export const IN_FLIGHT: readonly RunStatus[] = ["running", "compensating"];
const HALTED: readonly RunStatus[] = ["queued", "running", "compensating"];
const RESUMED: readonly RunStatus[] = ["paused"];

/** Not before this is zero in flight believed: the index has to hear of runs that started just before the throw. */
export const SETTLE_MS = 5_000;
const PAGE = 50;
const PAGES_PER_TURN = 10;
/** A turn begins no further page after this: watch and outbox share its alarm. */
const TURN_MS = 8_000;
const RUNS_AT_A_TIME = 6;
const ANSWER_WITHIN_MS = 2_000;
/** A turn that died is taken up again after this. */
const LEASE_MS = 30_000;
/** Halts: every 3 s for the first 30 s (docs/contract.md, "People and control": nothing in flight within 30 s), then rarer. */
const HALT_MS = { every: 3_000, often: 10, cap: 10 * 60_000 };
/** Resumes: four good passes, this long after each other, find what was on its way to `paused`. */
const RESUME_WAITS_MS = [5_000, 30_000, 120_000];
const RETRY_MS = { first: 5_000, cap: 10 * 60_000 };
/** A resume that keeps failing ends; the run's own watchdog is left. */
const RESUME_FOR_MS = 24 * 60 * 60_000;

/** PERSISTED: the body of a row of `push`. */
type Progress = {
  readonly v: 1;
  readonly since: EpochMs;
  readonly cursor: string | null;
  readonly passes: number;
  /** Runs of this pass that could not be told. */
  readonly missed: number;
  /** Passes in a row that were cut short or missed a run. */
  readonly failures: number;
};
type Row = { id: number; switch: string; kind: "halt" | "resume"; body: string };

export class Pushes {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** MUST be called inside the transaction of the throw or recovery. What was pushed for this scope before is over. */
  begin(state: Switch, kind: "halt" | "resume", at: EpochMs): void {
    const progress: Progress = { v: 1, since: at, cursor: null, passes: 0, missed: 0, failures: 0 };
    this.#sql.exec("DELETE FROM push WHERE scope = ?", scopeKey(state.scope));
    this.#sql.exec(
      "INSERT INTO push (switch, scope, kind, due_at, body) VALUES (?, ?, ?, ?, ?)",
      state.id,
      scopeKey(state.scope),
      kind,
      at,
      JSON.stringify(progress),
    );
  }

  nextDueAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM push").one().at;
  }

  /** Some pages of each push that is due. `drained` is called when nothing is in flight under a switch any more. */
  async turn(ports: PushPorts, stops: () => Stops, find: (id: string) => Switch | null, drained: (id: string) => void): Promise<void> {
    const rows = this.#sql
      .exec<Row>("SELECT id, switch, kind, body FROM push WHERE due_at <= ? ORDER BY due_at, id", ports.now())
      .toArray();
    for (const row of rows) {
      const state = find(row.switch);
      if (state === null || !this.#defer(row.id, ports.now() + LEASE_MS)) continue;
      await this.#turnOne(row, state, ports, stops, drained);
    }
  }

  async #turnOne(row: Row, state: Switch, ports: PushPorts, stops: () => Stops, drained: (id: string) => void): Promise<void> {
    let progress = JSON.parse(row.body) as Progress;
    const until = ports.now() + TURN_MS;
    const push = row.kind === "halt" ? ports.haltRun : ports.resumeRun;
    const statuses = row.kind === "halt" ? HALTED : RESUMED;
    try {
      for (let page = 0; page < PAGES_PER_TURN && ports.now() < until; page++) {
        const { data, next_cursor } = await ports.runsInScope(state.scope, statuses, PAGE, progress.cursor);
        let missed = progress.missed;
        await sideBySide(data, RUNS_AT_A_TIME, async ({ id }) => {
          if (!this.#isWanted(row.id)) return; // the other direction began meanwhile
          await within(ANSWER_WITHIN_MS, push(id, stops())).catch(() => missed++);
        });
        progress = { ...progress, cursor: next_cursor, missed };
        this.#save(row.id, progress, ports.now() + LEASE_MS);
        if (next_cursor === null) {
          await this.#endPass(row, state, progress, ports, drained);
          return;
        }
      }
      this.#save(row.id, progress, ports.now() + 1);
    } catch {
      this.#retry(row.id, progress, ports.now()); // the index is out of reach
    }
  }

  async #endPass(row: Row, state: Switch, progress: Progress, ports: PushPorts, drained: (id: string) => void): Promise<void> {
    const passes = progress.passes + 1;
    if (row.kind === "halt") {
      const inFlight = await ports.countRunsInScope(state.scope, IN_FLIGHT);
      const at = ports.now();
      if (inFlight === 0 && at >= state.thrown.at + SETTLE_MS && this.#isWanted(row.id)) {
        drained(state.id);
        this.#end(row.id);
        return;
      }
      const wait = Math.min(HALT_MS.every * 2 ** Math.max(0, passes - HALT_MS.often), HALT_MS.cap);
      this.#save(row.id, { ...progress, passes, missed: 0, failures: 0 }, at + wait);
      return;
    }
    if (progress.missed > 0) {
      this.#retry(row.id, progress, ports.now());
      return;
    }
    const wait = RESUME_WAITS_MS[progress.passes];
    if (wait === undefined) this.#end(row.id);
    else this.#save(row.id, { ...progress, passes, missed: 0, failures: 0 }, ports.now() + wait);
  }

  /** The pass begins again, later each time. */
  #retry(id: number, progress: Progress, at: EpochMs): void {
    if (progress.missed > 0 && at >= progress.since + RESUME_FOR_MS) {
      this.#end(id);
      return;
    }
    const wait = Math.min(RETRY_MS.first * 2 ** progress.failures, RETRY_MS.cap);
    this.#save(id, { ...progress, cursor: null, missed: 0, failures: progress.failures + 1 }, at + wait);
  }

  #isWanted(id: number): boolean {
    return this.#sql.exec("SELECT 1 FROM push WHERE id = ?", id).toArray().length > 0;
  }

  /** False when the row is gone. A row that is gone stays gone: an update brings nothing back. */
  #defer(id: number, dueAt: EpochMs): boolean {
    return this.#sql.exec("UPDATE push SET due_at = ? WHERE id = ? RETURNING id", dueAt, id).toArray().length > 0;
  }

  #save(id: number, progress: Progress, dueAt: EpochMs): void {
    this.#sql.exec("UPDATE push SET body = ?, due_at = ? WHERE id = ?", JSON.stringify(progress), dueAt, id);
  }

  #end(id: number): void {
    this.#sql.exec("DELETE FROM push WHERE id = ?", id);
  }
}
