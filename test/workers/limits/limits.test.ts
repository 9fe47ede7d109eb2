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
          : new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
      log: (line) => lines.push(line),
      object,
    });
  };
  return { clock, asked, lines, state, isolate };
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
