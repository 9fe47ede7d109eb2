/** When the watch of an org looks, when it rests, and what it keeps of notices until they are taken. */
import { describe, expect, it } from "vitest";
import { type AlertSums, QUIET } from "../../../core/alert/sums.ts";
import { NO_RUNS } from "../../../core/anomaly/tally.ts";
import { chance } from "../../../core/chance.ts";
import type { Slo } from "../../../core/health/budget.ts";
import type { Notice } from "../../../core/notice/notice.ts";
import type { Seen } from "../../../durable-objects/watch/anomalies.ts";
import { defineWatch, type WatchPorts } from "../../../durable-objects/watch/watch.ts";
import { FAR } from "../../support/far.ts";
import { ObjectInNode } from "../../support/object-in-node.ts";

const ORG = "org-1";
const MINUTE = 60_000;
const KILL: Notice = { id: "evt_1", type: "kill_switch.thrown", severity: "critical", data: { scope: "all" } };
const DONE = { taken: ["a"], left: [], resting: [], notBefore: null };

function makeWatch() {
  const world = {
    now: FAR + 30_000,
    sums: QUIET as AlertSums,
    seen: { minutes: [], openMs: new Map() } as Seen,
    slos: new Map<string, Slo>(),
    asked: { sums: 0, slos: 0 },
    wanted: [] as number[][],
    sent: [] as Notice[],
    noted: [] as string[],
    send: (async () => DONE) as WatchPorts["send"],
  };
  const object = new ObjectInNode(
    defineWatch(() => ({
      now: () => world.now,
      random: (bytes) => new Uint8Array(bytes).fill(world.asked.sums % 256),
      sums: async () => {
        world.asked.sums++;
        return world.sums;
      },
      slos: async () => {
        world.asked.slos++;
        return world.slos;
      },
      minutes: async (_org, from, to) => {
        world.wanted.push([from, to]);
        return world.seen;
      },
      send: (org, notice, ...more) => {
        world.sent.push(notice);
        return world.send(org, notice, ...more);
      },
      record: async (_org, { type }) => void world.noted.push(`record ${type}`),
      openIncident: async (_org, { type }) => void world.noted.push(`incident ${type}`),
    })),
  );
  /** Time goes on to its alarm, and it rings. */
  const ring = async (): Promise<void> => {
    world.now = Math.max(world.now, object.alarmAt ?? world.now);
    await object.ring();
  };
  return { world, object, ring, begin: () => object.room.begin(ORG) };
}

describe("a watch", () => {
  it("[ALERT-10] that was only asked, stores nothing and looks at nothing", async () => {
    const { world, object } = makeWatch();
    for (let life = 0; life < 2; life++) {
      expect([await object.room.alerts(), await object.room.anomalies(0)]).toEqual([[], []]);
      await object.room.alarm();
      expect([object.rows("SELECT name FROM sqlite_master"), object.alarmAt, world.asked.sums]).toEqual([[], null, 0]);
      object.die();
    }
  });

  it("[ALERT-10] is one org's, looks at once when it begins, and then up to ten seconds after each full minute", async () => {
    const { world, object, ring, begin } = makeWatch();
    await begin();
    expect(object.alarmAt).toBe(world.now + 1);
    const spread = Math.floor(chance(ORG) * 10_000);
    await ring();
    expect([world.asked.sums, object.alarmAt]).toEqual([1, FAR + MINUTE + spread]);
    for (const at of [FAR + MINUTE + spread - 1, FAR + MINUTE + spread]) {
      world.now = at;
      await object.ring();
    }
    expect([world.asked.sums, object.alarmAt]).toEqual([2, FAR + 2 * MINUTE + spread]);
    world.now = FAR + 5 * MINUTE;
    object.rows("UPDATE watch SET look_at = ?", world.now);
    await object.ring();
    expect(object.alarmAt).toBe(FAR + 6 * MINUTE + spread);
    object.die();
    await expect(object.room.begin("org-2")).rejects.toThrow("another org's");
    await expect(object.room.tell("org-2", KILL)).rejects.toThrow("another org's");
  });

  it("[ALERT-10] that watches already is changed by no further beginning, unless its alarm was lost", async () => {
    const { world, object, ring, begin } = makeWatch();
    await begin();
    for (let n = 0; n < 3; n++) await ring();
    const { alarmAt } = object;
    world.now += 1_000;
    await begin();
    expect([object.alarmAt, object.rows("SELECT idle FROM watch")]).toEqual([alarmAt, [{ idle: 3 }]]);
    object.disk.alarm = null;
    object.die();
    await begin();
    expect([object.alarmAt, object.rows("SELECT idle FROM watch")]).toEqual([alarmAt, [{ idle: 0 }]]);
  });

  const busy: [string, Partial<{ sums: AlertSums; seen: Seen; suspicion: boolean }>][] = [
    ["an alert", { sums: { ...QUIET, usd1h: 250 } }],
    [
      "runs that ended",
      { sums: { ...QUIET, workflows: [{ workflow: "w", ended5m: 1, failed5m: 0, seconds10m: [], seconds1h: [], ofBudget1h: [] }] } },
    ],
    ["runs that move", { sums: { ...QUIET, moving: 1 } }],
    ["a suspicion", { suspicion: true }],
  ];
  it.each(busy)(
    "[ALERT-6] rests after seventy looks at nothing, counted from the last one at %s",
    async (_what, { sums = QUIET, suspicion }) => {
      const { world, object, ring, begin } = makeWatch();
      await begin();
      for (let look = 0; look < 69; look++) await ring();
      world.sums = sums;
      if (suspicion) {
        const body = {
          v: 1,
          workflow: "w",
          metric: "cost",
          at: world.now,
          value: 9,
          expected: [1, 2],
          score: 5,
          calm: 0,
          seen: 2,
          status: "open",
        };
        object.rows("INSERT INTO anomaly (key, at, is_over, body) VALUES ('k', ?, 0, ?)", world.now, JSON.stringify(body));
      }
      await ring();
      expect(object.rows("SELECT idle FROM watch")).toEqual([{ idle: 0 }]);
      world.sums = QUIET;
      object.rows("DELETE FROM anomaly");
      object.rows("DELETE FROM alert");
      object.rows("DELETE FROM notice");
      for (let look = 0; look < 69; look++) await ring();
      expect([object.rows("SELECT idle FROM watch"), object.alarmAt !== null]).toEqual([[{ idle: 69 }], true]);
      await ring();
      expect([object.alarmAt, world.asked.sums]).toEqual([null, 140]);
      await object.ring();
      expect(world.asked.sums).toBe(140);
      await object.room.tell(ORG, KILL);
      await ring();
      expect([world.asked.sums, world.sent.at(-1)?.id, object.alarmAt]).toEqual([140, "evt_1", null]);
      await begin();
      expect(object.alarmAt).toBe(world.now + 1);
    },
  );

  it("[ALERT-10] begins also where a notice waits already, and goes on when the index is out of reach", async () => {
    const { world, object, ring, begin } = makeWatch();
    await object.room.tell(ORG, KILL);
    await begin();
    await ring();
    expect([world.asked.sums, world.sent]).toEqual([1, [KILL]]);
    world.sums = { ...QUIET, usd1h: 250 };
    await ring();
    const rows = () => [object.rows("SELECT * FROM alert"), object.rows("SELECT idle FROM watch"), object.rows("SELECT * FROM minute")];
    const before = rows();
    world.sums = QUIET;
    world.seen = null as unknown as Seen; // whoever reads of it throws
    Object.defineProperty(world, "slos", { get: () => Promise.reject(new Error("out of reach")) });
    world.now += 5 * MINUTE;
    await ring();
    expect([rows(), (object.alarmAt ?? 0) > world.now]).toEqual([before, true]);
  });

  it("[ALERT-10] reads service levels once in five minutes, and what ended since its last look", async () => {
    const { world, object, begin } = makeWatch();
    await begin();
    const look = async (at: number): Promise<number> => {
      world.now = at;
      object.rows("UPDATE watch SET look_at = ?", at);
      await object.ring();
      return world.asked.slos;
    };
    const began = FAR + 10 * MINUTE;
    expect([await look(began), await look(began + 299_999), await look(began + 300_000), await look(began + 300_001)]).toEqual([
      1, 1, 2, 2,
    ]);
    const minute = began / MINUTE;
    expect(world.wanted.slice(0, 2)).toEqual([
      [minute - 60, minute],
      [minute - 5, minute + 4],
    ]);
  });

  it("[ALERT-4] tells of each alert under an id of its own, keeps those that fire alone, and hands on what it saw of service levels", async () => {
    const { world, object, ring, begin } = makeWatch();
    world.sums = { ...QUIET, usd1h: 250, deadLetters: 1 };
    await begin();
    for (let n = 0; n < 40 && (await object.room.alerts()).length < 2; n++) await ring();
    expect((await object.room.alerts()).map(({ rule }) => rule).toSorted()).toHaveLength(2);
    expect(new Set(world.sent.map(({ id }) => id)).size).toBe(world.sent.length);
    expect(world.sent.every(({ id }) => id.startsWith("ntc_"))).toBe(true);
    world.sums = { ...QUIET, usd1h: 250 };
    for (let n = 0; n < 3; n++) await ring();
    expect((await object.room.alerts()).map(({ rule }) => rule)).toEqual(["cost-per-hour"]);
    object.die();
    expect((await object.room.alerts()).map(({ rule }) => rule)).toEqual(["cost-per-hour"]);
    world.slos = new Map([["w", { success: 0.99, p95_ms: null }]]);
    world.now += 5 * MINUTE;
    const minute = Math.floor(world.now / MINUTE);
    world.seen = {
      minutes: Array.from({ length: 60 }, (_, at) => ({
        minute: minute - 60 + at,
        workflow: "w",
        tally: { ...NO_RUNS, runs: 10, failed: 9 },
      })),
      openMs: new Map(),
    };
    for (let n = 0; n < 20; n++) await ring();
    expect((await object.room.alerts()).map(({ rule }) => rule)).toEqual(["cost-per-hour", "slo-burn-slow"]);
  });
});

describe("notices", () => {
  it("[NOTICE-6] of one id wait once, a thousand at most, and are durable when they are told", async () => {
    const { object } = makeWatch();
    expect([await object.room.tell(ORG, KILL), await object.room.tell(ORG, KILL)]).toEqual([true, true]);
    expect(object.rows("SELECT id FROM notice")).toEqual([{ id: "evt_1" }]);
    object.rows(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998) INSERT INTO notice (id, body, due_at) SELECT 'x' || i, '{}', ? FROM n",
      FAR * 2,
    );
    expect(await object.room.tell(ORG, { ...KILL, id: "evt_2" })).toBe(true);
    expect(await object.room.tell(ORG, { ...KILL, id: "evt_3" })).toBe(false);
    expect(object.rows("SELECT COUNT(*) AS n FROM notice")).toEqual([{ n: 1_000 }]);
  });

  it("[NOTICE-5] are put on record and open their incident once, before anybody has them, and what is no alert is on record elsewhere", async () => {
    const { world, object, ring } = makeWatch();
    let tries = 0;
    world.send = () => (++tries < 3 ? Promise.reject(new Error("out of reach")) : Promise.resolve(DONE));
    await object.room.tell(ORG, { ...KILL, id: "n1", type: "alert.firing" });
    await object.room.tell(ORG, { ...KILL, id: "n2", type: "anomaly.detected", severity: "warning" });
    await object.room.tell(ORG, { ...KILL, id: "n3", type: "alert.cleared", resolves: true });
    await object.room.tell(ORG, { ...KILL, id: "n4" });
    for (let n = 0; n < 6; n++) await ring();
    expect(world.noted.toSorted()).toEqual([
      "incident alert.firing",
      "incident kill_switch.thrown",
      "record alert.cleared",
      "record alert.firing",
      "record anomaly.detected",
    ]);
    expect([object.rows("SELECT id FROM notice"), object.alarmAt]).toEqual([[], null]);
  });

  it("[NOTICE-14] remember who has them and who rests, and leave when all have them", async () => {
    const { world, object, ring } = makeWatch();
    const given: unknown[] = [];
    const until = FAR + 3_600_000;
    world.send = async (_org, _notice, taken, resting) => {
      given.push([taken, resting]);
      if (given.length === 1) return { taken: ["a"], left: ["b"], resting: [["b", until]], notBefore: until };
      if (given.length === 2) return { taken: ["a", "b"], left: ["c"], resting: [], notBefore: null };
      return DONE;
    };
    await object.room.tell(ORG, KILL);
    await ring();
    expect(object.alarmAt).toBe(until);
    object.die();
    await ring();
    expect(object.alarmAt).toBe(until + 20_000);
    await ring();
    expect(given).toEqual([
      [[], []],
      [["a"], [["b", until]]],
      [["a", "b"], []],
    ]);
    expect([object.alarmAt, world.noted]).toEqual([null, ["incident kill_switch.thrown"]]);
  });

  it("[NOTICE-16] about one thing wait for an earlier one that nobody has, and are then held from those alone whom it did not reach", async () => {
    const { world, object, ring } = makeWatch();
    const about = { ...KILL, dedup: "kill-switch/1" };
    const asked: [string, readonly string[]][] = [];
    let left = ["b"];
    world.send = async (_org, { id }, taken, _resting, held) => {
      asked.push([id, held]);
      if (asked.length === 1) throw new Error("out of reach");
      return { ...DONE, taken, left: id === "evt_1" ? left : [] };
    };
    await object.room.tell(ORG, about);
    await object.room.tell(ORG, { ...about, id: "evt_2", resolves: true });
    await object.room.tell(ORG, { ...about, id: "evt_3", dedup: "kill-switch/2" });
    for (let n = 0; n < 4; n++) await ring();
    const of = (id: string) => asked.filter(([one]) => one === id).map(([, held]) => held);
    expect([of("evt_2"), of("evt_3")]).toEqual([[["b"]], [[]]]);
    left = [];
    for (let n = 0; n < 10 && object.alarmAt !== null; n++) await ring();
    expect([of("evt_2"), of("evt_1").every((held) => held.length === 0)]).toEqual([[["b"]], true]);
    expect(object.alarmAt).toBeNull();
  });
});
