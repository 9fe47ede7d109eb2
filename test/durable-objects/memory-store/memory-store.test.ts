/** What a memory store keeps of a person: how much, in which order it is given, what closes what, and when it goes. */
import { expect, it } from "vitest";
import { auditRecord, type RecordsMessage } from "../../../core/audit/record.ts";
import type { Memory } from "../../../core/memory/memory.ts";
import { defineMemoryStore } from "../../../durable-objects/memory-store/memory-store.ts";
import { KEYS } from "../../../simulation/keys.ts";
import { FAR } from "../../support/far.ts";
import { ObjectInNode } from "../../support/object-in-node.ts";

let made = 0;
const recordOf = () =>
  auditRecord({ id: `evt_${made++}`, at: FAR, type: "memory.stored", actor: { type: "user", id: "u" }, action: "a", resource: "r" });
const memory = (id: string, text: string, more: Partial<Memory> = {}): Memory => ({
  ...{ id, subject: "ada", tier: "semantic", text, pinned: false, sensitivity: "internal", source: "person", trust: "trusted" },
  ...{ status: "active", by: { user: "ada", root: null }, createdAt: FAR, updatedAt: FAR, expiresAt: FAR + 1_000_000 },
  ...more,
});
const livesIn = (id: string, object: string, createdAt: number): Memory =>
  memory(id, `I live in ${object}.`, {
    createdAt,
    fact: { subject: "person", predicate: "lives_in", object, confidence: 1, single: true },
  });

function makeStore() {
  const world = {
    now: FAR,
    sent: [] as RecordsMessage[],
    forgotten: [] as string[],
    forget: async (): Promise<void> => undefined,
    sealing: { ...KEYS },
  };
  const object = new ObjectInNode(
    defineMemoryStore(() => ({
      now: () => world.now,
      send: async (message) => void world.sent.push(message),
      forget: async (_org, id) => {
        await world.forget();
        world.forgotten.push(id);
      },
      sealing: { sealingKey: (of) => world.sealing.sealingKey(of), openingKeys: (by) => world.sealing.openingKeys(by) },
    })),
  );
  return {
    world,
    object,
    put: (one: Memory) => object.room.put("org-1", "org-1/A", one, recordOf()),
    ids: async (
      ...[tier = null, query = null, before = null, limit = 99]: [
        ("semantic" | "episodic" | null)?,
        (string | null)?,
        (string | null)?,
        number?,
      ]
    ) => (await object.room.list("ada", tier, query, before, limit)).map(({ id }) => id),
    count: (table: string) => object.rows(`SELECT COUNT(*) AS n FROM ${table}`)[0]?.["n"],
    records: async (): Promise<number> => {
      await object.ring();
      const ids = world.sent.splice(0).flatMap(({ rows }) => rows.map(({ id }) => id));
      await object.room.confirm(ids);
      return ids.length;
    },
  };
}

it("[MEM-10] a store that was only asked, stores nothing", async () => {
  const { world, object } = makeStore();
  for (let life = 0; life < 2; life++) {
    const { room } = object;
    expect([await room.get("m"), await room.list("ada", null, null, null, 9), await room.recall("ada", "tea", 5)]).toEqual([null, [], []]);
    expect([await room.remove("m", recordOf()), await room.erase("ada", FAR), await room.knownFact(livesIn("m", "Oslo", FAR))]).toEqual([
      false,
      0,
      null,
    ]);
    await room.confirm(["x"]);
    await room.alarm();
    expect([object.rows("SELECT name FROM sqlite_master"), object.alarmAt, world.sent]).toEqual([[], null, []]);
    object.die();
  }
});

it("[MEM-23] keeps a thousand of a person, refuses one more without its record, and takes a change of one and others of others", async () => {
  const { object, put, count, records } = makeStore();
  await put(memory("m0", "tea"));
  object.rows(
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998) INSERT INTO memory (id, subject, expires_at, body) SELECT 'x' || i, 'ada', ?, (SELECT body FROM memory) FROM n",
    FAR + 1_000_000,
  );
  expect([await put(memory("m999", "one")), await put(memory("m1000", "one too many")), await put(memory("m0", "coffee"))]).toEqual([
    true,
    false,
    true,
  ]);
  expect([await put(memory("b", "tea", { subject: "bob" })), count("memory"), await records()]).toEqual([true, 1_001, 4]);
  expect((await object.room.get("m0"))?.text).toBe("coffee");
  expect(await object.room.get("m1000")).toBeNull();
});

it("[MEM-24] gives them newest first by tier and page, and by a query the best first", async () => {
  const { put, ids, object } = makeStore();
  for (const [id, text, tier] of [
    ["m1", "Likes green tea.", "semantic"],
    ["m2", "Came on Monday.", "episodic"],
    ["m3", "Likes tea.", "semantic"],
    ["m4", "Bought a coat and green tea.", "episodic"],
  ] as const)
    await put(memory(id, text, { tier }));
  expect([await ids(), await ids("semantic"), await ids("episodic")]).toEqual([
    ["m4", "m3", "m2", "m1"],
    ["m3", "m1"],
    ["m4", "m2"],
  ]);
  expect([await ids(null, null, "m3"), await ids(null, null, null, 2), await ids("semantic", null, "m3", 9)]).toEqual([
    ["m2", "m1"],
    ["m4", "m3"],
    ["m1"],
  ]);
  expect([
    (await ids(null, "green tea")).slice(0, 2).toSorted(),
    (await ids(null, "green tea"))[2],
    await ids(null, "green tea", null, 1),
  ]).toEqual([["m1", "m4"], "m3", ["m4"]]);
  expect([await ids(null, "elephant"), await ids("semantic", "monday")]).toEqual([[], []]);
  expect((await object.room.recall("ada", "monday", 5)).map(({ memory: { id } }) => id)).toEqual(["m2"]);
});

it("[MEM-22] a newer fact closes an older one, which counts again, or is closed by what closed the newer one, when that is forgotten", async () => {
  const { world, put, object, records } = makeStore();
  const standing = async () =>
    Object.fromEntries((await object.room.list("ada", null, null, null, 9)).map((one) => [one.id, [one.supersededBy, one.closedAt]]));
  await put(memory("m0", "Likes tea."));
  await put(livesIn("m1", "Oslo", FAR));
  world.now = FAR + 5;
  await put(livesIn("m2", "Rome", FAR + 1));
  expect(await standing()).toEqual({ m0: [undefined, undefined], m1: ["m2", FAR + 5], m2: [undefined, undefined] });
  expect((await object.room.knownFact(livesIn("x", "Rome", FAR + 9)))?.id).toBe("m2");
  expect(await object.room.knownFact(livesIn("x", "Bern", FAR + 9))).toBeNull();
  world.now = FAR + 7;
  await put(livesIn("m4", "Paris", FAR + 3));
  await put(livesIn("m3", "Bern", FAR + 2)); // told late: it is closed as it comes
  expect(await standing()).toMatchObject({ m1: ["m2", FAR + 5], m2: ["m4", FAR + 7], m3: ["m4", FAR + 7], m4: [undefined, undefined] });
  await records();
  expect([await object.room.remove("m2", recordOf()), await object.room.remove("m2", recordOf()), await records()]).toEqual([
    true,
    false,
    1,
  ]);
  expect(await standing()).toEqual({ m0: [undefined, undefined], m1: ["m4", FAR + 7], m3: ["m4", FAR + 7], m4: [undefined, undefined] });
  expect(await object.room.remove("m4", recordOf())).toBe(true);
  expect(await standing()).toEqual({ m0: [undefined, undefined], m1: [undefined, undefined], m3: [undefined, undefined] });
});

it("[MEM-3] what is over is shown no more from that millisecond on, and goes fifty at a time, its values in the vault first", async () => {
  const { world, object, put, ids, count, records } = makeStore();
  await put(memory("long", "tea", { expiresAt: FAR + 9_000_000 }));
  for (let n = 0; n < 55; n++) await put(memory(`m${n}`, "tea", { expiresAt: FAR + 100 }));
  await records();
  expect(object.alarmAt).toBe(FAR + 100);
  world.now = FAR + 99;
  expect([(await ids()).length, (await object.room.get("m0"))?.id]).toEqual([56, "m0"]);
  world.now = FAR + 100;
  expect([await ids(), await object.room.get("m0"), await object.room.remove("m0", recordOf())]).toEqual([["long"], null, false]);
  world.forget = () => Promise.reject(new Error("the vault is away"));
  await expect(object.ring()).rejects.toThrow("away");
  expect(count("memory")).toBe(56);
  world.forget = async () => undefined;
  await object.ring();
  expect([count("memory"), world.forgotten.length, object.alarmAt]).toEqual([6, 50, world.now + 1]);
  object.die();
  await object.ring();
  expect([count("memory"), object.alarmAt]).toEqual([1, FAR + 9_000_000]);
});

it("[MEM-10] an erasure takes what one person had up to a time, and tells how many those were", async () => {
  const { object, put, ids, count } = makeStore();
  await put(memory("m1", "tea", { createdAt: FAR }));
  await put(memory("m2", "tea", { createdAt: FAR + 1, sensitivity: "restricted" }));
  await put(memory("m3", "tea", { createdAt: FAR + 2 }));
  await put(memory("b", "tea", { subject: "bob" }));
  expect([await object.room.erase("ada", FAR - 1), await object.room.erase("ada", FAR + 1), await ids(), count("memory")]).toEqual([
    0,
    2,
    ["m3"],
    2,
  ]);
});

it("[SEAL-15] a restricted memory lies sealed, an open one does not, and one whose key is destroyed is not there", async () => {
  const { world, object, put, ids } = makeStore();
  await put(memory("m1", "open"));
  await put(memory("m2", "a secret", { sensitivity: "restricted" }));
  expect(
    object
      .rows<{ body: string }>("SELECT body FROM memory ORDER BY id")
      .map(({ body }) => [body.includes("sealed:1:"), body.includes("a secret")]),
  ).toEqual([
    [false, false],
    [true, false],
  ]);
  object.die();
  expect([await ids(), (await object.room.get("m2"))?.text]).toEqual([["m2", "m1"], "a secret"]);
  world.sealing.openingKeys = async (by) => by.map(() => null);
  object.die();
  expect([await ids(), await object.room.get("m2"), (await object.room.get("m1"))?.text]).toEqual([["m1"], null, "open"]);
});
