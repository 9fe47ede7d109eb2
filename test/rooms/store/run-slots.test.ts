/** `max_runs`: how it holds, and what it costs. */
import { waitUntil } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { cachedStore } from "../../../workers/store/cached.ts";
import { COUNT_MS, RunSlots } from "../../../workers/store/run-slots.ts";
import { UnlistedRuns } from "../../../workers/store/unlisted-runs.ts";
import { countingDatabase, definitionOf, lineOf, nextId, recordOf, storeWorld } from "./support.ts";

/** The real database, with every use of it counted; two isolates over it. */
async function limited(org: string, max: number) {
  const { db, counter } = countingDatabase();
  const world = storeWorld(db);
  await world.store.orgs.put(org, { max_runs: max }, null, recordOf("e"));
  const isolate = () => cachedStore(world.store, () => world.at, waitUntil);
  const start = (store: ReturnType<typeof isolate>, runs = 1) =>
    Promise.all(Array.from({ length: runs }, () => store.runs.reserve(org, nextId("run"))));
  return { world, counter, isolate, start };
}
const never = () => new Promise<never>(() => undefined);
const taken = (answers: readonly boolean[]) => answers.filter(Boolean).length;

describe("an org's limit of unfinished runs", () => {
  it("[LIMIT-3] holds within an isolate under any concurrency, cold and warm", async () => {
    const { isolate, start, world } = await limited("s1", 25);
    const store = isolate();
    expect(taken(await start(store, 20))).toBe(20);
    expect(taken(await start(store, 20))).toBe(5);
    world.at += COUNT_MS;
    expect(taken(await start(store, 5))).toBe(0);
  });

  it("[LIMIT-4] costs no read when warm, and one a second at most", async () => {
    const { isolate, start, counter, world } = await limited("s2", 1_000);
    const store = isolate();
    await start(store);
    counter.uses = 0;
    for (let index = 0; index < 50; index++) await start(store);
    expect(counter.uses).toBe(0);
    world.at += COUNT_MS;
    await start(store, 50);
    expect(counter.uses).toBeLessThanOrEqual(3); // the settings may be read again; the count is one batch of two
  });

  it("[LIMIT-5] counts what the index says, of every isolate; a run that ended gives its slot back", async () => {
    const { isolate, start, world } = await limited("s3", 3);
    const [here, there] = [isolate(), isolate()];
    const lines = [lineOf("s3"), lineOf("s3", { status: "waiting" })];
    await world.store.upsertRuns([...lines, lineOf("s3", { status: "completed", ended_at: world.at })]);
    expect(taken(await start(here, 3))).toBe(1);
    await world.store.upsertRuns(lines.map((line) => ({ ...line, seq: 2, status: "completed", ended_at: world.at })));
    expect(taken(await start(here, 1))).toBe(0);
    world.at += COUNT_MS;
    expect(taken(await start(here, 3))).toBe(2);
    expect(taken(await start(there, 9))).toBeLessThanOrEqual(3); // what each lets in before the index shows the others'
  });

  it("[LIMIT-5] a run that the index shows counts once", async () => {
    const { isolate, world } = await limited("s4", 2);
    const store = isolate();
    const runs = [nextId("run"), nextId("run")];
    for (const id of runs) expect(await store.runs.reserve("s4", id)).toBe(true);
    expect(await store.runs.reserve("s4", runs[0] ?? "")).toBe(true);
    world.at += COUNT_MS;
    await world.store.upsertRuns(runs.map((id) => lineOf("s4", { id })));
    expect(await store.runs.reserve("s4", nextId("run"))).toBe(false);
    await world.store.upsertRuns([lineOf("s4", { id: runs[0] ?? "", seq: 2, status: "completed", ended_at: world.at })]);
    world.at += COUNT_MS;
    expect(await store.runs.reserve("s4", nextId("run"))).toBe(true);
    expect(await store.runs.reserve("s4", nextId("run"))).toBe(false);
  });

  it("[LIMIT-2] what is given back can be taken again; a changed limit counts at once here", async () => {
    const { isolate } = await limited("s5", 1);
    const store = isolate();
    const run = nextId("run");
    expect(await store.runs.reserve("s5", run)).toBe(true);
    expect(await store.runs.reserve("s5", nextId("run"))).toBe(false);
    store.runs.release("s5", run);
    expect(await store.runs.reserve("s5", nextId("run"))).toBe(true);
    await store.orgs.put("s5", { max_runs: 0 }, null, recordOf("e"));
    expect(await store.runs.reserve("s5", nextId("run"))).toBe(false);
    await store.orgs.put("s5", { max_runs: 2 }, null, recordOf("e"));
    expect(await store.runs.reserve("s5", nextId("run"))).toBe(true);
  });

  it("[LIMIT-4] one count at a time: the others go by the old one meanwhile, and a count that comes late is dropped", async () => {
    let at = 1_000_000;
    const looks: PromiseWithResolvers<{ unfinished: number; indexed: string[] }>[] = [];
    const slots = new RunSlots({
      waitUntil,
      sleep: never,
      now: () => at,
      maxRuns: async () => 10,
      look: () => {
        const look = Promise.withResolvers<{ unfinished: number; indexed: string[] }>();
        looks.push(look);
        return look.promise;
      },
    });
    const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
    const first = slots.take("o", "r1");
    await turn();
    looks[0]?.resolve({ unfinished: 0, indexed: [] });
    expect(await first).toBe(true);
    at += COUNT_MS;
    const slow = slots.take("o", "r2");
    await turn();
    expect(await slots.take("o", "r3")).toBe(true); // does not wait
    expect(looks).toHaveLength(2);
    at += COUNT_MS;
    const newer = slots.take("o", "r4"); // whoever counted is gone for all we know
    await turn();
    looks[2]?.resolve({ unfinished: 10, indexed: ["r1", "r3"] });
    expect(await newer).toBe(false);
    looks[1]?.resolve({ unfinished: 1, indexed: ["r1"] });
    expect(await slow).toBe(false);
    expect(await slots.take("o", "r5")).toBe(false);
  });
});

describe("how far the index is behind", () => {
  const LATE = 50;
  const accept = async (slots: RunSlots, count: number, from = 0) => {
    for (let n = from; n < from + count; n++) {
      await slots.take("o", `r${n}`);
      slots.accepted("o", `r${n}`);
    }
  };
  function lagging() {
    const world = { at: 1_000_000, indexed: new Set<string>(), looks: 0 };
    const slots = new RunSlots({
      waitUntil,
      sleep: never,
      now: () => world.at,
      maxRuns: async () => 10_000,
      look: async (_org, runs) => {
        world.looks += 1;
        return { unfinished: 0, indexed: runs.filter((run) => world.indexed.has(run)) };
      },
    });
    return { world, slots };
  }

  it("[LOAD-4] many late runs mean that it is behind, until it shows them; one look a second finds out", async () => {
    const { world, slots } = lagging();
    await accept(slots, LATE);
    expect(await slots.isBehind("o")).toBe(false);
    world.at += 2_500;
    world.looks = 0;
    expect(await Promise.all(Array.from({ length: 20 }, () => slots.isBehind("o")))).toEqual(Array(20).fill(true));
    expect(world.looks).toBe(1);
    for (let n = 0; n < LATE; n++) world.indexed.add(`r${n}`);
    world.at += COUNT_MS;
    expect(await slots.isBehind("o")).toBe(false);
    expect(world.looks).toBe(2);
    expect(await slots.isBehind("another")).toBe(false);
  });

  it("[LOAD-4] a few late ones, fresh ones, and starts that are still on their way mean nothing", async () => {
    const { world, slots } = lagging();
    await accept(slots, LATE - 1);
    world.at += 1;
    await accept(slots, 1, 500);
    world.indexed.add("r500"); // the index goes on: those before it are delivered again
    for (let n = 0; n < LATE; n++) await slots.take("o", `on its way ${n}`);
    world.at += 2_500;
    await accept(slots, LATE, 1_000);
    expect(await slots.isBehind("o")).toBe(false);
  });

  it("[LOAD-4] five late ones are enough where the index shows nothing after them", async () => {
    const { world, slots } = lagging();
    await accept(slots, 4);
    world.at += 2_500;
    expect(await slots.isBehind("o")).toBe(false);
    await accept(slots, 1, 4);
    world.at += 2_500;
    expect(await slots.isBehind("o")).toBe(false);
    world.at += 1_200;
    expect(await slots.isBehind("o")).toBe(true);
    await accept(slots, 1, 5);
    world.indexed.add("r5");
    world.at += COUNT_MS;
    expect(await slots.isBehind("o")).toBe(false);
  });

  it("[LOAD-4] runs that ended at once count, though they gave their slots back", async () => {
    const { world, slots } = lagging();
    await accept(slots, LATE);
    for (let n = 0; n < LATE; n++) slots.give("o", `r${n}`);
    world.at += 2_500;
    expect(await slots.isBehind("o")).toBe(true);
    for (let n = 0; n < LATE; n++) world.indexed.add(`r${n}`);
    world.at += COUNT_MS;
    expect(await slots.isBehind("o")).toBe(false);
  });

  it("[LOAD-4] forty runs a second that the index shows in time refuse nobody, also those who come at once after a pause", async () => {
    const { world, slots } = lagging();
    const asked: boolean[] = [];
    for (let n = 0; n < 400; n++) {
      world.at += n === 200 ? 60_000 : 25;
      asked.push(await slots.isBehind("o"));
      await accept(slots, 1, n);
      slots.give("o", `r${n}`);
      if (n >= 40) world.indexed.add(`r${n - 40}`);
      if (n === 199) for (let seen = 0; seen < 200; seen++) world.indexed.add(`r${seen}`);
    }
    world.at += 60_000;
    for (let seen = 0; seen < 400; seen++) world.indexed.add(`r${seen}`);
    asked.push(...(await Promise.all(Array.from({ length: 20 }, () => slots.isBehind("o")))));
    expect(asked).toEqual(Array(420).fill(false));
  });

  it("[LOAD-4] it is behind while nobody answers what the index shows", async () => {
    let at = 1_000_000;
    const slots = new RunSlots({
      waitUntil,
      sleep: never,
      now: () => at,
      maxRuns: async () => 10_000,
      look: (_org, runs) => (runs.length === 0 ? Promise.resolve({ unfinished: 0, indexed: [] }) : new Promise<never>(() => undefined)),
    });
    await accept(slots, LATE);
    at += 2_500;
    void slots.isBehind("o"); // asks, and waits for ever
    at += COUNT_MS;
    expect(await slots.isBehind("o")).toBe(true);
  });

  /** `pass`: so much time goes by in steps of a second, and whatever sleeps wakes in time. */
  function searching() {
    const world = { at: 1_000_000, indexed: new Set<string>(), looks: 0, sleeps: 0 };
    const asleep: { readonly until: number; readonly wake: () => void }[] = [];
    const slots = new RunSlots({
      waitUntil,
      now: () => world.at,
      maxRuns: async () => 10_000,
      look: async (_org, runs) => {
        world.looks += 1;
        return { unfinished: 0, indexed: runs.filter((run) => world.indexed.has(run)) };
      },
      sleep(ms) {
        world.sleeps += 1;
        return new Promise((wake) => asleep.push({ until: world.at + ms, wake }));
      },
    });
    const pass = async (ms: number) => {
      for (const end = world.at + ms; world.at < end; ) {
        world.at += 1_000;
        for (const one of asleep.splice(0)) one.until <= world.at ? one.wake() : asleep.push(one);
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    };
    return { world, slots, pass };
  }

  it("[LOAD-4] runs that the index showed and whose lines were deleted or moved since are not missing, though nobody started one meanwhile", async () => {
    const { world, slots, pass } = searching();
    await accept(slots, LATE);
    for (let n = 0; n < LATE; n++) world.indexed.add(`r${n}`);
    await pass(4_000);
    world.indexed.clear();
    const { looks } = world;
    await pass(60_000);
    expect([await slots.isBehind("o"), world.looks - looks]).toEqual([false, 0]);
  });

  it("[LOAD-4] runs whose lines were deleted before anybody looked are not missing to the isolate that deleted them", async () => {
    const { world, slots, pass } = searching();
    await accept(slots, LATE);
    slots.listed(
      "o",
      Array.from({ length: LATE - 4 }, (_, n) => `r${n}`),
    );
    await pass(60_000);
    expect(await slots.isBehind("o")).toBe(false);
    await accept(slots, 5, LATE);
    await pass(4_000);
    world.indexed.clear();
    expect(await slots.isBehind("o")).toBe(true); // nine that nobody ever listed
  });

  it("[LOAD-4] it stays behind while the accepted runs are looked for; one search of an org at a time, and each ends", async () => {
    const { world, slots, pass } = searching();
    await accept(slots, LATE);
    expect(world.sleeps).toBe(1);
    await pass(6_000);
    expect(await slots.isBehind("o")).toBe(true);
    await accept(slots, 1, LATE); // the next search: the request that keeps the first one may be gone soon
    await pass(60_000);
    expect(await slots.isBehind("o")).toBe(true);
    expect(world.sleeps).toBeLessThanOrEqual(14);
    await accept(slots, 1, LATE + 1);
    for (let n = 0; n < LATE + 2; n++) world.indexed.add(`r${n}`);
    await pass(2_000);
    world.indexed.clear();
    expect(await slots.isBehind("o")).toBe(false);
  });

  /** An index that many runs are late in; each look is answered by hand, or never. */
  async function askedByHand() {
    const world = { at: 1_000_000, isLate: false };
    const looks: PromiseWithResolvers<{ unfinished: number; indexed: readonly string[] }>[] = [];
    const kept: Promise<unknown>[] = [];
    const slots = new RunSlots({
      sleep: never,
      now: () => world.at,
      maxRuns: async () => 10_000,
      look: (_org, runs) => {
        if (!world.isLate) return Promise.resolve({ unfinished: 0, indexed: [] });
        const look = Promise.withResolvers<{ unfinished: number; indexed: readonly string[] }>();
        looks.push({ ...look, resolve: () => look.resolve({ unfinished: 0, indexed: runs }) });
        return look.promise;
      },
      waitUntil: (work) => kept.push(work),
    });
    await accept(slots, LATE);
    world.at += 2_500;
    world.isLate = true;
    kept.length = 0;
    const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
    return { world, looks, kept, slots, settled };
  }
  const NOTHING = { unfinished: 0, indexed: [] };

  it("[LOAD-13] a question to the index whose request was ended keeps no other waiting, and the next one learns that the index caught up", async () => {
    const { world, looks, kept, slots, settled } = await askedByHand();
    void slots.isBehind("o"); // its client goes away, and the runtime ends what it asked
    await settled();
    expect(await Promise.all([slots.isBehind("o"), slots.isBehind("o")])).toEqual([true, true]);
    expect(looks).toHaveLength(1);
    world.at += COUNT_MS;
    expect(await slots.isBehind("o")).toBe(true); // asks again, and does not wait
    expect(looks).toHaveLength(2);
    expect(kept).toHaveLength(2); // and what it asked outlives its request
    looks[1]?.resolve(NOTHING);
    await kept[1];
    expect(await slots.isBehind("o")).toBe(false);
  });

  it("[LOAD-13] a start hears the answer to another request's question to the index", async () => {
    const { looks, slots, settled } = await askedByHand();
    const both = Promise.all([slots.isBehind("o"), slots.isBehind("o")]);
    await settled();
    looks[0]?.resolve(NOTHING);
    expect(await both).toEqual([false, false]);
    expect(looks).toHaveLength(1);
  });

  it("[LOAD-13] a question to the index that failed is told to who asked, and is over", async () => {
    const { looks, kept, slots, settled, world } = await askedByHand();
    const first = slots.isBehind("o");
    await settled();
    looks[0]?.reject(new Error("D1_ERROR: Network connection lost."));
    await expect(first).rejects.toThrow("Network connection lost");
    await kept[0];
    world.at += COUNT_MS;
    const next = slots.isBehind("o"); // asks again, and waits for it: no answer is owed
    await settled();
    looks[1]?.resolve(NOTHING);
    expect(await next).toBe(false);
  });
});

describe("retention", () => {
  it("[LOAD-4] that deletes the lines of ended runs at once refuses no later start", async () => {
    const { world, isolate } = await limited("s7", 1_000);
    const store = isolate();
    const ids = Array.from({ length: 7 }, () => nextId("run"));
    for (const id of ids) {
      await store.runs.reserve("s7", id);
      store.runs.accepted("s7", id);
    }
    world.at += 60_000;
    expect(await store.runs.isBehind("s7")).toBe(true);
    await world.store.upsertRuns(ids.map((id) => lineOf("s7", { id, status: "completed", ended_at: world.at })));
    expect(await store.keeping.forget("s7", ids, recordOf("e"))).toBe(7);
    world.at += 60_000;
    expect(await store.runs.isBehind("s7")).toBe(false);
  });
});

describe("runs that the index has not shown", () => {
  it("[LOAD-4] are remembered up to a bound: an org's oldest, and none of an org that has long been silent", () => {
    const unlisted = new UnlistedRuns();
    const accept = (org: string, count: number, at: number) => {
      for (let n = 0; n < count; n++) unlisted.accepted(org, `${org}${at}${n}`, at);
    };
    accept("silent", 100, 1);
    accept("busy", 9_900, 2);
    expect([...unlisted.of("silent")]).toHaveLength(100);
    accept("busy", 200, 3);
    expect([[...unlisted.of("silent")].length, [...unlisted.of("busy")].length]).toEqual([0, 10_000]);
    expect([unlisted.isBehind("busy", 1), unlisted.isBehind("busy", 2), unlisted.isBehind("silent", 9)]).toEqual([false, true, false]);
    unlisted.shown("busy", [...unlisted.of("busy")].slice(0, 9_000), 4);
    accept("silent", 10, 5);
    expect([...unlisted.of("silent")]).toHaveLength(10);
    unlisted.shown("busy", [], 10 * 60_000 + 10);
    expect([...unlisted.of("busy")]).toHaveLength(0);
  });
});

describe("the memory before the store", () => {
  it("[STORE-12] choosing a version costs no read when warm, split or not", async () => {
    const { world, counter, isolate } = await limited("s6", 10);
    const store = isolate();
    for (const n of [1, 2]) await store.workflows.put("s6", definitionOf("w", `${n}`), `d${n}`, () => recordOf("e"));
    const users = Array.from({ length: 40 }, (_, index) => `u${index}`);
    const choose = () => Promise.all(users.map(async (user) => (await store.workflows.choose("s6", "w", user))?.version));
    for (const shares of [
      null,
      [
        { version: 1, percent: 50 },
        { version: 2, percent: 50 },
      ],
    ]) {
      if (shares !== null) await store.workflows.setTraffic("s6", "w", shares, recordOf("e"));
      const cold = await choose();
      counter.uses = 0;
      expect(await choose()).toEqual(cold);
      expect(counter.uses).toBe(0);
      expect(new Set(cold)).toEqual(new Set(shares === null ? [2] : [1, 2]));
    }
    const elsewhere = isolate();
    expect((await elsewhere.workflows.choose("s6", "w", "u1"))?.version).toBe((await store.workflows.choose("s6", "w", "u1"))?.version);
    await store.workflows.setTraffic("s6", "w", [{ version: 1, percent: 100 }], recordOf("e"));
    expect(new Set(await choose())).toEqual(new Set([1]));
    world.at += 2_000;
    expect((await elsewhere.workflows.choose("s6", "w", "u1"))?.version).toBe(1);
  });
});
