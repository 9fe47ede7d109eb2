/** The watch of an org: looks each minute, tells, keeps what was not taken, and rests where nothing happens. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type AlertSums, QUIET } from "../../../core/alert/sums.ts";
import { hourOf, NO_RUNS } from "../../../core/anomaly/tally.ts";
import type { Notice } from "../../../core/notice/notice.ts";
import type { Seen } from "../../../durable-objects/watch/anomalies.ts";
import { watchOf } from "../../../durable-objects/watch/stub.ts";
import { MOST_WAITING } from "../../../durable-objects/watch/waiting.ts";
import { FAR } from "../../support/far.ts";
import { watchWorld as world } from "../../support/worlds/watch.ts";

let now = FAR;
let sums: AlertSums;
let seen: (from: number, to: number) => Seen;
let sent: { notice: Notice; taken: readonly string[] }[] = [];
let noted: string[] = [];
let answer: (taken: readonly string[]) => Awaited<ReturnType<typeof world.send>>;
const NOBODY_RESTS = { resting: [], notBefore: null };

beforeEach(() => {
  now = FAR + 30_000; // looks come up to ten seconds after a full minute
  sums = QUIET;
  seen = () => ({ minutes: [], openMs: new Map() });
  sent = [];
  noted = [];
  answer = (taken) => ({ ...NOBODY_RESTS, taken: [...taken, "webhook a"], left: [] });
  world.now = () => now;
  world.sums = async () => sums;
  world.minutes = async (_org, from, to) => seen(from, to);
  world.send = async (_org, notice, taken) => {
    sent.push({ notice, taken });
    return answer(taken);
  };
  world.record = async (_org, notice) => void noted.push(`record ${notice.type}`);
  world.openIncident = async (_org, notice) => void noted.push(`incident ${notice.type}`);
});

const fresh = () => {
  const org = `watched-${crypto.randomUUID()}`;
  return { org, stub: env.WATCH.getByName(org), watch: watchOf(env.WATCH, org) };
};
type Stub = ReturnType<typeof fresh>["stub"];
const tick = async (stub: Stub, ms: number) => {
  now += ms;
  await runDurableObjectAlarm(stub);
};
const alarmOf = (stub: Stub) => runInDurableObject(stub, (_, state) => state.storage.getAlarm());
const KILL: Notice = { id: "evt_1", type: "kill_switch.thrown", severity: "critical", data: { scope: "all" } };

describe("alerts", () => {
  it("[ALERT-4] are told within five minutes, on record, open an incident, and are told when they are over", async () => {
    const { org, stub, watch } = fresh();
    await watch.begin(org);
    await tick(stub, 1);
    expect(await watch.alerts()).toEqual([]);
    sums = { ...QUIET, usd1h: 250 };
    await tick(stub, 60_000);
    expect(sent.map(({ notice }) => notice.data)).toMatchObject([
      { rule: "cost-per-hour", value: 250, runbook: "docs/runbooks/cost-per-hour.md" },
    ]);
    expect(noted).toEqual(["record alert.firing", "incident alert.firing"]);
    expect(await watch.alerts()).toMatchObject([{ rule: "cost-per-hour", value: 250, severity: "critical" }]);
    await evictDurableObject(stub);
    await tick(stub, 60_000);
    expect(sent).toHaveLength(1);
    sums = QUIET;
    for (const wait of [60_000, 60_000]) await tick(stub, wait);
    expect(sent.map(({ notice }) => notice.type)).toEqual(["alert.firing", "alert.cleared"]);
    expect(await watch.alerts()).toEqual([]);
  });

  it("[ALERT-5] change nothing while the index is out of reach, and the watch goes on", async () => {
    const { org, stub, watch } = fresh();
    sums = { ...QUIET, deadLetters: 1 };
    await watch.begin(org);
    await tick(stub, 1);
    world.sums = () => Promise.reject(new Error("out of reach"));
    for (const wait of [60_000, 60_000, 60_000]) await tick(stub, wait);
    expect(await watch.alerts()).toHaveLength(1);
    expect(await alarmOf(stub)).toBeGreaterThan(now);
  });

  it("[ALERT-6] cost nothing where nothing happens: the watch rests, and begins again", async () => {
    const { org, stub, watch } = fresh();
    await watch.begin(org);
    for (let look = 0; look < 70; look++) await tick(stub, 60_000);
    expect(await alarmOf(stub)).toBeNull();
    await watch.begin(org);
    expect(await alarmOf(stub)).toBeLessThanOrEqual(now + 1);
  });
});

describe("anomalies", () => {
  const MINUTE = 60_000;
  const runs = (slower: number) => {
    const [mean, deviation] = [Math.log(2_000 * slower), 0.3];
    const logs = Array.from({ length: 10 }, (_, index) => mean + deviation * (index % 2 === 0 ? 1 : -1));
    return { ...NO_RUNS, runs: 10, logMs: 10 * mean, logMs2: logs.reduce((sum, log) => sum + log * log, 0), logUsd: 50, logUsd2: 250 };
  };
  const traffic =
    (slower = 1) =>
    (from: number, to: number): Seen => ({
      minutes: Array.from({ length: to - from }, (_, index) => ({ minute: from + index, workflow: "refund", tally: runs(slower) })),
      openMs: new Map(),
    });

  it("[ANOM-7] are found each minute, told once, on record, survive the death of the watch, and are told when they are over", async () => {
    const { org, stub, watch } = fresh();
    seen = traffic();
    await watch.begin(org);
    for (let hour = 0; hour < 45; hour++) await tick(stub, 60 * MINUTE);
    const before = now;
    for (let minute = 0; minute < 6; minute++) await tick(stub, MINUTE);
    expect(await watch.anomalies(0)).toEqual([]);
    seen = (from, to) => ({ ...traffic()(from, to - 1), minutes: [...traffic()(from, to - 1).minutes, ...traffic(8)(to - 1, to).minutes] });
    await tick(stub, MINUTE);
    await evictDurableObject(stub);
    for (let minute = 0; minute < 3; minute++) {
      seen = traffic(8);
      await tick(stub, MINUTE);
    }
    expect(sent.map(({ notice }) => notice.type)).toEqual(["anomaly.detected"]);
    expect(noted).toEqual(["record anomaly.detected"]);
    const [one, ...others] = await watch.anomalies(before);
    expect(one).toMatchObject({
      metric: "latency",
      workflow: "refund",
      status: "open",
      expected: [expect.any(Number), expect.any(Number)],
    });
    expect([others, one && one.value > one.expected[1], await watch.anomalies(now + 1)]).toEqual([[], true, []]);
    seen = traffic();
    for (let minute = 0; minute < 20; minute++) await tick(stub, MINUTE);
    expect(sent.map(({ notice }) => notice.type)).toEqual(["anomaly.detected", "anomaly.cleared"]);
    expect((await watch.anomalies(before)).map(({ status }) => status)).toEqual(["cleared"]);
  });

  it("[SLO-4] and the budgets of service levels burn by what the watch has seen of an hour and of six", async () => {
    const { org, stub, watch } = fresh();
    const failing = (failed: number) => (from: number, to: number) => ({
      ...traffic()(from, to),
      minutes: traffic()(from, to).minutes.map((one) => ({ ...one, tally: { ...one.tally, failed } })),
    });
    world.slos = async () => new Map([["refund", { success: 0.95, p95_ms: null }]]);
    seen = failing(0);
    await watch.begin(org);
    for (let hour = 0; hour < 6; hour++) await tick(stub, 60 * MINUTE);
    expect(await watch.alerts()).toEqual([]);
    seen = failing(4); // 40 % of the runs: eight times as fast as the budget allows
    const told: string[][] = [];
    for (let hour = 0; hour < 6; hour++) {
      await tick(stub, 60 * MINUTE);
      told.push((await watch.alerts()).map(({ rule }) => rule));
    }
    expect(told.at(0)).toEqual([]);
    expect(told.at(-1)).toEqual(["slo-burn-slow"]);
    seen = failing(10);
    await tick(stub, 60 * MINUTE);
    expect((await watch.alerts()).map(({ rule }) => rule)).toEqual(["slo-burn-fast", "slo-burn-slow"]);
    world.slos = async () => new Map();
  });

  it("[ANOM-8] cost a look the same after a day and after four weeks, and watch a hundred workflows at most", async () => {
    const cost = async (hours: number) => {
      const { org, stub, watch } = fresh();
      seen = traffic();
      await watch.begin(org);
      await tick(stub, 1);
      const hour = Math.floor(now / MINUTE / 60);
      await runInDurableObject(stub, (_, { storage: { sql } }) => {
        const { body } = sql.exec<{ body: string }>("SELECT body FROM minute ORDER BY minute DESC LIMIT 1").one();
        const facts = JSON.stringify(hourOf(Array.from({ length: 60 }, () => JSON.parse(body).tallies[0][1])));
        const norm = JSON.stringify({ v: 1, now: null, before: null });
        for (let n = 0; n < 99; n++)
          sql.exec("INSERT INTO norm (workflow, hour, last_hour, body) VALUES (?, 0, ?, ?)", `w${n}`, hour - 1, norm);
        for (let past = 2; past < hours; past++)
          sql.exec("INSERT INTO hour (workflow, hour, body) VALUES ('refund', ?, ?)", hour - past, facts);
        sql.exec("INSERT OR REPLACE INTO norm (workflow, hour, last_hour, body) VALUES ('refund', 0, ?, ?)", hour - 1, norm);
      });
      await tick(stub, MINUTE); // reads the hours, once
      const counted = runInDurableObject(stub, async (instance, { storage: { sql } }) => {
        const exec = sql.exec.bind(sql);
        const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
        Object.defineProperty(sql, "exec", {
          configurable: true,
          value: (...given: Parameters<typeof exec>) => cursors[cursors.push(exec(...given)) - 1],
        });
        now += MINUTE;
        await instance.alarm?.();
        Reflect.deleteProperty(sql, "exec");
        return cursors.reduce((sum, { rowsRead, rowsWritten }) => ({ read: sum.read + rowsRead, written: sum.written + rowsWritten }), {
          read: 0,
          written: 0,
        });
      });
      const rows = await counted;
      seen = (from, to) => ({
        minutes: [...traffic()(from, to).minutes, { minute: to - 1, workflow: "one-too-many", tally: runs(1) }],
        openMs: new Map(),
      });
      for (let minute = 0; minute < 70; minute++) await tick(stub, MINUTE);
      const watched = await runInDurableObject(stub, (_, { storage: { sql } }) =>
        sql.exec("SELECT workflow FROM hour WHERE workflow = 'one-too-many'").toArray(),
      );
      expect(watched).toEqual([]);
      return rows;
    };
    const [day, month] = [await cost(24), await cost(672)];
    console.log(
      `a look of the watch: ${day.read} rows read and ${day.written} written after a day, ${month.read} and ${month.written} after four weeks`,
    );
    expect(month.read).toBeLessThanOrEqual(day.read + 5);
    expect(month.written).toBeLessThanOrEqual(day.written + 2);
  });
});

describe("notices", () => {
  it("[NOTICE-5] wait durably, are sent again to those alone who did not take them, and end", async () => {
    const { org, stub, watch } = fresh();
    answer = (taken) => ({ ...NOBODY_RESTS, taken: [...new Set([...taken, "webhook a"])], left: sent.length < 3 ? ["webhook b"] : [] });
    expect(await watch.tell(org, KILL)).toBe(true);
    expect(await watch.tell(org, KILL)).toBe(true);
    await tick(stub, 1);
    await evictDurableObject(stub);
    await tick(stub, 11_000 + 30_000);
    await tick(stub, 60_000);
    expect(sent.map(({ taken }) => taken)).toEqual([[], ["webhook a"], ["webhook a"]]);
    expect(noted).toEqual(["incident kill_switch.thrown"]);
    await tick(stub, 3_600_000);
    expect(sent).toHaveLength(3);
    expect(await alarmOf(stub)).toBeNull();
  });

  it("[NOTICE-5] are given up after twelve attempts", async () => {
    const { org, stub, watch } = fresh();
    answer = (taken) => ({ ...NOBODY_RESTS, taken, left: ["webhook a"] });
    await watch.tell(org, KILL);
    for (let attempt = 0; attempt < 20; attempt++) await tick(stub, 3 * 3_600_000);
    expect(sent).toHaveLength(12);
  });

  it("[NOTICE-14] wait until nobody who is left rests any more, and remember who does", async () => {
    const { org, stub, watch } = fresh();
    const rests: unknown[] = [];
    const until = world.now() + 3_600_000;
    world.send = async (_org, _notice, taken, resting) => {
      sent.push({ taken } as never);
      rests.push(resting);
      return rests.length > 1
        ? { ...NOBODY_RESTS, taken, left: [] }
        : { taken, left: ["webhook a"], resting: [["slack a", until]], notBefore: until };
    };
    await watch.tell(org, KILL);
    await tick(stub, 1);
    expect(await alarmOf(stub)).toBeGreaterThanOrEqual(until);
    await evictDurableObject(stub);
    await tick(stub, 3_500_000);
    expect(rests).toEqual([[]]);
    await tick(stub, 100_000);
    expect(rests).toEqual([[], [["slack a", until]]]);
    expect(await alarmOf(stub)).toBeNull();
  });

  it("[NOTICE-16] about one thing reach each destination in the order in which they came", async () => {
    const { org, stub, watch } = fresh();
    const got: string[] = [];
    const busy = new Set(["pager"]);
    world.send = async (_org, { id }, taken, _resting, held) => {
      const wanted = ["webhook", "pager"].filter((to) => !taken.includes(to));
      const now = wanted.filter((to) => !busy.has(to) && !held.includes(to));
      got.push(...now.map((to) => `${to} ${id}`));
      return { ...NOBODY_RESTS, taken: [...taken, ...now], left: wanted.filter((to) => !now.includes(to)) };
    };
    const dedup = "kill-switch/1";
    await watch.tell(org, { ...KILL, dedup });
    await watch.tell(org, { ...KILL, id: "evt_2", dedup, resolves: true });
    await watch.tell(org, { ...KILL, id: "evt_3", dedup: "kill-switch/2" });
    await tick(stub, 1);
    expect(got).toEqual(["webhook evt_1", "webhook evt_3"]);
    await tick(stub, 1);
    await tick(stub, 11_000);
    expect(got.slice(2)).toEqual(["webhook evt_2"]);
    busy.clear();
    await evictDurableObject(stub);
    for (let minute = 0; minute < 3; minute++) await tick(stub, 60_000);
    expect(got.slice(3).filter((one) => !one.endsWith("evt_3"))).toEqual(["pager evt_1", "pager evt_2"]);
    expect([got.length, await alarmOf(stub)]).toEqual([6, null]);
  });

  it("[NOTICE-6] are bounded: one too many is dropped, and said so", async () => {
    const { org, stub, watch } = fresh();
    await watch.tell(org, KILL);
    await runInDurableObject(stub, (_, state) => {
      for (let n = 1; n < MOST_WAITING; n++)
        state.storage.sql.exec("INSERT INTO notice (id, body, due_at) VALUES (?, '{}', ?)", `x${n}`, FAR * 2);
    });
    expect(await watch.tell(org, { ...KILL, id: "evt_2" })).toBe(false);
  });

  it("[NOTICE-5] whose incident cannot be opened now stay until it is", async () => {
    const { org, stub, watch } = fresh();
    world.openIncident = () => Promise.reject(new Error("out of reach"));
    await watch.tell(org, KILL);
    await tick(stub, 1);
    expect(sent).toEqual([]);
    world.openIncident = async () => void noted.push("incident");
    await tick(stub, 60_000);
    expect([noted, sent.length]).toEqual([["incident"], 1]);
  });
});
