/**
 * How a new version gets its number when several writers want one at once. The next number is read, and written only if it is
 * still the next one: both statements of the batch ask the same condition, so the audit record carries the number that was
 * given. Who comes second reads again.
 */
import type { SQL } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import { type Database, wrote } from "./database.ts";
import type { Outbox } from "./outbox.ts";

/** Each round, one of the writers gets its number: this many may want one of the same name at the same instant. */
const ROUNDS = 100;

/** How a table numbers its versions. */
export type Versioned<Row> = {
  /** The row that has this content already, else the number a new one gets. */
  readonly read: () => Promise<{ readonly existing: Row } | { readonly next: number }>;
  /** True as long as `version` is the next one and nobody has stored this content. */
  readonly free: (version: number) => SQL;
  /** MUST write one row when `free` holds and nothing otherwise. */
  readonly insert: (version: number, free: SQL, at: number) => SQL;
  readonly record: (version: number) => AuditRecord;
};

/** Gives new content the next number; of many writers at once each gets its own. The same content gives the version it has. */
export async function putVersion<Row>(
  db: Database,
  outbox: Outbox,
  now: () => number,
  org: string,
  put: Versioned<Row>,
): Promise<{ existing: Row } | { version: number; at: number }> {
  for (let round = 0; round < ROUNDS; round++) {
    const state = await put.read();
    if ("existing" in state) return state;
    const record = put.record(state.next);
    const at = now();
    const free = put.free(state.next);
    const [, inserted] = await db.batch([outbox.statement(org, record, at, free), put.insert(state.next, free, at)]);
    if (!wrote(inserted)) continue;
    await outbox.flush(org, record);
    return { version: state.next, at };
  }
  throw new Error("no version number was free after many rounds");
}
