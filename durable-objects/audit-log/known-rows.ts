/** Which outbox rows have their numbers: one small row a run, one for each row of any other source. Forgotten when nothing has come for long. */
import type { RecordsMessage, RecordsRow } from "../../core/audit/record.ts";
import { type Span, type Taking, take } from "../../core/audit/taken.ts";
import type { EpochMs } from "../../core/time.ts";
import { KEPT_MS, TOUCH_MS } from "./schema.ts";

/** A row of an outbox with the outbox it is from. */
export type SourcedRow = Pick<RecordsRow, "id" | "after" | "records"> & { readonly source: RecordsMessage["source"] };

type Memory = { spans: readonly Span[] | null; touchedAt: EpochMs; isKnown: boolean; isChanged: boolean };

/** How many memories one append forgets at most, so that it stays quick. */
const FORGOTTEN_AT_ONCE = 500;
const PRUNE_EVERY_MS = 24 * 60 * 60_000;

/** Lives as long as one transaction: reads each memory once, and writes at the end what has changed. */
export class KnownRows {
  readonly #sql: SqlStorage;
  readonly #at: EpochMs;
  readonly #memories = new Map<string, Memory & { readonly source: string; readonly name: string }>();

  constructor(sql: SqlStorage, at: EpochMs) {
    this.#sql = sql;
    this.#at = at;
  }

  /** `known`: its records have their numbers. Notes nothing. */
  look(row: SourcedRow): Taking["kind"] {
    const memory = this.#memoryOf(row);
    const kind =
      row.after === undefined ? (memory.isKnown ? "known" : "new") : take(memory.spans ?? [], { id: row.id, after: row.after }).kind;
    if (kind === "known" && this.#at - memory.touchedAt > TOUCH_MS) memory.isChanged = true;
    return kind;
  }

  /** MUST follow a `look` that said `new`, in the transaction that numbers its records. */
  note(row: SourcedRow): void {
    const memory = this.#memoryOf(row);
    if (row.after !== undefined) {
      const taking = take(memory.spans ?? [], { id: row.id, after: row.after });
      if (taking.kind === "new") memory.spans = taking.taken;
    }
    memory.isKnown = true;
    memory.isChanged = true;
  }

  write(): void {
    for (const { source, name, spans, isChanged } of this.#memories.values()) {
      if (!isChanged) continue;
      this.#sql.exec(
        `INSERT INTO taken (source, name, spans, touched_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (source, name) DO UPDATE SET spans = ?3, touched_at = ?4`,
        source,
        name,
        spans === null ? null : JSON.stringify(spans),
        this.#at,
      );
    }
  }

  #memoryOf(row: SourcedRow): Memory {
    const source = `${row.source.kind}/${row.source.id}`;
    const name = row.after === undefined ? row.id : "";
    const key = JSON.stringify([source, name]);
    let memory = this.#memories.get(key);
    if (memory === undefined) {
      const query = "SELECT spans, touched_at FROM taken WHERE source = ? AND name = ?";
      const stored = this.#sql.exec<{ spans: string | null; touched_at: number }>(query, source, name).toArray()[0];
      const spans = stored?.spans == null ? null : (JSON.parse(stored.spans) as Span[]);
      memory = { source, name, spans, touchedAt: stored?.touched_at ?? this.#at, isKnown: stored !== undefined, isChanged: false };
      this.#memories.set(key, memory);
    }
    return memory;
  }
}

/** Forgets sources that have been silent for longer than anything can be under way. Looks once a day, for there is no index to look by. */
export function forgetOld(sql: SqlStorage, at: EpochMs): void {
  const prunedAt = sql.exec<{ pruned_at: number }>("SELECT pruned_at FROM log").toArray()[0]?.pruned_at;
  if (prunedAt === undefined || at - prunedAt < PRUNE_EVERY_MS) return;
  const { rowsWritten } = sql.exec(
    "DELETE FROM taken WHERE (source, name) IN (SELECT source, name FROM taken WHERE touched_at < ? LIMIT ?)",
    at - KEPT_MS,
    FORGOTTEN_AT_ONCE,
  );
  if (rowsWritten < FORGOTTEN_AT_ONCE) sql.exec("UPDATE log SET pruned_at = ?", at);
}
