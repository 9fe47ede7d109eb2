/** What an org remembers of a part of its people, in its object: of each person alone, bounded, and gone when its time is over. */
import { abortAllDurableObjects, env, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, expect, it } from "vitest";
import { mintId } from "../../../core/ids.ts";
import type { Memory } from "../../../core/memory/memory.ts";
import { memoryStoreOf } from "../../../durable-objects/memory-store/stub.ts";
import { vaultOf } from "../../../durable-objects/vault/stub.ts";
import { FAR } from "../../support/far.ts";
import { vaultSealing } from "../../support/worlds/sealing.ts";
import { memoryStoreWorld } from "../../support/worlds.ts";

let name: string;
let now = FAR;
let forgotten: string[] = [];
let made = 0;
const store = () => memoryStoreOf(env.MEMORY_STORE, name);
const random = () => crypto.getRandomValues(new Uint8Array(10));
const record = () => ({ event_id: mintId("evt", FAR, random()) }) as never;
const memory = (text: string, more: Partial<Memory> = {}): Memory => ({
  ...{ id: mintId("mem", FAR + ++made, random()), subject: "ada", tier: "semantic", text, pinned: false, sensitivity: "internal" },
  ...{ source: "person", trust: "trusted", status: "active", by: { user: "ada", root: null } },
  ...{ createdAt: FAR + made, updatedAt: FAR, expiresAt: FAR + 86_400_000 },
  ...more,
});
const put = (one: Memory) => store().put("acme", name, one, record());
const texts = async (subject = "ada") => (await store().list(subject, null, null, null, 10)).map(({ text }) => text);

beforeEach(() => {
  name = `acme/${crypto.randomUUID()}`;
  [now, forgotten] = [FAR, []];
  memoryStoreWorld.now = () => now;
  memoryStoreWorld.send = async () => undefined;
  memoryStoreWorld.sealing = { ...vaultSealing };
  memoryStoreWorld.forget = async (_org, id) => void forgotten.push(id);
});

describe("the memory store", () => {
  it("[RIGHTS-6] has to write over what it deletes: an object may not set `secure_delete`", async () => {
    await put(memory("prefers tea"));
    const refused = await runInDurableObject(env.MEMORY_STORE.getByName(name), (_room, { storage }) => {
      try {
        return String(storage.sql.exec("PRAGMA secure_delete = ON").toArray().length);
      } catch (error) {
        return String(error);
      }
    });
    expect(refused).toContain("not authorized");
  });

  it("[MEM-10] stores nothing when it is only asked, and keeps what is remembered of one person from another", async () => {
    expect([await texts(), await store().get("mem_x"), await store().recall("ada", "tea", 5), await store().erase("ada", FAR)]).toEqual([
      [],
      null,
      [],
      0,
    ]);
    expect(await runInDurableObject(env.MEMORY_STORE.getByName(name), (_room, { storage }) => storage.sql.databaseSize)).toBeLessThan(
      8_192,
    );
    await put(memory("Likes tea."));
    await put(memory("Likes tea too.", { subject: "bob" }));
    expect([await texts(), (await store().recall("bob", "tea", 5)).map(({ memory: { text } }) => text)]).toEqual([
      ["Likes tea."],
      ["Likes tea too."],
    ]);
  });

  it("[MEM-3] shows nothing from its end on, and an alarm removes it with its values, also after a death in the middle", async () => {
    const brief = memory("Short.", { expiresAt: FAR + 1_000 });
    await put(brief);
    await put(memory("Long."));
    now += 1_000;
    expect([await texts(), await store().get(brief.id)]).toEqual([["Long."], null]);
    memoryStoreWorld.forget = async () => Promise.reject(new Error("out of reach"));
    await runDurableObjectAlarm(env.MEMORY_STORE.getByName(name)).catch(() => undefined);
    await abortAllDurableObjects();
    memoryStoreWorld.forget = async (_org, id) => void forgotten.push(id);
    await runDurableObjectAlarm(env.MEMORY_STORE.getByName(name));
    const rows = await runInDurableObject(
      env.MEMORY_STORE.getByName(name),
      (_room, { storage }) => storage.sql.exec("SELECT id FROM memory").toArray().length,
    );
    expect([forgotten, rows]).toEqual([[brief.id], 1]);
  });

  it("[MEM-6] closes an older fact in the transaction of the newer one, and a released one by its time", async () => {
    const fact = (object: string) => ({
      fact: { subject: "person" as const, predicate: "lives_in", object, confidence: 0.9, single: true },
    });
    const [bern, ulm, old] = [
      memory("Bern.", fact("Bern")),
      memory("Ulm.", fact("Ulm")),
      memory("Rome.", { ...fact("Rome"), createdAt: FAR, status: "quarantined" }),
    ];
    for (const one of [bern, old, ulm]) await put(one);
    const closing = async (id: string) => (await store().get(id))?.supersededBy;
    expect([await closing(bern.id), await closing(ulm.id), await closing(old.id)]).toEqual([ulm.id, undefined, undefined]);
    await put({ ...old, status: "active" });
    expect([await closing(old.id), await closing(ulm.id)]).toEqual([ulm.id, undefined]);
    expect((await store().knownFact(memory("Ulm!", fact("ulm"))))?.id).toBe(ulm.id);
    expect((await store().recall("ada", "Bern Ulm Rome", 5)).map(({ memory: { id } }) => id)).toEqual([ulm.id]);
  });

  it("[MEM-6] lets a fact count again when what closed it is forgotten, and hands on who closes it", async () => {
    const fact = (object: string) => ({
      fact: { subject: "person" as const, predicate: "lives_in", object, confidence: 0.9, single: true },
    });
    const [rome, oslo, bern] = [memory("Rome.", fact("Rome")), memory("Oslo.", fact("Oslo")), memory("Bern.", fact("Bern"))];
    for (const one of [rome, oslo, bern]) await put(one);
    const closing = async (id: string) => (await store().get(id))?.supersededBy;
    expect([await closing(rome.id), await closing(oslo.id)]).toEqual([oslo.id, bern.id]);
    await store().remove(oslo.id, record());
    expect(await closing(rome.id)).toBe(bern.id);
    await store().remove(bern.id, record());
    expect(await closing(rome.id)).toBeUndefined();
    expect((await store().recall("ada", "Rome", 5)).map(({ memory: { id } }) => id)).toEqual([rome.id]);
  });

  it("[MEM-4] erases what is remembered of a person up to a time, and nobody else's", async () => {
    const [first, second] = [memory("First."), memory("Second.")];
    for (const one of [first, second, memory("Bob's.", { subject: "bob" })]) await put(one);
    expect(await store().erase("ada", first.createdAt)).toBe(1);
    expect([await texts(), await texts("bob")]).toEqual([["Second."], ["Bob's."]]);
  });

  it("[MEM-23] says whether it stored, changed and removed: a thousand of a person at most, and a change of one is always possible", async () => {
    const first = memory("First.");
    expect(await put(first)).toBe(true);
    await runInDurableObject(env.MEMORY_STORE.getByName(name), (_room, { storage }) => {
      const others = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998)";
      storage.sql.exec(
        `${others} INSERT INTO memory (id, subject, expires_at, body) SELECT 'old' || i, 'ada', ?, body FROM n, memory WHERE memory.id = ?`,
        first.expiresAt,
        first.id,
      );
    });
    const last = memory("The thousandth.");
    expect([await put(last), await put(memory("One more.")), await put(memory("Bob's.", { subject: "bob" }))]).toEqual([true, false, true]);
    expect(await put({ ...last, text: "Changed." })).toBe(true);
    expect((await store().get(last.id))?.text).toBe("Changed.");
    expect([await store().remove(last.id, record()), await store().remove(last.id, record())]).toEqual([true, false]);
    expect(await put(memory("Room again."))).toBe(true);
  });

  it("[MEM-24] lists by tier, page and words: newest first, or best first", async () => {
    const ids: string[] = [];
    for (const one of [
      memory("Likes green tea."),
      memory("Asked for a lamp.", { tier: "episodic" }),
      memory("Green tea in a green cup, tea again."),
      memory("Lives in Bern."),
    ]) {
      await put(one);
      ids.push(one.id);
    }
    const listed = async (...by: [tier: "semantic" | "episodic" | null, query: string | null, before: string | null, limit: number]) =>
      (await store().list("ada", ...by)).map(({ id }) => ids.indexOf(id));
    expect(await listed(null, null, null, 10)).toEqual([3, 2, 1, 0]);
    expect(await listed("episodic", null, null, 10)).toEqual([1]);
    expect(await listed("semantic", null, null, 10)).toEqual([3, 2, 0]);
    expect(await listed(null, null, ids[2] ?? null, 10)).toEqual([1, 0]);
    expect(await listed(null, null, null, 2)).toEqual([3, 2]);
    expect(await listed(null, "green cup", null, 10)).toEqual([2, 0]);
    expect(await listed(null, "green cup", null, 1)).toEqual([2]);
    expect(await listed(null, "zebra", null, 10)).toEqual([]);
  });

  it("[MEM-10] stores nothing either when its alarm fires or its records are confirmed", async () => {
    const stub = env.MEMORY_STORE.getByName(name);
    await store().confirm(["evt_1"]);
    expect(await store().knownFact(memory("Bern."))).toBeNull();
    const tables = await runInDurableObject(stub, async (room, { storage }) => {
      await room.alarm();
      return storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'memory'").toArray();
    });
    expect(tables).toEqual([]);
  });

  it("[MEM-6] hands on when a fact was closed together with who closes it", async () => {
    const fact = (object: string) => ({
      fact: { subject: "person" as const, predicate: "lives_in", object, confidence: 0.9, single: true },
    });
    const [rome, oslo, bern] = [memory("Rome.", fact("Rome")), memory("Oslo.", fact("Oslo")), memory("Bern.", fact("Bern"))];
    for (const one of [rome, oslo, bern]) {
      await put(one);
      now += 1_000;
    }
    const closed = async (id: string) => (await store().get(id))?.closedAt;
    expect([await closed(rome.id), await closed(oslo.id), await closed(bern.id)]).toEqual([FAR + 1_000, FAR + 2_000, undefined]);
    await store().remove(oslo.id, record());
    expect(await closed(rome.id)).toBe(FAR + 2_000);
    await store().remove(bern.id, record());
    expect(await closed(rome.id)).toBeUndefined();
  });
});

/** What became of work that fails. */
const failureOf = (work: PromiseLike<unknown>): Promise<string> =>
  Promise.resolve(work).then(
    () => "it did not fail",
    (error: unknown) => String(error),
  );

describe("what is restricted in memory", () => {
  const stored = () =>
    runInDurableObject(env.MEMORY_STORE.getByName(name), (_room, { storage }) =>
      JSON.stringify([...storage.sql.exec("SELECT body FROM memory")]),
    );
  const away = () => Promise.reject(new Error("the vault is away"));

  it("[SEAL-15] lies sealed, what is not does not; a later life lists, finds, recalls and changes both", async () => {
    const subject = `u-${crypto.randomUUID()}`;
    const one = memory("Takes vexolith each morning.", { subject, sensitivity: "restricted" });
    await put(one);
    await put(memory("Likes tea each morning.", { subject }));
    expect(await stored()).toContain("tea");
    expect(await stored()).not.toContain("vexolith");
    await abortAllDurableObjects();
    expect(await texts(subject)).toEqual(["Likes tea each morning.", "Takes vexolith each morning."]);
    expect((await store().recall(subject, "Which vexolith?", 5)).map(({ memory: { text } }) => text)).toEqual([one.text]);
    expect((await store().list(subject, null, "vexolith", null, 5)).length).toBe(1);
    await put({ ...one, text: "Takes no vexolith any more." });
    expect((await store().get(one.id))?.text).toBe("Takes no vexolith any more.");
    expect(await stored()).not.toContain("vexolith");
    expect([await store().remove(one.id, record()), await store().erase(subject, FAR + made)]).toEqual([true, 1]);
  });

  it("[SEAL-15] is neither stored nor shown while its key cannot be had, nor once it is destroyed", async () => {
    const subject = `u-${crypto.randomUUID()}`;
    const one = memory("Takes vexolith.", { subject, sensitivity: "restricted" });
    Object.assign(memoryStoreWorld.sealing, { sealingKey: away, openingKeys: away });
    expect(await failureOf(put(one))).toContain("away");
    Object.assign(memoryStoreWorld.sealing, vaultSealing);
    expect(await texts(subject)).toEqual([]);
    await put(one);
    await put(memory("Likes tea.", { subject }));
    await abortAllDurableObjects();
    Object.assign(memoryStoreWorld.sealing, { sealingKey: away, openingKeys: away });
    expect(await failureOf(store().list(subject, null, null, null, 10))).toContain("away");
    Object.assign(memoryStoreWorld.sealing, vaultSealing);
    await vaultOf(env.VAULT, "acme").erase(subject, FAR + made);
    await abortAllDurableObjects();
    expect([await texts(subject), await store().get(one.id)]).toEqual([["Likes tea."], null]);
  });
});
