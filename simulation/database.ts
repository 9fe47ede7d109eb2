/** D1 over SQLite, as one caller sees it: it takes its time, and may fail before or after it has written. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Owner } from "./clock.ts";
import type { Dice } from "./dice.ts";
import { Disk, type Row } from "./disk.ts";
import type { Trouble } from "./trouble.ts";

const FOLDER = join(import.meta.dirname, "../migrations");
const MIGRATIONS = readdirSync(FOLDER)
  .sort()
  .map((name) => readFileSync(join(FOLDER, name), "utf8"));

export function freshDatabase(): Disk {
  const disk = new Disk();
  for (const migration of MIGRATIONS) disk.run(`${migration}\n;SELECT 1`, []);
  return disk;
}

type Statement = { readonly query: string; readonly bindings: readonly unknown[] };

export function databaseFor(disk: Disk, owner: Owner, clock: Clock, dice: Dice, trouble: Trouble, rough: number): D1Database {
  const perform = <T>(work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const struck = trouble.strike("database", rough, ["database out of reach", "database answer lost"] as const);
      clock.after(dice.skewed("database/latency", 1, 80), owner, () => {
        if (struck === "database out of reach") return reject(new Error("D1_ERROR: Network connection lost."));
        let result: T;
        try {
          disk.begin();
          result = work();
          disk.commit();
        } catch (error) {
          disk.abort();
          return reject(error);
        }
        if (struck === "database answer lost") return reject(new Error("D1_ERROR: Network connection lost."));
        clock.after(dice.skewed("database/latency", 1, 80), owner, () => resolve(result));
      });
    });
  const run = ({ query, bindings }: Statement): D1Result<Row> => {
    const results = disk.run(query, bindings);
    return { success: true, results, meta: { changes: 0 } } as unknown as D1Result<Row>;
  };
  const prepare = (query: string, bindings: readonly unknown[] = []) => {
    const statement = { query, bindings };
    return {
      ...statement,
      bind: (...given: unknown[]) => prepare(query, given),
      all: () => perform(() => run(statement)),
      run: () => perform(() => run(statement)),
      first: async (column?: string) => {
        const row = (await perform(() => run(statement))).results[0];
        return column === undefined ? (row ?? null) : (row?.[column] ?? null);
      },
      raw: () => perform(() => run(statement).results.map((row) => Object.values(row))),
    };
  };
  return {
    prepare: (query: string) => prepare(query),
    batch: (statements: readonly Statement[]) => perform(() => statements.map(run)),
  } as unknown as D1Database;
}
