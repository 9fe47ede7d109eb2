/** What a life of the object has under way: authority, queued calls, child runs, sessions, the parent, and outcomes that cannot be stored yet. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SILENCE } from "../../../core/session/session.ts";
import { define, model, review, tool, transform } from "../../support/run/definition.ts";
import { answered, said } from "../../support/run/drive.ts";
import {
  allows,
  allowsModel,
  away,
  free,
  MINUTE,
  makeRun,
  never,
  SECOND,
  settled,
  standStill,
  stopped,
  T0,
  TOOL,
  type World,
} from "../../support/run-in-node.ts";

const later = async <T>(ms: number, value: T): Promise<T> => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return value;
};
const one = define({ a: tool(TOOL) }, { output: { cel: "steps.a.output" } });
const eventsOf = (made: ReturnType<typeof makeRun>) => made.object.rows<{ events: string }>("SELECT events FROM journal ORDER BY last_seq");
/** How often a call was made again because it was cut short. */
const repeated = async (made: ReturnType<typeof makeRun>): Promise<number> =>
  (await made.events()).filter(({ data }) => (data as { repeated?: true }).repeated === true).length;
/** Types of the events, turn by turn. */
const turnsOf = (made: ReturnType<typeof makeRun>): string[][] =>
  eventsOf(made).map(({ events }) => (JSON.parse(events) as { type: string }[]).map(({ type }) => type));

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("a question of authority", () => {
  it("[RUN-420] that is answered at once joins the turn that asked it; a late answer comes by itself, and neither is asked twice", async () => {
    for (const [ms, together] of [
      [0, true],
      [15, true],
      [25, false],
    ] as const) {
      const authorize = vi.fn<World["authorize"]>(async (...question) => later(ms, await allows()(...question)));
      const made = makeRun(one, {}, { authorize });
      expect((await made.start()).status).toBe("completed");
      const [first = []] = turnsOf(made);
      expect([ms, first.includes("run.created"), first.includes("policy.decided")]).toEqual([ms, true, together]);
      expect(authorize).toHaveBeenCalledTimes(1);
      made.die();
    }
  });

  it("[RUN-420] that nobody answers is asked again by the alarm, and is logged", async () => {
    const authorize = vi.fn<World["authorize"]>(away);
    const made = makeRun(one, {}, { authorize });
    await made.start(0);
    await made.wait(300);
    expect(made.lines).toContainEqual(
      expect.objectContaining({ event: "run.effect_failed", run: made.id, effect: "authority", error: "Error" }),
    );
    expect((await made.types()).filter((type) => type === "policy.decided")).toEqual([]);
    authorize.mockImplementation(allows());
    await made.pass(10 * SECOND);
    expect((await made.view())?.status).toBe("completed");
  });
});

describe("a call that a queue consumer makes", () => {
  const queued = (
    more: Partial<World> = {},
    definition = define({ a: tool(TOOL, { async: true }) }, { output: { cel: "steps.a.output" } }),
  ) => {
    const queueCall = vi.fn(async () => undefined);
    const callTool = vi.fn(async () => answered("never"));
    return Object.assign(makeRun(definition, {}, { queueCall, callTool, authorize: allows(), ...more }), { queueCall, callTool });
  };
  const callOf = async (made: ReturnType<typeof makeRun>): Promise<number> =>
    (await made.events()).findLast(({ type }) => type === "tool.called" || type === "model.calling")?.seq ?? 0;

  it("[RUN-86] is told to the queue once, asked for by its consumer, and answered", async () => {
    const made = queued();
    await made.start(0);
    const call = await callOf(made);
    expect(made.queueCall.mock.calls).toEqual([[{ v: 1, run: made.id, org: "acme", activity: "a", call }]]);
    await made.pass(30 * SECOND);
    expect(made.queueCall).toHaveBeenCalledTimes(1);
    expect([await settled(made.run.takeCall("a", call + 1)), await settled(made.run.takeCall("b", call))]).toEqual([null, null]);
    const taken = await settled(made.run.takeCall("a", call));
    expect(taken).toMatchObject({ kind: "tool", request: { tool: TOOL, context: { key: `${made.id}/a` } } });
    await settled(made.run.callAnswered("a", call, { kind: "tool", outcome: answered("done") }));
    expect(await made.view()).toMatchObject({ status: "completed", output: "done" });
    expect([await settled(made.run.takeCall("a", call)), made.callTool.mock.calls.length]).toEqual([null, 0]);
  });

  it("[RUN-86] of a model is asked for and answered in the same way", async () => {
    const made = queued(
      {
        authorize: allowsModel(),
      },
      define({ m: model({ async: true }) }, { output: { cel: "steps.m.output" } }),
    );
    await made.start(0);
    const call = await callOf(made);
    expect(await settled(made.run.takeCall("m", call))).toMatchObject({ kind: "model", request: { model: "acme/small-2026-01-01" } });
    // A second consumer gets no call that a first one may have made: it is another call then.
    expect(await settled(made.run.takeCall("m", call))).toBeNull();
    const next = await callOf(made);
    expect([next > call, await settled(made.run.takeCall("m", next))]).toMatchObject([true, { kind: "model" }]);
    await settled(made.run.callAnswered("m", next, { kind: "model", outcome: said("hello") }));
    expect(await made.view()).toMatchObject({ status: "completed", output: "hello" });
  });

  it("[RUN-86] whose consumer says nothing for nine seconds was cut short; one that says so goes on", async () => {
    const made = queued();
    await made.start(0);
    await made.wait(5 * SECOND);
    const call = await callOf(made);
    await settled(made.run.takeCall("a", call));
    for (let seconds = 0; seconds < 30; seconds += 5) {
      await made.wait(5 * SECOND);
      made.run.stillCalling(call);
      await settled(made.run.lookAgain(free(1)));
    }
    expect(await repeated(made)).toBe(0);
    await made.wait(9 * SECOND);
    await settled(made.run.lookAgain(free(1)));
    expect(await repeated(made)).toBe(0);
    await made.wait(1);
    await settled(made.run.lookAgain(free(1)));
    await made.wait(0);
    expect(await repeated(made)).toBe(1);
    // It is told to the queue anew, under the same key.
    expect(made.queueCall).toHaveBeenCalledTimes(2);
    expect(await settled(made.run.takeCall("a", await callOf(made)))).toMatchObject({ request: { context: { key: `${made.id}/a` } } });
  });

  it("[RUN-86] that an earlier life saw taken up has nine seconds in the next one, too", async () => {
    const made = queued();
    await made.start(0);
    const call = await callOf(made);
    await settled(made.run.takeCall("a", call));
    await made.wait(8 * SECOND);
    made.die();
    await settled(made.run.lookAgain(free(1)));
    await made.wait(8 * SECOND);
    await settled(made.run.lookAgain(free(1)));
    await settled(made.run.callAnswered("a", call, { kind: "tool", outcome: answered("done") }));
    expect(await made.view()).toMatchObject({ status: "completed", steps: [{ attempts: 1 }] });
    expect(await repeated(made)).toBe(0);
  });

  it("[RUN-86] of a run that is paused is not given up, and one that the queue has not begun is not either", async () => {
    const made = queued();
    await made.start(0);
    await settled(made.run.takeCall("a", await callOf(made)));
    await settled(made.run.pause("ada", "", false));
    await made.pass(5 * MINUTE);
    expect(await repeated(made)).toBe(0);
    const idle = queued();
    await idle.start(0);
    await idle.pass(5 * MINUTE);
    expect(await repeated(idle)).toBe(0);
    expect(idle.queueCall).toHaveBeenCalledTimes(1);
  });

  it("[RUN-372] that writes without a promise is given to no second consumer: a person is asked", async () => {
    const openReview = vi.fn(async () => ({ id: "rev_1", until: null }));
    const made = queued({ authorize: allows({ idempotency: "none" }), openReview });
    await made.start(0);
    const call = await callOf(made);
    expect(await settled(made.run.takeCall("a", call))).toMatchObject({ kind: "tool" });
    expect(await settled(made.run.takeCall("a", call))).toBeNull();
    await made.wait(0);
    expect([openReview.mock.calls.length, (await made.view())?.status]).toEqual([1, "waiting"]);
  });

  it("[RUN-86] that the queue has lost is cut short and told anew, and made by nobody in this object", async () => {
    const made = queued();
    await made.start(0);
    await made.wait(90 * MINUTE);
    await made.ring();
    await made.wait(0);
    expect(made.queueCall.mock.calls.length).toBeGreaterThan(1);
    expect(made.callTool).not.toHaveBeenCalled();
  });
});

describe("an outcome that the object fails to take", () => {
  it("[RUN-140] is offered again, fails its step at the third time, and is not asked for again", async () => {
    // The storage fails whenever the answer is to be committed.
    const callTool = vi.fn(async () => answered("done"));
    const made = makeRun(one, {}, { callTool: async () => later(50, await callTool()), authorize: allows() });
    await made.start(0);
    const { run } = made.object.disk;
    let failures = 0;
    made.object.disk.run = (query, bindings) => {
      const writes = query.startsWith("INSERT INTO journal") && !String(bindings[2]).includes('"code":"internal"');
      if (!writes) return run.call(made.object.disk, query, bindings);
      failures++;
      throw new Error("disk full");
    };
    await made.wait(50);
    expect([failures, (await made.view())?.status]).toEqual([1, "running"]);
    for (let n = 0; n < 6 && (await made.view())?.status === "running"; n++) await made.pass(11 * SECOND);
    expect(await made.view()).toMatchObject({ status: "failed", error: { code: "internal", step: "a" } });
    expect([failures, callTool.mock.calls.length]).toEqual([3, 1]);
  });

  it("[RUN-140] ends the run where even its failure cannot be taken", async () => {
    const made = makeRun(one, {}, { callTool: async () => later(50, answered("done")), authorize: allows() });
    await made.start(0);
    const { run } = made.object.disk;
    const tried: string[] = [];
    made.object.disk.run = (query, bindings) => {
      const isFree =
        !query.startsWith("INSERT INTO journal") ||
        (String(bindings[2]).includes('"run.failed"') && !String(bindings[2]).includes('"step.failed"'));
      if (isFree) return run.call(made.object.disk, query, bindings);
      tried.push(String(bindings[2]).includes('"code":"internal"') ? "broken" : "answered");
      throw new Error("disk full");
    };
    await made.wait(50);
    for (let n = 0; n < 12 && (await made.view())?.status === "running"; n++) await made.pass(11 * SECOND);
    expect(tried.slice(0, 4)).toEqual(["answered", "answered", "answered", "broken"]);
    expect((await made.view())?.status).not.toBe("completed");
  });
});

describe("a run in a session", () => {
  it("[SESSION-8] asks for its turn, waits, asks again by itself after half a minute, and at once when it is called", async () => {
    const asked: number[] = [];
    let mayEnter = false;
    const made = makeRun(
      one,
      { session: "s" },
      {
        session: {
          enter: async () => {
            asked.push(Math.round((Date.now() - T0) / SECOND));
            return mayEnter ? { owner: "con_1", content: SILENCE } : null;
          },
          stepAside: async () => undefined,
          leave: async () => undefined,
        },
      },
    );
    await made.start(0);
    await settled(made.run.lookAgain(free(1)));
    await made.wait(28 * SECOND);
    await settled(made.run.lookAgain(free(1)));
    expect(asked).toEqual([0]);
    await made.wait(2 * SECOND);
    await settled(made.run.lookAgain(free(1)));
    expect(asked).toEqual([0, 30]);
    mayEnter = true;
    await made.wait(SECOND);
    expect(await settled(made.run.yourTurn())).toBe(true);
    await made.wait(300);
    expect([asked, (await made.view())?.status]).toEqual([[0, 30, 31], "completed"]);
  });
});

describe("the ledger, reviews and callbacks", () => {
  it("[RUN-91] a lease that nobody granted is asked for again when the ledger asks what the run has", async () => {
    const lease = vi.fn(away);
    const made = makeRun(define({ m: model() }), {}, { lease, authorize: allowsModel(), callModel: async () => said("hello") });
    await made.start(0);
    expect(lease.mock.calls.length).toBe(1);
    lease.mockImplementation((async (_org: string, { want }: { want: object }) => ({
      ok: true,
      lease: want,
      until: Number.MAX_SAFE_INTEGER,
      pressure: 0,
      alerts: [],
    })) as never);
    const account = await settled(made.run.account());
    expect(account).not.toBeNull();
    await made.object.settled();
    await made.wait(300);
    expect((await made.view())?.status).toBe("completed");
    const before = lease.mock.calls.length;
    await settled(made.run.account());
    await made.object.settled();
    expect(lease).toHaveBeenCalledTimes(before);
  });

  it("[RUN-366] a decision goes on with the run, told twice it changes nothing, and an escalation is noted", async () => {
    let digest = "";
    const made = makeRun(
      define({ ask: review(), b: transform(1, { needs: ["ask"] }) }),
      {},
      {
        openReview: async (_org, request) => {
          digest = request.digest;
          return { id: "rev_1", until: null };
        },
      },
    );
    await made.start(0);
    await settled(made.run.review({ kind: "review.escalated", activity: "ask", id: "rev_1", severity: "critical", at: T0 }));
    expect(await made.types()).toContain("escalation.raised");
    const decision = { id: "rev_1", activity: "ask", action: "approve", by: "grace", reason: "", proposal: {}, digest, at: T0 } as const;
    for (let twice = 0; twice < 2; twice++) await settled(made.run.review({ kind: "review.decided", decision }));
    await made.wait(0);
    expect((await made.types()).filter((type) => type === "review.decided")).toHaveLength(1);
    expect(await made.view()).toMatchObject({ status: "completed" });
  });

  it("[RUN-395] an answer that nobody waits for any more is refused, logged, and changes nothing", async () => {
    const slow = Promise.withResolvers<void>();
    const made = makeRun(
      one,
      {},
      {
        authorize: async (...question) => {
          await slow.promise;
          return allows()(...question);
        },
      },
    );
    await made.start(0);
    await made.wait(100);
    await settled(made.run.cancel("ada", "enough"));
    const before = await made.seq();
    slow.resolve();
    await made.wait(0);
    expect([await made.seq(), (await made.view())?.status]).toEqual([before, "cancelled"]);
    expect(made.lines).toContainEqual(expect.objectContaining({ event: "run.input_refused", run: made.id, input: "authorized" }));
  });

  it("[KILL-16] what an earlier life left under way waits while the run is paused", async () => {
    const callTool = vi.fn(never);
    const made = makeRun(one, {}, { callTool, authorize: allows() });
    await made.start(0);
    made.die();
    made.world.stops = async () => stopped(1);
    await made.pass(30 * SECOND);
    expect([(await made.view())?.status, callTool.mock.calls.length]).toEqual(["paused", 1]);
    expect(await repeated(made)).toBe(0);
    const before = await made.seq();
    made.world.stops = async () => free(2);
    await made.pass(15 * SECOND);
    expect(callTool).toHaveBeenCalledTimes(2);
    // It was cut short once, which is written down when it is made again, and nothing was before.
    const after = (await made.events()).filter(({ seq }) => seq > before);
    expect(after.map(({ type, data }) => [type, (data as { interruptions?: number }).interruptions])).toEqual([
      ["run.resumed", undefined],
      ["tool.called", 1],
    ]);
  });
});
