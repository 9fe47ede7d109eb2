/**
 * An hour of load in a simulated world: isolates with their desks, users who call at random, an upstream that charges what it
 * likes below the worst case, a ledger whose answers get lost. What the ledger counts is what the upstream counts.
 */
import { describe, expect, it } from "vitest";
import { type Amount, fits, NOTHING, plus } from "../../../core/budget/amount.ts";
import type { LeaseAnswer } from "../../../core/budget/lease.ts";
import { LEASE_MS } from "../../../core/budget/ledger.ts";
import type { DeskNote } from "../../../core/budget/note.ts";
import { defineDesk } from "../../../workers/budget/desk.ts";
import { amount, dice, makeLedger } from "../../support/budget.ts";

const START = Date.UTC(2026, 10, 20, 9);
const HOUR = 3_600_000;

/** Events in the order of their times; between two of them everything that is ready runs. */
function makeWorld(seed: number, faults: { lost: number; deaths: number }) {
  const roll = dice(seed);
  const clock = { at: START };
  const ledger = makeLedger(clock);
  const queue: { at: number; act: () => void }[] = [];
  const schedule = (afterMs: number, act: () => void): void => {
    const at = clock.at + afterMs;
    let index = queue.length;
    while (index > 0 && (queue[index - 1]?.at ?? 0) > at) index--;
    queue.splice(index, 0, { at, act });
  };
  const wait = (ms: number): Promise<void> => new Promise((resolve) => schedule(ms, resolve));
  const note = async (_org: string, told: DeskNote): Promise<LeaseAnswer> => {
    await wait(1 + Math.floor(roll() * 20));
    if (roll() < faults.lost) throw new Error("the note was lost");
    const answer = ledger.note(told);
    const broken = ledger.broken();
    if (broken.length > 0) expect(broken).toEqual([]);
    await wait(1 + Math.floor(roll() * 20));
    if (roll() < faults.lost) throw new Error("the answer was lost");
    return answer;
  };
  const isolate = () => ({
    isDead: false,
    desk: defineDesk({
      now: () => clock.at,
      random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(roll() * 256)),
      wait,
      note,
    }),
  });
  const isolates = Array.from({ length: 5 }, isolate);
  const counts = { made: 0, refused: 0, failed: 0, deaths: 0, notes: 0 };
  let charged: Amount = NOTHING;
  /** Charged by calls whose isolate died before it could tell. */
  let untold: Amount = NOTHING;
  let number = 0;

  const call = async (): Promise<void> => {
    const place = isolates[Math.floor(roll() * isolates.length)];
    if (place === undefined) return;
    const worst = amount(200 + Math.floor(roll() * 3_000), 500);
    const reserved = await place.desk
      .reserve({
        org: "acme",
        user: `u${Math.floor(roll() * 4)}`,
        workflow: roll() < 0.5 ? null : "refund",
        call: `run_${++number}`,
        worst,
        records: [],
      })
      .catch(() => null);
    if (reserved === null) counts.failed++;
    else if (!reserved.ok) counts.refused++;
    else {
      counts.made++;
      await wait(300 + Math.floor(roll() * 8_000));
      const cost = amount(Math.floor(worst.microUsd * roll()), Math.floor(worst.tokens * roll()));
      const isUnknown = roll() < 0.02;
      if (!isUnknown) charged = plus(charged, cost);
      if (place.isDead) untold = isUnknown ? untold : plus(untold, cost);
      else await reserved.value.settle(isUnknown ? null : cost, []).catch(() => undefined);
    }
  };

  /** The ledger's alarm. */
  const takeBackOverdue = (): void => {
    for (const { id, until, lease } of [...ledger.holders.values()])
      if (until < clock.at && !fits(lease, NOTHING)) ledger.takeBack(id, null);
  };

  return {
    clock,
    ledger,
    counts,
    charged: () => charged,
    untold: () => untold,
    async run(ms: number, callEveryMs: number): Promise<void> {
      for (let at = 0; at < ms; at += callEveryMs) schedule(at, () => void call());
      for (let at = 0; at < ms + 2 * LEASE_MS.desk; at += 60_000) schedule(at, takeBackOverdue);
      for (let death = 1; death <= faults.deaths; death++)
        schedule((ms / (faults.deaths + 1)) * death, () => {
          const dying = isolates.shift();
          if (dying !== undefined) dying.isDead = true;
          isolates.push(isolate());
          counts.deaths++;
        });
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        clock.at = next.at;
        next.act();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

describe("an hour of load", { timeout: 30_000 }, () => {
  it("[LEDGER-16] is counted to the micro-dollar, though notes and answers get lost", async () => {
    const world = makeWorld(7, { lost: 0.02, deaths: 0 });
    world.ledger.setCaps("org", { usd_per_month: 1_000_000_000 });
    await world.run(HOUR, 1_200);
    expect(world.counts.made).toBeGreaterThan(2_900);
    const { month } = world.ledger.account("org");
    expect(month.spent).toEqual(world.charged());
    expect(world.ledger.leased("org")).toEqual(NOTHING);
  });

  it("[LEDGER-1] never goes beyond a cap that it reaches, though isolates die", async () => {
    const world = makeWorld(8, { lost: 0.01, deaths: 12 });
    world.ledger.setCaps("org", { usd_per_day: 2_000_000 });
    world.ledger.setCaps("user:u1", { usd_per_day: 300_000 });
    await world.run(HOUR, 1_200);
    expect(world.counts.refused).toBeGreaterThan(100);
    const { day } = world.ledger.account("org");
    // Most of the cap could be used; what nobody told is held at its worst.
    expect(day.spent.microUsd + day.held.microUsd).toBeGreaterThan(1_900_000);
    expect(world.charged().microUsd - world.untold().microUsd).toBe(day.spent.microUsd);
    expect(day.held.microUsd).toBeGreaterThanOrEqual(world.untold().microUsd);
    expect(world.ledger.leased("org")).toEqual(NOTHING);
  });
});
