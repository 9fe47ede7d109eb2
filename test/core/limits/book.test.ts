/** The book of a scope: whatever isolates do with what they were granted, no 60 seconds hold more than the limit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Book, bookEnds, EMPTY, type Grant, grant, SLOTS_LAST_MS, WINDOW_MS, type Wish } from "../../../core/limits/book.ts";
import { rulesOf } from "../../../core/limits/rules.ts";

const wish = (over: Partial<Wish> = {}): Wish => ({
  scope: "key:a",
  perMinute: 10,
  atOnce: null,
  unused: [],
  permits: 4,
  underWay: 0,
  slots: 0,
  ...over,
});

describe("permits", () => {
  it("[LIMITS-1] never let more through in any 60 seconds than the limit, whatever isolates do with them", () => {
    const step = fc.record({
      isolate: fc.nat(3),
      wait: fc.nat(9_000),
      permits: fc.integer({ min: 1, max: 20 }),
      use: fc.nat(20),
      late: fc.nat(70_000),
      returns: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 60 }), (perMinute, steps) => {
        let book: Book = EMPTY;
        let at = 0;
        const uses: number[] = [];
        /** What each isolate got and did not use, by lot. */
        const left = Array.from({ length: 4 }, () => new Map<number, number>());
        for (const { isolate, wait, permits, use, late, returns } of steps) {
          at += wait;
          const mine = left[isolate] ?? new Map<number, number>();
          const unused = returns ? [...mine].map(([lot, unusedPermits]) => ({ lot, permits: unusedPermits })) : [];
          if (returns) mine.clear();
          const answer = grant(book, String(isolate), wish({ perMinute, permits, unused }), at);
          book = answer.book;
          const { lot, permits: got, usableMs } = answer.grant;
          const used = Math.min(use, got);
          // As late as it may be, while later steps happen at earlier times.
          for (let n = 0; n < used; n++) uses.push(at + Math.min(late, usableMs - 1));
          // What is used later than it is given back would be a lie of the isolate: it gives back what it does not use.
          if (got > used) mine.set(lot, got - used);
        }
        uses.sort((a, b) => a - b);
        for (const [index, from] of uses.entries()) {
          const within = uses.slice(index).filter((other) => other < from + WINDOW_MS).length;
          if (within > perMinute) return false;
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });

  it("[LIMITS-1] come back when what was not used is given back, and a minute after the rest", () => {
    const first = grant(EMPTY, "a", wish({ perMinute: 4, permits: 4 }), 0);
    expect(first.grant).toMatchObject({ permits: 2, left: 2, retryMs: 0 });
    const second = grant(first.book, "b", wish({ perMinute: 4, permits: 4 }), 10);
    expect(second.grant).toMatchObject({ permits: 1, left: 1 });
    const third = grant(second.book, "b", wish({ perMinute: 4, permits: 4 }), 20);
    const none = grant(third.book, "b", wish({ perMinute: 4 }), 30);
    expect(none.grant).toMatchObject({ permits: 0, left: 0 });
    expect(none.grant.retryMs).toBeGreaterThan(WINDOW_MS - 30);
    const back = grant(none.book, "a", wish({ perMinute: 4, unused: [{ lot: first.grant.lot, permits: 2 }] }), 40);
    expect(back.grant.permits).toBe(1);
    expect(grant(none.book, "b", wish({ perMinute: 4 }), bookEnds(none.book)).grant.permits).toBe(2);
  });

  it("[LIMITS-1] are usable for two seconds where they are many, a minute where they are few, and at once where they are used at once", () => {
    const usable = (perMinute: number | null, permits: number, more: Partial<Wish> = {}): number =>
      grant(EMPTY, "a", wish({ perMinute, permits, ...more }), 7).grant.usableMs;
    expect([usable(10, 1), usable(10, 2), usable(1_000, 10), usable(1_000, 11), usable(null, 1_000)]).toEqual([
      60_000, 2_000, 60_000, 2_000, 60_000,
    ]);
    expect(usable(10, 1, { usedAtOnce: true })).toBe(0);
  });

  it("[LIMITS-1] are asked for again when the first of those that count ends, and at once by whoever got some or wants none", () => {
    const first = grant(EMPTY, "a", wish({ perMinute: 2, permits: 2, usedAtOnce: true }), 1_000);
    const ask = (more: Partial<Wish>, at: number, book = first.book) => grant(book, "b", wish({ perMinute: 2, ...more }), at).grant;
    expect(ask({}, 11_000)).toMatchObject({ permits: 0, retryMs: 50_000 });
    expect(ask({ permits: 0 }, 11_000).retryMs).toBe(0);
    expect([ask({}, 60_999).permits, ask({}, 61_000).permits]).toEqual([0, 1]);
    const one = grant(EMPTY, "a", wish({ perMinute: 2, permits: 1, usedAtOnce: true }), 1_000);
    const two = grant(one.book, "a", wish({ perMinute: 2, permits: 1, usedAtOnce: true }), 5_000);
    expect(two.grant).toMatchObject({ permits: 1, retryMs: 0 });
    expect(ask({}, 11_000, two.book).retryMs).toBe(50_000);
    expect(grant(EMPTY, "a", wish({ perMinute: 0 }), 5).grant).toMatchObject({ permits: 0, retryMs: 0 });
  });

  it("[LIMITS-1] are back when the first of those that count ends, what is granted now included, and at once where none count", () => {
    const backMs = (book: Book, at: number, more: Partial<Wish> = {}) => grant(book, "b", wish({ perMinute: 2, ...more }), at).grant.backMs;
    const first = grant(EMPTY, "a", wish({ perMinute: 2, permits: 2, usedAtOnce: true }), 1_000);
    expect([first.grant.backMs, backMs(first.book, 11_000), backMs(first.book, 11_000, { perMinute: null })]).toEqual([60_000, 50_000, 0]);
    expect([backMs(EMPTY, 5, { perMinute: 0 }), backMs(EMPTY, 5)]).toEqual([0, 120_000]);
    const slow = grant(EMPTY, "a", wish({ perMinute: 1, permits: 1 }), 0);
    expect(backMs(slow.book, 1_000, { perMinute: 1, usedAtOnce: true })).toBe(119_000);
  });

  it("[LIMITS-1] are in the book only as long as they count, and not where there is no limit", () => {
    const full = grant(EMPTY, "a", wish({ perMinute: 2, permits: 2, usedAtOnce: true }), 0);
    expect(full.book).toEqual({ v: 1, counted: [{ isolate: "a", lot: 1, permits: 2, usableUntil: 0 }], held: [] });
    expect(grant(full.book, "b", wish({ perMinute: 2 }), 1).book).toEqual(full.book);
    expect(grant(EMPTY, "a", wish({ perMinute: null, atOnce: null, underWay: 1, slots: 1 }), 1).book).toEqual(EMPTY);
    expect(grant(EMPTY, "a", wish({ perMinute: null, atOnce: 5, permits: 3 }), 1).book).toEqual(EMPTY);
  });

  it("[LIMITS-1] that are given back in part count for a minute from then, and in whole not at all", () => {
    const first = grant(EMPTY, "a", wish({ perMinute: 400, permits: 4 }), 0);
    const { lot } = first.grant;
    expect(first.book.counted).toEqual([{ isolate: "a", lot, permits: 4, usableUntil: 60_000 }]);
    const give = (permits: number, at: number) =>
      grant(first.book, "a", wish({ perMinute: 400, permits: 0, unused: [{ lot, permits }] }), at).book.counted;
    expect(give(3, 10_000)).toEqual([{ isolate: "a", lot, permits: 1, usableUntil: 10_000 }]);
    expect(give(3, 90_000)).toEqual([{ isolate: "a", lot, permits: 1, usableUntil: 60_000 }]);
    expect(give(4, 10_000)).toEqual([]);
  });

  it("[LIMITS-1] are nobody's to give back but their isolate's, and never more than were granted", () => {
    const first = grant(EMPTY, "a", wish({ perMinute: 2, permits: 2 }), 0);
    const others = grant(first.book, "b", wish({ perMinute: 2, unused: [{ lot: first.grant.lot, permits: 2 }] }), 1);
    expect(others.grant).toMatchObject({ permits: 1, left: 0 });
    const lied = grant(
      others.book,
      "a",
      wish({
        perMinute: 2,
        unused: [
          { lot: first.grant.lot, permits: 1_000 },
          { lot: 7, permits: -5 },
        ],
      }),
      2,
    );
    expect(lied.grant.permits).toBe(1);
  });
});

describe("slots", () => {
  const atOnce = (isolate: string, underWay: number, slots: number, book: Book, at = 0): { book: Book; grant: Grant } =>
    grant(book, isolate, wish({ perMinute: null, atOnce: 3, permits: 0, underWay, slots }), at);

  it("[LIMITS-2] are never more than the limit, over all isolates", () => {
    const a = atOnce("a", 0, 2, EMPTY);
    const b = atOnce("b", 0, 2, a.book);
    const c = atOnce("c", 0, 2, b.book);
    expect([a.grant.slots, b.grant.slots, c.grant.slots]).toEqual([2, 1, 0]);
    const given = atOnce("a", 0, 0, c.book);
    expect(atOnce("c", 0, 2, given.book).grant.slots).toBe(2);
  });

  it("[LIMITS-2] of an isolate that says nothing for a minute are free again", () => {
    const a = atOnce("a", 0, 3, EMPTY);
    expect(atOnce("b", 0, 1, a.book, SLOTS_LAST_MS - 1).grant.slots).toBe(0);
    expect(atOnce("b", 0, 1, a.book, SLOTS_LAST_MS).grant.slots).toBe(1);
  });
});

describe("the rules of a request", () => {
  const caller = { credential: "key_1", user: "ann" };
  it("[LIMITS-3] are the deployment's for its key, and what its org chose", () => {
    expect(rulesOf(caller, 3_000, {})).toEqual([{ scope: "key:key_1", perMinute: 3_000, atOnce: null }]);
    expect(rulesOf(caller, 3_000, { key: { per_minute: 100, at_once: 5 }, user: { at_once: 7 }, org: { per_minute: 1_000 } })).toEqual([
      { scope: "key:key_1", perMinute: 100, atOnce: 5 },
      { scope: "user:ann", perMinute: null, atOnce: 7 },
      { scope: "org", perMinute: 1_000, atOnce: null },
    ]);
  });

  it("[LIMITS-3] never allow a key more than the deployment does", () => {
    expect(rulesOf(caller, 60, { key: { per_minute: 1_000 } })[0]?.perMinute).toBe(60);
  });
});
