/** Which instances stand ready and who gets which. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  begin,
  emptyPool,
  leave,
  mayStand,
  missing,
  type Pool,
  type PoolRule,
  passTime,
  stand,
  surplus,
  take,
} from "../../../core/sandbox/pool.ts";

const RULE: PoolRule = { ready: 2, most: 4, usdPerDay: 1 };
const started = (pool: Pool, ...ids: string[]): Pool => ids.reduce((so, id) => stand(begin(so, id), id), pool);
const sizeOf = ({ ready, starting, taken }: Pool): number => ready.length + starting.length + taken.length;

describe("the pool", () => {
  it("[BOX-10] wants its instances ready, and replaces one that was taken", () => {
    const empty = emptyPool(0);
    expect(missing(empty, RULE)).toBe(2);
    const full = started(empty, "a", "b");
    expect([missing(full, RULE), surplus(full, RULE)]).toEqual([0, 0]);
    const given = take(full, RULE, "fresh", 1_000);
    expect([given.id, given.isReady, missing(given.pool, RULE)]).toEqual(["a", true, 1]);
  });

  it("[BOX-10] keeps one more ready for each call that lately found none, and ends them later", () => {
    const missed = take(emptyPool(0), RULE, "cold", 1_000);
    expect([missed.id, missed.isReady, missing(missed.pool, RULE)]).toEqual(["cold", false, 3]);
    const busy = started(leave(missed.pool, "cold"), "a", "b", "c");
    expect(surplus(busy, RULE)).toBe(0);
    expect(surplus(passTime(busy, 61_000), RULE)).toBe(1);
  });

  it("[BOX-11] never gives an instance twice", () => {
    let pool = started(emptyPool(0), "a", "b");
    const given: (string | null)[] = [];
    for (const fresh of ["c", "d", "e"]) {
      const next = take(pool, RULE, fresh, 1_000);
      pool = next.pool;
      given.push(next.id);
    }
    expect(given).toEqual(["a", "b", "e"]);
    expect(stand(pool, "a")).toBe(pool); // what nobody started never stands ready
    expect(leave(pool, "a").ready).not.toContain("a");
  });

  it("[BOX-12] lets a call wait for an instance that is being started, or for a place where all are at work", () => {
    const starting = begin(emptyPool(0), "a");
    expect(take(starting, RULE, "fresh", 1_000).id).toBeNull();
    expect(take({ ...starting, waiting: 1 }, RULE, "fresh", 1_000).id).toBe("fresh");
    const busy: Pool = { ...emptyPool(0), taken: ["a", "b", "c", "d"].map((id) => ({ id, until: 1_000 })) };
    expect(take(busy, RULE, "fresh", 1_000).id).toBeNull();
    expect(take(passTime(busy, 1_001), RULE, "fresh", 2_000).id).toBe("fresh"); // whose end nobody reported
  });

  it("[BOX-13] starts none ahead of their call once what stood ready today has cost the cap, until the next day", () => {
    const twoAllDay = passTime(started(emptyPool(0), "a", "b"), 24 * 3_600_000 - 1);
    expect(mayStand(twoAllDay, RULE)).toBe(true); // two of type `basic` cost about half a dollar a day
    const cheap = { ...RULE, usdPerDay: 0.2 };
    expect([mayStand(twoAllDay, cheap), missing(leave(twoAllDay, "a"), cheap), surplus(twoAllDay, cheap)]).toEqual([false, 0, 2]);
    expect(take(leave(leave(twoAllDay, "a"), "b"), cheap, "cold", 9e9).id).toBe("cold");
    expect(mayStand(passTime(twoAllDay, 24 * 3_600_000), cheap)).toBe(true);
  });

  it("[BOX-12] has at most as many as the rule allows, whatever happens", () => {
    const deeds = fc.array(fc.record({ deed: fc.constantFrom("take", "tend", "stand", "leave", "wait"), pick: fc.nat(20) }), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(deeds, (list) => {
        let pool = emptyPool(0);
        let next = 0;
        const handed = new Set<string>();
        for (const { deed, pick } of list) {
          const all = [...pool.ready, ...pool.starting, ...pool.taken.map(({ id }) => id)];
          const chosen = all[pick % Math.max(1, all.length)] ?? "";
          if (deed === "wait") pool = passTime(pool, pool.at + pick * 1_000);
          if (deed === "leave") pool = leave(pool, chosen);
          if (deed === "stand") pool = stand(pool, chosen);
          if (deed === "tend") for (let left = missing(pool, RULE); left > 0; left--) pool = begin(pool, `s${next++}`);
          if (deed === "take") {
            const given = take(pool, RULE, `t${next++}`, pool.at + 5_000);
            pool = given.pool;
            if (given.id !== null) {
              expect(handed.has(given.id)).toBe(false);
              handed.add(given.id);
            }
          }
          expect(sizeOf(pool)).toBeLessThanOrEqual(RULE.most);
        }
      }),
    );
  });
});
