import { env } from "cloudflare:workers";
import { getTableConfig, type SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as schema from "../../../workers/store/schema.ts";

const tables = Object.values(schema) as SQLiteTable[];
const pragma = async (text: string): Promise<Record<string, unknown>[]> => (await env.DB.prepare(`PRAGMA ${text}`).all()).results;

/** What the migrations built, and what the code believes. */
async function built(table: string) {
  const columns = (await pragma(`table_info(${table})`)).map((column) => ({
    name: column.name,
    type: column.type,
    required: column.notnull === 1,
    key: column.pk,
  }));
  const indexes = [];
  for (const index of await pragma(`index_list(${table})`)) {
    if (index.origin !== "c") continue; // those of the primary key are no indexes of ours
    const on = (await pragma(`index_info(${index.name})`)).map((column) => column.name ?? "?"); // an expression has no name
    indexes.push({ name: index.name, unique: index.unique === 1, on });
  }
  return { columns, indexes: indexes.sort((a, b) => String(a.name).localeCompare(String(b.name))) };
}

function believed(table: SQLiteTable) {
  const config = getTableConfig(table);
  const composite = config.primaryKeys[0]?.columns.map((column) => column.name) ?? [];
  const columns = config.columns.map((column) => ({
    name: column.name,
    type: column.getSQLType().toUpperCase(),
    required: column.notNull,
    key: column.primary ? 1 : composite.indexOf(column.name) + 1,
  }));
  const indexes = config.indexes.map(({ config: index }) => ({
    name: index.name,
    unique: index.unique,
    on: index.columns.map((column) => ("name" in column ? column.name : "?")),
  }));
  return { columns, indexes: indexes.sort((a, b) => a.name.localeCompare(b.name)) };
}

describe("the schema", () => {
  it.each(tables.map((table) => [getTableConfig(table).name, table] as const))(
    "says of %s what the migrations built",
    async (name, table) => {
      const actual = await built(name);
      expect(actual.columns.length).toBeGreaterThan(0);
      expect(actual).toEqual(believed(table));
    },
  );

  it("has a place for nothing that only looks like a key", () => {
    expect(getTableConfig(schema.apiKeys).columns.map((column) => column.name)).not.toContain("key");
  });
});
