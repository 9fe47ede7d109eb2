/** The breaker of one upstream in its object: what it writes, and when nothing is left to keep. */
import { expect, it } from "vitest";
import { FAILURES_TO_OPEN, OPEN_MS, WINDOW_MS } from "../../../core/breaker/breaker.ts";
import { defineCircuitBreaker } from "../../../durable-objects/circuit-breaker/circuit-breaker.ts";
import { FAR } from "../../support/far.ts";
import { ObjectInNode } from "../../support/object-in-node.ts";

function makeBreaker() {
  const world = { now: FAR };
  const object = new ObjectInNode(
    defineCircuitBreaker(() => ({ now: () => world.now, random: (bytes) => new Uint8Array(bytes).fill(128) })),
  );
  const writes = () => object.queries.splice(0).filter((query) => /^(INSERT|UPDATE|DELETE)/.test(query)).length;
  return {
    world,
    object,
    writes,
    fail: async (times: number, org = "acme") => {
      for (let n = 0; n < times; n++) await object.room.tell("bad", null, org);
    },
    rows: () =>
      object.rows("SELECT name FROM sqlite_master WHERE name = 'breaker'").length === 0
        ? null
        : object.rows("SELECT body FROM breaker").length,
  };
}

it("[BREAKER-7] writes nothing for an upstream that is well, one row for each failure, and nothing where nothing changes", async () => {
  const { object, writes, rows, fail } = makeBreaker();
  expect([
    await object.room.ask(1_000, "acme"),
    await object.room.tell("good", null, "acme"),
    await object.room.tell("none", null, "acme"),
  ]).toEqual([{ allowed: true, probe: null }, "closed", "closed"]);
  expect([rows(), writes()]).toEqual([null, 0]);
  await fail(1);
  writes();
  await fail(1);
  expect([rows(), writes()]).toEqual([1, 1]);
  for (let n = 0; n < 3; n++) await object.room.ask(1_000, "acme");
  await object.room.tell("none", null, "acme");
  expect(writes()).toBe(0);
});

it("[BREAKER-7] keeps a failure of one org, an org's own open breaker, and one that is open for all, each by itself", async () => {
  const own = makeBreaker();
  await own.fail(FAILURES_TO_OPEN);
  own.object.die();
  expect([(await own.object.room.ask(1, "acme")).allowed, (await own.object.room.ask(1, "globex")).allowed, own.rows()]).toEqual([
    false,
    true,
    1,
  ]);
  const all = makeBreaker();
  for (const org of ["a", "b", "c", "d"]) await all.fail(FAILURES_TO_OPEN / 2, org);
  all.object.die();
  expect([(await all.object.room.ask(1, "x")).allowed, all.rows()]).toEqual([false, 1]);
});

it("[BREAKER-5] has nothing left to keep after two good probes of the org", async () => {
  const { world, object, fail, rows } = makeBreaker();
  await fail(FAILURES_TO_OPEN);
  world.now = FAR + OPEN_MS.first * 2;
  for (let n = 0; n < 2; n++) {
    const asked = await object.room.ask(1_000, "acme");
    await object.room.tell("good", asked.allowed ? asked.probe : null, "acme");
  }
  world.now += WINDOW_MS;
  await object.room.tell("good", null, "acme");
  expect([(await object.room.ask(1, "acme")).allowed, rows()]).toEqual([true, 0]);
});

it("[BREAKER-4] gives up a probe five seconds after its call's time, two minutes at most", async () => {
  for (const [callMs, freeAfter] of [
    [1_000, 6_000],
    [120_000, 125_000],
    [900_000, 125_000],
    [-1, 5_000],
  ] as const) {
    const { world, object, fail } = makeBreaker();
    await fail(FAILURES_TO_OPEN);
    world.now = FAR + 2 * OPEN_MS.first;
    expect(await object.room.ask(callMs, "acme")).toMatchObject({ allowed: true });
    world.now += freeAfter - 1;
    expect(await object.room.ask(1_000, "acme")).toMatchObject({ allowed: false });
    object.die();
    world.now += 1;
    expect(await object.room.ask(1_000, "acme")).toMatchObject({ allowed: true });
  }
});
