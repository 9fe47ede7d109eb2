/** What is left in a file of SQLite after texts are deleted, in the SQLite of Node, whose files can be read. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, it } from "vitest";
import { deleteOverwritten, overwrite } from "../../../durable-objects/kit/delete-overwritten.ts";

const folder = mkdtempSync(join(tmpdir(), "overwritten-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with one row of each size: one that fits a page, and one that runs over into others. */
function opened(name: string, primary: string) {
  const path = join(folder, name);
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = DELETE; CREATE TABLE memory (id TEXT PRIMARY KEY, at INTEGER, body TEXT, note TEXT) ${primary};`);
  const put = db.prepare("INSERT INTO memory VALUES (?, ?, ?, ?)");
  put.run("short", 1, JSON.stringify({ text: "she lives in Bergstraße", at: 1 }), null);
  put.run("long", 2, JSON.stringify({ text: `${"x".repeat(9_000)} his doctor is Meier ${"y".repeat(9_000)}`, at: 2 }), "calls at night");
  put.run("kept", 3, JSON.stringify({ text: "likes tea", at: 3 }), "no sugar");
  const run = {
    exec(query: string, ...bindings: (string | number)[]) {
      const rows = db.prepare(query).all(...bindings);
      return { toArray: () => rows };
    },
  } as unknown as SqlStorage;
  const holds = (text: string): boolean => readFileSync(path).includes(Buffer.from(text));
  return { db, run, holds };
}
const TEXTS = { key: "id", columns: ["body", "note"] };
const OLD = "json_extract(body, '$.at') <= ?";

it.each([
  ["by row number", ""],
  ["by key", "WITHOUT ROWID"],
])("[RIGHTS-6] texts that are deleted are gone from the file, where a plain deletion leaves them (rows %s)", (name, primary) => {
  const plain = opened(`plain-${name}`, primary);
  plain.db.prepare(`DELETE FROM memory WHERE ${OLD}`).run(2);
  expect(plain.holds("his doctor is Meier")).toBe(true);

  const { run, holds, db } = opened(`over-${name}`, primary);
  expect(["Bergstraße", "his doctor is Meier", "calls at night"].map(holds)).toEqual([true, true, true]);
  expect(deleteOverwritten(run, "memory", TEXTS, OLD, 2)).toBe(2);
  expect(["Bergstraße", "his doctor is Meier", "calls at night"].map(holds)).toEqual([false, false, false]);
  expect(db.prepare("SELECT id, note FROM memory").all()).toEqual([{ id: "kept", note: "no sugar" }]);
  expect(deleteOverwritten(run, "memory", TEXTS, OLD, 2)).toBe(0);
});

it("[RIGHTS-6] a text that another one replaces is gone from the file", () => {
  const { run, holds, db } = opened("replaced", "");
  overwrite(run, "memory", ["body"], "id = ?", "long");
  db.prepare("UPDATE memory SET body = 'short now' WHERE id = 'long'").run();
  expect([holds("his doctor is Meier"), holds("short now"), holds("likes tea")]).toEqual([false, true, true]);
});

it("[RIGHTS-6] where nothing is found nothing is written", () => {
  const asked: string[] = [];
  const sql = {
    exec: (query: string) => {
      asked.push(query);
      return { toArray: () => [] };
    },
  } as unknown as SqlStorage;
  expect([deleteOverwritten(sql, "memory", TEXTS, OLD, 2), asked.length]).toEqual([0, 1]);
});
