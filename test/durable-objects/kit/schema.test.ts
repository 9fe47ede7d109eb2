/** An object's tables: brought up to date step by step, each step once, and made by nothing but a write. */
import { describe, expect, it } from "vitest";
import { isMigrated, migrate, storedRow } from "../../../durable-objects/kit/schema.ts";
import { bareStorage } from "../../support/object-in-node.ts";

const STEPS = ["CREATE TABLE first (id INTEGER)", "CREATE TABLE second (id INTEGER); INSERT INTO second VALUES (7);", "DROP TABLE first"];

describe("the tables of an object", () => {
  it("have the steps that they lack, each once and in order, and say how many they have", () => {
    const { storage, tables, rows } = bareStorage();
    migrate(storage, STEPS.slice(0, 1));
    expect(tables()).toEqual(["first", "schema_version"]);
    for (let n = 0; n < 2; n++) {
      migrate(storage, STEPS.slice(0, 2));
      expect([tables(), rows("SELECT * FROM second")]).toEqual([["first", "schema_version", "second"], [{ id: 7 }]]);
    }
    migrate(storage, STEPS);
    expect([tables(), rows("SELECT * FROM schema_version")]).toEqual([["schema_version", "second"], [{ id: 1, version: 3 }]]);
  });

  it("are touched no more once they are up to date, and are refused by code that is older than they are", () => {
    const { storage, tables, queries } = bareStorage();
    migrate(storage, STEPS.slice(0, 2));
    queries.length = 0;
    migrate(storage, STEPS.slice(0, 2));
    expect(queries.filter((query) => /^(INSERT|UPDATE|DELETE|DROP)/.test(query))).toEqual([]);
    expect(() => migrate(storage, STEPS.slice(0, 1))).toThrow("stored schema version 2 is newer than this code knows (1)");
    expect(tables()).toEqual(["first", "schema_version", "second"]);
  });

  it("have all of their steps or none: a step that fails takes back those before it", () => {
    const { storage, tables } = bareStorage();
    expect(() => migrate(storage, [STEPS[0] ?? "", "CREATE TABLE first (id INTEGER)"])).toThrow();
    expect(tables()).toEqual([]);
    expect(isMigrated(storage.sql)).toBe(false);
  });

  it("are not made by asking for the row that says what the object is about", () => {
    const { storage, tables } = bareStorage();
    const ask = () => storedRow(storage, STEPS, "SELECT id FROM second WHERE id = 7");
    expect([ask(), tables(), isMigrated(storage.sql)]).toEqual([null, [], false]);
    migrate(storage, STEPS.slice(0, 1));
    expect([isMigrated(storage.sql), ask(), tables()]).toEqual([true, { id: 7 }, ["schema_version", "second"]]);
    storage.sql.exec("DELETE FROM second");
    expect(ask()).toBeNull();
  });
});
