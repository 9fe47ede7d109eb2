/** The object of one upstream: what it remembers, and that it keeps nothing while there is nothing to keep. */
import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { FAILURES_TO_OPEN, OPEN_MS, WINDOW_MS } from "../../../core/breaker/breaker.ts";
import type { CircuitBreaker } from "../../../durable-objects/circuit-breaker/circuit-breaker.ts";
import { FAR } from "../../support/far.ts";
import { circuitBreakerWorld } from "../../support/worlds/circuit-breaker.ts";

type Stub = DurableObjectStub<CircuitBreaker>;
const fresh = (): Stub => env.CIRCUIT_BREAKER.getByName(`https://models.test ${crypto.randomUUID()}`);
const again = (stub: Stub): Stub => env.CIRCUIT_BREAKER.getByName(stub.name ?? "");
const at = (ms: number): void => {
  circuitBreakerWorld.now = () => FAR + ms;
};
/** The world's chance is one half: the first rest lasts exactly this. */
const REST = OPEN_MS.first;

const fail = async (stub: Stub, times: number): Promise<unknown> => {
  let view: unknown = null;
  for (let n = 0; n < times; n++) view = await stub.tell("bad", null, "acme");
  return view;
};
/** Tables and rows as they lie in the object's storage. */
const stored = (stub: Stub) =>
  runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray()
      .map(({ name }) => name);
    return tables.includes("breaker") ? sql.exec<{ body: string }>("SELECT body FROM breaker").toArray().length : tables;
  });

afterEach(() => at(0));

describe("the object", () => {
  it("[BREAKER-7] stores nothing for upstreams that are well", async () => {
    const stub = fresh();
    expect(await stub.ask(1_000, "acme")).toEqual({ allowed: true, probe: null });
    expect(await stub.tell("good", null, "acme")).toBe("closed");
    expect(await stub.tell("none", null, "acme")).toBe("closed");
    expect(await stored(stub)).toEqual([]);
  });

  it("[BREAKER-1] opens at the tenth failure and says for how long", async () => {
    const stub = fresh();
    expect(await fail(stub, FAILURES_TO_OPEN - 1)).toBe("closed");
    expect(await fail(stub, 1)).toEqual({ restingMs: REST });
    at(4_000);
    expect(await stub.ask(1_000, "acme")).toEqual({ allowed: false, retryAfterMs: REST - 4_000 });
  });

  it("[BREAKER-7] remembers failures and rests through eviction and crash", async () => {
    let stub = fresh();
    await fail(stub, FAILURES_TO_OPEN - 1);
    await evictDurableObject(stub);
    at(WINDOW_MS - 1);
    expect(await stub.tell("bad", null, "acme")).toEqual({ restingMs: REST });
    await abortAllDurableObjects();
    stub = again(stub);
    expect(await stub.ask(1_000, "acme")).toEqual({ allowed: false, retryAfterMs: REST });
    at(WINDOW_MS - 1 + REST);
    const probe = await stub.ask(1_000, "acme");
    expect(probe).toEqual({ allowed: true, probe: FAR + WINDOW_MS - 1 + REST });
    await abortAllDurableObjects();
    stub = again(stub);
    expect(await stub.ask(1_000, "acme")).toMatchObject({ allowed: false });
  });

  it("[BREAKER-20] keeps each org's failures apart, through eviction too", async () => {
    const stub = fresh();
    await fail(stub, FAILURES_TO_OPEN);
    await evictDurableObject(stub);
    expect(await stub.ask(1_000, "acme")).toMatchObject({ allowed: false });
    expect(await stub.ask(1_000, "globex")).toEqual({ allowed: true, probe: null });
  });

  it("[BREAKER-4] lets one of many through as its probe", async () => {
    const stub = fresh();
    await fail(stub, FAILURES_TO_OPEN);
    at(REST);
    const asked = await Promise.all(Array.from({ length: 20 }, () => stub.ask(1_000, "acme")));
    expect(asked.filter(({ allowed }) => allowed)).toHaveLength(1);
  });

  it("[BREAKER-4] gives a probe up when its call must be over, and never later than two minutes after", async () => {
    for (const [callMs, freeAfter] of [
      [1_000, 6_000],
      [900_000, 125_000],
      [-1, 5_000],
    ] as const) {
      const stub = fresh();
      at(0);
      await fail(stub, FAILURES_TO_OPEN);
      at(REST);
      await stub.ask(callMs, "acme");
      at(REST + freeAfter - 1);
      expect(await stub.ask(1_000, "acme")).toMatchObject({ allowed: false });
      at(REST + freeAfter);
      expect(await stub.ask(1_000, "acme")).toMatchObject({ allowed: true });
    }
  });

  it("[BREAKER-5] [BREAKER-7] closes after two good probes, and has nothing left to keep", async () => {
    const stub = fresh();
    await fail(stub, FAILURES_TO_OPEN);
    at(REST);
    for (const view of ["unsure", "closed"]) {
      const probe = await stub.ask(1_000, "acme");
      expect(probe).toMatchObject({ allowed: true, probe: expect.any(Number) });
      expect(await stub.tell("good", probe.allowed ? probe.probe : null, "acme")).toBe(view);
    }
    expect(await stored(stub)).toBe(0);
    expect(await stub.ask(1_000, "acme")).toEqual({ allowed: true, probe: null });
    await evictDurableObject(stub);
    expect(await stub.ask(1_000, "acme")).toEqual({ allowed: true, probe: null });
    expect(await fail(stub, FAILURES_TO_OPEN - 1)).toBe("closed");
  });

  it.each([1, FAILURES_TO_OPEN - 1, FAILURES_TO_OPEN])("[BREAKER-7] keeps what %i failures of one org say about it", async (times) => {
    const stub = fresh();
    await fail(stub, times);
    expect(await stored(stub)).toBe(1);
    await abortAllDurableObjects();
    expect(await again(stub).ask(1_000, "acme")).toMatchObject({ allowed: times < FAILURES_TO_OPEN });
    expect(await stored(again(stub))).toBe(1);
  });
});
