/**
 * What leaves a run, read off its journal: a turn's records are a column of its row, so they are as durable as the turn and cost no
 * row of their own. A mark says up to where they are confirmed. When a row was last sent is kept in memory only, so after a crash
 * everything unconfirmed is sent again (the audit log knows what it has).
 */
import type { EpochMs } from "../../core/time.ts";
import type { Shelf, Waiting } from "../kit/drain.ts";
import { drainRecords, type RecordsFrom, type SendRecords } from "../kit/records-drain.ts";

/** A fresh row leaves with the next flush. The alarm looks after it this much later, in ms, in case this life ends before. */
const NET_MS = 10_000;

type Progress = { dueAt: EpochMs; attempts: number; confirmed: boolean };
type Row = Waiting & { readonly progress: Progress };

export class LeavingRecords implements Shelf<Row> {
  readonly #sql: SqlStorage;
  readonly #from: RecordsFrom;
  /** Rows that are not confirmed, by their number, in order. One that is confirmed before an older one waits for it. */
  readonly #waiting: Map<number, Progress>;
  #mark: number;

  constructor(sql: SqlStorage, org: string, run: string) {
    this.#sql = sql;
    this.#from = { org, source: { kind: "run", id: run } };
    this.#mark = sql.exec<{ seq: number }>("SELECT seq FROM confirmed").toArray()[0]?.seq ?? 0;
    const rows = sql.exec<{ last_seq: number }>(
      "SELECT last_seq FROM journal WHERE last_seq > ? AND leaves IS NOT NULL ORDER BY last_seq",
      this.#mark,
    );
    this.#waiting = new Map(rows.toArray().map((row) => [row.last_seq, { dueAt: 0, attempts: 0, confirmed: false }]));
  }

  /** A row of the journal with records in it was committed. */
  added(seq: number, at: EpochMs): void {
    this.#waiting.set(seq, { dueAt: at + NET_MS, attempts: 0, confirmed: false });
  }

  /** The number of the last row with records, as the `after` of the next; null before the first. */
  lastSeq(): string | null {
    const last = [...this.#waiting.keys()].at(-1) ?? (this.#mark === 0 ? null : this.#mark);
    return last === null ? null : String(last);
  }

  /** Sends everything that is due or was never sent. A failed send is not an error of the caller. */
  async flush(send: SendRecords, now: () => EpochMs): Promise<void> {
    while ((await drainRecords(this, this.#from, send, now)) > 0);
  }

  due(at: EpochMs, limit: number): Row[] {
    const due = [...this.#waiting].filter(([, row]) => !row.confirmed && (row.attempts === 0 || row.dueAt <= at)).slice(0, limit);
    return due.map(([seq, progress]) => ({ body: this.#bodyOf(seq), attempts: progress.attempts, progress }));
  }

  claim({ progress }: Row, until: EpochMs): void {
    progress.dueAt = until;
    progress.attempts += 1;
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
    if (mark === this.#mark) return;
    this.#mark = mark;
    this.#sql.exec("INSERT INTO confirmed (id, seq) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET seq = ?1", mark);
  }

  /** When the next row is due; null when nothing waits. */
  nextDueAt(): EpochMs | null {
    const times = [...this.#waiting.values()].filter((row) => !row.confirmed).map((row) => row.dueAt);
    return times.length === 0 ? null : Math.min(...times);
  }

  #bodyOf(seq: number): string {
    return this.#sql.exec<{ leaves: string }>("SELECT leaves FROM journal WHERE last_seq = ?", seq).one().leaves;
  }
}
