/** Happenings that nobody waits for, and what is counted, told and held at the edges of a run. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { OWN } from "../../../core/label/label.ts";
import { turnMessages } from "../../../core/run/agent/turn-messages.ts";
import { retryPolicy } from "../../../core/run/calls/retry.ts";
import { toldAction } from "../../../core/run/calls/rules.ts";
import { holdUntold } from "../../../core/run/fold/change.ts";
import { owedToSession } from "../../../core/run/machine/session-place.ts";
import type { Activity, AgentTurn, Done, RunState } from "../../../core/run/machine/state.ts";
import { isFull, Turn } from "../../../core/run/machine/turn.ts";
import { firstPage, sizeWithin, throughEnd, withoutBookkeeping } from "../../../core/run/outside/bounded.ts";
import { owesMemory, toKeep } from "../../../core/run/outside/kept.ts";
import { continuation, refusalOfRedrive } from "../../../core/run/outside/redrive.ts";
import { riskOfQuestion } from "../../../core/run/outside/risk.ts";
import { toldEnd } from "../../../core/run/outside/told-end.ts";
import type { EventView } from "../../../core/run/outside/view.ts";
import { nextWakeAt } from "../../../core/run/outside/wake.ts";
import { leftBehind } from "../../../core/run/steps/left-behind.ts";
import type { MapStep, Step, WaitStep } from "../../../core/workflow/definition.ts";
import { agentOf, define, model, RETRY, review, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { Drive, failed, said, T0 } from "../../support/run/drive.ts";

const common = { needs: [] as string[], when: null, on_error: null };
const wait = (over: Partial<WaitStep>): WaitStep => ({
  ...{ ...common, kind: "wait", seconds: null, until: null, signal: null, timeout_ms: null },
  ...over,
});
const opened = (run: Drive): Drive => run.start().run((state) => state.openReviews.length > 0 || state.status === "waiting");

describe("[RUN-395] what nobody waits for is refused and changes nothing", () => {
  it("a second start, also of a run that waits for its turn in a session", () => {
    const talk = define({ a: transform(1) }, { session: { user: { cel: "input.text" } } });
    const queued = new Drive(talk, { session: () => null }, { session: "s1", input: { text: "x" } }).start().run();
    expect(queued.state.status).toBe("queued");
    expect(queued.offer({ kind: "start" })).toBe("the run has already started");
    const working = new Drive(define({ a: tool("orders.get") }), { tool: () => "never" }).start();
    expect(working.offer({ kind: "start" })).toBe("the run has already started");
  });

  it("an escalation of a review that is not the open one", () => {
    const run = opened(new Drive(define({ ask: review() })));
    const { id } = run.activity("ask").review ?? {};
    const escalated = (named: string, activity = "ask") =>
      run.offer({ kind: "review.escalated", activity, id: named, severity: "critical", until: run.now + 5 } as never);
    expect([escalated("rev_other"), escalated(id ?? "", "nothing")]).toEqual(Array(2).fill("this review is not open in the run"));
    expect(escalated(id ?? "")).toBeNull();
    expect(run.types().at(-1)).toBe("escalation.raised ask");
  });

  it("a memory that was not asked for; one that comes again is not taken twice", () => {
    const recalled = { kind: "memory.recalled", snippets: [], label: OWN } as const;
    const plain = new Drive(define({ a: tool("orders.get") }), { tool: () => "never" }).start();
    expect(plain.offer(recalled)).toBe("the run recalls nothing");
    const memory = { recall: "auto", remember: "off", max_tokens: 400 } as const;
    const run = new Drive(
      define({ m: model() }, { memory }),
      { model: () => "never" },
      { input: { text: "What did I tell you of my lamp?" } },
    );
    run.start().run();
    const before = run.events.length;
    expect([run.offer(recalled), run.events.length]).toEqual([null, before]);
    const needless = new Drive(define({ m: model() }, { memory }), { model: () => "never" }, { input: {} }).start();
    if (needless.state.recalled?.intent.needed === false) expect(needless.offer(recalled)).toBe("the run recalls nothing");
  });
});

describe("[RUN-396] a turn is full", () => {
  const event = (data: Json) => ({ seq: 1, type: "signal.received", at: 0, data }) as never;
  it("with 400 events, or with as much text as a row of the journal may have, and not before", () => {
    expect([isFull(Array(399).fill(event({}))), isFull(Array(400).fill(event({})))]).toEqual([false, true]);
    const text = (units: number) => event("x".repeat(units - 3));
    expect([isFull([text(128 * 1024 - 1)]), isFull([text(128 * 1024)]), isFull([text(64 * 1024), text(64 * 1024)])]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("while it is decided, too, and by the steps of its expressions", () => {
    const { machinery, state } = new Drive(define({ a: transform(1) })).start();
    const filled = (events: number, body: Json, steps: number): boolean => {
      const turn = new Turn(machinery, state, state.statusSince, null);
      const signal = { name: "go", by: "ada" };
      for (let n = 0; n < events; n++) turn.emit("signal.received", { ...signal, id: `sig_${n}`, body });
      turn.countSteps(steps);
      return turn.isFull;
    };
    expect([filled(399, 1, 299_999), filled(400, 1, 0), filled(0, 1, 300_000)]).toEqual([false, true, true]);
    const bare = (units: number): string => "x".repeat(units);
    const size = (body: Json) => sizeWithin({ name: "go", by: "ada", id: "sig_0", body }, 1_000_000);
    const most = 128 * 1024 - size("");
    expect([filled(1, bare(most - 1), 0), filled(1, bare(most), 0)]).toEqual([false, true]);
  });
});

describe("[RUN-151] pages of events", () => {
  const event = (seq: number, type: string, data: Json = null): EventView => ({ seq, type, at: "2026-01-01T00:00:00Z", data });
  it("end with what ended the run, or before the bookkeeping behind the last news", () => {
    const types = ["run.started", "run.completed", "parent.told", "budget.leased"];
    const events = types.map((type, at) => event(at + 1, type));
    expect(throughEnd(events).map(({ type }) => type)).toEqual(types.slice(0, 2));
    expect(throughEnd(events.slice(0, 1))).toHaveLength(1);
    expect(withoutBookkeeping(events).map(({ type }) => type)).toEqual(types.slice(0, 2));
    expect(withoutBookkeeping(events.slice(2))).toEqual([]);
    expect(withoutBookkeeping(events.slice(0, 2))).toHaveLength(2);
  });

  it("are full to the unit", () => {
    const filled = (units: number) => event(1, "a", "x".repeat(units - 100 - 3));
    expect(firstPage([filled(1024 * 1024 - 106), event(2, "b")], 9)).toHaveLength(2);
    expect(firstPage([filled(1024 * 1024 - 105), event(2, "b")], 9)).toHaveLength(1);
  });
});

describe("[RUN-397] what a call or an answer says of itself is told as it is, and nothing in its place", () => {
  it("to an agent's model, with what the provider put beside it", () => {
    const turns = [
      { text: null, calls: [{ id: "c1", tool: "t", input: 1, answer: null, opaque: "sig" }], opaque: "top" },
    ] as unknown as AgentTurn[];
    expect(turnMessages(turns)[0]).toEqual({
      ...{ role: "assistant", content: null, opaque: "top" },
      toolCalls: [{ id: "c1", name: "t", input: 1, opaque: "sig" }],
    });
    const bare = [{ text: "x", calls: [{ id: "c1", tool: "t", input: 1, answer: null }] }] as unknown as AgentTurn[];
    expect(turnMessages(bare)[0]).toEqual({ role: "assistant", content: "x", toolCalls: [{ id: "c1", name: "t", input: 1 }] });
  });

  it("to the gateways, of instructions, only where the run's rules differ from the platform's", () => {
    expect([toldAction("block"), toldAction("off"), toldAction("review")]).toEqual([{}, { injection: "off" }, { injection: "review" }]);
  });

  it("to its parent, of the layer that refused", () => {
    const { machinery, state } = new Drive(define({ a: transform(1) })).start().run();
    const error = { code: "policy_denied", message: "no", step: "a" } as const;
    const told = (more: object) => toldEnd(machinery, { ...state, status: "failed", error: { ...error, ...more } }).error;
    expect([told({ layer: "policy" }), told({})]).toEqual([
      { code: "policy_denied", message: "no", layer: "policy" },
      { code: "policy_denied", message: "no" },
    ]);
  });
});

describe("[RUN-398] money, risk and retries are of the right thing", () => {
  const run = () => new Drive(define({ a: tool("orders.get") }), { tool: () => "never" }).start().run();
  it("only a tool's call leaves what it reserved as held", () => {
    const { state } = run();
    const activity = run().activity("a");
    const taken = { microUsd: 5, tokens: 0 };
    expect(holdUntold(state, undefined)).toBe(state);
    expect(holdUntold(state, { ...activity, kind: "model", reserved: taken })).toBe(state);
    expect(holdUntold(state, { ...activity, reserved: { microUsd: 0, tokens: 7 } })).toBe(state);
    const held = holdUntold(state, { ...activity, reserved: taken });
    expect([held.lease.held, held.steps["a"]?.held]).toEqual([taken, taken]);
  });

  it("a question about a call has the risk of that call", () => {
    const { machinery, state } = run();
    const risk = { score: 42, factors: [] };
    expect(riskOfQuestion(machinery, { ...state, risk: { score: 90, factors: [] } }, { ...run().activity("a"), risk }, null)).toBe(risk);
  });

  it("a compensation is tried again by its own policy, else by that of the step that it undoes", () => {
    const own = { ...RETRY, attempts: 7 };
    const steps = {
      a: tool("stock.reserve", { retry: { ...RETRY, attempts: 2 }, compensate: { ...undoneBy("stock.release"), retry: own } }),
    };
    const { birth } = new Drive(define(steps)).machinery;
    const activity = { ...run().activity("a"), node: "a", step: "a" };
    expect(retryPolicy(birth, activity).attempts).toBe(2);
    expect(retryPolicy(birth, { ...activity, purpose: "compensation", undoes: "a" }).attempts).toBe(7);
    const bare = new Drive(define({ a: tool("stock.reserve", { retry: { ...RETRY, attempts: 2 } }) })).machinery.birth;
    expect(retryPolicy(bare, { ...activity, purpose: "compensation", undoes: "a" }).attempts).toBe(2);
  });
});

describe("[RUN-399] a run is woken", () => {
  const paused = (over: Partial<Activity>) => {
    const { machinery, state } = new Drive(define({ a: tool("orders.get") }), { tool: () => "never" }).start().run();
    const activity = { ...(state.activities["a"] as Activity), ...over };
    const hold = { by: "grace", reason: "", at: T0, hold: 1 } as never;
    return nextWakeAt(machinery, { ...state, status: "paused", hold, activities: { a: activity } }, T0);
  };
  const child = { run: "run_child", workflow: "w" } as never;
  it.each<[string, Partial<Activity>, number | null]>([
    ["for a call that has left, though a person holds it", {}, T0 + 10_000],
    ["for a question that cannot be seen yet", { phase: "approving", review: { id: null } as never }, T0 + 10_000],
    ["not for one that a person sees", { phase: "approving", review: { id: "rev_1", until: null } as never }, null],
    ["not for one that has no question", { phase: "ready", review: null }, null],
    ["rarely for a child run", { kind: "run", child }, T0 + 10 * 60_000],
    [
      "soon for a child run that is owed news of the pause",
      { kind: "run", child, owes: { hold: 1, on: true, by: "grace" } as never },
      T0 + 10_000,
    ],
  ])("%s", (_name, over, at) => expect(paused(over)).toBe(at));

  it("and tells its session to let the next go on only where it waits for a person", () => {
    const { machinery, state } = new Drive(define({ w: wait({ seconds: 30 }) }), {}, { session: "s1" })
      .start()
      .run(({ status }) => status === "waiting");
    const birth = { ...machinery.birth, session: "s1" };
    expect(state.status).toBe("waiting");
    expect(owedToSession(birth, state)).toBeNull();
    const asks = { ...(state.activities["w"] as Activity), review: { id: "rev_1" } as never };
    expect(owedToSession(birth, { ...state, activities: { w: asks } })).toBe("step_aside");
    expect(owedToSession(birth, { ...state, activities: { w: { ...asks, review: { id: null } as never } } })).toBeNull();
  });
});

describe("[RUN-400] what a run leaves behind", () => {
  it("is an agent's call only where it is known to have written", () => {
    const steps = { desk: agentOf(["payments.refund"]), pay: tool("payments.refund"), look: tool("orders.get") };
    const { machinery, state } = new Drive(define(steps)).start();
    const done = (activity: string, node: string, more: Partial<Done> = {}) =>
      ({ activity, node, step: node, output: null, ...more }) as Done;
    const all = [
      ...[done("desk/1.1", "desk"), done("desk/1.2", "desk", { wrote: true }), done("desk/1.3", "desk", { wrote: false } as never)],
      ...[done("pay", "pay"), done("look", "look")],
    ];
    expect(leftBehind({ birth: machinery.birth, state: { ...state, undoing: null, done: all } as unknown as RunState })).toEqual([
      "desk/1.2",
      "pay",
    ]);
  });

  it("is remembered in words, and not at all where nothing was said", () => {
    const memory = { recall: "off", remember: "summary", max_tokens: 400 } as const;
    const run = (input: Json, output: Json) => {
      const { machinery, state } = new Drive(define({ a: transform(1) }, { memory: memory as never, output }), {}, { input }).start().run();
      return [owesMemory(machinery, { ...state, remembered: undefined } as unknown as RunState), toKeep(machinery, state)] as const;
    };
    expect(run({}, null)).toEqual([true, []]);
    expect(run({}, {})[1]).toEqual([]);
    const [, [kept, ...none]] = run(
      { text: "My lamp is broken, and I live in Bern. ".repeat(20) },
      "A new lamp is on its way to Bern. ".repeat(20),
    );
    expect([kept?.tier, kept?.text.includes("Bern"), none]).toEqual(["episodic", true, []]);
  });

  it("is the index of a map's item for what undoes the item", () => {
    const undo = { ...undoneBy("stock.release"), input: { at: { cel: "index" }, id: { cel: "output.id" } } };
    const each: MapStep = { ...common, kind: "map", over: ["x", "y"], concurrency: 1, step: tool("stock.reserve", { compensate: undo }) };
    const steps: { [id: string]: Step } = { each, bad: tool("orders.get", { needs: ["each"] }) };
    const inputs: unknown[] = [];
    new Drive(define(steps), {
      tool: (name, input) => {
        if (name === "stock.release") inputs.push(input);
        return name === "orders.get" ? failed("tool_error", "permanent") : { ...failedNot(), result: { ok: true, output: { id: name } } };
      },
    })
      .start()
      .run();
    expect(inputs).toEqual([
      { at: 1, id: "stock.reserve" },
      { at: 0, id: "stock.reserve" },
    ]);
  });
  const failedNot = () => ({ ...failed("tool_error", "permanent"), status: 200, reached: "answered" as const });
});

describe("[RUN-401] a wait", () => {
  const waits = (over: Partial<WaitStep>) =>
    new Drive(define({ w: wait(over) }, { limits: { usd: 1, tokens: 1, seconds: 1e9, steps: 9, confirm_over_usd: null } })).start();
  const YEAR = 366 * 24 * 3_600;
  it("is a year at most, to the second, and no time that there is not", () => {
    expect(waits({ seconds: YEAR }).state.steps["w"]?.status).toBe("waiting");
    for (const seconds of [YEAR + 1, -1, "x"]) expect(waits({ seconds }).state.error?.message).toContain("a number of seconds");
    expect(waits({ seconds: 0 }).run().state.status).toBe("completed");
    expect(waits({ until: "tomorrow" }).state.error?.message).toContain("an RFC 3339 time");
    expect(waits({ seconds: { cel: "input.missing" } }).state.error?.message).not.toContain("a number of seconds");
  });
});

describe("[PAUSE-9] the input of a step", () => {
  it("is not changed where the step was completed and its work is kept", () => {
    const steps = { look: tool("orders.get"), pay: tool("payments.refund", { needs: ["look"] }) };
    const dead = (on_failure: "park" | "compensate") =>
      new Drive(define(steps, { on_failure }), {
        tool: (name) =>
          name === "payments.refund"
            ? failed("tool_error", "permanent")
            : { ...failed("tool_error", "permanent"), result: { ok: true, output: 1 }, reached: "answered", status: 200 },
      })
        .start()
        .run();
    const refusal = (run: Drive, step: string) => refusalOfRedrive(run.machinery, run.state, { changes: { [step]: {} } });
    const parked = dead("park");
    expect(refusal(parked, "look")).toContain("`look` is kept as it was");
    expect(refusal(parked, "pay")).toBeNull();
    expect(refusal(dead("compensate"), "look")).toBeNull(); // everything is done again
    expect(Object.keys(continuation(parked.machinery, parked.state, "run_2").redrive?.kept ?? {})).toEqual(["look"]);
  });
});

describe("[RUN-120] an agent", () => {
  it("that asks the same again and gets another answer is not stopped for going round", () => {
    let asked = 0;
    const run = new Drive(define({ desk: agentOf(["orders.get"]) }, { output: { cel: "steps.desk.output" } }), {
      model: () => {
        if (++asked > 5) return said("it came");
        const calls = [{ id: `c${asked}`, name: "orders.get", input: { id: 1 } }];
        return { ...said(""), result: { ok: true, asks: { text: null, calls } } };
      },
      tool: () => ({
        ...failed("tool_error", "permanent"),
        result: { ok: true, output: { tick: asked } },
        reached: "answered",
        status: 200,
      }),
    })
      .start()
      .run();
    expect([run.state.status, run.state.output]).toEqual(["completed", "it came"]);
  });
});
