/** The life of a drill in the object, how it is shown, and what else of the switch no other file looks at. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { AuditRecord, RecordsMessage } from "../../../core/audit/record.ts";
import type { Json } from "../../../core/json.ts";
import { DRILL_EVERY_MS, type DrilledRun } from "../../../core/kill-switch/drill.ts";
import type { FlagReading } from "../../../core/kill-switch/flag.ts";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import type { Approver } from "../../../core/kill-switch/switch.ts";
import type { KillSwitchRpc } from "../../../durable-objects/kill-switch/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { killSwitchWorld as world } from "../../support/worlds/kill-switch.ts";

const ALL: StopScope = { kind: "all" };
const ORG: StopScope = { kind: "org", org: "acme", name: "acme" };
let now = FAR;
let sent: RecordsMessage[] = [];
let kv: FlagReading = { value: null, mark: null };
let running = 0;
/** What the drill's runs were asked to do. */
let asked: string[] = [];
let halted: string[] = [];
let isDown = false;
let told: DrilledRun | null = null;

beforeEach(() => {
  now = FAR;
  [sent, kv, running, asked, halted, isDown, told] = [[], { value: null, mark: null }, 0, [], [], false, null];
  world.now = () => now;
  world.send = async (message) => void sent.push(message);
  world.tell = async () => undefined;
  world.flag = {
    read: async () => kv,
    async write(value, mark) {
      kv = { value, mark };
    },
  };
  world.runsInScope = async (scope, _statuses) => ({
    data: scope.drill === true && running > 0 ? [{ id: "run_0" }] : [],
    next_cursor: null,
  });
  world.countRunsInScope = async () => running;
  world.haltRun = async (run) => {
    halted.push(run);
    running = 0;
  };
  world.resumeRun = async () => undefined;
  const tellOf = (what: string) => async (run: string) => {
    asked.push(`${what} ${run}`);
    if (isDown) throw new Error("out of reach");
  };
  world.drillRuns = {
    mint: async (org, count) => Array.from({ length: count }, (_, n) => `run_${org}_${n}`),
    start: async (run, org, user) => tellOf(`start ${org} ${user}`)(run),
    told: async (run) => {
      await tellOf("told")(run);
      return told;
    },
    end: tellOf("end"),
  };
});

const fresh = () => {
  const stub = env.KILL_SWITCH.getByName(`deployment-${crypto.randomUUID()}`);
  return { stub, kill: stub as KillSwitchRpc };
};
type Stub = ReturnType<typeof fresh>["stub"];
const admin = (user: string, over: Partial<Approver> = {}): Approver => ({
  ...{ org: "acme", user, roles: ["admin"], credential: `key_${user}`, credentialCreatedAt: FAR - 1_000 },
  ...{ credentialCreatedBy: "platform-admin", platformAdmin: false },
  ...over,
});
const root = (user: string): Approver => admin(user, { org: "default", platformAdmin: true });
const tick = async (stub: Stub, ms: number) => {
  now += ms;
  await runDurableObjectAlarm(stub);
};
const codeOf = (answer: { ok: true } | { ok: false; error: { code: string } }) => (answer.ok ? "ok" : answer.error.code);
const begun = async (kill: KillSwitchRpc, org = "acme") => {
  const answer = await kill.drill(ORG, org, "ann");
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value.id;
};
const alarmOf = (stub: Stub) => runInDurableObject(stub, (_, state) => state.storage.getAlarm());
type Told = AuditRecord & { readonly data: { readonly [field: string]: Json } };
const records = (): Told[] => sent.flatMap(({ rows }) => rows.flatMap((row) => row.records as Told[]));

describe("a drill", () => {
  it("[KILL-95] starts its runs, throws after three seconds, is drained and ends with its figures on record", async () => {
    const { stub, kill } = fresh();
    const id = await begun(kill);
    running = 10;
    await tick(stub, 1);
    expect(asked).toEqual(Array.from({ length: 10 }, (_, n) => `start acme ann run_acme_${n}`));
    await tick(stub, 2_998);
    expect(await kill.stops()).toMatchObject({ epoch: 0, active: [] });
    await tick(stub, 500);
    expect(await kill.stops()).toMatchObject({ epoch: 0, active: [{ ...ORG, drill: true }] });
    const thrownAt = now;
    expect(await kill.drills("acme", false)).toMatchObject([{ id, scope: "org:acme", status: "running", runs: 10, drained_ms: null }]);
    // No switch that anybody sees, and none that the flag follows.
    expect([(await kill.status("acme", false)).switches, kv.value]).toEqual([[], "off"]);
    await tick(stub, 1);
    expect(halted).toEqual(["run_0"]);
    told = { pausedAt: thrownAt + 700, lastCallAt: thrownAt + 400 };
    for (const wait of [3_000, 3_000, 500]) await tick(stub, wait);
    const done = { status: "done", revoked_ms: 700, last_dispatch_ms: 400, drained_ms: 6_001 };
    expect(await kill.drills("acme", false)).toMatchObject([{ id, ...done }]);
    expect(asked.slice(10).map((what) => what.split(" ")[0])).toEqual([...Array(10).fill("told"), ...Array(10).fill("end")]);
    expect(await kill.stops()).toMatchObject({ epoch: 0, active: [] });
    await tick(stub, 1_000);
    expect(new Set(records().map((one) => JSON.stringify([one.event_type, one.actor, one.data["drill"], one.data["drained_ms"]])))).toEqual(
      new Set([JSON.stringify(["kill_switch.drilled", { type: "system", id: "drill" }, id, 6_001])]),
    );
    const before = asked.length;
    await tick(stub, 60_000);
    expect([asked.length, halted.length]).toEqual([before, 1]);
  });

  it("[KILL-105] is held alone, and not where a switch stops its runs already", async () => {
    const { kill } = fresh();
    await begun(kill);
    expect(codeOf(await kill.drill(ORG, "acme", "bob"))).toBe("conflict");
    const { kill: other } = fresh();
    await other.throwSwitch(ORG, admin("ann"), "");
    expect(codeOf(await other.drill(ORG, "acme", "bob"))).toBe("conflict");
    expect(codeOf(await other.drill(ORG, "beta", "bob"))).toBe("ok");
  });

  it("[KILL-105] is seen by its org and by the platform's admins, the newest first", async () => {
    const { stub, kill } = fresh();
    const first = await begun(kill);
    for (const wait of [1, 3_001, 61_000]) await tick(stub, wait);
    const second = await begun(kill, "beta");
    const ids = async (org: string, isAdmin: boolean) => (await kill.drills(org, isAdmin)).map(({ id }) => id);
    expect([await ids("acme", false), await ids("beta", false), await ids("acme", true)]).toEqual([[first], [second], [second, first]]);
  });

  it("[KILL-105] whose runs cannot be started tries again in five seconds, and starts them again after a death", async () => {
    const { stub, kill } = fresh();
    await begun(kill);
    isDown = true;
    await tick(stub, 1);
    const tried = asked.length;
    await tick(stub, 4_999);
    expect(asked).toHaveLength(tried);
    isDown = false;
    await tick(stub, 1);
    expect(asked).toHaveLength(tried + 10);
    await evictDurableObject(stub);
    await tick(stub, 600);
    expect(asked).toHaveLength(tried + 20);
    await tick(stub, 600);
    expect((await kill.stops()).active).toHaveLength(1);
    await evictDurableObject(stub);
    await tick(stub, 600);
    expect(asked).toHaveLength(tried + 20); // once thrown, nothing is started any more
  });

  it("[KILL-105] that is not drained ends after a minute, and whoever cannot be asked leaves a figure unknown", async () => {
    const { stub, kill } = fresh();
    await begun(kill);
    running = 10;
    world.haltRun = async () => undefined;
    for (const wait of [1, 3_001]) await tick(stub, wait);
    const [thrown] = (await kill.stops()).active;
    expect(thrown?.drill).toBe(true);
    await tick(stub, 59_999);
    expect(await kill.drills("acme", false)).toMatchObject([{ status: "running" }]);
    isDown = true;
    await tick(stub, 501);
    expect(await kill.drills("acme", false)).toMatchObject([
      { status: "done", drained_ms: null, revoked_ms: null, last_dispatch_ms: null },
    ]);
    expect(await kill.stops()).toMatchObject({ active: [] });
    const before = halted.length;
    world.haltRun = async (run) => void halted.push(run);
    await tick(stub, 3_600_000);
    expect(halted).toHaveLength(before); // the halts of its switch are over with it
  });

  it("[KILL-105] is one of the last 200 that are kept", async () => {
    const { stub, kill } = fresh();
    const first = await begun(kill);
    for (const wait of [1, 3_001, 61_000]) await tick(stub, wait);
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      for (let n = 0; n < 199; n++)
        sql.exec("INSERT INTO drill SELECT ?, due_at, body FROM drill WHERE id = ?", `drill_Z${1_000 + n}`, first);
    });
    expect(await kill.drills("acme", false)).toHaveLength(200);
    await begun(kill);
    expect(await kill.drills("acme", false)).toHaveLength(200);
  });

  it("[KILL-105] is held by the platform itself a month after the last one, and never twice", async () => {
    const { kill } = fresh();
    expect(await kill.holdMonthlyDrill()).toBe(false); // the month begins
    now += DRILL_EVERY_MS - 1;
    expect(await kill.holdMonthlyDrill()).toBe(false);
    now += 1;
    expect(await kill.holdMonthlyDrill()).toBe(true);
    expect(await kill.drills("default", false)).toMatchObject([{ scope: "all" }]);
    expect(await kill.holdMonthlyDrill()).toBe(false);
    const { kill: stopped } = fresh();
    await stopped.holdMonthlyDrill();
    await stopped.throwSwitch(ALL, root("ann"), "");
    now += DRILL_EVERY_MS;
    expect(await stopped.holdMonthlyDrill()).toBe(false);
  });
});

describe("what is in flight", () => {
  const step = (calls: number) => ({ subject: { org: "acme", workflow: "refund" }, calls });

  it("[KILL-93] is the runs that move or the calls that they have open, whichever is more, and all other calls", async () => {
    const { kill } = fresh();
    await kill.throwSwitch(ORG, admin("ann"), "");
    await kill.stops({ isolate: "a", open: [step(3), { subject: { org: "acme", model: "m" }, calls: 2 }], more: 0 });
    const counted = async (moving: number) => {
      running = moving;
      return (await kill.status("acme", false)).in_flight;
    };
    expect([await counted(1), await counted(3), await counted(7)]).toEqual([5, 5, 9]);
  });

  it("[KILL-4] of several switches of an org is counted once where one holds the others", async () => {
    const { kill } = fresh();
    running = 2;
    const tool: StopScope = { kind: "tool", org: "acme", name: "pay" };
    await kill.throwSwitch({ kind: "workflow", org: "acme", name: "refund" }, admin("ann"), "");
    await kill.throwSwitch({ kind: "workflow", org: "acme", name: "triage" }, admin("ann"), "");
    await kill.throwSwitch(tool, admin("ann"), "");
    expect((await kill.status("acme", false)).in_flight).toBe(4); // a tool's runs are not known by the index
    await kill.throwSwitch(ORG, admin("ann"), "");
    expect((await kill.status("acme", false)).in_flight).toBe(2);
  });

  it("[KILL-93] five seconds after the throw nothing open is believed, not before, and the first time stands", async () => {
    const { kill } = fresh();
    await kill.throwSwitch(ORG, admin("ann"), "");
    now += 4_999;
    expect((await kill.status("acme", false)).drained_at).toBeNull();
    now += 1;
    const drained = new Date(now).toISOString();
    expect((await kill.status("acme", false)).drained_at).toBe(drained);
    now += 1_000;
    expect((await kill.status("acme", false)).drained_at).toBe(drained);
    await kill.throwSwitch({ kind: "workflow", org: "acme", name: "refund" }, admin("ann"), "");
    expect((await kill.status("acme", false)).drained_at).toBe(drained);
  });

  it("[KILL-93] what is lifted is not drained any more, and what was drained before it is lifted stays so", async () => {
    const { stub, kill } = fresh();
    const { id } = await kill.throwSwitch(ORG, admin("ann"), "");
    const asks = await kill.requestRecovery(ORG, admin("ann"), "");
    running = 1;
    world.haltRun = async () => undefined;
    await tick(stub, 1);
    world.countRunsInScope = async () => {
      await kill.approveRecovery(asks.ok ? asks.value.id : "", admin("bob"));
      return 0;
    };
    await tick(stub, 6_000);
    const drainedAt = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql.exec("SELECT body ->> '$.drainedAt' AS at FROM switch WHERE id = ?", id).one(),
    );
    expect(drainedAt).toEqual({ at: null });
  });

  it("[KILL-4] of several switches is drained with the last, and whoever may not count all runs cannot tell that `all` is drained", async () => {
    const { kill } = fresh();
    const workflow = (name: string): StopScope => ({ kind: "workflow", org: "acme", name });
    await kill.throwSwitch(workflow("refund"), admin("ann"), "");
    now += 5_000;
    await kill.status("acme", false);
    await kill.throwSwitch(workflow("triage"), admin("ann"), "");
    now += 5_000;
    expect((await kill.status("acme", false)).drained_at).toBe(new Date(now).toISOString()); // when the last of them was
    await kill.throwSwitch(ALL, root("ann"), "");
    now += 6_000;
    expect((await kill.status("acme", false)).drained_at).toBeNull();
    expect((await kill.status("default", true)).drained_at).not.toBeNull();
  });
});

describe("what is told", () => {
  it("[NOTICE-16] of a recovery ends what was told of its throw", async () => {
    const { stub, kill } = fresh();
    const notices: unknown[] = [];
    world.tell = async (_org, { type, resolves }) => void notices.push([type, resolves]);
    await kill.throwSwitch(ORG, admin("ann"), "");
    const asks = await kill.requestRecovery(ORG, admin("ann"), "");
    await kill.approveRecovery(asks.ok ? asks.value.id : "", admin("bob"));
    for (const wait of [1, 2_500, 2_500, 30_000]) await tick(stub, wait);
    expect(notices).toEqual([
      ["kill_switch.thrown", undefined],
      ["kill_switch.recovery_requested", undefined],
      ["kill_switch.recovered", true],
    ]);
  });
});

describe("on record", () => {
  it("[KILL-90] a second throw says that it is one, under the epoch of the first", async () => {
    const { stub, kill } = fresh();
    const first = await kill.throwSwitch(ORG, admin("ann"), "one");
    await kill.throwSwitch(ORG, admin("bob"), "two");
    await kill.throwSwitch(ORG, admin("cem"), "three");
    expect(await kill.throwSwitch(ORG, admin("dan"), "four")).toMatchObject({ id: first.id, epoch: 1, thrown_again: { by: "dan" } });
    await tick(stub, 1);
    const thrown = records().map(({ data }) => [data["reason"], data["again"] ?? false, data["epoch"]]);
    expect(thrown.sort()).toEqual([
      ["four", true, 1],
      ["one", false, 1],
      ["three", true, 1],
      ["two", true, 1],
    ]);
  });

  it("[KILL-1] a switch that nobody ever asked has nothing to do, and nothing is confirmed with it", async () => {
    const { stub } = fresh();
    await runInDurableObject(stub, async (room, { storage }) => {
      await room.alarm();
      await room.confirm(["acme/evt_x"]);
      expect(storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'").toArray()).toEqual([]);
    });
  });
});

describe("the flag", () => {
  it("[KILL-9] is written as soon as KV takes a further write, to the millisecond", async () => {
    const { stub, kill } = fresh();
    await kill.stops();
    await tick(stub, 1);
    expect(kv.value).toBe("off");
    await kill.throwSwitch(ORG, admin("ann"), "");
    await tick(stub, 1);
    expect(
      await runInDurableObject(stub, (_, { storage }) => storage.sql.exec("SELECT mirror_at - ? AS wait FROM deployment", now).one()),
    ).toEqual({
      wait: 1_099,
    });
    await tick(stub, 1_098);
    expect(kv.value).toBe("off");
    expect(await alarmOf(stub)).toBe(now + 1);
    await tick(stub, 1);
    expect(kv.value).toBe("on");
  });

  it("[KILL-9] that a hand changed and that could not be written back is written again in five seconds", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(ORG, admin("ann"), "");
    await tick(stub, 1);
    await tick(stub, 30_000);
    const { read, write } = world.flag;
    kv = { value: "off", mark: null };
    world.flag = { read, write: () => Promise.reject(new Error("KV is out of reach")) };
    await tick(stub, 30_000);
    world.flag = { read, write };
    expect(await alarmOf(stub)).toBe(now + 5_000);
    await tick(stub, 5_000);
    expect(kv.value).toBe("on");
  });

  it("[KILL-9] that is true is not written again, and one that changed while it was written is", async () => {
    const { stub, kill } = fresh();
    let writes = 0;
    let release = (): void => {};
    let gate: Promise<void> | null = null;
    const { read, write } = world.flag;
    world.flag = {
      read,
      async write(value, mark) {
        writes++;
        await write(value, mark);
        await gate;
      },
    };
    await kill.throwSwitch(ORG, admin("ann"), "");
    await tick(stub, 1);
    for (const wait of [6_000, 30_000, 30_000]) await tick(stub, wait);
    expect([writes, kv.value]).toEqual([1, "on"]);
    const asks = await kill.requestRecovery(ORG, admin("ann"), "");
    await kill.approveRecovery(asks.ok ? asks.value.id : "", admin("bob"));
    gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ticking = tick(stub, 1);
    await until(() => writes === 2);
    await kill.throwSwitch(ORG, admin("ann"), "");
    release();
    await ticking;
    expect(kv.value).toBe("off");
    await tick(stub, 1_100);
    expect([writes, kv.value]).toEqual([3, "on"]);
  });
});
