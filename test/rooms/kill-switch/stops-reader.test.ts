import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Principal } from "../../../core/access/principal.ts";
import type { StopScope, Stops } from "../../../core/kill-switch/stops.ts";
import { flagStore } from "../../../workers/kill-switch/flag.ts";
import { killSwitchFrom } from "../../../workers/kill-switch/kill-switch.ts";
import { defineStopsReader } from "../../../workers/kill-switch/stops-reader.ts";
import { until } from "../../support/patience.ts";

const ALL: StopScope = { kind: "all" };
const CALM: Stops = { epoch: 0, active: [], asOf: 0 };
const STOPPED: Stops = { epoch: 1, active: [ALL], asOf: 0 };

const scripted = (answer: (call: number) => Promise<Stops>) => {
  const world = { now: 1_000, calls: 0 };
  const reader = defineStopsReader({ ask: () => answer(++world.calls), now: () => world.now });
  return { world, reader };
};
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => "answered",
    (error: Error) => error.message,
  );

describe("a snapshot", () => {
  it("[KILL-12] is used for two seconds and not a millisecond longer", async () => {
    const { world, reader } = scripted(async () => CALM);
    await reader.stops();
    world.now += 2_000;
    await reader.stops();
    expect(world.calls).toBe(1);
    world.now += 1;
    await reader.stops();
    expect(world.calls).toBe(2);
  });

  it("[KILL-12] is as old as the question, not as the answer", async () => {
    const { world, reader } = scripted(async () => {
      world.now += 900;
      return { ...CALM, asOf: 9_999_999 };
    });
    expect((await reader.stops()).asOf).toBe(1_000);
    world.now = 3_000;
    await reader.stops();
    expect(world.calls).toBe(1);
    world.now = 3_001;
    await reader.stops();
    expect(world.calls).toBe(2);
  });

  it("[KILL-12] that was too long on its way decides nothing", async () => {
    const { world, reader } = scripted(async () => {
      world.now += 2_001;
      return CALM;
    });
    expect(await outcome(reader.stops())).toBe("the kill switch did not answer in time");
  });

  it("[KILL-13] is asked for once by many callers", async () => {
    const { world, reader } = scripted(async () => {
      await scheduler.wait(5);
      return STOPPED;
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => reader.stops()));
    expect(world.calls).toBe(1);
    expect(answers.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, () => 1));
  });

  it("[KILL-13] when the one who asks is gone, the others ask themselves", async () => {
    const { world, reader } = scripted((call) => (call === 1 ? new Promise<Stops>(() => {}) : Promise.resolve(STOPPED)));
    const gone = outcome(reader.stops());
    const answers = await Promise.all([reader.stops(), reader.stops(), reader.stops()]);
    expect(answers.map(({ epoch }) => epoch)).toEqual([1, 1, 1]);
    expect(world.calls).toBe(2);
    expect(await gone).toMatch("no answer within");
  });
});

describe("out of reach", () => {
  it("[KILL-14] the object answers nobody: a young snapshot is good, an old one throws", async () => {
    const { world, reader } = scripted((call) => (call === 1 ? Promise.resolve(CALM) : Promise.reject(new Error("out of reach"))));
    await reader.stops();
    world.now += 2_000;
    expect(await outcome(reader.stops())).toBe("answered");
    world.now += 1;
    expect(await outcome(reader.stops())).toBe("out of reach");
    expect(await outcome(reader.stops())).toBe("out of reach");
  });

  it("[KILL-14] a first question without an answer throws in bounded time", async () => {
    const { reader } = scripted(() => new Promise<Stops>(() => {}));
    expect(await outcome(reader.stops())).toBe("no answer within 1500 ms");
  });
});

describe("through this isolate", () => {
  const by = { org: "acme", user: "ann", credential: "key_ann" } as Principal;
  const view = { id: "kill_1", scope: "all", active: true, epoch: 1, by: "ann", at: "", reason: "" };
  const refused = async () => {
    throw new Error("unscripted");
  };

  it("[KILL-15] a throw is known at once; an answer that was on its way meanwhile is not kept", async () => {
    let truth = CALM;
    const slow = Promise.withResolvers<void>();
    const { world, reader } = scripted(async (call) => {
      const answer = truth;
      if (call === 2) await slow.promise;
      return answer;
    });
    const port = killSwitchFrom(
      () => ({
        throwSwitch: async () => {
          truth = STOPPED;
          return view;
        },
        status: refused,
        requestRecovery: refused,
        drill: refused,
        drills: refused,
        approveRecovery: refused,
      }),
      reader,
    );
    await port.stops();
    world.now += 2_001;
    const early = port.stops(); // on its way while the switch is thrown
    await until(() => world.calls === 2);
    await port.throwSwitch(ALL, by, "");
    const later = port.stops();
    slow.resolve();
    expect((await later).active).toEqual([ALL]);
    expect((await early).active).toEqual([]); // it asked before the throw
    expect((await port.stops()).active).toEqual([ALL]);
  });

  it("[KILL-15] a throw whose answer was lost may have happened: the snapshot is dropped", async () => {
    let truth = CALM;
    const { reader } = scripted(async () => truth);
    const port = killSwitchFrom(
      () => ({
        throwSwitch: async () => {
          truth = STOPPED;
          throw new Error("the answer was lost");
        },
        status: refused,
        requestRecovery: refused,
        drill: refused,
        drills: refused,
        approveRecovery: refused,
      }),
      reader,
    );
    await port.stops();
    expect(await outcome(port.throwSwitch(ALL, by, ""))).toBe("the answer was lost");
    expect((await port.stops()).active).toEqual([ALL]);
  });
});

describe("the flag in KV", () => {
  it("[KILL-7] keeps its mark beside the value; what a hand writes has none", async () => {
    const flag = flagStore(env.FLAGS);
    expect(await flag.read()).toEqual({ value: null, mark: null });
    await flag.write("on", { serial: 3, value: "on" });
    expect(await flag.read()).toEqual({ value: "on", mark: { serial: 3, value: "on" } });
    await env.FLAGS.put("kill-switch", "off");
    expect(await flag.read()).toEqual({ value: "off", mark: null });
    await env.FLAGS.put("kill-switch", "on", { metadata: { serial: "3", value: "on" } });
    expect(await flag.read()).toEqual({ value: "on", mark: null });
  });
});
