/** An isolate's side of the limits, with the org's books in memory. */
import { describe, expect, it } from "vitest";
import { type Book, EMPTY, grant, type Wish } from "../../../core/limits/book.ts";
import type { Rule } from "../../../core/limits/rules.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { defineLimitsOfIsolate, type Entry } from "../../../workers/limits/limits.ts";

function world() {
  const clock = { at: 1_000_000 };
  const books = new Map<string, Book>();
  const asked: Wish[][] = [];
  const lines: LogLine[] = [];
  const state = { broken: false };
  /** The timers of requests under way. They ring only here: one that never does is one whose request the runtime ended. */
  const timers: { readonly ms: number; readonly ring: () => void }[] = [];
  const object = () => ({
    async ask(isolate: string, wishes: readonly Wish[]) {
      asked.push([...wishes]);
      if (state.broken) throw new Error("out of reach");
      return wishes.map((wish) => {
        const { book, grant: granted } = grant(books.get(wish.scope) ?? EMPTY, isolate, wish, clock.at);
        books.set(wish.scope, book);
        return granted;
      });
    },
  });
  let isolates = 0;
  const isolate = () => {
    const seed = ++isolates;
    return defineLimitsOfIsolate({
      now: () => clock.at,
      random: (bytes) => new Uint8Array(bytes).fill(seed),
      wait: async (ms, signal) =>
        signal === undefined
          ? new Promise((resolve) => setTimeout(resolve, ms))
          : new Promise<void>((resolve) => {
              timers.push({ ms, ring: resolve });
              signal.addEventListener("abort", () => resolve());
            }),
      log: (line) => lines.push(line),
      object,
    });
  };
  return { clock, asked, lines, state, timers, isolate };
}

const key = (perMinute: number | null, atOnce: number | null = null): Rule => ({ scope: "key:a", perMinute, atOnce });
const finished = async (entry: Entry): Promise<boolean> => {
  if (!entry.ok) return false;
  await entry.background;
  return true;
};
const through = async (limits: ReturnType<ReturnType<typeof world>["isolate"]>, rules: readonly Rule[], times: number): Promise<number> => {
  let count = 0;
  for (let n = 0; n < times; n++) {
    const entry = await limits.enter("acme", rules);
    if (entry.ok) entry.leave();
    if (await finished(entry)) count++;
  }
  return count;
};

describe("a limit a minute", () => {
  it("[LIMITS-1] holds over isolates to the last request, and is used up whole", async () => {
    const { isolate, clock } = world();
    const isolates = [isolate(), isolate(), isolate()];
    let count = 0;
    for (let round = 0; round < 100; round++) {
      for (const limits of isolates) count += await through(limits, [key(60)], 1);
      clock.at += 50;
    }
    expect(count).toBeLessThanOrEqual(60);
    expect(count).toBeGreaterThanOrEqual(55);
  });

  it("[LIMITS-1] refuses with the time at which it may help to come back", async () => {
    const { isolate } = world();
    const limits = isolate();
    expect(await through(limits, [key(3)], 10)).toBe(3);
    const refused = await limits.enter("acme", [key(3)]);
    expect(refused).toMatchObject({ ok: false, scope: "key:a", why: "per_minute", left: [{ remaining: 0 }] });
    if (!refused.ok) expect(refused.retryAfterSeconds).toBeGreaterThan(50);
  });

  it("[LIMITS-4] costs a request in fifty an asking, or less, while it flows; and a flood of refused ones hardly any", async () => {
    const { isolate, clock, asked } = world();
    const limits = isolate();
    for (let n = 0; n < 2_000; n++) {
      expect(await through(limits, [key(100_000)], 1)).toBe(1);
      clock.at += 5;
    }
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThanOrEqual(40);
    const few = isolate();
    await through(few, [{ scope: "key:b", perMinute: 2, atOnce: null }], 2);
    asked.length = 0;
    expect(await through(few, [{ scope: "key:b", perMinute: 2, atOnce: null }], 1_000)).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it("[LIMITS-4] that many meet at once is asked for once", async () => {
    const { isolate, asked } = world();
    const limits = isolate();
    const entries = await Promise.all(Array.from({ length: 8 }, () => limits.enter("acme", [key(1_000)])));
    expect(entries.map(({ ok }) => ok)).toEqual(Array(8).fill(true));
    expect(asked[0]?.length).toBe(1);
    expect([1, 2]).toContain(asked.length); // the first lease, and perhaps the next one ahead of use
  });

  it("[LIMITS-3] counts for none of its rules when one refuses", async () => {
    const { isolate } = world();
    const limits = isolate();
    const tight: Rule = { scope: "org", perMinute: 2, atOnce: null };
    expect(await through(limits, [key(10), tight], 6)).toBe(2);
    expect(await through(limits, [key(10)], 20)).toBe(8);
  });
});

describe("a limit at once", () => {
  it("[LIMITS-2] holds over isolates, and a request that leaves makes room", async () => {
    const { isolate } = world();
    const [a, b] = [isolate(), isolate()];
    const inside: Entry[] = [];
    for (const limits of [a, b, a, b, a, b]) inside.push(await limits.enter("acme", [key(null, 3)]));
    expect(inside.filter(({ ok }) => ok)).toHaveLength(3);
    const refused = inside.find(({ ok }) => !ok);
    expect(refused).toMatchObject({ why: "at_once", retryAfterSeconds: 1 });
    const [first] = inside;
    if (first?.ok) {
      first.leave();
      first.leave();
    }
    expect((await a.enter("acme", [key(null, 3)])).ok).toBe(true);
    expect((await a.enter("acme", [key(null, 3)])).ok).toBe(false);
  });
});

describe("a request that the runtime ends without a word", () => {
  it("[LIMITS-2] gives its place back within half a minute, to its own user and to the others of the org, also after many of them", async () => {
    const { isolate, clock } = world();
    const limits = isolate();
    const rules: readonly Rule[] = [key(3_000, 2), { scope: "org", perMinute: null, atOnce: 2 }];
    const quiet: readonly Rule[] = [
      { scope: "key:q", perMinute: 3_000, atOnce: null },
      { scope: "org", perMinute: null, atOnce: 2 },
    ];
    for (let round = 0; round < 20; round++) {
      const lost = [await limits.enter("acme", rules), await limits.enter("acme", rules)];
      expect(lost.map(({ ok }) => ok)).toEqual([true, true]);
      expect(await limits.enter("acme", quiet)).toMatchObject({ ok: false, scope: "org", why: "at_once" });
      clock.at += 20_000;
      expect(await through(limits, quiet, 3)).toBe(3);
    }
  });

  it("[LIMITS-2] is told from one that says every few seconds that it is there, however long that takes", async () => {
    const { isolate, clock, timers, asked } = world();
    const limits = isolate();
    const rules = [key(null, 1)];
    const slow = await limits.enter("acme", rules);
    for (let at = 0; at < 300_000; ) {
      const [timer] = timers.splice(0);
      if (timer === undefined) throw new Error("nobody says anything");
      clock.at += timer.ms;
      at += timer.ms;
      timer.ring();
      await new Promise((resolve) => setTimeout(resolve));
      clock.at += 1_000; // before the next timer counts, the isolate computes
      expect((await limits.enter("acme", rules)).ok).toBe(false);
    }
    expect(asked.filter(([wish]) => wish?.permits === 0 && wish.underWay === 1).length).toBeGreaterThan(10);
    if (slow.ok) slow.leave();
    clock.at += 1_000;
    expect((await limits.enter("acme", rules)).ok).toBe(true);
  });
});

describe("a refusal", () => {
  it("[LIMITS-7] names the limit that refuses, and a key that did not ask before has all of its permits", async () => {
    const { isolate, clock } = world();
    const limits = isolate();
    const full: Rule = { scope: "org", perMinute: null, atOnce: 1 };
    expect((await limits.enter("acme", [key(25), full])).ok).toBe(true);
    for (const scope of ["key:b", "key:c", "key:d"]) {
      const refused = await limits.enter("acme", [{ scope, perMinute: 25, atOnce: null }, full]);
      expect(refused).toMatchObject({ ok: false, scope: "org", why: "at_once" });
      clock.at += 1;
    }
    const refused = await limits.enter("acme", [{ scope: "key:e", perMinute: 25, atOnce: null }, full]);
    expect(refused.left).toMatchObject([{ scope: "key:e", remaining: 25 }]);
  });

  it("[LIMITS-7] of one scope keeps nobody from what another one has left", async () => {
    const { isolate, clock } = world();
    const limits = isolate();
    const rules = (name: string, user: string): readonly Rule[] => [
      { scope: `key:${name}`, perMinute: 25, atOnce: null },
      { scope: `user:${user}`, perMinute: 40, atOnce: null },
      { scope: "org", perMinute: 60, atOnce: null },
    ];
    expect(await through(limits, rules("a", "ann"), 40)).toBe(25);
    expect(await through(limits, rules("b", "ann"), 40)).toBe(15);
    clock.at += 10;
    const entries = await Promise.all(Array.from({ length: 10 }, () => limits.enter("acme", rules("c", "bob"))));
    expect(entries.map(({ ok }) => ok)).toEqual(Array(10).fill(true));
  });

  it("[LIMITS-7] tells when permits come back, and so does every answer: less as time goes on", async () => {
    const { isolate, clock } = world();
    const limits = isolate();
    const first = await limits.enter("acme", [key(100)]);
    clock.at += 1_000;
    const soon = await limits.enter("acme", [key(100)]);
    const [before, after] = [first, soon].map(({ left }) => left[0]?.resetSeconds ?? 0);
    expect(before).toBeGreaterThan(50);
    expect(after).toBe((before ?? 0) - 1);
    await through(limits, [key(100)], 200);
    clock.at += 30_000;
    const refused = await limits.enter("acme", [key(100)]);
    expect(refused.ok).toBe(false);
    if (!refused.ok) expect(refused.left).toMatchObject([{ remaining: 0, resetSeconds: refused.retryAfterSeconds }]);
  });
});

it("[LIMITS-5] an object that cannot be reached leaves each isolate with the limit by itself, and that is in the log", async () => {
  const { isolate, state, lines, clock } = world();
  state.broken = true;
  const limits = isolate();
  expect(await through(limits, [key(5)], 20)).toBe(5);
  expect(lines[0]).toMatchObject({ level: "warn", event: "limits.out_of_reach", org: "acme" });
  clock.at += 60_000;
  state.broken = false;
  expect(await through(limits, [key(5)], 20)).toBe(5);
});

describe("one permit at a time", () => {
  it("[TOOLC-1] gives exactly the limit over all isolates in any minute, whoever asks, and says when to come back", async () => {
    const { isolate, clock } = world();
    const isolates = [isolate(), isolate(), isolate()];
    const taken: (number | null)[] = [];
    for (let n = 0; n < 9; n++) {
      taken.push(...(await Promise.all(isolates.map((limits) => limits.take("acme", "tool:a", 7)))));
      clock.at += 1_000;
    }
    expect(taken.filter((wait) => wait === null)).toHaveLength(7);
    expect(await isolates[0]?.take("acme", "tool:a", 7)).toBe(51_000);
    clock.at += 51_000;
    expect(await isolates[2]?.take("acme", "tool:a", 7)).toBe(null);
  });

  it("[TOOLC-1] leases where the limit is high, and never gives more than it", async () => {
    const { isolate, asked } = world();
    const [one, other] = [isolate(), isolate()];
    let through = 0;
    for (let n = 0; n < 400; n++) for (const limits of [one, other]) if ((await limits.take("acme", "tool:b", 300)) === null) through++;
    expect(through).toBe(300);
    expect(asked.length).toBeGreaterThan(1);
    expect(asked.length).toBeLessThan(200);
  });

  it("[TOOLC-1] counts by itself when the object is out of reach", async () => {
    const { isolate, state, lines } = world();
    state.broken = true;
    const limits = isolate();
    const taken = [];
    for (let n = 0; n < 5; n++) taken.push((await limits.take("acme", "tool:c", 3)) === null);
    expect(taken).toEqual([true, true, true, false, false]);
    expect(lines.length).toBeGreaterThan(0);
  });
});
