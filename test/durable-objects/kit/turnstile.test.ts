/** Who gets in, who is told to come again and when, and that a crowd is through in time proportional to its size. */
import { describe, expect, it } from "vitest";
import { Turnstile } from "../../../kit/turnstile.ts";

const LIMITS = { width: 4, groupWidth: 3, perSecond: 10, longestMs: 60_000 };
const HELD_MS = 5_000;

describe("a turnstile", () => {
  it("[LOAD-1] lets in as many as it is wide, and fewer of one group: a crowd of one leaves room for others", () => {
    const turnstile = new Turnstile(LIMITS);
    const waits = ["a", "b", "c", "d", "e"].map((who) => turnstile.enter(who, "crowd", 0, HELD_MS));
    expect(waits.map((wait) => wait === 0)).toEqual([true, true, true, false, false]);
    expect(turnstile.enter("x", "other", 0, HELD_MS)).toBe(0);
    expect(turnstile.enter("y", "other", 0, HELD_MS)).toBeGreaterThan(0);
  });

  it("[LOAD-1] counts nobody twice, and gives a place back on leaving and after its time", () => {
    const turnstile = new Turnstile({ ...LIMITS, width: 1 });
    expect([turnstile.enter("a", "g", 0, HELD_MS), turnstile.enter("a", "g", 1, HELD_MS)]).toEqual([0, 0]);
    expect(turnstile.enter("b", "g", 2, HELD_MS)).toBeGreaterThan(0);
    turnstile.leave("a");
    expect(turnstile.enter("b", "g", 3, HELD_MS)).toBe(0);
    expect(turnstile.enter("c", "g", 3 + HELD_MS - 1, HELD_MS)).toBeGreaterThan(0);
    expect(turnstile.enter("c", "g", 3 + HELD_MS, HELD_MS)).toBe(0);
  });

  it("[LOAD-1] tells a crowd to come again one after another, never later than the longest wait", () => {
    const turnstile = new Turnstile(LIMITS);
    for (const who of ["a", "b", "c"]) turnstile.enter(who, "g", 0, HELD_MS);
    const waits = Array.from({ length: 1_000 }, (_, n) => turnstile.enter(`late-${n}`, "g", 0, HELD_MS));
    expect(waits.slice(0, 3)).toEqual([100, 200, 300]);
    expect(Math.max(...waits)).toBe(60_000);
  });

  // A second of service for each ten: whoever is inside is confirmed 100 ms later.
  it.each([500, 1_000, 2_000])("[LOAD-2] a crowd of %i is through in time proportional to its size", (size) => {
    const turnstile = new Turnstile({ ...LIMITS, longestMs: 600_000 });
    const due = Array.from({ length: size }, (_, who) => ({ who, at: 0, done: false }));
    const leaving: { readonly who: number; readonly at: number }[] = [];
    let [now, asked] = [0, 0];
    for (; due.some(({ done }) => !done); now += 10) {
      while (leaving[0] !== undefined && leaving[0].at <= now) turnstile.leave(leaving.shift()?.who);
      for (const row of due) {
        if (row.done || row.at > now) continue;
        asked += 1;
        const wait = turnstile.enter(row.who, "g", now, HELD_MS);
        if (wait > 0) row.at = now + wait;
        else {
          row.done = true;
          leaving.push({ who: row.who, at: now + 100 });
        }
      }
    }
    expect(now).toBeLessThan(size * 110 + 1_000);
    expect(asked).toBeLessThan(size * 3); // nobody asks over and over
  });
});
