/**
 * What leaves a run, read off its journal: a turn's records are a column of its row, so they are as durable as the turn and cost no
 * row of their own. A mark says up to where they are confirmed; when a row was sent last is remembered in this life only, so after a
 * crash everything unconfirmed is sent again (the audit log knows what it has).
 */
import { inMessages } from "../../core/audit/messages.ts";
import type { RecordsMessage, RecordsRow } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";

/** A fresh row leaves with the next flush; the alarm looks after it this much later, should this life end before. */
const NET_MS = 10_000;
/** How long a sent row waits for its confirmation before it is sent again; doubles up to the cap. */
const RESEND_MS = { first: 15_000, cap: 10 * 60_000 };
const ROWS_PER_FLUSH = 200;

type Waiting = { dueAt: EpochMs; attempts: number; confirmed: boolean };

export class LeavingRecords {
  readonly #storage: DurableObjectStorage;
  readonly #org: string;
  readonly #run: string;
  /** Rows that are not confirmed, by their number, in order. One confirmed ahead of an older one waits for it. */
  readonly #waiting: Map<number, Waiting>;
  #mark: number;

  constructor(storage: DurableObjectStorage, org: string, run: string) {
    this.#storage = storage;
    this.#org = org;
    this.#run = run;
    const { sql } = storage;
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

  /** Sends what is due. A failed send leaves its rows for the next time; it is not an error of the caller. */
  async flush(send: (message: RecordsMessage) => Promise<void>, now: () => EpochMs): Promise<void> {
    for (let due = this.#due(now()); due.length > 0; due = this.#due(now())) {
      for (const [, row] of due) {
        row.dueAt = now() + Math.min(RESEND_MS.first * 2 ** row.attempts, RESEND_MS.cap);
        row.attempts += 1;
      }
      for (const rows of inMessages(due.map(([seq]) => ({ body: this.#bodyOf(seq) })))) {
        const source = { kind: "run", id: this.#run } as const;
        const message: RecordsMessage = { v: 1, org: this.#org, source, rows: rows.map(({ body }) => JSON.parse(body) as RecordsRow) };
        await send(message).catch(() => undefined); // the rows stay and are due again: the alarm comes back to them
      }
    }
  }

  /** The next rows that were never sent, or whose time has come again. */
  #due(at: EpochMs): [number, Waiting][] {
    return [...this.#waiting].filter(([, row]) => !row.confirmed && (row.attempts === 0 || row.dueAt <= at)).slice(0, ROWS_PER_FLUSH);
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
    this.#storage.sql.exec("INSERT INTO confirmed (id, seq) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET seq = ?1", mark);
  }

  /** When the next row wants to leave; null when nothing waits. */
  nextDueAt(): EpochMs | null {
    const times = [...this.#waiting.values()].filter((row) => !row.confirmed).map((row) => row.dueAt);
    return times.length === 0 ? null : Math.min(...times);
  }

  #bodyOf(seq: number): string {
    return this.#storage.sql.exec<{ leaves: string }>("SELECT leaves FROM journal WHERE last_seq = ?", seq).one().leaves;
  }
}
