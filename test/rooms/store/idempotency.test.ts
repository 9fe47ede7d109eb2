import { describe, expect, it } from "vitest";
import { IDEMPOTENCY_MS } from "../../../workers/store/idempotency.ts";
import { storeWorld } from "./support.ts";

describe("idempotency keys", () => {
  it("[STORE-10] of twenty claims at once exactly one is the first, and the others are told of it", async () => {
    const { store, at } = storeWorld();
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, n) => store.idempotency.claim({ scope: "s", key: "k", mac: `mac-${n}`, id: `id-${n}`, at })),
    );
    expect(claims.filter((claim) => claim.claimed)).toHaveLength(1);
    const first = claims.findIndex((claim) => claim.claimed);
    for (const claim of claims)
      if (!claim.claimed) expect(claim).toEqual({ claimed: false, mac: `mac-${first}`, id: `id-${first}`, status: null });
  });

  it("tells the first answer's status once it is known, and keeps scopes apart", async () => {
    const { store, at } = storeWorld();
    const claim = (scope: string) => store.idempotency.claim({ scope, key: "told", mac: "m", id: "i", at });
    await claim("one");
    await store.idempotency.settle("one", "told", 202);
    expect(await claim("one")).toEqual({ claimed: false, mac: "m", id: "i", status: 202 });
    expect(await claim("two")).toEqual({ claimed: true });
  });

  it("a released key is free; an answered one is not released", async () => {
    const { store, at } = storeWorld();
    const claim = () => store.idempotency.claim({ scope: "free", key: "k", mac: "m", id: "i", at });
    await claim();
    await store.idempotency.release("free", "k");
    expect(await claim()).toEqual({ claimed: true });
    await store.idempotency.settle("free", "k", 201);
    await store.idempotency.release("free", "k");
    expect(await claim()).toMatchObject({ claimed: false, status: 201 });
  });

  it("[STORE-11] after 24 h, and not before, a key is taken over by one", async () => {
    const { store, at } = storeWorld();
    const claim = (when: number, id: string) => store.idempotency.claim({ scope: "old", key: "k", mac: id, id, at: when });
    await claim(at, "first");
    await store.idempotency.settle("old", "k", 202);
    expect(await claim(at + IDEMPOTENCY_MS - 1, "early")).toMatchObject({ claimed: false, id: "first" });
    const late = await Promise.all(["a", "b", "c"].map((id) => claim(at + IDEMPOTENCY_MS, id)));
    expect(late.filter((answer) => answer.claimed)).toHaveLength(1);
    expect(late.find((answer) => !answer.claimed)).toMatchObject({ status: null });
  });

  it("the sweep deletes what has expired and nothing else", async () => {
    const world = storeWorld();
    await world.store.sweepIdempotency();
    await world.store.idempotency.claim({ scope: "sweep", key: "old", mac: "m", id: "i", at: world.at });
    await world.store.idempotency.claim({ scope: "sweep", key: "new", mac: "m", id: "i", at: world.at + 1 });
    world.at += IDEMPOTENCY_MS;
    expect((await world.store.sweepIdempotency()).expired).toBeGreaterThanOrEqual(1);
    const left = await world.db.prepare("SELECT key FROM idempotency WHERE scope = 'sweep'").all();
    expect(left.results).toEqual([{ key: "new" }]);
  });
});
