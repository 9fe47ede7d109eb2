/**
 * What an object has stored: SQLite and one alarm. It outlives the object's lives. Writes of one synchronous run are one
 * transaction, and what the object says to others meanwhile is held until it is committed, as the platform's output gate does
 * (docs/simulation.md, "Storage").
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { EpochMs } from "../core/time.ts";

export type Alarm = { readonly at: EpochMs; readonly retry: number };
export type Row = Record<string, SqlStorageValue>;

type Open = { readonly alarm: Alarm | null; readonly held: (() => void)[] };

export class Disk {
  readonly #database = new DatabaseSync(":memory:");
  readonly #statements = new Map<string, StatementSync>();
  alarm: Alarm | null = null;
  #open: Open | null = null;
  /** Hears of every commit. */
  committed: () => void = () => {};

  /** True while writes wait for their commit. */
  get isOpen(): boolean {
    return this.#open !== null;
  }

  begin(): boolean {
    if (this.#open !== null) return false;
    this.#open = { alarm: this.alarm, held: [] };
    this.#database.exec("BEGIN");
    return true;
  }

  commit(): void {
    const open = this.#open;
    if (open === null) return;
    this.#database.exec("COMMIT");
    this.#open = null;
    this.committed();
    for (const work of open.held) work();
  }

  /** The object died before its writes were durable: they never were, and what it said meanwhile was never heard. */
  abort(): void {
    const open = this.#open;
    if (open === null) return;
    this.#database.exec("ROLLBACK");
    this.alarm = open.alarm;
    this.#open = null;
  }

  /** At once when nothing waits for a commit, else with the commit. */
  afterCommit(work: () => void): void {
    if (this.#open === null) work();
    else this.#open.held.push(work);
  }

  savepoint(word: "SAVEPOINT" | "RELEASE" | "ROLLBACK TO", depth: number): void {
    this.#database.exec(`${word} s${depth}`);
  }

  run(query: string, bindings: readonly unknown[]): Row[] {
    if (bindings.length === 0 && /;\s*\S/.test(query)) {
      this.#database.exec(query);
      return [];
    }
    let statement = this.#statements.get(query);
    if (statement === undefined) {
      statement = this.#database.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement.all(...boundTo(query, bindings)) as Row[];
  }

  close(): void {
    this.#database.close();
  }
}

type Bound = Parameters<StatementSync["all"]>;

/** Numbered parameters have names for SQLite: `?2` is bound by its name. */
function boundTo(query: string, bindings: readonly unknown[]): Bound {
  const plain = bindings.map((value) => (typeof value === "boolean" ? Number(value) : value === undefined ? null : value));
  if (!/\?\d/.test(query)) return plain as unknown as Bound;
  const named = plain.flatMap((value, index) => (query.includes(`?${index + 1}`) ? [[`?${index + 1}`, value] as const] : []));
  return [Object.fromEntries(named)] as unknown as Bound;
}
