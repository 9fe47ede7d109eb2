/** The pool of instances over scripted instances and a clock of its own: what it starts, gives, renews and ends. */
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DEFAULT_POOL_RULE, type PoolRule } from "../../../core/sandbox/pool.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { defineSandboxPool, type Place } from "../../../durable-objects/sandbox-pool/sandbox-pool.ts";

const T0 = Date.UTC(2026, 0, 1);
/** An instance by its id: whether it starts, whether it lives, and how often it was asked what. */
type Instance = { starts: boolean | "throws" | Promise<boolean>; lives: boolean | "throws"; renewed: number; discarded: number };
type Waiter = { readonly ms: number; readonly over: () => void };

let waiters: Waiter[] = [];
/** Until what has been started of itself has run. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
};

beforeEach(() => {
  waiters = [];
  vi.stubGlobal("scheduler", { wait: (ms: number) => new Promise<void>((over) => waiters.push({ ms, over })) });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

function world(rule: Partial<PoolRule> = {}, stored = new Map<string, unknown>()) {
  const clock = { at: T0 };
  const instances = new Map<string, Instance>();
  const lines: LogLine[] = [];
  const alarm = { at: null as number | null };
  const script: Pick<Instance, "starts" | "lives"> = { starts: true, lives: true };
  let ids = 0;
  const instanceOf = (id: string): Instance => {
    const known = instances.get(id) ?? { ...script, renewed: 0, discarded: 0 };
    instances.set(id, known);
    return known;
  };
  const told = async (word: boolean | "throws" | Promise<boolean>): Promise<boolean> => {
    if (word === "throws") throw new TypeError("out of reach");
    return word;
  };
  const Pool = defineSandboxPool(() => ({
    now: () => clock.at,
    log: (line) => void lines.push(line),
    rule: { ...DEFAULT_POOL_RULE, ...rule },
    newId: () => `i${++ids}`,
    sandbox: (id) => ({
      warm: () => told(instanceOf(id).starts),
      renew: () => {
        instanceOf(id).renewed++;
        return told(instanceOf(id).lives);
      },
      discard: async () => {
        instanceOf(id).discarded++;
        throw new Error("it is gone already");
      },
    }),
  }));
  const storage = {
    kv: { get: (key: string) => stored.get(key), put: (key: string, value: unknown) => void stored.set(key, structuredClone(value)) },
    getAlarm: async () => alarm.at,
    setAlarm: async (at: number) => {
      alarm.at = at;
    },
  };
  const pool = new Pool({ storage } as unknown as DurableObjectState, {} as Cloudflare.Env);
  /** The runtime's alarm: it is unset while it fires. */
  const fire = async (): Promise<void> => {
    clock.at = alarm.at ?? clock.at;
    alarm.at = null;
    await pool.alarm();
    await settled();
  };
  return { pool, clock, instances, instanceOf, script, lines, alarm, fire, stored };
}
const idOf = (place: Place): string => (place.ok ? place.id : "none");

describe("[BOX-14] the pool starts ahead what its rule wants", () => {
  it("keeps two ready, gives the oldest first, and starts another in its place", async () => {
    const { pool, instances, alarm } = world();
    await pool.tend();
    await settled();
    expect(await pool.tend()).toEqual({ ready: 2, starting: 0, taken: 0, waiting: 0 });
    expect(alarm.at).toBe(T0 + 7_000);
    expect(await pool.take(1_000, 5_000)).toEqual({ ok: true, id: "i1", isReady: true });
    await settled();
    expect(instances.size).toBe(3);
    expect(await pool.tend()).toEqual({ ready: 2, starting: 0, taken: 1, waiting: 0 });
  });

  it("counts those that are being started, and starts no more for them", async () => {
    const { pool, instances, script } = world();
    script.starts = new Promise(() => undefined);
    await pool.tend();
    expect(await pool.tend()).toEqual({ ready: 0, starting: 2, taken: 0, waiting: 0 });
    expect(instances.size).toBe(2);
  });

  it("starts none and sets no alarm where calls start their own", async () => {
    const { pool, instances, alarm } = world({ ready: 0 });
    expect(await pool.tend()).toEqual({ ready: 0, starting: 0, taken: 0, waiting: 0 });
    expect([instances.size, alarm.at]).toEqual([0, null]);
    expect(await pool.take(1_000, 5_000)).toEqual({ ok: true, id: "i1", isReady: false });
    await settled();
    expect([instances.size, alarm.at]).toEqual([1, T0 + 7_000]); // one that a call missed stands ready for a minute
  });

  it("leaves an alarm that is set where it is", async () => {
    const { pool, alarm, clock } = world();
    await pool.tend();
    clock.at += 3_000;
    await pool.tend();
    expect(alarm.at).toBe(T0 + 7_000);
  });

  it("ends the oldest of those that stand ready for nobody any more, once", async () => {
    const { pool, instances, clock } = world({ ready: 1, most: 3 });
    const places = [await pool.take(1_000, 5_000), await pool.take(1_000, 5_000)];
    await settled();
    for (const place of places) await pool.released(idOf(place));
    await settled();
    const { ready } = await pool.tend();
    expect(ready).toBe(3);
    clock.at += 61_000; // nobody missed one for a minute
    await pool.released("nobody");
    await settled();
    const ended = [...instances].filter(([, { discarded }]) => discarded > 0).map(([id, { discarded }]) => `${id} ${discarded}`);
    expect(ended).toHaveLength(2);
    expect(ended.every((one) => one.endsWith(" 1"))).toBe(true);
    expect(await pool.tend()).toEqual({ ready: 1, starting: 0, taken: 0, waiting: 0 });
  });
});

describe("[BOX-15] an instance that does not start", () => {
  it.each<[string, boolean | "throws", number]>([
    ["says so", false, 0],
    ["throws, which is logged", "throws", 1],
  ])("%s: it counts no more, and none is started for five seconds", async (_what, starts, logged) => {
    const { pool, instances, lines, script, clock } = world({ ready: 1 });
    script.starts = starts;
    await pool.tend();
    await settled();
    expect(await pool.tend()).toEqual({ ready: 0, starting: 0, taken: 0, waiting: 0 });
    expect(lines.map(({ event }) => event)).toEqual(Array.from({ length: logged }, () => "sandbox.not_started"));
    clock.at += 4_999;
    await pool.tend();
    expect(instances.size).toBe(1);
    clock.at += 1;
    await pool.tend();
    expect(instances.size).toBe(2);
  });

  it("lets the call that waited for it start its own", async () => {
    const { pool, instanceOf } = world({ ready: 1, most: 1 });
    let fail = (): void => undefined;
    instanceOf("i1").starts = new Promise((resolve) => {
      fail = () => resolve(false);
    });
    await pool.tend();
    const waiting = pool.take(1_000, 5_000);
    await settled();
    expect(await pool.tend()).toMatchObject({ taken: 0, waiting: 1 });
    fail();
    await settled();
    expect(await waiting).toMatchObject({ ok: true, isReady: false });
  });
});

describe("[BOX-16] calls wait in their order where no place is free", () => {
  it("and are given the next that comes free, first come, first served", async () => {
    const { pool, script } = world({ ready: 0, most: 1 });
    script.starts = new Promise(() => undefined); // so that a place is all that anybody gets
    const first = await pool.take(1_000, 5_000);
    const order: string[] = [];
    const waiting = ["second", "third"].map((name) =>
      pool.take(1_000, 5_000).then((place) => {
        order.push(name);
        return place;
      }),
    );
    await settled();
    expect(await pool.tend()).toMatchObject({ taken: 1, waiting: 2 });
    await pool.released(idOf(first));
    await settled();
    expect(order).toEqual(["second"]);
    expect(await pool.tend()).toMatchObject({ taken: 1, waiting: 1 });
    await pool.released(idOf(await (waiting[0] as Promise<Place>)));
    await settled();
    expect(order).toEqual(["second", "third"]);
    expect(new Set([idOf(first), ...(await Promise.all(waiting)).map(idOf)]).size).toBe(3);
  });

  it("a new call stands behind those that wait, though a place has come free meanwhile", async () => {
    const { pool, clock } = world({ ready: 0, most: 1 });
    await pool.take(1_000, 5_000);
    const waiting = pool.take(1_000, 5_000);
    await settled();
    clock.at += 61_001; // the first is gone for certain, and nobody said so
    const late = pool.take(1_000, 5_000);
    await settled();
    expect((await waiting).ok).toBe(true);
    expect(await pool.tend()).toMatchObject({ taken: 1, waiting: 1 });
    expect(waiters.map(({ ms }) => ms)).toEqual([5_000, 5_000]);
    waiters[1]?.over();
    expect(await late).toEqual({ ok: false, why: "full" });
  });

  it("a call whose patience is over is refused, and its place goes to the next", async () => {
    const { pool } = world({ ready: 0, most: 1 });
    const first = await pool.take(1_000, 5_000);
    const [impatient, patient] = [pool.take(1_000, 10), pool.take(1_000, 5_000)];
    await settled();
    waiters[0]?.over();
    expect(await impatient).toEqual({ ok: false, why: "full" });
    expect(await pool.tend()).toMatchObject({ waiting: 1 });
    await pool.released(idOf(first));
    expect((await patient).ok).toBe(true);
    waiters[1]?.over(); // its patience ends later, and changes nothing
    await settled();
    expect(await pool.tend()).toMatchObject({ taken: 1, waiting: 0 });
  });

  it("the hundred and first that waits is refused at once", async () => {
    const { pool } = world({ ready: 0, most: 1 });
    await pool.take(1_000, 5_000);
    const waiting = Array.from({ length: 100 }, () => pool.take(1_000, 5_000));
    await settled();
    expect(await pool.tend()).toMatchObject({ waiting: 100 });
    expect(await pool.take(1_000, 5_000)).toEqual({ ok: false, why: "full" });
    expect(waiting).toHaveLength(100);
  });

  it("an instance whose end nobody reports is forgotten a minute after its call's time", async () => {
    const { pool, clock } = world({ ready: 0, most: 1 });
    await pool.take(1_000, 5_000);
    clock.at += 60_999;
    expect(await pool.tend()).toMatchObject({ taken: 1 });
    clock.at += 1;
    expect(await pool.tend()).toMatchObject({ taken: 0 });
  });
});

describe("[BOX-17] the alarm", () => {
  it("renews the leases of those that stand ready, and sets itself again", async () => {
    const { pool, instances, alarm, fire } = world();
    await pool.tend();
    await settled();
    await fire();
    expect([...instances.values()].map(({ renewed }) => renewed)).toEqual([1, 1]);
    expect(alarm.at).toBe(T0 + 14_000);
  });

  it.each<[string, false | "throws"]>([
    ["is gone", false],
    ["does not answer", "throws"],
  ])("ends one that %s, and starts another", async (_what, lives) => {
    const { pool, instanceOf, instances, fire } = world();
    await pool.tend();
    await settled();
    instanceOf("i1").lives = lives;
    await fire();
    expect([...instances].map(([id, { discarded }]) => [id, discarded])).toEqual([
      ["i1", 1],
      ["i2", 0],
      ["i3", 0],
    ]);
    expect(await pool.tend()).toMatchObject({ ready: 2 });
  });

  it("leaves one to its call that was taken while it was asked", async () => {
    const { pool, instanceOf, instances, alarm } = world({ ready: 1 });
    await pool.tend();
    await settled();
    instanceOf("i1").lives = false;
    alarm.at = null;
    const firing = pool.alarm();
    const place = await pool.take(1_000, 5_000);
    await firing;
    await settled();
    expect([place, instances.get("i1")?.discarded]).toEqual([{ ok: true, id: "i1", isReady: true }, 0]);
    expect(await pool.tend()).toMatchObject({ taken: 1 });
  });

  it("keeps how long instances stood ready, so that the day's cap outlives the object", async () => {
    const stored = new Map<string, unknown>();
    const before = world({}, stored);
    await before.pool.tend();
    await settled();
    await before.fire();
    expect(stored.get("stood")).toEqual({ day: T0 / 86_400_000, ms: 14_000 });
    stored.set("stood", { day: T0 / 86_400_000, ms: 86_400_000 * 10 });
    const after = world({ usdPerDay: 1 }, stored);
    expect(await after.pool.tend()).toEqual({ ready: 0, starting: 0, taken: 0, waiting: 0 });
    expect(after.alarm.at).toBe(T0 + 7_000); // the next day has a cap of its own
  });
});
