/** The ledger's room in workerd: what is durable when, what comes back, who is told. The arithmetic is tested in test/core/budget. */
import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { AuditRecord, RecordsMessage } from "../../../core/audit/record.ts";
import { DEPLOYMENT_LEDGER, type LeaseRequest } from "../../../core/budget/lease.ts";
import { LEASE_MS } from "../../../core/budget/ledger.ts";
import type { DeskNote } from "../../../core/budget/note.ts";
import { mintId } from "../../../core/ids.ts";
import type { Notice } from "../../../durable-objects/budget-ledger/notices.ts";
import { budgetLedgerOf } from "../../../durable-objects/budget-ledger/stub.ts";
import { amount, caps, request } from "../../support/budget.ts";
import { FAR } from "../../support/far.ts";
import { budgetLedgerWorld as world } from "../../support/worlds/budget-ledger.ts";

const MINUTE = 60_000;
const NONE = amount(0);

let now = FAR;
let sent: RecordsMessage[] = [];
let notices: Notice[] = [];
beforeEach(() => {
  now = FAR;
  sent = [];
  notices = [];
  world.now = () => now;
  world.send = async (message) => void sent.push(message);
  world.notify = async (_org, notice) => {
    notices.push(notice);
    return "told";
  };
  world.askRun = () => Promise.reject(new Error("unscripted: askRun"));
});

const fresh = () => {
  const org = `org-${crypto.randomUUID()}`;
  return { org, ledger: budgetLedgerOf(env.BUDGET_LEDGER, org) };
};
const stubOf = (org: string) => env.BUDGET_LEDGER.getByName(org);
const ring = (org: string) => runDurableObjectAlarm(stubOf(org));
const alarmOf = (org: string) => runInDurableObject(stubOf(org), (_, state) => state.storage.getAlarm());
const rowsOf = (org: string, table: string) =>
  runInDurableObject(stubOf(org), (_, state) => Number(state.storage.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()["n"]));
/** Once each: what is not confirmed is sent again. */
const recordsSent = (): AuditRecord[] => [
  ...new Map(
    sent.flatMap(({ rows }) => rows.flatMap(({ records }) => records)).map((sentRecord) => [sentRecord.event_id, sentRecord]),
  ).values(),
];
const percents = () => notices.map(({ data }) => Number(data["percent"])).sort();
const record = (type: string): AuditRecord => ({
  event_id: mintId("evt", now, crypto.getRandomValues(new Uint8Array(10))),
  timestamp: new Date(now).toISOString(),
  trace_id: null,
  event_type: type,
  actor: { type: "user", id: "ann" },
  action: type,
  resource: "x",
  decision: null,
  policy_version: null,
  risk_score: null,
  data: {},
});
const note = (over: Partial<DeskNote>): DeskNote => ({
  holder: "desk_1",
  user: "ann",
  n: 1,
  attempts: [],
  outcomes: [],
  wish: null,
  ...over,
});
const orgLine = async (ledger: ReturnType<typeof budgetLedgerOf>, org: string) =>
  (await ledger.view(org, { limit: 1, cursor: null })).data[0];
const setCaps = (
  ledger: ReturnType<typeof budgetLedgerOf>,
  org: string,
  over: Parameters<typeof caps>[0],
  scope: "org" | `user:${string}` = "org",
) => ledger.setCaps(org, scope, caps(over), record("budget.changed"));

describe("caps", () => {
  it("[LEDGER-14] can be read when they are set, are on record, and outlive the object", async () => {
    const { org, ledger } = fresh();
    await setCaps(ledger, org, { usd_per_day: 500_000 });
    await setCaps(ledger, org, { tokens_per_month: 9 }, "user:ann");
    const page = await ledger.view(org, { limit: 1, cursor: null });
    expect(page).toMatchObject({ data: [{ scope: "org", usd_per_day: { limit: 0.5, left: 0.5 } }], next_cursor: "org" });
    await evictDurableObject(stubOf(org));
    expect(await ledger.view(org, { limit: 5, cursor: "org" })).toMatchObject({
      data: [{ scope: "user:ann", usd_per_day: { limit: null, left: null }, tokens_per_month: { limit: 9 } }],
      next_cursor: null,
    });
    now += 1_000;
    await ring(org);
    expect(recordsSent().map(({ event_type }) => event_type)).toEqual(["budget.changed", "budget.changed"]);
    expect(sent[0]).toMatchObject({ org, source: { kind: "budget-ledger", id: org } });
    await ledger.confirm(sent.flatMap(({ rows }) => rows.map(({ id }) => id)));
    expect(await rowsOf(org, "outbox")).toBe(0);
  });

  it("[LEDGER-14] a ledger that is only asked stores nothing", async () => {
    const { org, ledger } = fresh();
    expect(await ledger.view(org, { limit: 5, cursor: null })).toEqual({ data: [], next_cursor: null });
    await ledger.confirm(["evt_x"]);
    const tables = await runInDurableObject(stubOf(org), (_, state) =>
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
    expect(await alarmOf(org)).toBeNull();
  });

  it("[LEDGER-14] serves one org, and a holder spends for one user", async () => {
    const { org, ledger } = fresh();
    await ledger.lease(org, request({ want: amount(5) }));
    await expect(runInDurableObject(stubOf(org), (room) => room.lease("another", request()))).rejects.toThrow("another org's");
    await expect(runInDurableObject(stubOf(org), (room) => room.lease(org, request({ n: 2, user: "bob" })))).rejects.toThrow(
      "somebody else",
    );
  });
});

describe("commits", () => {
  it("[LEDGER-13] what comes at the same time is one commit: an account that all share is one row", async () => {
    const { org } = fresh();
    const requests = Array.from({ length: 40 }, (_, index) =>
      request({ holder: `run_${index}`, user: `u${index}`, workflow: null, spent: amount(1, 1), want: amount(10) }),
    );
    const written = await runInDurableObject(stubOf(org), async (room, state) => {
      await room.lease(org, request({ holder: "run_x", want: amount(1) }));
      const { sql } = state.storage;
      const before = Number(sql.exec("SELECT total_changes() AS n").one()["n"]);
      await Promise.all(requests.map((each) => room.lease(org, each)));
      return Number(sql.exec("SELECT total_changes() AS n").one()["n"]) - before;
    });
    expect(written).toBe(40 /* leases */ + 40 /* users */ + 1 /* the org */);
  });

  it("[LEDGER-13] a request costs one row, one more for each account that it spends from, and two where the lease ends", async () => {
    const { org } = fresh();
    const rows: number[] = [];
    await runInDurableObject(stubOf(org), async (room, state) => {
      const count = async (given: LeaseRequest) => {
        const before = Number(state.storage.sql.exec("SELECT total_changes() AS n").one()["n"]);
        await room.lease(org, given);
        rows.push(Number(state.storage.sql.exec("SELECT total_changes() AS n").one()["n"]) - before);
      };
      await room.lease(org, request({ holder: "run_x", want: amount(1) })); // asks the deployment
      await room.lease(org, request({ holder: "run_y" })); // sets the alarm
      await count(request({ want: amount(10) }));
      await count(request({ n: 2, spent: amount(4), want: amount(10) }));
      await count(request({ n: 2, spent: amount(4), want: amount(10) }));
      await count(request({ n: 3, spent: amount(9) }));
    });
    expect(rows).toEqual([1, 4, 0, 5]);
  });

  it("[LEDGER-4] a request whose answer a crash took away is answered as the first time, and counts once", async () => {
    const { org, ledger } = fresh();
    await setCaps(ledger, org, { usd_per_day: 100 });
    const first = request({ spent: amount(30), need: amount(50), want: amount(50) });
    const answer = await ledger.lease(org, first);
    expect(answer).toMatchObject({ ok: true, lease: amount(50) });
    await abortAllDurableObjects();
    const reborn = budgetLedgerOf(env.BUDGET_LEDGER, org);
    expect(await reborn.lease(org, first)).toEqual(answer);
    expect(await orgLine(reborn, org)).toMatchObject({ usd_per_day: { spent: 0.00003, leased: 0.00005, left: 0.00002 } });
    expect(await reborn.lease(org, request({ holder: "run_2", need: amount(21), want: amount(21) }))).toMatchObject({ ok: false });
  });
});

describe("alerts", () => {
  it("[LEDGER-10] are in the answer, on record and told to the org once; what is not taken is told again", async () => {
    const { org, ledger } = fresh();
    await setCaps(ledger, org, { usd_per_month: 1_000_000 });
    let isDown = true;
    world.notify = async (_, notice) => {
      notices.push(notice);
      return isDown ? "retry" : "told";
    };
    expect(await ledger.lease(org, request({ spent: amount(820_000) }))).toMatchObject({ alerts: [{ percent: 50 }, { percent: 80 }] });
    await ring(org);
    expect(percents()).toEqual([50, 80]);
    expect(notices.find(({ data }) => data["percent"] === 80)).toEqual({
      id: expect.stringMatching(/^evt_/),
      type: "budget.alert",
      data: { scope: "org", cap: "usd_per_month", percent: 80, period: "2100-01", spent: 0.82, limit: 1 },
    });
    isDown = false;
    await abortAllDurableObjects();
    now = (await alarmOf(org)) ?? now;
    now += MINUTE;
    await ring(org);
    await ring(org);
    expect(percents()).toEqual([50, 50, 80, 80]);
    expect(await rowsOf(org, "notice")).toBe(0);
    const onRecord = recordsSent().filter(({ event_type }) => event_type === "budget.alert");
    expect(new Set(onRecord.map(({ event_id }) => event_id))).toEqual(new Set(notices.map(({ id }) => id)));
    expect(onRecord).toHaveLength(2);
  });

  it("[LEDGER-10] an address that never takes it is given up on, and holds up nothing", async () => {
    const { org, ledger } = fresh();
    await setCaps(ledger, org, { usd_per_month: 100 });
    let calls = 0;
    world.notify = () => {
      calls++;
      return Promise.reject(new Error("the address is out of reach"));
    };
    await ledger.lease(org, request({ spent: amount(50) }));
    for (let day = 0; day < 20; day++) {
      now += 24 * 60 * MINUTE;
      await ring(org);
    }
    expect([calls, await rowsOf(org, "notice")]).toEqual([12, 0]);
  });
});

describe("leases that nobody settles", () => {
  it("[LEDGER-11] a run is asked, then its lease goes back by alarm, on record", async () => {
    const { org, ledger } = fresh();
    await setCaps(ledger, org, { usd_per_day: 100 });
    await ledger.lease(org, request({ spent: amount(10), need: amount(80), want: amount(80) }));
    const asked: string[] = [];
    world.askRun = async (run) => {
      asked.push(run);
      return { spent: amount(25), held: amount(5), n: 1 };
    };
    now += LEASE_MS.run;
    await ring(org); // its time is over, but clocks differ
    expect([asked, (await orgLine(ledger, org))?.usd_per_day.leased]).toEqual([[], 0.00008]);
    await ledger.confirm(sent.flatMap(({ rows }) => rows.map(({ id }) => id)));
    await ring(org); // sees that nothing of the outbox is to be sent again
    now = (await alarmOf(org)) ?? 0;
    expect(now).toBeLessThan(FAR + LEASE_MS.run + MINUTE);
    await ring(org);
    expect(asked).toEqual(["run_1"]);
    expect(await orgLine(ledger, org)).toMatchObject({ usd_per_day: { spent: 0.000025, held: 0.000005, leased: 0, left: 0.00007 } });
    now += MINUTE;
    await ring(org);
    expect(asked).toEqual(["run_1"]);
    expect(recordsSent().filter(({ event_type }) => event_type === "budget.lease_returned")).toMatchObject([
      { resource: "budget/holder/run_1", actor: { type: "system" }, data: { run: "run_1", returned_usd: 0.00006, held_usd: 0.000005 } },
    ]);
  });

  it("[LEDGER-11] a run that does not answer keeps its lease, and is asked again", async () => {
    const { org, ledger } = fresh();
    await ledger.lease(org, request({ want: amount(80) }));
    await setCaps(ledger, org, { usd_per_day: 100 });
    let calls = 0;
    world.askRun = () => {
      calls++;
      return Promise.reject(new Error("out of reach"));
    };
    now += LEASE_MS.run + MINUTE;
    await ring(org);
    expect([calls, (await orgLine(ledger, org))?.usd_per_day.leased]).toEqual([1, 0.00008]);
    now += 2 * MINUTE;
    world.askRun = async () => null;
    await ring(org);
    expect((await orgLine(ledger, org))?.usd_per_day.leased).toBe(0);
  });

  it("[LEDGER-11] a run that renews while it is asked keeps what it just got", async () => {
    const { org, ledger } = fresh();
    await setCaps(ledger, org, { usd_per_day: 1_000 });
    await ledger.lease(org, request({ need: amount(80), want: amount(80) }));
    world.askRun = async () => {
      await runInDurableObject(stubOf(org), (room) =>
        room.lease(org, request({ n: 2, spent: amount(80), need: amount(40), want: amount(40) })),
      );
      return { spent: amount(80), held: NONE, n: 1 };
    };
    now += LEASE_MS.run + MINUTE;
    await ring(org);
    expect(await orgLine(ledger, org)).toMatchObject({ usd_per_day: { spent: 0.00008, leased: 0.00004 } });
  });

  it("[LEDGER-11] of a desk that is gone the calls under way stay held, and an outcome that comes late is counted", async () => {
    const { org, ledger } = fresh();
    await setCaps(ledger, org, { usd_per_day: 100 });
    const calls = ["run_a", "run_b"].map((call) => ({ call, worst: amount(20), records: [record("model.call")] }));
    await ledger.note(org, note({ attempts: calls, wish: { need: amount(90), want: amount(90) } }));
    await abortAllDurableObjects();
    const reborn = budgetLedgerOf(env.BUDGET_LEDGER, org);
    now += LEASE_MS.desk + MINUTE;
    await ring(org);
    expect(await orgLine(reborn, org)).toMatchObject({ usd_per_day: { spent: 0, held: 0.00004, leased: 0, left: 0.00006 } });
    expect([await rowsOf(org, "lease"), await rowsOf(org, "settled")]).toEqual([0, 1]);
    await reborn.note(org, note({ n: 2, outcomes: [{ call: "run_a", spent: amount(7), records: [record("model.called")] }] }));
    expect(await orgLine(reborn, org)).toMatchObject({ usd_per_day: { spent: 0.000007, held: 0.00002, leased: 0 } });
    now += MINUTE;
    await ring(org);
    expect(
      recordsSent()
        .map(({ event_type }) => event_type)
        .sort(),
    ).toEqual(["budget.changed", "budget.lease_returned", "model.call", "model.call", "model.called"]);
  });

  it("[LEDGER-11] what comes after a crash does not put off the alarm of before", async () => {
    const { org, ledger } = fresh();
    await ledger.note(org, note({ attempts: [{ call: "run_a", worst: amount(1), records: [record("model.call")] }] }));
    const before = await alarmOf(org);
    await abortAllDurableObjects();
    await budgetLedgerOf(env.BUDGET_LEDGER, org).lease(org, request({ want: amount(5) }));
    expect(await alarmOf(org)).toBe(before);
  });

  it("[LEDGER-12] a note told twice is on record once", async () => {
    const { org, ledger } = fresh();
    const told = note({
      attempts: [{ call: "run_a", worst: amount(1), records: [record("model.call")] }],
      wish: { need: amount(9), want: amount(9) },
    });
    const answers = [await ledger.note(org, told), await ledger.note(org, told)];
    expect(answers[1]).toEqual(answers[0]);
    now += 1_000;
    await ring(org);
    expect(recordsSent()).toHaveLength(1);
  });

  it("[LEDGER-15] holders that are long gone are forgotten, others not", async () => {
    const { org, ledger } = fresh();
    const DAY = 24 * 60 * MINUTE;
    const desk = (at: number) => mintId("req", at, new Uint8Array(10)).replace("req_", "desk_");
    const run = (n: number) => mintId("run", FAR + n, new Uint8Array(10));
    const [archived, waiting, away, late] = [run(1), run(2), run(3), run(4)];
    await ledger.note(org, note({ holder: desk(FAR), wish: { need: NONE, want: NONE } }));
    for (const holder of [archived, waiting, away, late])
      await ledger.lease(org, request({ holder, spent: amount(7), need: NONE, want: NONE }));
    const spent = async () =>
      runInDurableObject(stubOf(org), (_, { storage }) => {
        const [row] = storage.sql.exec<{ body: string }>("SELECT body FROM account WHERE scope = 'org'").toArray();
        return (JSON.parse(row?.body ?? "{}") as { ever?: { spent?: { microUsd?: number } } }).ever?.spent?.microUsd;
      });
    const before = await spent();
    const asked: string[] = [];
    world.askRun = async (id) => {
      asked.push(id);
      if (id === away) throw new Error("out of reach");
      return id === waiting ? { n: 1, spent: amount(7), held: NONE } : null;
    };
    now += 3 * DAY;
    await ledger.note(org, note({ holder: desk(now), wish: { need: NONE, want: NONE } }));
    await ring(org);
    expect([await rowsOf(org, "settled"), asked]).toEqual([5, []]);
    now += 20 * DAY;
    await ledger.lease(org, request({ holder: late, n: 2, spent: amount(9), need: NONE, want: NONE }));
    now += 13 * DAY;
    await ledger.note(org, note({ holder: desk(now), wish: { need: NONE, want: NONE } }));
    await ring(org);
    expect(asked).toEqual([archived, waiting, away]);
    const left = await runInDurableObject(stubOf(org), (_, { storage }) =>
      storage.sql
        .exec("SELECT holder FROM settled ORDER BY holder")
        .toArray()
        .map(({ holder }) => holder),
    );
    expect(left).toEqual([desk(now), waiting, away, late]);
    expect([before, await spent()]).toEqual([28, 30]); // forgetting takes nothing from the sums
    // What comes again counts once, as far as it is known.
    await ledger.lease(org, request({ holder: waiting, n: 1, spent: amount(7), need: NONE, want: NONE }));
    expect(await spent()).toBe(30);
  });

  it("[LEDGER-15] looks through more rows a day than 100,000 runs leave", async () => {
    const { org, ledger } = fresh();
    await ledger.lease(org, request({ holder: mintId("run", FAR, new Uint8Array(10)), need: NONE, want: NONE }));
    const COUNT = 450;
    await runInDurableObject(stubOf(org), (_, { storage: { sql } }) => {
      const [{ body } = { body: "" }] = sql.exec<{ body: string }>("SELECT body FROM settled").toArray();
      for (let n = 1; n < COUNT; n++)
        sql.exec("INSERT INTO settled (holder, at, body) VALUES (?, ?, ?)", mintId("run", FAR + n, new Uint8Array(10)), FAR, body);
    });
    world.askRun = async () => null;
    now += 36 * 24 * 60 * MINUTE;
    await ledger.lease(org, request({ holder: mintId("run", now, new Uint8Array(10)), need: NONE, want: NONE }));
    let minutes = 0;
    for (; (await rowsOf(org, "settled")) > 1 && minutes < 10; minutes++) {
      await ring(org);
      now += MINUTE;
    }
    expect(COUNT / minutes).toBeGreaterThan(100_000 / (24 * 60));
    expect(minutes).toBe(3);
  });
});

describe("the deployment's caps", () => {
  const deployment = () => budgetLedgerOf(env.BUDGET_LEDGER, DEPLOYMENT_LEDGER);
  const capAll = (over: Parameters<typeof caps>[0]) =>
    deployment().setCaps(DEPLOYMENT_LEDGER, "deployment", caps(over), record("budget.changed"));
  const lineOfAll = async () => (await deployment().view(DEPLOYMENT_LEDGER, { limit: 1, cursor: null })).data[0];
  const wish = (n: number, need: number, spent = 0) => request({ n, spent: amount(spent), need: amount(need), want: amount(need) });
  let asked: string[] = [];
  const askedBy = (org: string) => asked.filter((holder) => holder === `org:${org}`).length;
  /** What other files' orgs have told: the deployment's ledger is one. */
  let before = 0;
  /** And what is in their hands. */
  let taken = 0;
  beforeEach(async () => {
    asked = [];
    world.leaseOfDeployment = async (given) => {
      asked.push(given.holder);
      return deployment().lease(DEPLOYMENT_LEDGER, given);
    };
    world.recall = async (org) => budgetLedgerOf(env.BUDGET_LEDGER, org).recall(org);
    await capAll({});
    const { spent = 0, leased = 0, held = 0 } = (await lineOfAll())?.usd_per_day ?? {};
    before = Math.round(spent * 1_000_000);
    taken = Math.round((spent + leased + held) * 1_000_000);
  });

  it("[LEDGER-18] bind all orgs, name themselves, and are on record in the home org's chain", async () => {
    const [one, other] = [fresh(), fresh()];
    await capAll({ usd_per_day: taken + 100 });
    expect(await one.ledger.lease(one.org, wish(1, 60))).toMatchObject({ ok: true });
    expect(await other.ledger.lease(other.org, wish(1, 60))).toMatchObject({
      ok: false,
      refusal: { why: "cap", scope: "deployment", cap: "usd_per_day" },
    });
    now += 1_000;
    await ring(DEPLOYMENT_LEDGER);
    expect(sent.find(({ source }) => source.id === DEPLOYMENT_LEDGER)).toMatchObject({ org: "default" });
  });

  it("[LEDGER-18] are asked once where there is none, and told within a minute, though the org's object died", async () => {
    const { org, ledger } = fresh();
    for (let n = 1; n <= 20; n++) await ledger.lease(org, wish(n, 50, n));
    expect(askedBy(org)).toBe(1);
    await evictDurableObject(stubOf(org));
    now += MINUTE + 1_000;
    await ring(org);
    expect(askedBy(org)).toBe(2);
    expect(await lineOfAll()).toMatchObject({ usd_per_day: { spent: (before + 20) / 1_000_000 } });
  });

  it("[LEDGER-18] bind at once when they are set, and are forgotten at once when they are taken away", async () => {
    const { org, ledger } = fresh();
    await ledger.lease(org, wish(1, 50));
    await capAll({ usd_per_day: taken + 60 });
    expect(await ledger.lease(org, wish(2, 70))).toMatchObject({ ok: false, refusal: { scope: "deployment" } });
    await capAll({});
    expect(await ledger.lease(org, wish(3, 70))).toMatchObject({ ok: true });
  });

  it("[LEDGER-18] refuse what they refused just now without being asked again", async () => {
    const { org, ledger } = fresh();
    await capAll({ usd_per_day: taken });
    for (let n = 1; n <= 20; n++) expect(await ledger.lease(org, wish(n, 70))).toMatchObject({ ok: false });
    expect(askedBy(org)).toBe(1);
  });

  it("[LEDGER-18] refuse a need that is larger in one part and smaller in the other than what is leased", async () => {
    const { org, ledger } = fresh();
    await capAll({ usd_per_day: taken + 100 });
    expect(await ledger.lease(org, request({ need: amount(90, 10), want: amount(90, 5_000) }))).toMatchObject({ ok: true });
    const more = request({ n: 2, held: amount(90, 10), need: amount(90, 10), want: amount(90, 10) });
    expect(await ledger.lease(org, more)).toMatchObject({ ok: false, refusal: { scope: "deployment", cap: "usd_per_day" } });
  });

  it("[LEDGER-18] nothing is granted while the deployment's ledger is out of reach, and all is asked anew afterwards", async () => {
    const { org, ledger } = fresh();
    const reach = world.leaseOfDeployment;
    world.leaseOfDeployment = () => Promise.reject(new Error("out of reach"));
    await expect(runInDurableObject(stubOf(org), (room) => room.lease(org, wish(1, 70)))).rejects.toThrow("out of reach");
    world.leaseOfDeployment = reach;
    expect(await ledger.lease(org, wish(1, 70))).toMatchObject({ ok: true });
  });

  it("[LEDGER-18] an org whose lease is past its time is asked for what it spent", async () => {
    const { org, ledger } = fresh();
    await ledger.lease(org, wish(1, 70));
    await ledger.lease(org, wish(2, 0, 30));
    now += LEASE_MS.org + MINUTE;
    await ring(DEPLOYMENT_LEDGER);
    expect(await lineOfAll()).toMatchObject({ usd_per_day: { spent: (before + 30) / 1_000_000 } });
  });

  it("[LEDGER-18] raise alerts in the home org's chain and at its addresses", async () => {
    const { org, ledger } = fresh();
    await capAll({ usd_per_day: taken * 2 + 100 });
    await ledger.lease(org, wish(1, taken + 90));
    await ledger.lease(org, wish(2, 0, taken + 90));
    now += MINUTE + 1_000;
    await ring(org);
    const told: string[] = [];
    world.notify = async (to) => {
      told.push(to);
      return "told";
    };
    await ring(DEPLOYMENT_LEDGER);
    expect(told).toContain("default");
    expect(recordsSent().filter(({ resource }) => resource === "budget/deployment").length).toBeGreaterThan(0);
  });

  it("[LEDGER-17] a user under the default keeps no line of their own by spending, and is shown under it", async () => {
    const { org, ledger } = fresh();
    await ledger.setCaps(org, "user:*", caps({ usd_per_day: 100 }), record("budget.changed"));
    await ledger.lease(org, wish(1, 10, 20));
    await ledger.setCaps(org, "user:*", caps({ usd_per_day: 1_000 }), record("budget.changed"));
    const lines = await ledger.view(org, { limit: 10, cursor: null });
    expect(lines.data.find(({ scope }) => scope === "user:ann")).toMatchObject({ usd_per_day: { limit: 0.001, spent: 0.00002 } });
    expect(await ledger.lease(org, wish(2, 900, 20))).toMatchObject({ ok: true });
    expect(await ledger.lease(org, wish(3, 990, 20))).toMatchObject({ ok: false, refusal: { scope: "user:*" } });
  });
});
