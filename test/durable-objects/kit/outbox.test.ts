/** Records that wait in an object's table: what leaves when, and what stays until it is confirmed. */
import { beforeEach, describe, expect, it } from "vitest";
import type { RecordsMessage } from "../../../core/audit/record.ts";
import { auditRecord } from "../../../core/audit/record.ts";
import { DueRows } from "../../../durable-objects/kit/due-rows.ts";
import { OUTBOX_SCHEMA, Outbox } from "../../../durable-objects/kit/outbox.ts";
import { recordsAttempts } from "../../../durable-objects/kit/records-drain.ts";
import { bareStorage } from "../../support/object-in-node.ts";

const NOW = 1_000_000;
const SOURCE = { kind: "sessions", id: "s" } as const;
let db = bareStorage();
let now = NOW;
beforeEach(() => {
  db = bareStorage();
  now = NOW;
  db.storage.sql.exec(OUTBOX_SCHEMA);
});

const rowOf = (id: string) => ({
  id,
  records: [auditRecord({ id, at: NOW, type: "t", actor: { type: "user", id: "u" }, action: "a", resource: "r" })],
});

describe("an outbox", () => {
  it("[LOAD-3] sends at once what was never sent, later what nobody confirmed, and nothing that was confirmed", async () => {
    const outbox = new Outbox(db.storage.sql, "org-1", SOURCE);
    const sent: RecordsMessage[] = [];
    const flush = async (at: number): Promise<string[]> => {
      now = at;
      await outbox.flush(
        async (message) => void sent.push(message),
        () => now,
      );
      return sent.splice(0).flatMap((message) => {
        expect(message).toMatchObject({ v: 1, org: "org-1", source: SOURCE });
        return message.rows.map(({ id }) => id);
      });
    };
    expect(outbox.nextDueAt()).toBeNull();
    outbox.put(rowOf("a"), NOW);
    outbox.put(rowOf("b"), NOW + 60_000);
    expect(outbox.nextDueAt()).toBe(NOW);
    expect(await flush(NOW)).toEqual(["a", "b"]);
    expect(outbox.nextDueAt()).toBe(NOW + 15_000);
    outbox.confirm(["b", "x"]);
    expect([await flush(NOW + 14_999), await flush(NOW + 15_000)]).toEqual([[], ["a"]]);
    expect([outbox.nextDueAt(), await flush(NOW + 44_999), await flush(NOW + 45_000)]).toEqual([NOW + 45_000, [], ["a"]]);
    outbox.confirm(["a"]);
    expect([outbox.nextDueAt(), await flush(NOW + 10 ** 9)]).toEqual([null, []]);
  });

  it("[LOAD-3] keeps what the queue did not take", async () => {
    const outbox = new Outbox(db.storage.sql, "org-1", SOURCE);
    outbox.put(rowOf("a"), NOW);
    await outbox.flush(
      () => Promise.reject(new Error("full")),
      () => NOW + 50,
    );
    expect(outbox.nextDueAt()).toBe(NOW + 50 + 15_000);
  });

  it("[LOAD-3] takes a row that nobody counted for as old as it is", () => {
    expect([-5, 0, 14_999, 15_000, 44_999, 45_000].map(recordsAttempts)).toEqual([0, 0, 0, 1, 1, 2]);
  });
});

describe("rows that wait", () => {
  const put = (id: string, dueAt: number, attempts = 0): void =>
    void db.storage.sql.exec("INSERT INTO outbox (id, body, due_at, attempts) VALUES (?, ?, ?, ?)", id, `text of ${id}`, dueAt, attempts);

  it("leave when they are due, in that order, and one that was never sent may leave before", () => {
    for (const [id, dueAt, attempts] of [
      ["late", NOW + 1, 0],
      ["second", NOW, 1],
      ["first", NOW - 1, 1],
      ["again", NOW + 1, 1],
    ] as const)
      put(id, dueAt, attempts);
    const due = (eager?: boolean) =>
      new DueRows(db.storage.sql, "outbox", eager === undefined ? {} : { eager }).due(NOW, 3).map(({ id }) => id);
    expect([due(), due(true)]).toEqual([
      ["first", "second"],
      ["first", "second", "late"],
    ]);
  });

  it("count an attempt with each claim and none with a new time, and are written over only where they hold texts", () => {
    const rows = new DueRows(db.storage.sql, "outbox");
    for (const id of ["plain", "text"]) put(id, NOW);
    const [row = { id: "", body: "", attempts: 0 }] = rows.due(NOW, 1);
    rows.claim(row, NOW + 5);
    rows.dueAgain(row, NOW + 3);
    expect(db.rows("SELECT due_at, attempts FROM outbox WHERE id = 'plain'")).toEqual([{ due_at: NOW + 3, attempts: 1 }]);
    db.queries.length = 0;
    rows.remove({ id: "plain", body: "", attempts: 0 });
    expect(db.queries.filter((query) => query.startsWith("UPDATE"))).toEqual([]);
    new DueRows(db.storage.sql, "outbox", { holdsTexts: true }).remove({ id: "text", body: "", attempts: 0 });
    expect(db.queries.filter((query) => query.startsWith("UPDATE"))).toHaveLength(1);
    expect([db.rows("SELECT * FROM outbox"), rows.nextDueAt()]).toEqual([[], null]);
  });
});
