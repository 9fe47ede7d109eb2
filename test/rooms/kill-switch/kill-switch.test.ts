import { abortAllDurableObjects, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { AuditRecord, RecordsMessage } from "../../../core/audit/record.ts";
import { hasIdForm } from "../../../core/ids.ts";
import type { FlagReading } from "../../../core/kill-switch/flag.ts";
import type { StopScope, Stops } from "../../../core/kill-switch/stops.ts";
import type { Approver } from "../../../core/kill-switch/switch.ts";
import type { Notice } from "../../../core/notice/notice.ts";
import type { KillSwitchRpc } from "../../../durable-objects/kill-switch/stub.ts";
import { FAR } from "../../support/far.ts";
import { until } from "../../support/patience.ts";
import { killSwitchWorld as world } from "../../support/worlds/kill-switch.ts";

let now = FAR;
let sent: RecordsMessage[] = [];
/** The key as its writers see it, and as the object's place reads it. */
let kv: FlagReading = { value: null, mark: null };
let shown: FlagReading | null = null;
let writes: { value: string; at: number }[] = [];
let halted: { run: string; stops: Stops }[] = [];
let resumed: { run: string; stops: Stops }[] = [];
let runs: { id: string; status: string }[] = [];

beforeEach(() => {
  now = FAR;
  sent = [];
  kv = { value: null, mark: null };
  shown = null;
  writes = [];
  halted = [];
  resumed = [];
  runs = [];
  world.now = () => now;
  world.send = async (message) => void sent.push(message);
  world.flag = {
    read: async () => shown ?? kv,
    write: async (value, mark) => {
      kv = { value, mark };
      writes.push({ value, at: now });
    },
  };
  world.runsInScope = async (_scope, statuses, limit, cursor) => {
    const found = runs
      .filter((run) => statuses.some((status) => status === run.status) && (cursor === null || run.id < cursor))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const data = found.slice(0, limit);
    return { data, next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null };
  };
  world.countRunsInScope = async (_scope, statuses) => runs.filter((run) => statuses.some((status) => status === run.status)).length;
  world.haltRun = async (run, stops) => {
    halted.push({ run, stops });
    for (const known of runs) if (known.id === run) known.status = "paused";
  };
  world.resumeRun = async (run, stops) => {
    resumed.push({ run, stops });
    for (const known of runs) if (known.id === run) known.status = "running";
  };
});

/** A switch of its own for each test: the object's name is the composition's to choose. */
const fresh = () => {
  const stub = env.KILL_SWITCH.getByName(`deployment-${crypto.randomUUID()}`);
  return { stub, kill: stub as KillSwitchRpc };
};
type Stub = ReturnType<typeof fresh>["stub"];
const admin = (user: string, over: Partial<Approver> = {}): Approver => ({
  org: "acme",
  user,
  roles: ["admin"],
  credential: `key_${user}`,
  credentialCreatedAt: FAR - 1_000,
  credentialCreatedBy: "platform-admin",
  platformAdmin: false,
  ...over,
});
const ann = admin("ann");
const bob = admin("bob");
const rootAnn = admin("ann", { org: "default", platformAdmin: true });
const rootBob = admin("bob", { org: "default", platformAdmin: true });
const REFUND: StopScope = { kind: "workflow", org: "acme", name: "refund" };
const ALL: StopScope = { kind: "all" };

const tick = async (stub: Stub, ms: number) => {
  now += ms;
  await runDurableObjectAlarm(stub);
};
const alarmOf = (stub: Stub) => runInDurableObject(stub, (_, state) => state.storage.getAlarm());
const codeOf = (answer: { ok: true } | { ok: false; error: { code: string } }) => (answer.ok ? "ok" : answer.error.code);
const recordsSent = (): (AuditRecord & { org: string })[] =>
  sent.flatMap((message) => message.rows.flatMap((row) => row.records.map((record) => ({ ...record, org: message.org }))));
const lift = async (kill: KillSwitchRpc, scope: StopScope, by = ann, approver = bob) => {
  const asked = await kill.requestRecovery(scope, by, "over");
  if (!asked.ok) throw new Error(asked.error.code);
  const answer = await kill.approveRecovery(asked.value.id, approver);
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value;
};

describe("the truth", () => {
  it("[KILL-1] throwing counts the epoch, twice is once, and every snapshot has it at once", async () => {
    const { kill } = fresh();
    expect(await kill.stops()).toEqual({ epoch: 0, active: [], asOf: FAR });
    const first = await kill.throwSwitch(REFUND, ann, "wrong amounts");
    expect(first).toMatchObject({ scope: "workflow:refund", active: true, epoch: 1, by: "ann", at: new Date(FAR).toISOString() });
    expect(hasIdForm("kill", first.id)).toBe(true);
    now += 10;
    expect(await kill.throwSwitch(REFUND, bob, "again")).toMatchObject({ ...first, thrown_again: { by: "bob", reason: "again" } });
    expect(await kill.stops()).toEqual({ epoch: 1, active: [REFUND], asOf: FAR + 10 });
    expect((await kill.throwSwitch({ ...REFUND, org: "other" }, ann, "theirs")).id).not.toBe(first.id);
    expect((await kill.stops()).epoch).toBe(2);
  });

  it("[KILL-1] it survives a crash right after the answer", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(ALL, rootAnn, "stop");
    await abortAllDurableObjects();
    const reborn = env.KILL_SWITCH.get(stub.id) as unknown as KillSwitchRpc;
    expect(await reborn.stops()).toMatchObject({ epoch: 1, active: [ALL] });
  });

  it("[KILL-3] throw, request and recovery are on record in the chain of who acted, and leave by the outbox", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(REFUND, ann, "wrong amounts");
    await lift(kill, REFUND, ann, rootBob);
    await tick(stub, 1);
    expect(recordsSent().map((record) => [record.org, record.event_type, record.actor.id])).toEqual(
      expect.arrayContaining([
        ["acme", "kill_switch.thrown", "ann"],
        ["acme", "kill_switch.recovery_requested", "ann"],
        ["default", "kill_switch.recovered", "bob"],
      ]),
    );
    expect(recordsSent()).toHaveLength(3);
    expect(new Set(sent.map((message) => message.source.kind))).toEqual(new Set(["kill-switch"]));
    await kill.confirm(sent.flatMap((message) => message.rows.map((row) => row.id)));
    sent = [];
    await tick(stub, 3_600_000);
    expect(sent).toEqual([]);
  });

  it("[KILL-4] an org sees its own switches and `all`, and counts its own runs only", async () => {
    const { kill } = fresh();
    await kill.throwSwitch(REFUND, ann, "");
    await kill.throwSwitch({ kind: "tool", org: "other", name: "pay" }, ann, "");
    const asked: StopScope[] = [];
    world.countRunsInScope = async (scope) => {
      asked.push(scope);
      return 3;
    };
    expect(await kill.status("acme", false)).toMatchObject({ switches: [{ scope: "workflow:refund" }], in_flight: 3, drained_at: null });
    await kill.throwSwitch(ALL, rootAnn, "");
    expect((await kill.status("acme", false)).switches.map((view) => view.scope).sort()).toEqual(["all", "workflow:refund"]);
    await kill.status("default", true);
    expect(asked).toEqual([REFUND, { kind: "org", org: "acme", name: "acme" }, ALL]);
    expect(await kill.status("nobody", false)).toMatchObject({ switches: [{ scope: "all" }] });
  });

  it("[KILL-4] without a switch nothing is counted", async () => {
    expect(await fresh().kill.status("acme", false)).toEqual({ switches: [], recoveries: [], in_flight: 0, drained_at: null });
  });
});

describe("recovery", () => {
  it("[KILL-5] takes two people", async () => {
    const { kill } = fresh();
    const thrown = await kill.throwSwitch(REFUND, ann, "");
    const asked = await kill.requestRecovery(REFUND, ann, "fixed");
    const id = asked.ok ? asked.value.id : "";
    expect(hasIdForm("rec", id)).toBe(true);
    expect(codeOf(await kill.approveRecovery(id, ann))).toBe("second_person_required");
    expect(codeOf(await kill.approveRecovery(id, admin("new", { credentialCreatedAt: FAR + 1 })))).toBe("second_person_required");
    expect(codeOf(await kill.approveRecovery(id, admin("bob", { org: "other" })))).toBe("not_found");
    expect(await kill.stops()).toMatchObject({ epoch: 1, active: [REFUND] });
    expect(await kill.approveRecovery(id, bob)).toMatchObject({ ok: true, value: { id: thrown.id, active: false, epoch: 2, by: "bob" } });
    expect(await kill.stops()).toMatchObject({ epoch: 2, active: [] });
    expect(codeOf(await kill.approveRecovery(id, bob))).toBe("conflict");
  });

  it("[KILL-5] a request that nobody could approve is refused, and keeps nothing", async () => {
    const { kill } = fresh();
    await kill.throwSwitch(REFUND, ann, "");
    const before = recordsSent().length;
    expect(codeOf(await kill.requestRecovery(REFUND, admin("new", { credentialCreatedAt: FAR + 1 }), "over"))).toBe(
      "second_person_required",
    );
    expect(await kill.status("acme", false)).toMatchObject({ recoveries: [] });
    expect(recordsSent()).toHaveLength(before);
  });

  it("[KILL-6] a request is about one throw: a later one of the same scope needs its own", async () => {
    const { kill } = fresh();
    await kill.throwSwitch(REFUND, ann, "");
    const older = await kill.requestRecovery(REFUND, ann, "");
    await lift(kill, REFUND);
    now += 1_000;
    const second = await kill.throwSwitch(REFUND, ann, "again");
    expect(second).toMatchObject({ active: true, epoch: 3 });
    expect(codeOf(await kill.approveRecovery(older.ok ? older.value.id : "", bob))).toBe("conflict");
    expect((await kill.stops()).active).toEqual([REFUND]);
  });

  it("[KILL-90] throwing again voids what was asked for until then", async () => {
    const { kill } = fresh();
    const { id } = await kill.throwSwitch(REFUND, ann, "");
    const asked = await kill.requestRecovery(REFUND, ann, "");
    expect((await kill.throwSwitch(REFUND, bob, "a second reason")).id).toBe(id);
    expect(codeOf(await kill.approveRecovery(asked.ok ? asked.value.id : "", bob))).toBe("conflict");
    expect((await kill.stops()).active).toEqual([REFUND]);
    await lift(kill, REFUND);
    expect((await kill.stops()).active).toEqual([]);
  });

  it("[KILL-101] the second person finds what waits for them, with its scope and both reasons, and is told of it", async () => {
    const { stub, kill } = fresh();
    const told: { org: string | null; notice: Notice }[] = [];
    world.tell = async (org, notice) => void told.push({ org, notice });
    await kill.throwSwitch(REFUND, ann, "paid twice");
    const asked = await kill.requestRecovery(REFUND, ann, "fixed in 7");
    const id = asked.ok ? asked.value.id : "";
    const seen = await kill.status("acme", false);
    expect(seen.switches).toMatchObject([{ scope: "workflow:refund", reason: "paid twice" }]);
    expect(seen.recoveries).toMatchObject([
      { id, scope: "workflow:refund", reason: "fixed in 7", by: "ann", at: new Date(FAR).toISOString() },
    ]);
    expect((await kill.status("other", false)).recoveries).toEqual([]);
    for (const wait of [1, 2_500]) await tick(stub, wait);
    const notice = told.find((one) => one.notice.type === "kill_switch.recovery_requested");
    expect(notice).toMatchObject({ org: "acme", notice: { id, data: { recovery: id, scope: "workflow:refund", by: "ann" } } });
    expect(JSON.stringify(told)).not.toContain("fixed in 7");
    await kill.throwSwitch(REFUND, bob, "again"); // voids it
    expect((await kill.status("acme", false)).recoveries).toEqual([]);
    const second = await kill.requestRecovery(REFUND, ann, "now");
    await kill.approveRecovery(second.ok ? second.value.id : "", bob);
    expect((await kill.status("acme", false)).recoveries).toEqual([]);
    await kill.throwSwitch(REFUND, ann, "");
    await kill.requestRecovery(REFUND, ann, "late");
    now += 3_600_000;
    expect((await kill.status("acme", false)).recoveries).toEqual([]);
  });

  it("[KILL-101] what was written about `all` is for the platform's admins", async () => {
    const { stub, kill } = fresh();
    const told: { org: string | null; notice: Notice }[] = [];
    world.tell = async (org, notice) => void told.push({ org, notice });
    await kill.throwSwitch(ALL, rootAnn, "beta is attacked");
    await kill.requestRecovery(ALL, rootAnn, "beta is safe");
    expect(await kill.status("acme", false)).toMatchObject({ switches: [{ scope: "all", reason: null }], recoveries: [] });
    expect(await kill.status("default", true)).toMatchObject({
      switches: [{ reason: "beta is attacked" }],
      recoveries: [{ scope: "all", reason: "beta is safe" }],
    });
    for (const wait of [1, 2_500]) await tick(stub, wait);
    expect(told.map(({ org, notice }) => [org, notice.type])).toEqual([
      [null, "kill_switch.thrown"],
      ["default", "kill_switch.recovery_requested"],
    ]);
  });

  it("[NOTICE-16] a recovery is told after its throw, also where nobody could be told of the throw at first", async () => {
    const { stub, kill } = fresh();
    const told: string[] = [];
    let isDown = true;
    world.tell = async (_org, { type }) => {
      if (isDown) throw new Error("out of reach");
      told.push(type);
    };
    await kill.throwSwitch(REFUND, ann, "");
    await tick(stub, 1);
    isDown = false;
    await lift(kill, REFUND);
    for (const wait of [2_500, 2_500, 30_000, 30_000]) await tick(stub, wait);
    expect(told).toEqual(["kill_switch.thrown", "kill_switch.recovery_requested", "kill_switch.recovered"]);
  });

  it("[KILL-6] of two approvals at once one counts", async () => {
    const { kill } = fresh();
    await kill.throwSwitch(REFUND, ann, "");
    const asked = await kill.requestRecovery(REFUND, ann, "");
    const id = asked.ok ? asked.value.id : "";
    const answers = await Promise.all([kill.approveRecovery(id, bob), kill.approveRecovery(id, admin("cat"))]);
    expect(answers.map(codeOf).sort()).toEqual(["conflict", "ok"]);
    expect((await kill.stops()).epoch).toBe(2);
  });

  it("[KILL-6] what is not active cannot be lifted, and nobody knows an unknown id", async () => {
    const { kill } = fresh();
    expect(codeOf(await kill.requestRecovery(REFUND, ann, ""))).toBe("conflict");
    expect(codeOf(await kill.approveRecovery("rec_x", bob))).toBe("not_found");
    await kill.throwSwitch(ALL, rootAnn, "");
    expect(codeOf(await kill.requestRecovery(ALL, ann, ""))).toBe("forbidden");
  });
});

describe("the flag", () => {
  it("[KILL-7] shows what is true, `on` while anything is stopped", async () => {
    const { stub, kill } = fresh();
    await kill.stops();
    await tick(stub, 1);
    expect(kv.value).toBe("off");
    await tick(stub, 2_000);
    await kill.throwSwitch(REFUND, ann, "");
    await tick(stub, 1);
    expect(kv.value).toBe("on");
    await tick(stub, 2_000);
    await lift(kill, REFUND);
    await tick(stub, 1);
    expect(kv.value).toBe("off");
  });

  it("[KILL-7] set to `on` by hand it stops everything within 30 seconds, by `dashboard`", async () => {
    const { stub, kill } = fresh();
    await kill.stops();
    await tick(stub, 1);
    await tick(stub, 30_000);
    kv = { value: "on", mark: null };
    expect((await alarmOf(stub)) ?? 0).toBeLessThanOrEqual(now + 30_000);
    await tick(stub, 30_000);
    expect(await kill.stops()).toMatchObject({ epoch: 1, active: [ALL] });
    expect(await kill.status("acme", false)).toMatchObject({ switches: [{ scope: "all", by: "dashboard" }] });
    await tick(stub, 2_000);
    expect(recordsSent()).toMatchObject([
      { org: "default", event_type: "kill_switch.thrown", actor: { type: "dashboard", id: "dashboard" } },
    ]);
    expect(kv).toMatchObject({ value: "on", mark: { value: "on" } });
  });

  it("[KILL-7] set to `on` by hand before anybody ever called, it stops from the first look", async () => {
    const { stub, kill } = fresh();
    kv = { value: "on", mark: null };
    await kill.stops();
    await tick(stub, 1);
    expect((await kill.stops()).active).toEqual([ALL]);
  });

  it("[KILL-7] set to `off` by hand it changes nothing and is written back", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    await tick(stub, 30_000); // our own `on` is seen
    kv = { value: "off", mark: null };
    await tick(stub, 30_000);
    expect(kv.value).toBe("on");
    expect(await kill.stops()).toMatchObject({ epoch: 1, active: [ALL] });
  });

  it("[KILL-8] a hand's `on` that KV shows again after the recovery does not stop anew", async () => {
    const { stub, kill } = fresh();
    await kill.stops();
    await tick(stub, 1);
    await tick(stub, 30_000);
    const old: FlagReading = { value: "on", mark: null };
    kv = old;
    await tick(stub, 30_000);
    expect((await kill.stops()).active).toEqual([ALL]);
    shown = old; // from here on this place is shown the hand's value only
    await tick(stub, 2_000);
    await lift(kill, ALL, rootAnn, rootBob);
    await tick(stub, 1);
    expect(kv.value).toBe("off");
    for (const wait of [30_000, 30_000, 30_000]) {
      await tick(stub, wait);
      expect((await kill.stops()).active).toEqual([]);
      expect(kv.value).toBe("off");
    }
    shown = null; // the cache ended
    await tick(stub, 30_000);
    expect(await kill.stops()).toMatchObject({ epoch: 2, active: [] });
  });

  it("[KILL-8] an old `on` of our own after the recovery does not stop anew", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    shown = kv;
    await tick(stub, 2_000);
    await lift(kill, ALL, rootAnn, rootBob);
    for (const wait of [1, 30_000, 30_000, 30_000, 30_000, 30_000]) await tick(stub, wait);
    expect(await kill.stops()).toMatchObject({ epoch: 2, active: [] });
  });

  it("[KILL-91] a hand's `on` right after our own write stops within 30 seconds, when no hand's `on` was read shortly before", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    await tick(stub, 2_000);
    await lift(kill, ALL, rootAnn, rootBob);
    await tick(stub, 1);
    kv = { value: "on", mark: null }; // before our `off` was ever read back
    await tick(stub, 30_000);
    expect((await kill.stops()).active).toEqual([ALL]);
  });

  it("[KILL-91] a hand's `on` that may be an old one, taken back while it is in doubt, stops when the doubt ends", async () => {
    const { stub, kill } = fresh();
    await kill.stops();
    kv = { value: "on", mark: null };
    await tick(stub, 1);
    await tick(stub, 2_000);
    await lift(kill, ALL, rootAnn, rootBob);
    await tick(stub, 2_000);
    kv = { value: "on", mark: null };
    await tick(stub, 30_000);
    expect((await kill.stops()).active).toEqual([]);
    kv = { value: "off", mark: null };
    for (const wait of [30_000, 30_000, 30_000, 31_000]) await tick(stub, wait);
    expect((await kill.stops()).active).toEqual([ALL]);
  });

  it("[KILL-8] a throw does not write over a hand's `on` that nobody has read yet", async () => {
    const { stub, kill } = fresh();
    await kill.stops();
    await tick(stub, 1);
    await tick(stub, 30_000);
    kv = { value: "on", mark: null };
    await kill.throwSwitch(REFUND, ann, "");
    await tick(stub, 1);
    expect((await kill.stops()).active).toEqual(expect.arrayContaining([ALL, REFUND]));
  });

  it("[KILL-9] KV gets at most one write a second, and the last one is true", async () => {
    const { stub, kill } = fresh();
    for (let round = 0; round < 3; round++) {
      await kill.throwSwitch(REFUND, ann, "");
      await tick(stub, 10);
      await lift(kill, REFUND);
      await tick(stub, 10);
    }
    await tick(stub, 1_200);
    await tick(stub, 1_200);
    expect(kv.value).toBe("off");
    expect(writes.length).toBeGreaterThan(1);
    expect(writes.every((write, index) => index === 0 || write.at - (writes[index - 1]?.at ?? 0) >= 1_000)).toBe(true);
  });

  it("[KILL-9] a mirror that fails is tried again, and the truth does not wait for it", async () => {
    const { stub, kill } = fresh();
    const { read, write } = world.flag;
    world.flag = { read, write: () => Promise.reject(new Error("KV is out of reach")) };
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    expect((await kill.stops()).active).toEqual([ALL]);
    expect(kv.value).toBeNull();
    world.flag = { read, write };
    expect((await alarmOf(stub)) ?? 0).toBeLessThanOrEqual(now + 30_000);
    await tick(stub, 6_000);
    expect(kv.value).toBe("on");
  });

  it("[KILL-8] a mark of ours whose write was not answered is ours all the same, after a crash too", async () => {
    const { stub, kill } = fresh();
    const { read, write } = world.flag;
    world.flag = {
      read,
      write: async (value, mark) => {
        await write(value, mark);
        throw new Error("the answer was lost");
      },
    };
    await kill.throwSwitch(REFUND, ann, "");
    await tick(stub, 1);
    expect(kv.value).toBe("on");
    await evictDurableObject(stub);
    world.flag = { read, write };
    await tick(stub, 30_000);
    expect((await kill.stops()).active).toEqual([REFUND]);
  });

  it("[KILL-9] a flag that cannot be read stops nothing and is looked at again", async () => {
    const { stub, kill } = fresh();
    const { read, write } = world.flag;
    world.flag = { read: () => Promise.reject(new Error("KV is out of reach")), write };
    await kill.stops();
    await tick(stub, 1);
    expect((await kill.stops()).active).toEqual([]);
    world.flag = { read, write };
    kv = { value: "on", mark: null };
    await tick(stub, 30_000);
    expect((await kill.stops()).active).toEqual([ALL]);
  });

  it("[KILL-9] the watch goes on for ever, and comes back when its alarm was lost", async () => {
    const { stub, kill } = fresh();
    await kill.stops();
    for (let round = 0; round < 3; round++) {
      await tick(stub, 30_000);
      expect(await alarmOf(stub)).toBe(now + 30_000);
    }
    await runInDurableObject(stub, (_, state) => state.storage.deleteAlarm());
    now += 120_000;
    await kill.stops();
    expect(await alarmOf(stub)).toBe(now + 1);
  });
});

describe("pushes", () => {
  const many = (count: number, status: string) =>
    Array.from({ length: count }, (_, index) => ({ id: `run_${String(index).padStart(4, "0")}`, status }));

  it("[KILL-10] every run in scope hears of a throw once it is seen, more than a page of them, few at a time", async () => {
    const { stub, kill } = fresh();
    runs = many(130, "running");
    let atOnce = 0;
    let most = 0;
    const halt = world.haltRun;
    world.haltRun = async (run, stops) => {
      most = Math.max(most, ++atOnce);
      await scheduler.wait(0);
      atOnce--;
      await halt(run, stops);
    };
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    expect(new Set(halted.map(({ run }) => run)).size).toBe(130);
    expect(halted[0]?.stops).toMatchObject({ epoch: 1, active: [ALL] });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(6);
  });

  it("[KILL-10] a thousand runs take several turns, and each is reached", async () => {
    const { stub, kill } = fresh();
    runs = many(1_030, "running");
    world.haltRun = async (run, stops) => void halted.push({ run, stops }); // the index still shows them as running
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    expect(halted).toHaveLength(500);
    expect(await alarmOf(stub)).toBe(now + 1);
    await tick(stub, 1);
    await tick(stub, 1);
    expect(new Set(halted.map(({ run }) => run)).size).toBe(1_030);
  });

  it("[KILL-10] a push of an earlier version is about runs; one whose work is not known here is tried again, and drains nothing", async () => {
    const rewrite = (stub: Stub, change: string) =>
      runInDurableObject(stub, (_, state) => state.storage.sql.exec(`UPDATE push SET body = ${change}`).rowsWritten);
    for (const [change, told] of [
      ["json_remove(body, '$.work')", 1],
      ["json_set(body, '$.work', 'constructor')", 0],
    ] as const) {
      const { stub, kill } = fresh();
      [runs, halted] = [many(1, "running"), []];
      await kill.throwSwitch(ALL, rootAnn, "");
      expect(await rewrite(stub, change)).toBe(1);
      await tick(stub, 10_000);
      expect(halted).toHaveLength(told);
      expect(await alarmOf(stub)).toBeLessThanOrEqual(now + 30_000);
      runs = [];
      await tick(stub, 10_000);
      expect(await runInDurableObject(stub, (_, state) => state.storage.sql.exec("SELECT id FROM push").toArray().length)).toBe(1 - told);
    }
  });

  it("[KILL-10] what runs on is told again until nothing is in flight, and that moment is kept", async () => {
    const { stub, kill } = fresh();
    runs = [{ id: "run_1", status: "running" }];
    world.haltRun = async (run, stops) => void halted.push({ run, stops });
    await kill.throwSwitch(ALL, rootAnn, "");
    for (const wait of [1, 3_000, 3_000]) await tick(stub, wait);
    expect(halted).toHaveLength(3);
    expect(await kill.status("default", true)).toMatchObject({ in_flight: 1, drained_at: null });
    runs = [{ id: "run_1", status: "paused" }];
    await tick(stub, 3_000);
    const drainedAt = new Date(now).toISOString();
    await tick(stub, 30_000);
    expect(await kill.status("default", true)).toMatchObject({ in_flight: 0, drained_at: drainedAt });
    runs = [{ id: "run_1", status: "running" }];
    expect(await kill.status("default", true)).toMatchObject({ in_flight: 1, drained_at: drainedAt });
    expect(halted).toHaveLength(3);
  });

  it("[KILL-10] zero in flight is not believed right after the throw: the index is behind", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    expect(await kill.status("default", true)).toMatchObject({ in_flight: 0, drained_at: null });
    runs = [{ id: "run_late", status: "running" }];
    await tick(stub, 3_000);
    expect(halted.map(({ run }) => run)).toEqual(["run_late"]);
    await tick(stub, 3_000);
    expect((await kill.status("default", true)).drained_at).toBe(new Date(now).toISOString());
  });

  it("[KILL-93] is drained when the last call is closed and not before, whoever made it", async () => {
    const { stub, kill } = fresh();
    const chat = { subject: { org: "acme", model: "m/small" }, calls: 2 };
    const step = { subject: { org: "acme", workflow: "refund", tool: "pay" }, calls: 3 };
    runs = [{ id: "run_1", status: "running" }];
    await kill.throwSwitch({ kind: "org", org: "acme", name: "acme" }, ann, "");
    await kill.throwSwitch({ kind: "tool", org: "acme", name: "pay" }, ann, "");
    await kill.stops({ isolate: "a", open: [chat, step], more: 0 });
    for (const wait of [1, 3_000, 3_000, 3_000]) {
      await tick(stub, wait);
      await kill.stops({ isolate: "a", open: [chat, step], more: 0 });
    }
    expect(runs.map(({ status }) => status)).toEqual(["paused"]);
    expect(await kill.status("acme", false)).toMatchObject({ in_flight: 5, drained_at: null });
    await kill.stops({ isolate: "a", open: [chat], more: 0 });
    await tick(stub, 3_000);
    expect(await kill.status("acme", false)).toMatchObject({ in_flight: 2, drained_at: null });
    await kill.stops({ isolate: "a", open: [], more: 0 });
    await tick(stub, 3_000);
    expect(await kill.status("acme", false)).toMatchObject({ in_flight: 0, drained_at: new Date(now).toISOString() });
  });

  it("[KILL-93] a tool's switch drains while other work of its org goes on", async () => {
    const { stub, kill } = fresh();
    runs = [{ id: "run_1", status: "running" }];
    world.haltRun = async (run, stops) => void halted.push({ run, stops });
    await kill.throwSwitch({ kind: "tool", org: "acme", name: "pay" }, ann, "");
    await kill.stops({ isolate: "a", open: [{ subject: { org: "acme", workflow: "refund", tool: "look" }, calls: 1 }], more: 0 });
    for (const wait of [1, 6_000]) await tick(stub, wait);
    expect(await kill.status("acme", false)).toMatchObject({ in_flight: 0, drained_at: new Date(now).toISOString() });
  });

  it("[KILL-93] a new life of the object believes nothing before every isolate could tell", async () => {
    const { stub, kill } = fresh();
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    now += 60_000;
    await evictDurableObject(stub);
    expect(await kill.status("default", true)).toMatchObject({ in_flight: 0, drained_at: null });
    await kill.stops({ isolate: "a", open: [{ subject: { org: "acme" }, calls: 1 }], more: 0 });
    await tick(stub, 6_000);
    expect(await kill.status("default", true)).toMatchObject({ in_flight: 1, drained_at: null });
  });

  it("[KILL-10] a run that hangs or fails holds up no other and is told again", async () => {
    const { stub, kill } = fresh();
    runs = many(20, "running");
    const halt = world.haltRun;
    world.haltRun = (run, stops) =>
      run === "run_0013" ? new Promise<void>(() => {}) : run === "run_0007" ? Promise.reject(new Error("broken")) : halt(run, stops);
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    expect(halted).toHaveLength(18);
    world.haltRun = halt;
    await tick(stub, 3_000);
    expect(new Set(halted.map(({ run }) => run)).size).toBe(20);
  });

  it("[KILL-11] after a recovery paused runs resume, with a snapshot that no longer stops them, late ones too", async () => {
    const { stub, kill } = fresh();
    runs = many(70, "running");
    await kill.throwSwitch(ALL, rootAnn, "");
    await tick(stub, 1);
    await lift(kill, ALL, rootAnn, rootBob);
    await tick(stub, 1);
    expect(new Set(resumed.map(({ run }) => run)).size).toBe(70);
    expect(resumed.every(({ stops }) => stops.active.length === 0 && stops.epoch === 2)).toBe(true);
    runs.push({ id: "run_late", status: "paused" }); // its pause reached the index after the recovery
    await tick(stub, 5_000);
    expect(resumed.at(-1)?.run).toBe("run_late");
    for (const wait of [30_000, 120_000, 120_000]) await tick(stub, wait);
    expect(await runInDurableObject(stub, (_, state) => state.storage.sql.exec("SELECT COUNT(*) AS n FROM push").one()["n"])).toBe(0);
    expect(resumed).toHaveLength(71);
  });

  it("[KILL-11] an index out of reach, or a run that fails, is tried again", async () => {
    const { stub, kill } = fresh();
    runs = [{ id: "run_1", status: "paused" }];
    await kill.throwSwitch(ALL, rootAnn, "");
    await lift(kill, ALL, rootAnn, rootBob);
    const { runsInScope, resumeRun } = world;
    world.runsInScope = () => Promise.reject(new Error("D1 is out of reach"));
    await tick(stub, 1);
    world.runsInScope = runsInScope;
    world.resumeRun = () => Promise.reject(new Error("broken"));
    await tick(stub, 5_000);
    expect(resumed).toEqual([]);
    world.resumeRun = resumeRun;
    await tick(stub, 10_000);
    expect(resumed).toMatchObject([{ run: "run_1" }]);
  });

  it("[KILL-11] a recovery ends the halts of its scope, also in the middle of a page", async () => {
    const { stub, kill } = fresh();
    runs = many(40, "running");
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    world.haltRun = async (run, stops) => {
      halted.push({ run, stops });
      if (++calls === 6) await gate.promise;
      else await scheduler.wait(1);
    };
    await kill.throwSwitch(ALL, rootAnn, "");
    now += 1;
    const turn = runDurableObjectAlarm(stub);
    await until(() => calls >= 6);
    await lift(kill, ALL, rootAnn, rootBob);
    const before = halted.length;
    gate.resolve();
    await turn;
    expect(before).toBeGreaterThan(0);
    expect(halted.length).toBeGreaterThanOrEqual(before);
    expect(halted.length).toBeLessThanOrEqual(before + 6);
    expect(halted.filter(({ stops }) => stops.epoch !== 1)).toEqual([]);
  });

  it("[KILL-10] dying in the middle of a push is picked up by the next alarm", async () => {
    const { stub, kill } = fresh();
    runs = many(60, "running");
    let calls = 0;
    const halt = world.haltRun;
    world.haltRun = (run, stops) => (++calls > 55 ? new Promise<void>(() => {}) : halt(run, stops));
    await kill.throwSwitch(ALL, rootAnn, "");
    now += 1;
    const dying = runInDurableObject(stub, (room) => room.alarm()).catch(() => "aborted");
    await until(() => calls > 55);
    await abortAllDurableObjects();
    expect(await dying).toBe("aborted");
    world.haltRun = halt;
    const reborn = env.KILL_SWITCH.get(stub.id);
    expect(await alarmOf(reborn)).not.toBeNull();
    await tick(reborn, 30_000);
    await tick(reborn, 3_000);
    expect(new Set(halted.map(({ run }) => run)).size).toBe(60);
  });
});
