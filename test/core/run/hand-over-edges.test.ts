/** What counts as a no, what is asked of a person again and what is not, and what stays of a run that a person has answered. */
import { describe, expect, it } from "vitest";
import type { HandOverSettings } from "../../../core/guardrail/rules/settings.ts";
import type { Json } from "../../../core/json.ts";
import { evolve } from "../../../core/run/fold/evolve.ts";
import { endWithReply } from "../../../core/run/hand-over/answer.ts";
import { collapse } from "../../../core/run/machine/broken.ts";
import type { Activity, RunState } from "../../../core/run/machine/state.ts";
import { Turn } from "../../../core/run/machine/turn.ts";
import type { Definition, WaitStep } from "../../../core/workflow/definition.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { define, model, review, tool } from "../../support/run/definition.ts";
import { Drive, failed, T0 } from "../../support/run/drive.ts";

const STAKES = { text: "My lawyer will sue you over this contract." };
const CALM = { text: "Where is my order?" };
const wait: WaitStep = {
  ...{ kind: "wait", needs: [], when: null, on_error: null },
  ...{ seconds: null, until: null, signal: "go", timeout_ms: null },
};
function driveOf(hand_over: HandOverSettings, input: Json, steps: Definition["steps"] = { reply: model() }, script = {}) {
  const definition = define(steps, { guardrails: { hand_over } });
  const guardrails = runRulesOf(null, definition);
  return new Drive(definition, script, { input, ...(guardrails === null ? {} : { guardrails }) });
}
const signal = (run: Drive, name: string, body: Json) =>
  run.offer({ kind: "signal", id: `sig_${run.state.seq}`, name, body, findings: [], by: "ada", own: true });
const untilIdle = (run: Drive): Drive => run.start().run(({ status }) => status === "waiting");

describe("[HAND-5] where much is at stake", () => {
  it.each<[string, Json, boolean]>([
    ["a plain no", "no", true],
    ["a no in one field", { answer: "No." }, true],
    ["a polite no", "No, thank you!", true],
    ["a no with its reason", "nein, nicht nötig", true],
    ["a Chinese no", "不用了，谢谢", true],
    ["a no to something else", { confirm: "no, get me a person" }, false],
    ["a German no to something else", "Nein, ich will einen Menschen sprechen", false],
    ["a no that means yes", "no problem, please do", false],
    ["no idea", "no idea", false],
    ["a no that goes on and on", `no${", no".repeat(40)}`, false],
    ["a no among other things", { answer: "no", more: "call me" }, false],
    ["a no in a list", ["no"], false],
    ["nothing", null, false],
    ["an empty object", {}, false],
    ["a word that begins like a no", "nothing else helps", false],
  ])("%s is one: %s", (_name, body, isNo) => {
    const run = untilIdle(driveOf({ high_stakes: "high" }, STAKES));
    signal(run, "hand_over", body);
    run.run((state) => state.handOver?.review != null);
    expect(run.state.handOver?.outcome).toBe(isNo ? "declined" : null);
  });

  it("who said no is not asked again for that, and is heard where they ask for a person", () => {
    const run = untilIdle(driveOf({ high_stakes: "high", asked: "normal" }, CALM, { w: wait, reply: model({ needs: ["w"] }) }));
    signal(run, "chat", STAKES);
    run.run(({ status }) => status === "waiting");
    expect(run.state.handOver?.status).toBe("confirming");
    signal(run, "hand_over", "no");
    run.run(({ status }) => status === "waiting");
    signal(run, "chat", STAKES);
    run.run(({ status }) => status === "waiting");
    expect(run.events.filter(({ type }) => type === "hand_over.proposed")).toHaveLength(1);
    signal(run, "chat", { text: "I want to talk to a human." });
    run.run((state) => state.handOver?.review != null);
    expect(run.state.handOver).toMatchObject({ status: "raised", facts: { reason: "asked" } });
  });
});

describe("[HAND-7] once a person has replied", () => {
  const { machinery, state } = new Drive(define({ a: tool("payments.refund"), b: tool("orders.get") }), { tool: () => "never" })
    .start()
    .run();
  const of = (over: Partial<Activity>): Activity => ({ ...(state.activities["a"] as Activity), ...over });
  const replied = (activities: RunState["activities"]): RunState =>
    ({
      ...state,
      activities,
      handOver: { status: "replied", outcome: "replied", reply: "Done.", facts: {}, review: null, until: null },
    }) as never;
  const ended = (activities: RunState["activities"]) => {
    const turn = new Turn(machinery, replied(activities), T0, null);
    endWithReply(turn);
    return turn.events.find(({ type }) => type === "run.completed")?.data ?? null;
  };

  it("the run waits for what is in flight, looked up, or asked of a person because nobody knows whether it happened", () => {
    const asks = (reason: string) => of({ id: "a", phase: "approving", review: { id: "rev_1", reason } as never });
    const waitsFor = [of({ phase: "calling" }), of({ phase: "looking" }), asks("unknown-outcome")];
    expect(waitsFor.map((activity) => ended({ a: activity }))).toEqual([null, null, null]);
    for (const activity of [of({ phase: "ready" }), asks("policy")]) expect(ended({ a: activity })).toMatchObject({ output: "Done." });
  });

  it("a write that is in doubt is named as not undone, one that undoes another is not", () => {
    expect(ended({ a: of({ phase: "ready", doubt: true }) })).toMatchObject({ undone: ["a"], flags: ["partial"] });
    expect(ended({ a: of({ phase: "ready", doubt: true, purpose: "compensation" }) })).not.toHaveProperty("undone");
    expect(ended({ a: of({ phase: "ready", doubt: false }) })).not.toHaveProperty("undone");
  });

  it("what has not left leaves the state, but for what is looked up or asked about", () => {
    const kinds = {
      looked: of({ id: "looked", phase: "looking", call: null }),
      asked: of({ id: "asked", phase: "approving", call: null, review: { id: "rev_1", reason: "unknown-outcome" } as never }),
      held: of({ id: "held", phase: "approving", call: null, review: { id: "rev_2", reason: "policy" } as never }),
      ready: of({ id: "ready", phase: "ready", call: null }),
    };
    const before = { ...replied(kinds), handOver: { ...replied({}).handOver, status: "raised" } } as RunState;
    const event = { seq: before.seq + 1, at: T0, type: "hand_over.settled", data: { outcome: "replied", reply: "Done." } } as never;
    expect(Object.keys(evolve(machinery, before, event).activities).sort()).toEqual(["asked", "looked"]);
  });
});

describe("[RUN-140] a run whose turn is broken for good", () => {
  it("ends as cancelled where it was, with a dead letter only where a write may be left", () => {
    const { machinery, state } = new Drive(define({ ask: review() })).start().run(({ status }) => status === "waiting");
    const broken = (over: Partial<RunState>) => {
      const turn = new Turn(machinery, { ...state, ...over }, T0, null);
      collapse(turn, { kind: "cancel", by: "ada", reason: "enough" });
      return turn.events.at(-1);
    };
    expect(broken({})).toMatchObject({ type: "run.cancelled", data: { reason: "enough", undone: [], dead_letter: null } });
    expect(broken({ undone: ["pay"] })).toMatchObject({ data: { undone: ["pay"], dead_letter: expect.stringMatching(/^dl_/) } });
  });
});

describe("[RUN-6] a deadline", () => {
  it("is what stops a run at its very instant, and the limit of its seconds otherwise", () => {
    const stopped = (deadlineAt: number | null, at: number) => {
      const run = new Drive(define({ w: wait }), {}, { deadlineAt }).start();
      run.now = at;
      run.offer({ kind: "tick" });
      return run.events.find(({ type }) => type === "run.stopping")?.data;
    };
    expect(stopped(T0 + 5_000, T0 + 4_999)).toBeUndefined();
    expect(stopped(T0 + 5_000, T0 + 5_000)).toMatchObject({ error: { message: "the run's `deadline` has passed" } });
  });
});

describe("[RUN-45] a run that would wait while a switch stops it", () => {
  it("is paused, not waiting", () => {
    const run = new Drive(define({ w: wait })).start();
    expect(run.state.status).toBe("waiting");
    const stopped = new Drive(define({ a: tool("orders.get"), w: { ...wait, needs: ["a"] } }), {
      tool: () => failed("tool_error", "permanent"),
    });
    stopped.script.tool = () => {
      stopped.stops = { epoch: 2, active: [{ kind: "org", org: "acme", name: "acme" }], asOf: T0 };
      return { ...failed("tool_error", "permanent"), result: { ok: true, output: 1 }, reached: "answered", status: 200 };
    };
    stopped.start().run();
    expect(stopped.state.status).toBe("paused");
    expect(stopped.types()).not.toContain("run.waiting");
  });
});
