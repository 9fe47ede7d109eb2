/**
 * What leaves a run, read off its journal: a turn's records are a column of its row, so they are as durable as the turn and cost no
 * row of their own. A mark says up to where they are confirmed. When a row was last sent is kept in memory only, so a new life sends
 * everything unconfirmed again (the audit log knows what it has), and waits the longer for the confirmation the older the row is.
 */
import { chance } from "../../core/chance.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Shelf } from "../kit/drain.ts";
import { drainRecords, type RecordsFrom, recordsAttempts, type SendRecords } from "../kit/records-drain.ts";
import type { LeavingCosts } from "./leaving-costs.ts";
import type { LeavingRow, Progress } from "./progress.ts";

/**
 * A fresh row leaves with the next flush. The alarm looks after it this much later, in ms, in case this life ends before; each run at
 * its own instant between the two, so that a platform that starts again is not woken by all of them at once.
 */
const NET_MS = { least: 10_000, most: 30_000 };

/** A place among those runs of this isolate that send again, as long as it is not confirmed. */
export type Resends = {
  /** 0: this run may send again. Otherwise the milliseconds after which it may ask again. */
  readonly enter: (run: string, org: string) => number;
  /** Everything of this run is confirmed. */
  readonly leave: (run: string) => void;
};

/** The run's outbox: the records of its journal that have not been confirmed. */
export class LeavingRecords implements Shelf<LeavingRow> {
  readonly #sql: SqlStorage;
  readonly #from: RecordsFrom;
  /** 0 to 1: where this run stands among others that wait for the same. */
  readonly #spread: number;
  /** Rows that are not confirmed, by their number, in order. One that is confirmed before an older one waits for it. */
  readonly #waiting: Map<number, Progress>;
  #mark: number;
  readonly #heldFrom: () => number;
  /** They leave in the same messages. */
  readonly costs: LeavingCosts;

  /** `atOf`: when the row with this number was committed. `heldFrom`: this row and those after it MUST NOT leave yet. */
  constructor(sql: SqlStorage, org: string, run: string, atOf: (seq: number) => EpochMs, heldFrom: () => number, costs: LeavingCosts) {
    this.#sql = sql;
    this.#heldFrom = heldFrom;
    this.costs = costs;
    this.#spread = chance(run);
    this.#from = { org, source: { kind: "run", id: run } };
    this.#mark = sql.exec<{ seq: number }>("SELECT seq FROM confirmed").toArray()[0]?.seq ?? 0;
    const rows = sql.exec<{ last_seq: number }>(
      "SELECT last_seq FROM journal WHERE last_seq > ? AND leaves IS NOT NULL ORDER BY last_seq",
      this.#mark,
    );
    this.#waiting = new Map(
      rows.toArray().map(({ last_seq: seq }) => [seq, { at: atOf(seq), dueAt: 0, attempts: null, confirmed: false }]),
    );
  }

  /** A row of the journal with records in it was committed. */
  added(seq: number, at: EpochMs): void {
    const net = NET_MS.least + this.#spread * (NET_MS.most - NET_MS.least);
    this.#waiting.set(seq, { at, dueAt: Math.round(at + net), attempts: 0, confirmed: false });
  }

  /** The number of the last row with records, as the `after` of the next; null before the first. */
  lastSeq(): string | null {
    const last = [...this.#waiting.keys()].at(-1) ?? (this.#mark === 0 ? null : this.#mark);
    return last === null ? null : String(last);
  }

  /** Sends what was never sent, and again what is due and may be. A failed send is not an error of the caller. */
  async flush(send: SendRecords, now: () => EpochMs, resends: Resends): Promise<void> {
    this.#awaitTurn(now(), resends);
    while ((await drainRecords(this, this.#from, send, now, this.#spread / 2)) > 0);
  }

  due(at: EpochMs, limit: number): LeavingRow[] {
    const held = this.#heldFrom();
    const isDue = ([seq, row]: [number, Progress]): boolean => seq < held && !row.confirmed && (row.attempts === 0 || row.dueAt <= at);
    const due = [...this.#waiting].filter(isDue).slice(0, limit);
    const records = due.map(([seq, progress]) => ({
      body: this.#bodyOf(seq),
      attempts: progress.attempts ?? recordsAttempts(at - progress.at),
      progress,
    }));
    return [...records, ...this.costs.due(at)];
  }

  claim({ attempts, progress }: LeavingRow, until: EpochMs): void {
    progress.dueAt = until;
    progress.attempts = attempts + 1;
  }

  confirm(ids: readonly string[]): void {
    for (const id of ids) {
      const row = this.#waiting.get(Number(id));
      if (row !== undefined) row.confirmed = true;
    }
    let mark = this.#mark;
    for (const [seq, { confirmed }] of this.#waiting) {
      if (!confirmed) break;
      mark = seq;
      this.#waiting.delete(seq);
    }
    if (!this.costs.confirm(ids) && mark === this.#mark) return;
    this.#mark = mark;
    const both = "INSERT INTO confirmed (id, seq, costs) VALUES (1, ?1, ?2) ON CONFLICT (id) DO UPDATE SET seq = ?1, costs = ?2";
    this.#sql.exec(both, mark, this.costs.mark);
  }

  /** When the next row is due; null when nothing waits. */
  nextDueAt(): EpochMs | null {
    const times = this.#unconfirmed().map((row) => row.dueAt);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Nothing may leave now: what would be due is due then. */
  putOff(until: EpochMs): void {
    this.costs.putOff(until);
    for (const row of this.#unconfirmed()) row.dueAt = Math.max(row.dueAt, until);
  }

  /** What is due again waits until this run may send again. */
  #awaitTurn(at: EpochMs, { enter }: Resends): void {
    const again = this.#unconfirmed().filter((row) => row.attempts !== 0 && row.dueAt <= at);
    const waitMs = again.length === 0 ? 0 : enter(this.#from.source.id, this.#from.org);
    if (waitMs > 0) for (const row of again) row.dueAt = at + waitMs;
  }

  #unconfirmed(): Progress[] {
    return [...this.#waiting.values(), ...this.costs.progress()].filter((row) => !row.confirmed);
  }

  #bodyOf(seq: number): string {
    return this.#sql.exec<{ leaves: string }>("SELECT leaves FROM journal WHERE last_seq = ?", seq).one().leaves;
  }
}
