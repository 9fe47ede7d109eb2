/** The watch of an org: looks each minute, tells, keeps what was not taken, and rests where nothing happens. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type AlertSums, QUIET } from "../../../core/alert/sums.ts";
import type { Notice } from "../../../core/notice/notice.ts";
import { watchOf } from "../../../durable-objects/watch/stub.ts";
import { MOST_WAITING } from "../../../durable-objects/watch/waiting.ts";
import { FAR } from "../../support/far.ts";
import { watchWorld as world } from "../../support/worlds/watch.ts";

let now = FAR;
let sums: AlertSums;
let sent: { notice: Notice; taken: readonly string[] }[] = [];
let noted: string[] = [];
let answer: (taken: readonly string[]) => { taken: readonly string[]; again: boolean };

beforeEach(() => {
  now = FAR;
  sums = QUIET;
  sent = [];
  noted = [];
  answer = (taken) => ({ taken: [...taken, "webhook a"], again: false });
  world.now = () => now;
  world.sums = async () => sums;
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

describe("notices", () => {
  it("[NOTICE-5] wait durably, are sent again to those alone who did not take them, and end", async () => {
    const { org, stub, watch } = fresh();
    answer = (taken) => ({ taken: [...new Set([...taken, "webhook a"])], again: sent.length < 3 });
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
    answer = (taken) => ({ taken, again: true });
    await watch.tell(org, KILL);
    for (let attempt = 0; attempt < 20; attempt++) await tick(stub, 3 * 3_600_000);
    expect(sent).toHaveLength(12);
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
