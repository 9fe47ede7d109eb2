/** The ledger's object over storage in memory: when it asks, tells, takes back and forgets, to the millisecond. What is durable is tested in test/rooms. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditRecord, RecordsMessage } from "../../../core/audit/record.ts";
import { newAccount } from "../../../core/budget/account.ts";
import { newHolder } from "../../../core/budget/holder.ts";
import { DEPLOYMENT_LEDGER, type LeaseAnswer, type LeaseRequest } from "../../../core/budget/lease.ts";
import { LEASE_MS } from "../../../core/budget/ledger.ts";
import type { DeskNote } from "../../../core/budget/note.ts";
import { mintId } from "../../../core/ids.ts";
import { Books } from "../../../durable-objects/budget-ledger/books.ts";
import { type BudgetLedgerPorts, defineBudgetLedger, type RunAccount } from "../../../durable-objects/budget-ledger/budget-ledger.ts";
import { Notices } from "../../../durable-objects/budget-ledger/notices.ts";
import { SCHEMA } from "../../../durable-objects/budget-ledger/schema.ts";
import { migrate } from "../../../durable-objects/kit/schema.ts";
import { amount, caps, request } from "../../support/budget.ts";
import { storageInMemory } from "../../support/object-storage.ts";

const START = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
const ORG = "acme";
const NOTHING = amount(0);
const FREE: LeaseAnswer = { ok: true, lease: NOTHING, until: 0, pressure: 0, alerts: [], open: { microUsd: true, tokens: true } };

let now = START;
let place = storageInMemory();
let asked: LeaseRequest[] = [];
let askedRuns: string[] = [];
let recalled: string[] = [];
let sent: RecordsMessage[] = [];
let told: string[] = [];
let answer: (request: LeaseRequest) => Promise<LeaseAnswer>;
let run: (id: string) => Promise<RunAccount | null>;
beforeEach(() => {
  now = START;
  place = storageInMemory();
  [asked, askedRuns, recalled, sent, told] = [[], [], [], [], []];
  answer = async () => FREE;
  run = async () => null;
});

const life = (over: Partial<BudgetLedgerPorts> = {}) => {
  const Ledger = defineBudgetLedger(() => ({
    now: () => now,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    async send(message) {
      sent.push(message);
    },
    async askRun(id) {
      askedRuns.push(id);
      return run(id);
    },
    async notify(org) {
      told.push(org);
      return "told";
    },
    async leaseOfDeployment(given) {
      asked.push(given);
      return answer(given);
    },
    async recall(org) {
      recalled.push(org);
    },
    ...over,
  }));
  return new Ledger({ storage: place.storage } as unknown as DurableObjectState, {} as Cloudflare.Env);
};
type Ledger = ReturnType<typeof life>;
const record = (id = mintId("evt", now, crypto.getRandomValues(new Uint8Array(10)))): AuditRecord => ({
  ...{
    event_id: id,
    timestamp: new Date(now).toISOString(),
    trace_id: null,
    event_type: "budget.changed",
    actor: { type: "user", id: "ann" },
  },
  ...{ action: "budget.changed", resource: "x", decision: null, policy_version: null, risk_score: null, data: {} },
});
const ring = async (ledger: Ledger, after = 0): Promise<number | null> => {
  now += after;
  await ledger.alarm();
  return place.alarm.at === null ? null : place.alarm.at - now;
};
const count = (table: string): number => Number(place.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()["n"]);
const line = async (ledger: Ledger, org = ORG) => (await ledger.view(org, { limit: 1, cursor: null })).data[0]?.usd_per_day;
const note = (over: Partial<DeskNote>): DeskNote => ({
  holder: "desk_1",
  user: "ann",
  n: 1,
  attempts: [],
  outcomes: [],
  wish: null,
  ...over,
});

describe("a ledger that nothing was ever leased of", () => {
  it("[LEDGER-14] stores nothing by an alarm, a confirmation, a recall or a look", async () => {
    const ledger = life();
    await ledger.alarm();
    await ledger.confirm(["evt_x"]);
    await ledger.recall(ORG);
    expect(await ledger.view(ORG, { limit: 5, cursor: null })).toEqual({ data: [], next_cursor: null });
    expect([place.sql.exec("SELECT name FROM sqlite_master").toArray(), place.alarm.at, asked]).toEqual([[], null, []]);
  });
});

describe("what comes together", () => {
  it("[LEDGER-13] is decided one after the other, and one that holds a bug fails alone", async () => {
    const ledger = life();
    await ledger.lease(ORG, request({ want: amount(5) }));
    const answers = await Promise.allSettled([
      ledger.lease(ORG, request({ n: 2, want: amount(7) })),
      ledger.lease(ORG, request({ n: 3, user: "bob" })),
      ledger.lease(ORG, request({ n: 3, want: amount(9) })),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await line(ledger)).toBeUndefined(); // no line without caps or spending
    await expect(ledger.lease("other", request())).rejects.toThrow("another org's");
  });

  it("[LEDGER-12] leaves as records, twenty to a row, with what the calls cost where somebody is to pay for them", async () => {
    const ledger = life();
    const cost = { v: 1, call: "a" } as never;
    const attempts = Array.from({ length: 41 }, (_, n) => ({ call: `run_${n}`, worst: amount(1), records: [record()] }));
    await ledger.note(ORG, note({ attempts, outcomes: [{ call: "run_0", spent: amount(1), records: [] }] }));
    await ledger.note(ORG, note({ n: 2, outcomes: [{ call: "run_1", spent: amount(1), records: [], cost }] }));
    expect(place.alarm.at).toBe(now + 500);
    await ring(ledger, 500);
    const rows = sent.flatMap((message) => message.rows);
    expect(rows.map(({ records, costs }) => [records.length, costs?.length ?? 0]).sort((a, b) => (b[0] ?? 0) - (a[0] ?? 0))).toEqual([
      ...[
        [20, 0],
        [20, 0],
        [1, 0],
      ],
      [0, 1],
    ]);
  });
});

describe("the deployment", () => {
  it("[LEDGER-18] is told of what was spent a minute after the last request, and not before", async () => {
    const ledger = life();
    answer = async ({ want }) => ({ ...FREE, lease: want }) as LeaseAnswer;
    await ledger.lease(ORG, request({ want: amount(5) }));
    expect(asked).toHaveLength(1);
    await ledger.lease(ORG, request({ n: 2, spent: amount(3), want: amount(5) }));
    expect(place.alarm.at).toBe(START + MINUTE);
    await ring(ledger, MINUTE - 1);
    expect(asked).toHaveLength(1);
    await ring(ledger, 1);
    expect(asked.map(({ spent, n }) => [spent.microUsd, n])).toEqual([
      [0, 1],
      [3, 2],
    ]);
    await ring(ledger, 2 * MINUTE);
    expect(asked).toHaveLength(2); // it knows all
  });

  it("[LEDGER-18] that is out of reach is told a minute later", async () => {
    const ledger = life();
    await ledger.lease(ORG, request({ want: amount(5) }));
    await ledger.lease(ORG, request({ n: 2, spent: amount(3) }));
    answer = () => Promise.reject(new Error("out of reach"));
    expect(await ring(ledger, MINUTE)).toBe(MINUTE);
    answer = async () => FREE;
    await ring(ledger, MINUTE);
    expect(asked.map(({ n }) => n)).toEqual([1, 2, 3]);
  });

  it("[LEDGER-18] is asked once by all who come meanwhile, and not again for what it refused within a second", async () => {
    const ledger = life();
    answer = async () => ({ ok: false, refusal: { why: "cap", scope: "deployment", cap: "usd_per_day", resetsAt: 9, alerts: [] } });
    const wish = (holder: string, need: number, n = 1) => ledger.lease(ORG, request({ holder, n, need: amount(need), want: amount(need) }));
    const both = await Promise.all([wish("run_1", 5), wish("run_2", 5)]);
    expect(both.map((one) => !one.ok && one.refusal)).toMatchObject(
      Array(2).fill({ scope: "deployment", cap: "usd_per_day", resetsAt: 9 }),
    );
    const first = asked.length;
    now += 999;
    await wish("run_3", 20);
    expect(asked).toHaveLength(first);
    now += 1;
    await wish("run_4", 20);
    expect(asked.length).toBeGreaterThan(first);
  });

  it("[LEDGER-18] recalls what it gave: what holders have stays theirs, and it is asked anew", async () => {
    const ledger = life();
    answer = async ({ want }) => ({ ok: true, lease: want, until: 0, pressure: 0, alerts: [] });
    await ledger.lease(ORG, request({ need: amount(10), want: amount(10) }));
    await ledger.recall(ORG);
    expect(asked.map(({ need }) => need.microUsd)).toEqual([10, 10]);
    answer = () => Promise.reject(new Error("out of reach"));
    await expect(ledger.recall(ORG)).rejects.toThrow("out of reach");
  });

  it("[LEDGER-18] recalls all orgs at new caps, shows its own line, and tells the home org of alerts", async () => {
    const all = life();
    const ofOrg = (org: string, spent: number, n = 1) =>
      all.lease(DEPLOYMENT_LEDGER, {
        ...request({ holder: `org:${org}`, user: "", workflow: null, n, spent: amount(spent), want: amount(9) }),
      });
    await ofOrg("one", 0);
    await ofOrg("two", 0);
    expect(await all.setCaps(DEPLOYMENT_LEDGER, "deployment", caps({ usd_per_day: 100 }), record())).toMatchObject({ scope: "deployment" });
    expect([recalled.sort(), asked]).toEqual([["one", "two"], []]);
    await ofOrg("one", 60, 2);
    await ring(all);
    expect(told).toEqual(["default"]);
    recalled = [];
    await life().setCaps(DEPLOYMENT_LEDGER, "deployment", caps({}), record());
    expect(recalled.sort()).toEqual(["one", "two"]);
    const before = count("lease");
    expect(await ring(all, LEASE_MS.org + 30_001)).not.toBeNull();
    expect([recalled.includes("one"), count("lease")]).toEqual([true, before]); // an org tells by itself what it spent
    expect(new Set(sent.map(({ org }) => org))).toEqual(new Set(["default"]));
  });
});

describe("caps", () => {
  it("[LEDGER-14] of one scope are answered with that scope's line, and recall no org", async () => {
    const ledger = life();
    await ledger.setCaps(ORG, "org", caps({ usd_per_day: 5 }), record());
    expect(await ledger.setCaps(ORG, "user:ann", caps({ usd_per_day: 4 }), record())).toMatchObject({ scope: "user:ann" });
    expect(recalled).toEqual([]);
  });

  it("[LEDGER-18] are asked for five times at most where the deployment never gives enough", async () => {
    const ledger = life();
    answer = async () => ({ ok: true, lease: NOTHING, until: 0, pressure: 0, alerts: [] });
    await expect(ledger.lease(ORG, request({ need: amount(5), want: amount(5) }))).rejects.toThrow("more than one answer holds");
    expect(asked).toHaveLength(5);
  });
});

describe("leases past their time", () => {
  const until = START + LEASE_MS.run;
  it("[LEDGER-11] go back half a minute after it, and not before", async () => {
    const ledger = life();
    await ledger.setCaps(ORG, "org", caps({ usd_per_day: 100 }), record());
    await ledger.lease(ORG, request({ need: amount(80), want: amount(80) }));
    run = async () => ({ spent: amount(25), held: amount(5), n: 1 });
    now = until + 30_000;
    await ring(ledger);
    expect([askedRuns, (await line(ledger))?.leased]).toEqual([[], 0.00008]);
    expect(place.alarm.at).toBe(until + 30_001);
    await ring(ledger, 1);
    expect([askedRuns, await line(ledger)]).toMatchObject([["run_1"], { spent: 0.000025, held: 0.000005, leased: 0 }]);
    const returned = place.sql
      .exec("SELECT body FROM outbox")
      .toArray()
      .map(({ body }) => String(body));
    expect(returned.filter((body) => body.includes("budget.lease_returned"))).toHaveLength(1);
  });

  it("[LEDGER-11] of a run that did not answer are asked for again after a minute", async () => {
    const ledger = life();
    await ledger.lease(ORG, request({ want: amount(80) }));
    run = () => Promise.reject(new Error("out of reach"));
    now = until + 30_001;
    await ring(ledger);
    expect(await ring(ledger, 1)).toBeGreaterThan(1);
    expect(await ring(ledger, MINUTE - 2)).toBe(1);
    expect(askedRuns).toHaveLength(1);
    run = async () => null;
    await ring(ledger, 1);
    expect([askedRuns.length, count("lease")]).toEqual([2, 0]);
  });

  it.each([
    ["a later request", { n: 2, spent: amount(80), want: amount(40) }],
    ["the same spending, renewed", { n: 2, want: amount(80) }],
  ])("[LEDGER-11] stay where the run came by itself meanwhile: %s", async (_name, over) => {
    const ledger = life();
    await ledger.lease(ORG, request({ want: amount(80) }));
    run = async () => {
      await ledger.lease(ORG, request(over));
      return { spent: NOTHING, held: NOTHING, n: 1 };
    };
    now = until + 30_001;
    await ring(ledger);
    expect(count("lease")).toBe(1);
    expect(JSON.parse(String(place.sql.exec("SELECT body FROM lease").one()["body"]))).toMatchObject({ n: 2, until: now + LEASE_MS.run });
  });

  it("[LEDGER-11] stay of two hundred at a time until the next turn", async () => {
    const ledger = life();
    for (let n = 0; n < 201; n++) await ledger.lease(ORG, request({ holder: `run_${n}`, want: amount(1) }));
    now = until + 30_001;
    expect(await ring(ledger)).toBe(1);
    expect([askedRuns.length, count("lease")]).toEqual([200, 1]);
    await ring(ledger, 1);
    expect(count("lease")).toBe(0);
  });

  it("[LEDGER-15] an object that wakes knows what is leased, and what is settled", async () => {
    const ledger = life();
    await ledger.setCaps(ORG, "org", caps({ usd_per_day: 100 }), record());
    await ledger.lease(ORG, request({ need: amount(60), want: amount(60) }));
    await ledger.lease(ORG, request({ holder: "run_2", spent: amount(10) }));
    const woken = life();
    expect(await line(woken)).toMatchObject({ spent: 0.00001, leased: 0.00006, left: 0.00003 });
    expect((await woken.lease(ORG, request({ holder: "run_3", need: amount(31), want: amount(31) }))).ok).toBe(false);
    await woken.lease(ORG, request({ n: 2, spent: amount(60) }));
    expect(await line(woken)).toMatchObject({ spent: 0.00007, leased: 0 });
    expect(await woken.lease(ORG, request({ holder: "run_2", spent: amount(10) }))).toEqual(
      await woken.lease(ORG, request({ holder: "run_2", spent: amount(10) })),
    );
    expect([count("lease"), count("settled")]).toEqual([0, 3]);
    const numbers = asked.map(({ n }) => n);
    expect([new Set(numbers).size, Math.min(...numbers)]).toEqual([numbers.length, 1]); // no request has the number of another
  });
});

describe("forgetting", () => {
  const DAY = 24 * 60 * MINUTE;
  const desk = (at: number) => mintId("req", at, new Uint8Array(10)).replace("req_", "desk_");
  it("[LEDGER-15] looks an hour later where it saw all, a minute later where there is more", async () => {
    const ledger = life();
    await ledger.note(ORG, note({ holder: desk(START), wish: { need: NOTHING, want: NOTHING } }));
    now += 3 * DAY;
    await ledger.alarm();
    expect(count("settled")).toBe(0);
    await ledger.note(ORG, note({ holder: desk(START + 1), wish: { need: NOTHING, want: NOTHING } }));
    place.sql.exec("UPDATE settled SET at = ?", START);
    await ring(ledger, 60 * MINUTE - 1);
    expect(count("settled")).toBe(1);
    await ring(ledger, 1);
    expect(count("settled")).toBe(0);
  });
});

describe("forgetting runs", () => {
  const OLD = 36 * 24 * 60 * MINUTE;
  const id = (n: number) => mintId("run", START + n, new Uint8Array(10));
  it("[LEDGER-15] takes those that are not there any more, two hundred a minute, and leaves the others", async () => {
    const ledger = life();
    for (let n = 0; n < 201; n++) await ledger.lease(ORG, request({ holder: id(n) }));
    run = async (one) => (one === id(0) ? { spent: NOTHING, held: NOTHING, n: 1 } : null);
    now += OLD;
    await ring(ledger);
    expect([askedRuns.length, count("settled")]).toEqual([200, 2]);
    await ring(ledger, MINUTE);
    expect([askedRuns.length, count("settled")]).toEqual([201, 1]);
    await ring(ledger, 60 * MINUTE - 1);
    expect(askedRuns).toHaveLength(201);
    await ring(ledger, 1);
    expect(askedRuns).toEqual(expect.arrayContaining([id(0), id(200)]));
    expect([askedRuns.length, count("settled")]).toEqual([202, 1]);
  });
});

describe("accounts in memory", () => {
  it("[LEDGER-13] are read once, and the thousand that were asked for last are kept", () => {
    const { storage, sql } = storageInMemory();
    migrate(storage, SCHEMA);
    let reads = 0;
    const counting = {
      exec: (query: string, ...bindings: SqlStorageValue[]) => {
        if (query.includes("FROM account WHERE scope =")) reads++;
        return sql.exec(query, ...bindings);
      },
    } as unknown as SqlStorage;
    const books = new Books(counting);
    const scope = (n: number) => `user:u${n}` as const;
    for (let n = 0; n < 1_001; n++)
      sql.exec("INSERT INTO account (scope, body) VALUES (?, ?)", scope(n), JSON.stringify(newAccount(scope(n), START)));
    const readsOf = (...numbers: number[]): number => {
      reads = 0;
      expect(numbers.map((n) => books.account(scope(n), START).scope)).toEqual(numbers.map(scope));
      return reads;
    };
    const thousand = Array.from({ length: 1_000 }, (_, n) => n);
    expect([readsOf(...thousand), readsOf(...thousand)]).toEqual([1_000, 0]);
    books.remember({ accounts: new Map([[scope(0), newAccount(scope(0), START)]]), holders: new Map(), purse: null, at: START });
    expect([readsOf(1_000), readsOf(0, 2, 999), readsOf(1)]).toEqual([1, 0, 1]);
  });

  it("[LEDGER-15] a holder that told something at the very time, or has a lease, is not quiet", () => {
    const { storage, sql } = storageInMemory();
    migrate(storage, SCHEMA);
    const books = new Books(sql);
    const holder = (id: string, lease = NOTHING) => ({ ...newHolder(id, "ann", null, START), lease });
    for (const id of ["desk_a", "desk_b", "desk_c"])
      sql.exec(
        "INSERT INTO settled (holder, at, body) VALUES (?, ?, ?)",
        id,
        id === "desk_b" ? START : START - 1,
        JSON.stringify(holder(id)),
      );
    books.remember({ accounts: new Map(), holders: new Map([["desk_c", holder("desk_c", amount(5))]]), purse: null, at: START });
    expect(books.quiet("desk_", "desk_z", START, 9)).toEqual({ ids: ["desk_a"], last: null });
    expect(books.quiet("desk_", "desk_z", START, 3)).toEqual({ ids: ["desk_a"], last: "desk_c" });
  });
});

describe("pages of lines", () => {
  it("[LEDGER-14] end where there is no further line", async () => {
    const ledger = life();
    for (const scope of ["org", "user:ann", "user:bob"] as const) await ledger.setCaps(ORG, scope, caps({ usd_per_day: 5 }), record());
    const page = async (limit: number, cursor: string | null) => {
      const { data, next_cursor } = await ledger.view(ORG, { limit, cursor });
      return [data.map(({ scope }) => scope), next_cursor];
    };
    expect([await page(2, null), await page(1, "user:ann"), await page(3, null)]).toEqual([
      [["org", "user:ann"], "user:ann"],
      [["user:bob"], null],
      [["org", "user:ann", "user:bob"], null],
    ]);
  });
});

describe("alerts that an org has not taken", () => {
  it("[LEDGER-10] are a thousand at most, and one that is not taken waits", async () => {
    const { storage, sql } = storageInMemory();
    migrate(storage, SCHEMA);
    const notices = new Notices(sql);
    const put = (n: number) => notices.put({ id: `evt_${n}`, type: "budget.alert", data: {} }, START);
    expect(notices.nextDueAt()).toBeNull();
    for (let n = 0; n < 1_001; n++) put(n);
    expect(Number(sql.exec("SELECT COUNT(*) AS n FROM notice").one()["n"])).toBe(1_000);
    sql.exec("DELETE FROM notice WHERE id > 'evt_0'");
    await notices.tell(
      async () => "retry",
      () => START,
    );
    expect(notices.nextDueAt()).toBeGreaterThan(START);
    const tell = vi.fn(async () => "told" as const);
    await notices.tell(tell, () => START);
    expect(tell).not.toHaveBeenCalled();
    await notices.tell(tell, () => START + 60_000);
    expect([tell.mock.calls.length, notices.nextDueAt()]).toEqual([1, null]);
  });
});
