/**
 * D1, read through drizzle's typed builder and written in batches. A batch is one transaction, and the only one there is: D1
 * refuses `BEGIN`.
 */
import { type SQL, sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";

/** D1 through drizzle, and batches of statements. */
export type Database = {
  readonly typed: DrizzleD1Database;
  /** All statements or none; the answers in their order. */
  batch(statements: readonly SQL[]): Promise<readonly D1Result<Record<string, unknown>>[]>;
};

/** Holds in every row: a statement without a condition. */
export const ALWAYS = sql`1 = 1`;

/** Wraps the binding; opens no connection. */
export function openDatabase(d1: D1Database): Database {
  const dialect = new SQLiteAsyncDialect();
  const prepare = (statement: SQL): D1PreparedStatement => {
    const query = dialect.sqlToQuery(statement);
    return d1.prepare(query.sql).bind(...query.params);
  };
  return {
    typed: drizzle(d1),
    batch: (statements) => d1.batch(statements.map(prepare)),
  };
}

/** True when the statement wrote a row. */
export const wrote = (result: D1Result<unknown> | undefined): boolean => (result?.meta.changes ?? 0) > 0;
