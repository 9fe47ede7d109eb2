/** The desk: when a call waits for money, what is on record when, and that it fails closed. Beside it the real ledger in workerd. */
import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Amount, NOTHING } from "../../../core/budget/amount.ts";
import type { LeaseAnswer } from "../../../core/budget/lease.ts";
import { LEASE_MS } from "../../../core/budget/ledger.ts";
import type { DeskNote } from "../../../core/budget/note.ts";
import { budgetLedgerOf } from "../../../durable-objects/budget-ledger/stub.ts";
import { defineDesk } from "../../../workers/budget/desk.ts";
import type { Reservation } from "../../../workers/budget/ports.ts";
import { amount, caps, dice, makeLedger } from "../../support/budget.ts";
import { FAR } from "../../support/far.ts";
import { PATIENCE_MS, until } from "../../support/patience.ts";
import { budgetLedgerWorld } from "../../support/worlds/budget-ledger.ts";

const clock = { at: FAR };
beforeEach(() => {
  clock.at = FAR;
});

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const soon = (): Promise<void> => scheduler.wait(1);
let number = 0;
const wishFor = (worst: Amount, user = "ann", workflow: string | null = null) => ({
  org: "acme",
  user,
  workflow,
  call: `run_${++number}`,
  worst,
  records: [],
});

/** A desk with a ledger that does what the test says, before it answers and after. */
function makeDesk(script: { before?: (note: DeskNote) => Promise<void>; after?: (note: DeskNote) => Promise<void> } = {}) {
  const ledger = makeLedger(clock);
  const notes: DeskNote[] = [];
  const world = { ledger, notes, ...script };
  const note = async (_: string, told: DeskNote): Promise<LeaseAnswer> => {
    notes.push(told);
    await world.before?.(told);
    const answer = ledger.note(told);
    await world.after?.(told);
    return answer;
  };
  const desk = defineDesk({ now: () => clock.at, random, wait: (ms) => scheduler.wait(Math.min(ms, 20)), note });
  return Object.assign(world, { desk });
}
async function reserved(desk: ReturnType<typeof makeDesk>["desk"], worst: Amount, user = "ann"): Promise<Reservation> {
  const answer = await desk.reserve(wishFor(worst, user));
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`);
  return answer.value;
}

describe("a slice", () => {
  it("[DESK-1] is asked for once; the calls that follow wait for nobody", async () => {
    const world = makeDesk();
    const first = await reserved(world.desk, amount(100));
    world.before = () => new Promise(() => {}); // from now on the ledger is slow
    const others = await Promise.all([reserved(world.desk, amount(100)), reserved(world.desk, amount(100))]);
    expect(others).toHaveLength(2);
    expect(world.ledger.leased("org")).toEqual(amount(500));
    void first.onRecord;
  });

  it("[DESK-2] a call that is larger than what is left asks for more, and those behind it wait their turn", async () => {
    const world = makeDesk();
    await reserved(world.desk, amount(10));
    const order: string[] = [];
    const large = world.desk.reserve(wishFor(amount(5_000))).then(() => order.push("large"));
    const small = world.desk.reserve(wishFor(amount(1))).then(() => order.push("small"));
    expect(order).toEqual([]);
    await Promise.all([large, small]);
    expect(order).toEqual(["large", "small"]);
    expect(world.ledger.leased("org").microUsd).toBeGreaterThanOrEqual(5_011);
  });

  it("[DESK-3] several attempts and outcomes share a note", async () => {
    const world = makeDesk();
    world.before = soon;
    const all = await Promise.all(Array.from({ length: 50 }, () => reserved(world.desk, amount(10))));
    await Promise.all(all.map(({ onRecord }) => onRecord));
    await Promise.all(all.map((reservation, index) => reservation.settle(amount(index % 10), [])));
    expect(world.notes.length).toBeLessThan(12);
    expect(world.ledger.account("org").day.spent.microUsd).toBe(225);
    expect(world.notes.map(({ n }) => n)).toEqual([...new Set(world.notes.map(({ n }) => n))]);
  });

  it("[DESK-4] nothing begins past its time, nor just before", async () => {
    const world = makeDesk();
    const first = await reserved(world.desk, amount(10));
    await first.settle(NOTHING, []);
    clock.at += LEASE_MS.desk - 1_000;
    world.before = () => Promise.reject(new Error("out of reach"));
    await expect(world.desk.reserve(wishFor(amount(10)))).rejects.toThrow("out of reach");
    world.before = soon;
    expect((await world.desk.reserve(wishFor(amount(10)))).ok).toBe(true);
  });

  it("[DESK-5] one that nobody uses is given back with the end of another call", async () => {
    const world = makeDesk();
    await (await reserved(world.desk, amount(10), "ann")).settle(amount(4), []);
    const bob = await reserved(world.desk, amount(10), "bob");
    clock.at += 60_000;
    await bob.settle(amount(5), []);
    void bob.tidy();
    await vi.waitFor(() => expect(world.ledger.leased("user:ann")).toEqual(NOTHING), PATIENCE_MS);
    expect(world.ledger.leased("user:ann")).toEqual(NOTHING);
    expect(world.ledger.leased("user:bob").microUsd).toBeGreaterThan(0);
    expect(world.ledger.account("org").day.spent).toEqual(amount(9));
  });
});

describe("a slice of somebody who is gone", () => {
  it("[DESK-11] goes back some seconds after the last call, and not while calls go on", async () => {
    const world = makeDesk();
    const only = await reserved(world.desk, amount(10));
    await only.settle(amount(4), []);
    const waiting = only.tidy();
    clock.at += 4_000;
    await waiting;
    expect(world.ledger.leased("org")).toEqual(NOTHING);
    expect(world.ledger.account("org").day.spent).toEqual(amount(4));
    const first = await reserved(world.desk, amount(10));
    await first.settle(amount(1), []);
    const again = first.tidy();
    clock.at += 2_000;
    await reserved(world.desk, amount(10)); // under way: nothing of its slice goes back
    clock.at += 2_000;
    await again;
    expect(world.ledger.leased("org").microUsd).toBeGreaterThan(0);
  });
});

describe("refusing", () => {
  it("[DESK-6] what the ledger refuses is refused, and smaller calls may still be made", async () => {
    const world = makeDesk();
    world.ledger.setCaps("user:ann", { usd_per_day: 100 });
    expect(await world.desk.reserve(wishFor(amount(101)))).toMatchObject({
      ok: false,
      error: { why: "cap", scope: "user:ann", cap: "usd_per_day" },
    });
    expect(await world.desk.reserve(wishFor(amount(100)))).toMatchObject({ ok: true });
    expect(await world.desk.reserve(wishFor(amount(1)))).toMatchObject({ ok: false });
    expect(world.ledger.broken()).toEqual([]);
  });

  it("[DESK-6] a crowd before an empty account is refused with few notes", async () => {
    const world = makeDesk({ before: soon });
    world.ledger.setCaps("org", { usd_per_day: 0 });
    const answers = await Promise.all(Array.from({ length: 200 }, () => world.desk.reserve(wishFor(amount(5)))));
    expect(answers.some(({ ok }) => ok)).toBe(false);
    expect(world.notes.length).toBeGreaterThan(0);
    expect(world.notes.length).toBeLessThan(5);
  });

  it("[DESK-6] a call may not cost more than a run may", async () => {
    const world = makeDesk();
    world.ledger.setCaps("org", { usd_per_run: 50 });
    expect(await world.desk.reserve(wishFor(amount(51)))).toMatchObject({ ok: false, error: { cap: "usd_per_run", scope: "org" } });
    expect(await world.desk.reserve(wishFor(amount(50)))).toMatchObject({ ok: true });
  });

  it("[DESK-13] a call that serves a workflow's run counts against that workflow's caps, and others do not", async () => {
    const world = makeDesk();
    world.ledger.setCaps("workflow:refund", { usd_per_day: 100 });
    const served = await world.desk.reserve(wishFor(amount(60), "ann", "refund"));
    if (!served.ok) throw new Error("refused");
    await served.value.settle(amount(60), [], "now");
    expect(world.ledger.account("workflow:refund").day.spent).toEqual(amount(60));
    expect(await world.desk.reserve(wishFor(amount(60), "ann", "refund"))).toMatchObject({
      ok: false,
      error: { cap: "usd_per_day", scope: "workflow:refund" },
    });
    for (const other of [null, "answer"]) expect(await world.desk.reserve(wishFor(amount(60), "ann", other))).toMatchObject({ ok: true });
    expect(new Set(world.notes.map(({ holder, workflow }) => `${holder} ${workflow}`)).size).toBe(3);
  });

  it.each([{ usd_per_run: null }, { usd_per_run: 100 }])(
    "[DESK-12] a cap on one call that was lifted (%o) refuses nobody for longer than a second, however busy the desk is",
    async (lifted) => {
      const world = makeDesk();
      world.ledger.setCaps("org", { usd_per_run: 50 });
      expect(await world.desk.reserve(wishFor(amount(51)))).toMatchObject({ ok: false, error: { cap: "usd_per_run" } });
      const told = world.notes.length;
      for (let n = 0; n < 20; n++) expect((await world.desk.reserve(wishFor(amount(51)))).ok).toBe(false);
      expect(world.notes).toHaveLength(told); // a crowd of refused calls asks nothing
      world.ledger.setCaps("org", lifted);
      const outcomes: boolean[] = [];
      for (let n = 0; n < 5; n++) {
        clock.at += 400;
        outcomes.push((await world.desk.reserve(wishFor(amount(51)))).ok);
      }
      expect(outcomes).toEqual([false, false, true, true, true]);
    },
  );

  it("[DESK-7] fails closed when the ledger is out of reach, also with money left in the slice", async () => {
    const world = makeDesk();
    const first = await reserved(world.desk, amount(10));
    await first.onRecord;
    world.before = () => Promise.reject(new Error("out of reach"));
    const second = await reserved(world.desk, amount(10)); // from the slice: nobody knows yet
    await expect(second.onRecord).rejects.toThrow("out of reach");
    await expect(world.desk.reserve(wishFor(amount(10)))).rejects.toThrow("out of reach");
    world.before = soon;
    expect((await world.desk.reserve(wishFor(amount(10)))).ok).toBe(true);
    await first.settle(amount(3), []);
    await second.settle(amount(4), []);
    expect(world.ledger.account("org").day.spent).toEqual(amount(7));
  });

  it("[DESK-8] a request whose carrier went away sends the note itself; it counts once", async () => {
    const world = makeDesk();
    const first = await reserved(world.desk, amount(10));
    await first.onRecord;
    let gone = 0;
    world.after = () => (gone++ === 0 ? new Promise(() => {}) : Promise.resolve()); // counted, but its answer comes to nobody
    void first.settle(amount(7), []);
    await until(() => gone === 1);
    const second = await reserved(world.desk, amount(1_000));
    await second.settle(amount(8), []);
    expect(world.ledger.account("org").day.spent).toEqual(amount(15));
  });

  it("[DESK-9] a call's end is told once", async () => {
    const world = makeDesk();
    const call = await reserved(world.desk, amount(10));
    await Promise.all([call.settle(amount(7), []), call.settle(amount(7), [])]);
    await call.settle(null, []);
    expect(world.ledger.account("org").day).toMatchObject({ spent: amount(7), held: NOTHING });
  });
});

describe("with the real ledger", () => {
  it("[LEDGER-1] three desks and a ledger that dies under them keep a cap, and count what the upstream charged", async () => {
    const org = `org-${crypto.randomUUID()}`;
    budgetLedgerWorld.now = () => clock.at;
    budgetLedgerWorld.send = async () => undefined;
    budgetLedgerWorld.notify = async () => "told";
    // The calls would cost about 60,000 in all: a cap well below refuses dozens, however the machine interleaves them.
    const CAP = 40_000;
    const record = {
      event_id: "evt_1",
      timestamp: "",
      trace_id: null,
      event_type: "budget.changed",
      actor: { type: "user", id: "ann" },
      action: "",
      resource: "",
      decision: null,
      policy_version: null,
      risk_score: null,
      data: {},
    } as const;
    await budgetLedgerOf(env.BUDGET_LEDGER, org).setCaps(org, "org", caps({ usd_per_day: CAP }), record);
    const line = async () => (await budgetLedgerOf(env.BUDGET_LEDGER, org).view(org, { limit: 1, cursor: null })).data[0]?.usd_per_day;
    const roll = dice(5);
    const desks = Array.from({ length: 3 }, () =>
      defineDesk({
        now: () => clock.at,
        random,
        wait: (ms) => scheduler.wait(ms),
        note: async (_, note) => budgetLedgerOf(env.BUDGET_LEDGER, org).note(org, note),
      }),
    );
    let charged = 0;
    let refused = 0;
    const call = async (): Promise<void> => {
      const desk = desks[Math.floor(roll() * desks.length)];
      const worst = 50 + Math.floor(roll() * 400);
      const answer = await desk?.reserve(wishFor(amount(worst), `u${Math.floor(roll() * 3)}`)).catch(() => null);
      if (answer?.ok === false) refused++;
      if (!answer?.ok) return;
      const cost = Math.floor(worst * roll());
      charged += cost;
      await scheduler.wait(Math.floor(roll() * 10));
      await answer.value.settle(amount(cost), []);
    };
    for (let wave = 0; wave < 12; wave++) {
      const calls = Array.from({ length: 40 }, call);
      if (wave % 3 === 1) {
        await scheduler.wait(3);
        await abortAllDurableObjects();
      }
      const now = await line();
      expect((now?.spent ?? 0) + (now?.held ?? 0) + (now?.leased ?? 0)).toBeLessThanOrEqual(CAP / 1_000_000);
      await Promise.all(calls);
    }
    expect(refused).toBeGreaterThan(20);
    clock.at += LEASE_MS.desk + 60_000;
    await runDurableObjectAlarm(env.BUDGET_LEDGER.getByName(org));
    expect(await line()).toMatchObject({ spent: charged / 1_000_000, leased: 0 });
  });
});
