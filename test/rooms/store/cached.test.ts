import { waitUntil } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CACHE_MS, cachedStore, TtlCache } from "../../../workers/store/cached.ts";
import { countingDatabase, definitionOf, keyOf, manifestOf, modelOf, recordOf, routeOf, storeWorld } from "./support.ts";

/** The real database, with every use of it counted. */
function countingWorld() {
  const { db, counter } = countingDatabase();
  const world = storeWorld(db);
  return { world, counter, store: cachedStore(world.store, () => world.at, waitUntil) };
}

describe("the memory before the store", () => {
  it("[STORE-12] what starting a run reads costs no read when warm", async () => {
    const { store, counter } = countingWorld();
    const key = keyOf("warm");
    await store.keys.create(key, recordOf("e"));
    await store.workflows.put("warm", definitionOf("w"), "d", () => recordOf("e"));
    await store.tools.put("warm", manifestOf("t"), () => recordOf("e"));
    await store.models.put("warm", modelOf("a/b-1"), recordOf("e"));
    await store.routes.put("warm", routeOf("classify"), recordOf("e"));
    const read = async () => [
      await store.keys.byHash(key.hash),
      await store.keys.orgExists("warm"),
      await store.workflows.get("warm", "w", null),
      await store.tools.get("warm", "t", null),
      await store.models.list("warm"),
      await store.models.get("warm", "a/b-1"),
      await store.routes.get("warm", "classify"),
    ];
    const cold = await read();
    counter.uses = 0;
    expect(await read()).toEqual(cold);
    expect(counter.uses).toBe(0);
    expect(cold.every((answer) => answer !== null)).toBe(true);
  });

  it("[STORE-13] a revoked key is refused at once here, and after five seconds everywhere", async () => {
    const { store, world } = countingWorld();
    const elsewhere = cachedStore(world.store, () => world.at, waitUntil);
    const key = keyOf("gone");
    await store.keys.create(key, recordOf("e"));
    const revoked = async (from: typeof store) => (await from.keys.byHash(key.hash))?.revoked_at !== null;
    expect([await revoked(store), await revoked(elsewhere)]).toEqual([false, false]);
    await store.keys.revoke("gone", key.id, world.at, recordOf("e"));
    expect(await revoked(store)).toBe(true);
    expect(CACHE_MS.keys).toBeLessThanOrEqual(5_000);
    world.at += CACHE_MS.keys;
    expect(await revoked(elsewhere)).toBe(true);
  });

  it("a change is seen at once here, and within two seconds elsewhere; what was absent is found when it is there", async () => {
    const { store, world } = countingWorld();
    const elsewhere = cachedStore(world.store, () => world.at, waitUntil);
    const seen = async (from: typeof store) => [
      (await from.workflows.get("new", "w", null))?.version ?? null,
      (await from.tools.get("new", "t", null))?.version ?? null,
      (await from.models.get("new", "a/b-1"))?.quality ?? null,
    ];
    const put = async (n: number) => {
      await store.workflows.put("new", definitionOf("w", `${n}`), `d${n}`, () => recordOf("e"));
      await store.tools.put("new", manifestOf("t", `${n}`), () => recordOf("e"));
      await store.models.put("new", modelOf("a/b-1", n), recordOf("e"));
    };
    expect(await seen(elsewhere)).toEqual([null, null, null]);
    await put(1);
    expect(await seen(elsewhere)).toEqual([1, 1, 1]);
    expect(await seen(store)).toEqual([1, 1, 1]);
    await put(2);
    expect(await seen(store)).toEqual([2, 2, 2]);
    world.at += 2_000;
    expect(await seen(elsewhere)).toEqual([2, 2, 2]);
  });

  it("[STORE-13] a route is as cached as its absence, seen at once here and within two seconds elsewhere", async () => {
    const { store, world, counter } = countingWorld();
    const elsewhere = cachedStore(world.store, () => world.at, waitUntil);
    const seen = async (from: typeof store) => (await from.routes.get("routed", "classify"))?.strategy ?? null;
    expect([await seen(store), await seen(elsewhere)]).toEqual([null, null]);
    counter.uses = 0;
    expect([await seen(store), await seen(elsewhere), counter.uses]).toEqual([null, null, 0]);
    await store.routes.put("routed", routeOf("classify", "fastest"), recordOf("e"));
    expect(await seen(store)).toBe("fastest");
    world.at += 2_000;
    expect(await seen(elsewhere)).toBe("fastest");
    expect(await store.routes.remove("routed", "classify", recordOf("e"))).toBe(true);
    expect(await seen(store)).toBeNull();
  });

  it("[STORE-13] an answer that was on its way while a change came is not kept", async () => {
    const cache = new TtlCache<string>(1_000, () => 0);
    const answer = Promise.withResolvers<string>();
    const slow = cache.get("k", () => answer.promise);
    cache.evict(() => true);
    answer.resolve("old");
    expect(await slow).toBe("old");
    expect(await cache.get("k", async () => "new")).toBe("new");
  });

  it("is bounded: the oldest makes room", async () => {
    const cache = new TtlCache<string>(1_000, () => 0, 2);
    for (const key of ["a", "b", "c"]) await cache.get(key, async () => `${key}1`);
    expect(await cache.get("c", async () => "c2")).toBe("c1");
    expect(await cache.get("b", async () => "b2")).toBe("b1");
    expect(await cache.get("a", async () => "a2")).toBe("a2");
  });
});

it("[POLICY-16] policies in force decide in every isolate within two seconds of their approval", async () => {
  const world = storeWorld();
  const [here, there] = [cachedStore(world.store, () => world.at, waitUntil), cachedStore(world.store, () => world.at, waitUntil)];
  const org = `in-force-${crypto.randomUUID()}`;
  const content = { kind: "policies", cedar: "permit(principal, action, resource);" } as const;
  await here.policies.put(org, { version: "a".repeat(32), content, note: null, createdAt: 1, createdBy: "ann" }, recordOf("policy"));
  const asker = { user: "ann", root: null, credential: "key_1" };
  const asked = {
    id: "act_01J00000000000000000000000",
    kind: "policies",
    version: "a".repeat(32),
    reason: "r",
    asker,
    requestedAt: 1,
  } as const;
  await here.policies.request(org, { ...asked, status: "pending", approvedBy: null, activatedAt: null }, recordOf("policy"));
  expect((await there.policies.active(org)).policies).toBeNull();
  await here.policies.approve(
    org,
    { ...asked, status: "pending", approvedBy: null, activatedAt: null },
    { by: "bob", at: 2 },
    recordOf("policy"),
  );
  expect((await here.policies.active(org)).policies?.content).toEqual(content);
  expect((await there.policies.active(org)).policies).toBeNull();
  world.at += CACHE_MS.policies;
  expect((await there.policies.active(org)).policies?.content).toEqual(content);
  expect(CACHE_MS.policies).toBeLessThanOrEqual(2_000);
});
