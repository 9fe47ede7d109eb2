/** Which notices that wait are about the same thing. */
import { expect, it } from "vitest";
import { waitingAbout } from "../../../durable-objects/kit/same-thing.ts";
import { bareStorage } from "../../support/object-in-node.ts";

it("[NOTICE-16] those with the same `dedup` are, but for the notice itself, and one without is looked for nowhere", () => {
  const { storage, queries } = bareStorage();
  storage.sql.exec("CREATE TABLE notice (id TEXT PRIMARY KEY, body TEXT NOT NULL)");
  for (const [id, dedup] of Object.entries({ a: "x", b: "x", c: "y", d: undefined }))
    storage.sql.exec("INSERT INTO notice (id, body) VALUES (?, ?)", id, JSON.stringify({ notice: { id, dedup } }));
  expect([waitingAbout(storage.sql, { id: "a", dedup: "x" }), waitingAbout(storage.sql, { id: "new", dedup: "x" })]).toEqual([
    ["b"],
    ["a", "b"],
  ]);
  queries.length = 0;
  expect([waitingAbout(storage.sql, { id: "e" }), queries]).toEqual([[], []]);
});
