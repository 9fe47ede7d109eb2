/** `DurableObjectStorage` of one life over its object's disk: before and after every call the life may end. */
import type { Disk, Row } from "./disk.ts";
import type { Life } from "./life.ts";

class Cursor {
  readonly rowsRead: number;
  readonly rowsWritten = 0;
  readonly #rows: readonly Row[];

  constructor(rows: readonly Row[]) {
    this.#rows = rows;
    this.rowsRead = rows.length;
  }

  get columnNames(): string[] {
    return Object.keys(this.#rows[0] ?? {});
  }

  toArray(): Row[] {
    return [...this.#rows];
  }

  one(): Row {
    const [row] = this.#rows;
    if (row === undefined || this.#rows.length !== 1)
      throw new Error(`expected exactly one result from SQL query, but got ${this.#rows.length}`);
    return row;
  }

  *raw(): Generator<SqlStorageValue[]> {
    for (const row of this.#rows) yield Object.values(row);
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.#rows[Symbol.iterator]();
  }
}

const READS = /^\s*(SELECT|WITH|EXPLAIN|PRAGMA)\b/i;

export function storageOf(life: Life): DurableObjectStorage {
  const { disk } = life;
  let depth = 0;

  /** Writes of one synchronous run become durable together when it is over. */
  const open = (): void => {
    if (!disk.begin()) return;
    queueMicrotask(() => {
      if (life.dead || life.outdated || !disk.isOpen) return;
      try {
        life.point("commit");
      } catch {
        return;
      }
      disk.commit();
    });
  };

  const exec = (query: string, ...bindings: unknown[]): Cursor => {
    life.point("sql");
    if (!READS.test(query)) open();
    const rows = disk.run(query, bindings);
    life.point("sql:done");
    return new Cursor(rows);
  };

  const setAlarm = (at: number | Date | null): void => {
    open();
    disk.alarm = at === null ? null : { at: Number(at), retry: 0 };
  };

  const storage = {
    sql: {
      exec,
      get databaseSize() {
        return 4096;
      },
    },
    transactionSync<T>(work: () => T): T {
      life.point("transaction");
      open();
      depth++;
      disk.savepoint("SAVEPOINT", depth);
      try {
        const result = work();
        life.point("transaction:done");
        disk.savepoint("RELEASE", depth);
        return result;
      } catch (error) {
        if (!life.dead && !life.outdated) {
          disk.savepoint("ROLLBACK TO", depth);
          disk.savepoint("RELEASE", depth);
        }
        throw error;
      } finally {
        depth--;
      }
    },
    async setAlarm(at: number | Date) {
      life.point("alarm.set");
      setAlarm(at);
      life.point("alarm.set:done");
    },
    async deleteAlarm() {
      life.point("alarm.delete");
      setAlarm(null);
      life.point("alarm.delete:done");
    },
    async getAlarm() {
      life.point("alarm.get");
      return disk.alarm?.at ?? null;
    },
    async sync() {
      life.point("sync");
    },
    async deleteAll() {
      life.point("delete-all");
      open();
      for (const { name } of disk.run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", []))
        disk.run(`DROP TABLE "${String(name)}"`, []);
      disk.alarm = null; // compatibility date 2026-02-24
    },
  };
  return storage as unknown as DurableObjectStorage;
}

/** The same disk for somebody who only looks: no point, no transaction, no alarm. */
export function readOnly(disk: Disk): DurableObjectStorage {
  const storage = {
    sql: { exec: (query: string, ...bindings: unknown[]) => new Cursor(disk.run(query, bindings)) },
    transactionSync: <T>(work: () => T): T => work(),
  };
  return storage as unknown as DurableObjectStorage;
}
