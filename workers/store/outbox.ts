/**
 * Audit records of changes in D1. A record's row is committed with the change it tells of, in one batch; it leaves for the
 * records queue at once, and stays until the queue's consumer confirms it. What nobody confirms is sent again.
 */
import { type SQL, sql } from "drizzle-orm";
import { inMessages } from "../../core/audit/messages.ts";
import type { AuditRecord, RecordsMessage, RecordsRow } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";
import { ALWAYS, type Database } from "./database.ts";

/** A confirmation that takes longer than this is not awaited any more. */
export const RESEND_AFTER_MS = 30_000;
/** Rows that one sweep takes up; the next sweep takes the next. */
const SWEEP_ROWS = 500;

const SOURCE: RecordsMessage["source"] = { kind: "store", id: "store" };

/** Hands a message to the records queue; throws when the queue does not take it. */
export type Send = (message: RecordsMessage) => Promise<void>;

/** The outbox in D1: records that are written with what they record. */
export class Outbox {
  readonly #db: Database;
  readonly #now: () => EpochMs;
  readonly #send: Send;

  constructor(db: Database, now: () => EpochMs, send: Send) {
    this.#db = db;
    this.#now = now;
    this.#send = send;
  }

  /**
   * The statement that writes a record. MUST be the first of the batch of the change, and `onlyIf` MUST be the change's own
   * condition: a batch is one transaction, so both statements see the same state and both write, or neither does.
   */
  statement(org: string, record: AuditRecord, at: EpochMs, onlyIf: SQL = ALWAYS): SQL {
    // `sent_at` is the instant of the first try: counting it as sent saves a write, and a failed try is made again by the sweep.
    return sql`
      INSERT INTO audit_outbox (id, org, body, created_at, sent_at)
      SELECT ${record.event_id}, ${org}, ${JSON.stringify(record)}, ${at}, ${at} WHERE ${onlyIf}`;
  }

  /** After the batch. The change is durable already: a queue out of reach is no error of it. */
  async flush(org: string, record: AuditRecord): Promise<void> {
    await this.#deliver(org, [{ id: record.event_id, records: [record] }]);
  }

  async confirm(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#db.batch([sql`DELETE FROM audit_outbox WHERE id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`]);
  }

  /** Sends again what was not confirmed in time; answers how many rows that were. Two sweeps at once share the rows. */
  async sweep(): Promise<number> {
    const now = this.#now();
    const rows = await this.#db.typed.all<{ id: string; org: string; body: string }>(sql`
      UPDATE audit_outbox SET sent_at = ${now}
      WHERE id IN (SELECT id FROM audit_outbox WHERE sent_at <= ${now - RESEND_AFTER_MS} ORDER BY sent_at LIMIT ${SWEEP_ROWS})
      RETURNING id, org, body`);
    const byOrg = Map.groupBy(rows, (row) => row.org);
    for (const [org, ofOrg] of byOrg) {
      for (const message of inMessages(ofOrg)) {
        await this.#deliver(
          org,
          message.map((row) => ({ id: row.id, records: [JSON.parse(row.body) as AuditRecord] })),
        );
      }
    }
    return rows.length;
  }

  async #deliver(org: string, rows: readonly RecordsRow[]): Promise<void> {
    try {
      await this.#send({ v: 1, org, source: SOURCE, rows });
    } catch {
      // The rows stay: the next sweep comes back to them.
    }
  }
}
