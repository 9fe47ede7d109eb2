/** A run from its start to its end: turns, waits, calls, signals, pauses and what a restart of the object leaves of them. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { ToolCall, ToolOutcome } from "../../../core/run/calls/call.ts";
import { define, model, tool, transform } from "../../support/run/definition.ts";
import { answered, failed, said } from "../../support/run/drive.ts";
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
} from "../../support/run-in-node.ts";

const definition = define(
  { a: tool(TOOL), b: transform({ cel: "steps.a.output" }, { needs: ["a"] }) },
  { output: { cel: "steps.b.output" } },
);
const wait = { kind: "wait" as const, needs: [], when: null, on_error: null, seconds: null, until: null, signal: "go", timeout_ms: null };
const signal = (id: string, body: Json) => ({ id, name: "go", body, findings: [], by: "ada", own: true }) as const;

let goOn: () => void;
beforeEach(() => {
  goOn = standStill();
});
afterEach(() => goOn());

describe("a run", () => {
  it("[RUN-130] runs to its end while it is awake, and the same start again is the same run", async () => {
    const callTool = vi.fn(async () => answered("done"));
    const made = makeRun(definition, {}, { callTool });
    expect(await made.start()).toMatchObject({ status: "completed", output: "done" });
    expect(Date.now()).toBe(T0);
    expect(await made.start()).toMatchObject({ output: "done" });
    expect(callTool).toHaveBeenCalledTimes(1);
    expect(await settled(made.run.starters())).toEqual([{ user: "ada", root: null }]);
    expect(await settled(made.run.yourTurn())).toBe(true);
  });

  it("[RUN-130] that is started twice at once is born once", async () => {
    const callTool = vi.fn(async () => answered("done"));
    const made = makeRun(definition, {}, { callTool });
    const { run } = made;
    const views = await settled(Promise.all([1, 2].map(() => run.start(made.birth, free(0), 2_000))));
    expect(views.map(({ output }) => output)).toEqual(["done", "done"]);
    expect([callTool.mock.calls.length, (await made.types()).filter((type) => type === "run.created").length]).toEqual([1, 1]);
  });

  it("[RUN-1] takes one turn at a time, however many wait", async () => {
    const made = makeRun(define({ s: wait }));
    await made.start(0);
    await made.wait(5 * SECOND); // what it has heard of the switch is old
    let [underWay, most] = [0, 0];
    made.world.stops = async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 100));
      underWay -= 1;
      return { ...free(1), asOf: Date.now() - MINUTE };
    };
    const { run } = made;
    const first = [run.signal(signal("sig_1", 1)), run.signal(signal("sig_2", 1))];
    await made.wait(150);
    await settled(Promise.all([...first, run.signal(signal("sig_3", 1)), run.signal(signal("sig_4", 1))]));
    expect(most).toBe(1);
  });

  it("[RUN-1] what is stored folds to what lived, in a new life too", async () => {
    const made = makeRun(definition);
    const before = await made.start();
    expect(await settled(made.run.replay())).toMatchObject({ identical: true, divergedAt: null });
    made.die();
    expect(await made.view()).toEqual(before);
    expect(await settled(made.run.replay())).toMatchObject({ identical: true, divergedAt: null, run: before });
  });

  it("[RUN-1] a journal that does not give what lived is told, with the event from which on", async () => {
    const made = makeRun(definition);
    await made.start();
    const seq = await made.seq();
    const last = made.object
      .rows<{ last_seq: number; first_seq: number; events: string }>("SELECT * FROM journal ORDER BY last_seq")
      .at(-1);
    const { last_seq: row = 0, first_seq: first = 0, events = "" } = last ?? {};
    const changed = JSON.stringify((JSON.parse(events) as { data: object }[]).map((event) => ({ ...event, at: T0 + 1 })));
    made.object.rows("UPDATE journal SET events = ? WHERE last_seq = ?", changed, row);
    expect(await settled(made.run.replay())).toMatchObject({ identical: false, divergedAt: seq });
    const lacking = JSON.stringify((JSON.parse(events) as { seq: number }[]).filter((event) => event.seq !== first + 1));
    made.object.rows("UPDATE journal SET events = ? WHERE last_seq = ?", lacking, row);
    expect(await settled(made.run.replay())).toMatchObject({ identical: false, divergedAt: first + 1 });
    made.object.rows("DELETE FROM journal WHERE last_seq = ?", row);
    expect(await settled(made.run.replay())).toMatchObject({ identical: false, divergedAt: first - 1 });
  });

  it("[RUN-131] asking for a run that nobody bore creates nothing", async () => {
    const made = makeRun(definition);
    const { run } = made;
    const asked = [
      run.view(),
      run.events(0),
      run.starters(),
      run.news(0, 0),
      run.spans(),
      run.takeTrace(),
      run.explain(null),
      run.context(),
    ];
    for (const answer of [...asked, run.lookAgain(free(1)), run.account(), run.undo(), run.replay(), run.stepOutput("a"), run.record()])
      expect(await settled<unknown>(answer)).toBeNull();
    for (const answer of [run.cancel("ada", ""), run.pause("ada", "", false), run.resume("ada", "ada"), run.signal(signal("sig_1", 1))])
      expect(await settled(answer)).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect([await settled(run.takeCall("a", 1)), await settled(run.yourTurn()), await settled(run.empty(0))]).toEqual([null, false, false]);
    expect([await settled(run.awaitBirth(50)), await settled(run.erase())]).toEqual([null, "unknown"]);
    await settled(run.traced(3));
    await settled(run.confirm(["1"]));
    await made.ring();
    expect([made.object.rows("SELECT name FROM sqlite_master WHERE type = 'table'"), made.object.alarmAt, made.lines]).toEqual([
      [],
      null,
      [],
    ]);
  });

  it("[RUN-7] the intent is in the journal before the call leaves", async () => {
    let seen: unknown[] = [];
    const made = makeRun(
      definition,
      {},
      {
        callTool: async () => {
          seen = made.object.rows("SELECT events FROM journal").map(({ events }) => String(events));
          return answered("done");
        },
      },
    );
    await made.start();
    expect(seen.join()).toContain("tool.called");
  });

  it("[RUN-132] dies in mid-call; the alarm repeats the call under its key, and it is no attempt", async () => {
    const calls: ToolCall[] = [];
    let dead = false;
    const made = makeRun(
      definition,
      {},
      {
        callTool: async (call) => {
          calls.push(structuredClone(call));
          return dead ? answered("done") : never();
        },
      },
    );
    expect((await made.start(0)).status).toBe("running");
    expect(calls).toHaveLength(1);
    made.die();
    dead = true;
    expect(made.object.alarmAt).toBe(T0 + 10 * SECOND);
    await made.pass(11 * SECOND);
    expect(await made.view()).toMatchObject({ status: "completed", steps: [{ attempts: 1 }, {}] });
    expect(calls.map((call) => call.context.key)).toEqual([`${made.id}/a`, `${made.id}/a`]);
    // A life that is still at its call does not make it again.
    expect(made.lines.map(({ event }) => event)).not.toContain("run.input_refused");
  });

  it("[RUN-132] a call that is under way is not made again by the alarms of its own life", async () => {
    const callTool = vi.fn(never);
    const made = makeRun(definition, {}, { callTool, authorize: allows({ timeout_ms: 120_000 }) });
    await made.start(0);
    await made.pass(50 * SECOND);
    expect([callTool.mock.calls.length, (await made.view())?.status]).toEqual([1, "running"]);
  });

  it("[RUN-339] a look-up that was under way when the object died is made again, and counted", async () => {
    let [asked, dead] = [0, false];
    const made = makeRun(
      definition,
      {},
      {
        authorize: allows({ idempotency: { lookup: "payments.find" }, timeout_ms: SECOND }),
        callTool: async () => failed("tool_error", "unknown"),
        lookUp: async () => {
          asked += 1;
          return dead ? { found: "yes", output: "done", durationMs: 1, findings: [] } : never();
        },
      },
    );
    await made.start(0);
    await made.pass(5 * SECOND);
    expect(asked).toBe(1);
    made.die();
    dead = true;
    await made.pass(30 * SECOND);
    expect((await made.view())?.status).toBe("completed");
    const looking = (await made.events()).filter(({ type }) => type === "tool.looking_up").map(({ data }) => data);
    expect(looking).toMatchObject([{ time: 1 }, { time: 1, interruptions: 1 }]);
    expect(asked).toBe(2);
  });

  it("[RUN-45] the kill switch is out of reach: nothing is sent, and the run goes on when it answers again", async () => {
    const callTool = vi.fn(async () => answered("done"));
    const made = makeRun(definition, {}, { stops: away, callTool });
    const view = await made.start(0, { ...free(0), asOf: T0 - MINUTE });
    expect(view).toMatchObject({ status: "paused", waiting_for: { kind: "kill_switch", id: "unknown" } });
    expect(callTool).not.toHaveBeenCalled();
    made.world.stops = async () => free(1);
    await made.pass(SECOND);
    expect((await made.view())?.status).toBe("completed");
  });

  it("[RUN-177] an older word of the kill switch than the run has heard is not believed", async () => {
    const made = makeRun(definition, {}, { stops: async () => free(4) });
    await made.start(0, stopped(5));
    expect(await made.view()).toMatchObject({ status: "paused" });
    await made.wait(1);
    expect(await settled(made.run.lookAgain(free(4)))).toEqual({ status: "paused", overdue: false });
    await made.pass(MINUTE);
    expect(await made.view()).toMatchObject({ status: "paused" });
    made.world.stops = async () => free(6);
    await made.pass(15 * SECOND);
    expect(await made.view()).toMatchObject({ status: "completed" });
  });

  it("[RUN-176] a clock that steps back takes no time back: events stay in order and work goes on", async () => {
    let back = 0;
    const made = makeRun(
      definition,
      {},
      {
        now: () => Date.now() - back,
        callTool: async () => {
          back = 60 * MINUTE;
          return answered("done");
        },
      },
    );
    expect((await made.start()).status).toBe("completed");
    const times = (await made.events()).map(({ at }) => Date.parse(at));
    expect(times.length).toBeGreaterThan(5);
    expect(times).toEqual(times.map(() => T0));
  });

  it("[KILL-16] a call that a kill switch broke off is made again under its key when work goes on, and it is no attempt", async () => {
    const keys: string[] = [];
    const made = makeRun(
      definition,
      {},
      {
        callTool: async (call): Promise<ToolOutcome> => {
          keys.push(call.context.key);
          if (keys.length > 1) return answered("done");
          made.world.stops = async () => stopped(1);
          const failure = { class: "unknown", code: "cancelled", message: "the call was cancelled", retryAfterMs: null } as const;
          return { ...answered(""), reached: "unknown", status: null, result: { ok: false, failure } };
        },
      },
    );
    await made.start(0, { ...free(0), asOf: T0 - MINUTE });
    await made.wait(1);
    expect([keys.length, (await made.view())?.status]).toEqual([1, "paused"]);
    // Looking at the run meanwhile, even after a restart, neither makes the call nor counts it out.
    made.die();
    await made.pass(14 * SECOND);
    await settled(made.run.lookAgain(stopped(1)));
    expect([keys.length, (await made.types()).filter((type) => type === "tool.called").length]).toEqual([1, 1]);
    made.world.stops = async () => free(2);
    await made.pass(15 * SECOND);
    expect(await made.view()).toMatchObject({ status: "completed", steps: [{ attempts: 1 }, {}] });
    expect(keys).toEqual([`${made.id}/a`, `${made.id}/a`]);
  });

  it("[RUN-140] an answer that no longer fits joins no turn, and is no fault", async () => {
    const denied = { decision: "deny" as const, policyVersion: "p", reasons: [] };
    const made = makeRun(
      define({ a: tool(TOOL), b: tool("mail.send") }),
      {},
      {
        authorize: async (...question) => ({ ...(await allows()(...question)), permission: denied }) as never,
      },
    );
    expect(await made.start()).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    expect(made.lines.filter(({ event }) => event === "run.turn_failed")).toEqual([]);
  });

  it("[KILL-100] a switch holds the callback of a run that has ended; lifted, it goes out, and no attempt was used up", async () => {
    let sent = 0;
    const made = makeRun(
      definition,
      { callbackUrl: "https://acme.test/done" },
      { callBack: async () => (++sent === 1 ? "retry" : "delivered") },
    );
    await made.start();
    await made.wait(1);
    expect(sent).toBe(1);
    made.world.stops = async () => stopped(1);
    await made.pass(10 * MINUTE);
    made.world.stops = away;
    await made.pass(10 * MINUTE);
    expect(sent).toBe(1);
    made.world.stops = async () => free(2);
    await made.pass(MINUTE);
    expect(sent).toBe(2);
    const tried = (await made.events()).filter(({ type }) => type === "callback.tried");
    expect(tried.map(({ data }) => data)).toMatchObject([
      { attempt: 1, result: "retry" },
      { attempt: 2, result: "delivered" },
    ]);
  });

  it("[RUN-140] an outcome over which the machine throws fails its work, is logged, and its call is not made again", async () => {
    const callTool = vi.fn(async () => answered({ total: Number.POSITIVE_INFINITY }));
    const asks = { result: { ok: true as const, asks: { text: null, calls: [{ id: "c1", name: TOOL, input: {} }] } } };
    const authorizeTool = allows({ timeout_ms: 1_000 });
    const made = makeRun(
      define({ desk: { ...agent(), tools: [TOOL] } }),
      {},
      {
        callTool,
        callModel: async ({ messages }) => ({ ...said("done"), ...(messages.at(-1)?.role === "tool" ? {} : asks) }),
        authorize: async (question, epoch) =>
          question.kind === "tool" ? authorizeTool(question, epoch) : allowsModel(TOOL)(question, epoch),
      },
    );
    const run = await made.start();
    expect(run).toMatchObject({ status: "failed", error: { code: "internal", step: "desk" }, dead_letter: { undone: ["desk/1.1"] } });
    expect(made.lines).toContainEqual(expect.objectContaining({ event: "run.turn_failed", run: made.id, input: "tool.answered" }));
    await settled(made.run.lookAgain(free(1)));
    expect(callTool).toHaveBeenCalledTimes(1);
  });

  it("[RUN-140] a happening over which nothing can be decided is thrown, and changes nothing", async () => {
    const made = makeRun(define({ s: wait }));
    await made.start(0);
    const before = await made.seq();
    await expect(settled(made.run.review({ kind: "review.decided" } as never))).rejects.toThrow();
    expect(await made.seq()).toBe(before);
    expect((await made.view())?.status).toBe("waiting");
  });
});

function agent() {
  const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
  return { ...asked, kind: "agent" as const, tools: [] as string[], max_iterations: 5 };
}

describe("[RUN-5] a run's alarm", () => {
  it("that the platform dropped is set again by whoever comes by, and not while it rings", async () => {
    const made = makeRun(definition, {}, { callTool: never, authorize: allows({ timeout_ms: 590_000 }) });
    await made.start(0);
    const { run } = made;
    const visits = [
      () => made.start(0),
      () => settled(run.account()),
      () => made.view(),
      () => settled(run.events(0)),
      () => settled(run.news(0, 0)),
      () => settled(run.undo()),
    ];
    for (const comeBy of visits) {
      made.object.disk.alarm = null;
      await comeBy();
      expect(made.object.alarmAt).toBeGreaterThan(T0);
    }
    // One that stands is left alone.
    const at = made.object.alarmAt;
    await made.wait(SECOND);
    await made.view();
    expect(made.object.alarmAt).toBe(at);
    await made.wait(80 * SECOND);
    expect(await settled(run.lookAgain(free(1)))).toEqual({ status: "running", overdue: true });
    expect(made.object.alarmAt).toBeGreaterThan(Date.now());
    expect(await settled(run.lookAgain(free(1)))).toEqual({ status: "running", overdue: false });
    // While it rings storage has none, and whoever comes by leaves that to the ringing.
    await made.wait(3 * SECOND);
    const seen: unknown[] = [];
    made.world.stops = async () => {
      await run.view();
      seen.push(made.object.alarmAt, run.lookAgain(free(1)));
      return free(1);
    };
    await made.ring();
    expect([seen[0], await settled(Promise.resolve(seen[1]))]).toEqual([null, { status: "running", overdue: false }]);
    expect(made.object.alarmAt).toBeGreaterThan(Date.now());
    // Once it has rung, whoever comes by sets it again as before.
    made.world.stops = async () => free(1);
    made.object.disk.alarm = null;
    await made.view();
    expect(made.object.alarmAt).toBeGreaterThan(Date.now());
    // One that rings before its time is set again, too.
    await made.ring();
    expect(made.object.alarmAt).toBeGreaterThan(Date.now());
  });

  it("of a run that waits for a person, or has ended and sent all, is none, and nobody calls it late", async () => {
    const made = makeRun(define({ s: wait }), { definition: define({ s: wait }, { limits: { ...definition.limits, seconds: 3_600 } }) });
    await made.start(0);
    await made.wait(300);
    await made.confirmAll();
    expect((await made.view())?.status).toBe("waiting");
    made.object.disk.alarm = null;
    expect(await settled(made.run.lookAgain(free(1)))).toEqual({ status: "waiting", overdue: false });
  });

  it("[RUN-107] that fails is set again and logged", async () => {
    const made = makeRun(definition, { input: "x".repeat(300_000) }, { callTool: never });
    await made.start(0);
    made.die();
    made.world.values = { ...made.world.values, get: away };
    await made.pass(10 * SECOND);
    expect(made.object.alarmAt).toBeGreaterThan(Date.now());
    expect(made.object.alarmAt).toBeLessThanOrEqual(Date.now() + 5 * SECOND);
    expect(made.lines).toContainEqual(expect.objectContaining({ event: "run.alarm_failed", run: made.id, error: "ValuesOutOfReach" }));
  });
});
