import { describe, expect, it } from "vitest";
import { RESEND_AFTER_MS } from "../../../workers/store/outbox.ts";
import { definitionOf, keyOf, manifestOf, modelOf, recordOf, routeOf, rowsOf, storeWorld, type World } from "./support.ts";

const CHANGES: { readonly [what: string]: { table: string; change: (world: World, org: string) => Promise<unknown> } } = {
  "a key": { table: "api_keys", change: ({ store }, org) => store.keys.create(keyOf(org), recordOf("key.created")) },
  "a workflow": {
    table: "workflows",
    change: ({ store }, org) => store.workflows.put(org, definitionOf("w"), "d", () => recordOf("workflow.created")),
  },
  "a tool": { table: "tools", change: ({ store }, org) => store.tools.put(org, manifestOf("t"), () => recordOf("tool.created")) },
  "a model": { table: "models", change: ({ store }, org) => store.models.put(org, modelOf("a/b-1"), recordOf("model.created")) },
  "a route": { table: "routes", change: ({ store }, org) => store.routes.put(org, routeOf("classify"), recordOf("route.set")) },
  "a secret": {
    table: "secrets",
    change: ({ store }, org) => store.secrets.put(org, "s", "sealed", ["a.example"], recordOf("secret.created")),
  },
};

/** The same database, in which every write to one table fails. */
async function failing(db: D1Database, table: string, work: () => Promise<void>): Promise<void> {
  for (const verb of ["INSERT", "UPDATE"])
    await db.prepare(`CREATE TRIGGER refuse_${verb} BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'planted'); END`).run();
  try {
    await work();
  } finally {
    for (const verb of ["INSERT", "UPDATE"]) await db.prepare(`DROP TRIGGER refuse_${verb}`).run();
  }
}

describe("records and what they tell of", () => {
  it.each(Object.entries(CHANGES))("[STORE-3] %s and its record are there together", async (what, { table, change }) => {
    const world = storeWorld();
    const org = `both-${what.slice(2)}`;
    await change(world, org);
    expect(await rowsOf(world.db, table, org)).toHaveLength(1);
    expect(await rowsOf(world.db, "audit_outbox", org)).toHaveLength(1);
    expect(world.sent).toMatchObject([{ v: 1, org, source: { kind: "store" }, rows: [{ records: [{ action: expect.any(String) }] }] }]);
  });

  it.each(Object.entries(CHANGES))("[STORE-3] %s that cannot be stored leaves no record", async (what, { table, change }) => {
    const world = storeWorld();
    const org = `norow-${what.slice(2)}`;
    await failing(world.db, table, async () => {
      await expect(change(world, org)).rejects.toThrow();
    });
    expect(await rowsOf(world.db, table, org)).toEqual([]);
    expect(await rowsOf(world.db, "audit_outbox", org)).toEqual([]);
    expect(world.sent).toEqual([]);
  });

  it.each(Object.entries(CHANGES))("[STORE-3] %s whose record cannot be stored is not changed", async (what, { table, change }) => {
    const world = storeWorld();
    const org = `norecord-${what.slice(2)}`;
    await failing(world.db, "audit_outbox", async () => {
      await expect(change(world, org)).rejects.toThrow();
    });
    expect(await rowsOf(world.db, table, org)).toEqual([]);
    expect(world.sent).toEqual([]);
  });

  it("[STORE-3] a key is revoked with its record, once", async () => {
    const world = storeWorld();
    const key = keyOf("revoke");
    await world.store.keys.create(key, recordOf("key.created"));
    const revoke = () => world.store.keys.revoke("revoke", key.id, world.at, recordOf("key.revoked"));
    await failing(world.db, "api_keys", async () => {
      await expect(revoke()).rejects.toThrow();
    });
    expect(await rowsOf(world.db, "audit_outbox", "revoke")).toHaveLength(1);
    const answers = await Promise.all([revoke(), revoke(), revoke()]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await rowsOf(world.db, "audit_outbox", "revoke")).toHaveLength(2);
    expect(await world.store.keys.revoke("elsewhere", key.id, world.at, recordOf("key.revoked"))).toBe(false);
    expect(await rowsOf(world.db, "audit_outbox", "elsewhere")).toEqual([]);
  });
});

describe("the way of records to the queue", () => {
  it("[STORE-4] a queue that is down loses nothing: the sweep sends until it is confirmed", async () => {
    const world = storeWorld();
    await world.db.exec("DELETE FROM audit_outbox");
    world.queueDown = true;
    const record = recordOf("run.exported");
    await world.store.audit.record("sweep", record);
    world.queueDown = false;

    world.at += RESEND_AFTER_MS - 1;
    expect((await world.store.sweepOutbox()).resent).toBe(0);
    world.at += 1;
    expect((await world.store.sweepOutbox()).resent).toBe(1);
    expect(world.sent).toEqual([
      { v: 1, org: "sweep", source: { kind: "store", id: "store" }, rows: [{ id: record.event_id, records: [record] }] },
    ]);
    expect((await world.store.sweepOutbox()).resent).toBe(0);
    world.at += RESEND_AFTER_MS;
    expect((await world.store.sweepOutbox()).resent).toBe(1);

    await world.store.confirmRecords([record.event_id]);
    await world.store.confirmRecords([]);
    world.at += RESEND_AFTER_MS;
    expect((await world.store.sweepOutbox()).resent).toBe(0);
    expect(await rowsOf(world.db, "audit_outbox", "sweep")).toEqual([]);
  });

  it("a sweep sends the rows of each org apart, in messages that a queue takes", async () => {
    const world = storeWorld();
    await world.db.exec("DELETE FROM audit_outbox");
    world.queueDown = true;
    const big = { text: "x".repeat(20_000) };
    for (const org of ["big-a", "big-b"]) for (let n = 0; n < 4; n++) await world.store.audit.record(org, { ...recordOf("e"), data: big });
    world.queueDown = false;
    world.at += RESEND_AFTER_MS;
    expect((await world.store.sweepOutbox()).resent).toBe(8);
    expect(world.sent.length).toBeGreaterThan(1);
    expect(world.sent.every((message) => JSON.stringify(message).length < 128_000)).toBe(true);
    const rowsFor = (org: string) => world.sent.filter((message) => message.org === org).flatMap((message) => message.rows).length;
    expect([rowsFor("big-a"), rowsFor("big-b")]).toEqual([4, 4]);
  });
});
