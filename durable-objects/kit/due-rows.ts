/** Rows that wait in a table with `id`, `body`, `due_at` and `attempts`. Knows SQL; decides nothing. */
import type { EpochMs } from "../../core/time.ts";
import { deleteOverwritten } from "./delete-overwritten.ts";
import type { Shelf, Waiting } from "./drain.ts";

/** A waiting row with its id. */
export type DueRow = Waiting & { readonly id: string | number };

/** The shelf of a drain in a table of SQL. */
export class DueRows<Row extends DueRow> implements Shelf<Row> {
  readonly #sql: SqlStorage;
  readonly #table: string;
  readonly #query: string;
  readonly #holdsTexts: boolean;

  /** `eager`: a row that was never sent may leave before it is due, together with others. `columns`: beside `id`, `body`, `attempts`. `holdsTexts`: people wrote them. */
  constructor(
    sql: SqlStorage,
    table: string,
    { eager = false, columns = [], holdsTexts = false }: { eager?: boolean; columns?: readonly string[]; holdsTexts?: boolean } = {},
  ) {
    this.#sql = sql;
    this.#table = table;
    this.#holdsTexts = holdsTexts;
    const fields = ["id", "body", "attempts", ...columns].join(", ");
    this.#query = `SELECT ${fields} FROM ${table} WHERE ${eager ? "attempts = 0 OR " : ""}due_at <= ? ORDER BY due_at, id LIMIT ?`;
  }

  due(at: EpochMs, limit: number): Row[] {
    return this.#sql.exec(this.#query, at, limit).toArray() as unknown as Row[];
  }

  claim({ id }: Row, until: EpochMs): void {
    this.#sql.exec(`UPDATE ${this.#table} SET due_at = ?, attempts = attempts + 1 WHERE id = ?`, until, id);
  }

  dueAgain({ id }: Row, until: EpochMs): void {
    this.#sql.exec(`UPDATE ${this.#table} SET due_at = ? WHERE id = ?`, until, id);
  }

  remove({ id }: Row): void {
    if (this.#holdsTexts) deleteOverwritten(this.#sql, this.#table, { key: "id", columns: ["body"] }, "id = ?", id);
    else this.#sql.exec(`DELETE FROM ${this.#table} WHERE id = ?`, id);
  }

  /** When the next row is due; null when nothing waits. */
  nextDueAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>(`SELECT MIN(due_at) AS at FROM ${this.#table}`).one().at;
  }
}
