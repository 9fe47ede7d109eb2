/** What a run shows of what it knew (`/context`), what reviewers are shown, and what an agent's window keeps. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { OWN, UNKNOWN } from "../../../core/label/label.ts";
import { whole } from "../../../core/label/labels.ts";
import { turnsToDrop } from "../../../core/run/agent/context-window.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import type { Activity, AgentState, RunState } from "../../../core/run/machine/state.ts";
import { contextOf } from "../../../core/run/outside/context.ts";
import { contextOfReview } from "../../../core/run/outside/shown.ts";
import { refusalOfReview } from "../../../core/run/outside/sinks.ts";
import { wantedEffects } from "../../../core/run/outside/wanted.ts";
import type { MapStep } from "../../../core/workflow/definition.ts";
import { agentOf, define, model, review, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, said } from "../../support/run/drive.ts";

const common = { needs: [] as string[], when: null, on_error: null };

describe("[RUN-402] what a run knew", () => {
  const SEARCH = "knowledge.search";
  const RECALL = "memory.recall";
  const each: MapStep = {
    ...{ ...common, kind: "map", over: ["x", "y"], concurrency: 1 },
    step: tool(SEARCH, { input: { query: { cel: "item" } } }),
  };
  const reads = (step: string) => model({ needs: [step], prompt: { template: "{{a}}", slots: { a: { cel: `steps.${step}.output` } } } });

  it("is each search and each recall, who chose it, what it asked and found, and which calls saw it", () => {
    const steps = {
      look: tool(SEARCH, { input: { query: "lamps", collection: "faq" } }),
      each,
      plain: tool("orders.get"),
      said: reads("look"),
      beside: model(),
      through: transform({ cel: "steps.look.output" }, { needs: ["look"] }),
      later: reads("through"),
      desk: agentOf([RECALL]),
    };
    let asked = 0;
    const run = new Drive(define(steps, { tools: [SEARCH, RECALL, "orders.get"] }), {
      tool: (name, input) =>
        answered(name === RECALL ? { memories: [{ text: "m" }] } : { results: [{ text: (input as { query?: string }).query ?? "" }] }),
      model: ({ messages }) => {
        if (messages.at(-1)?.content !== "Go" || asked++ > 0) return said("ok");
        return { ...said(""), result: { ok: true, asks: { text: null, calls: [{ id: "c1", name: RECALL, input: { query: "me" } }] } } };
      },
    })
      .start()
      .run();
    expect(run.state.status).toBe("completed");
    const items = contextOf(run.machinery, run.state, run.events);
    const told = items.map(({ kind, step, activity, why, query, collection, entries, seen_by }) => [
      ...[kind, step, activity, why, query, collection, entries],
      seen_by.map((seer) => seer.step).sort(),
    ]);
    const definition = "chosen_by_definition";
    expect(told.sort((a, b) => String(a[2]).localeCompare(String(b[2])))).toEqual([
      ["memory", "desk", "desk/1.1", "chosen_by_model", "me", null, [{ text: "m" }], ["desk"]],
      ["knowledge", "each", "each/0", definition, "x", null, [{ text: "x" }], []],
      ["knowledge", "each", "each/1", definition, "y", null, [{ text: "y" }], []],
      ["knowledge", "look", "look", definition, "lamps", "faq", [{ text: "lamps" }], ["later", "said"]],
    ]);
    expect(items.every(({ failed, tokens }) => !failed && tokens > 0) && items.length).toBe(4);
  });

  const stateWith = (over: Partial<RunState>) => {
    const { machinery, state } = new Drive(define({ m: model() })).start().run();
    return contextOf(machinery, { ...state, ...over } as RunState, []);
  };
  const recalled = (found: object | undefined) => ({ recalled: { intent: { needed: true, why: "always" }, query: "q", found } }) as never;

  it("is nothing of a memory that has not come, and says what of one was cut or left out, or that it failed", () => {
    expect(stateWith({})).toEqual([]);
    expect(stateWith(recalled(undefined))).toMatchObject([{ kind: "memory", entries: [], tokens: 0, failed: false, seen_by: [] }]);
    const kept = [
      { id: "mem_1", tier: "semantic", text: "a", created_at: "2026-01-01T00:00:00Z", shortened: true },
      { id: "mem_2", tier: "episodic", text: "b", created_at: "2026-01-01T00:00:00Z" },
    ];
    expect(stateWith(recalled({ kept, left_out: ["mem_3"] }))).toMatchObject([
      { entries: kept, shortened: { cut: 1, left_out: ["mem_3"], summarised: 0 }, failed: false },
    ]);
    expect(stateWith(recalled({ kept: [], left_out: [], failed: true }))).toMatchObject([{ failed: true, tokens: 0 }]);
  });

  it("is the summary in the place of an agent's earlier turns, or none where there is none", () => {
    const agents = (summary: string | null) =>
      ({ agents: { desk: { turns: [], seen: {}, condensed: { dropped: [0, 2], summary } }, idle: { turns: [], seen: {} } } }) as never;
    expect(stateWith(agents("short"))).toMatchObject([
      { kind: "conversation", step: "desk", entries: [{ summary: "short" }], shortened: { summarised: 2 } },
    ]);
    expect(stateWith(agents(null))).toMatchObject([{ entries: [], tokens: 0 }]);
  });
});

describe("an agent's window", () => {
  const step = agentOf([]);
  const turn = (answer: Json, asks: Json = {}) => ({
    text: null,
    calls: [{ id: "c", tool: "t", input: asks, answer: { ok: true, output: answer } }],
  });
  const agent = (turns: readonly object[], over: object = {}) =>
    ({ turns, seen: {}, tools: [], window: 1_000, ...over }) as unknown as AgentState;
  const messages = [{ role: "user", content: "word ".repeat(2_000) }] as const;

  it("[RUN-120] keeps the last three turns and drops the others, once", () => {
    const five = Array.from({ length: 5 }, () => turn("nothing"));
    expect(turnsToDrop(agent(five), step, messages)).toEqual([0, 1]);
    expect(turnsToDrop(agent(five, { condensed: { dropped: [0, 1], summary: null } }), step, messages)).toBeNull();
    expect(turnsToDrop(agent([...five, turn("x")], { condensed: { dropped: [0, 1], summary: null } }), step, messages)).toEqual([0, 1, 2]);
    expect(turnsToDrop(agent(five.slice(0, 3)), step, messages)).toBeNull();
    expect(turnsToDrop(agent(five, { window: undefined }), step, messages)).toBeNull();
  });

  it("[RUN-121] keeps an answer by a name in it of four characters with a digit, and not by a shorter one or a plain word", () => {
    const later = [turn("x", { id: "ab12" }), turn("x", { id: "a12" }), turn("x", { id: "lamp" })];
    expect(turnsToDrop(agent([turn("ab12"), turn("a12"), turn("lamp"), ...later]), step, messages)).toEqual([1, 2]);
    const failed = { text: null, calls: [{ id: "c", tool: "t", input: {}, answer: { ok: false, code: "x", message: "ab12" } }] };
    expect(turnsToDrop(agent([failed, ...later]), step, messages)).toEqual([0]);
  });
});

describe("[REV-25] a reviewer is shown", () => {
  const asking = (over: Partial<Birth> = {}, steps = {}) => {
    const all = { look: tool("orders.get"), ask: review({ needs: ["look"] }), pay: tool("payments.refund", { needs: ["ask"] }), ...steps };
    const run = new Drive(define(all), { tool: () => answered("o".repeat(3_000)) }, over).start();
    return run.run((state) => state.status === "waiting" || state.openReviews.length > 0);
  };
  const shown = (run: Drive, activity = "ask", over: Partial<Activity> = {}) =>
    contextOfReview(run.machinery, run.state, { ...run.activity("ask"), ...(activity === "ask" ? {} : { node: activity }), ...over });

  it("a value as it is up to 4,000 units, and the beginning of a larger one", () => {
    const exact = "x".repeat(4_000 - 3);
    expect(shown(asking({ input: exact })).input).toEqual({ value: exact });
    expect(shown(asking({ input: `${exact}x` })).input).toEqual({ value: `"${"x".repeat(1_999)}…`, truncated: true });
    expect(shown(asking({ input: "x", sinks: { reviews: "public" } } as never)).input).toHaveProperty("withheld");
  });

  it("what the run did so far, with the outputs of what was completed, and what would follow", () => {
    const run = asking();
    const { trace, effects } = shown(run);
    expect(trace).toEqual([
      { step: "look", kind: "tool", status: "completed", attempts: 1, output: { value: "o".repeat(3_000) } },
      expect.objectContaining({ step: "ask", status: run.state.steps["ask"]?.status }),
    ]);
    expect(trace[1]).not.toHaveProperty("output");
    expect(effects).toEqual([{ step: "pay", tool: "payments.refund", version: null, effect: "write", undo: null }]);
    expect([shown(run, "(input)").effects, shown(run, "(hand-over)").effects]).toEqual([[], []]);
    const steps = { ...run.state.steps, look: { ...run.state.steps["look"], status: "compensated" } } as RunState["steps"];
    const undone = contextOfReview(run.machinery, { ...run.state, steps }, run.activity("ask"));
    expect(undone.trace[0]).toMatchObject({ status: "compensated", output: { value: "o".repeat(3_000) } });
  });

  it("the call that is asked about, in its version, and what would undo it", () => {
    const run = asking({}, { pay: tool("payments.refund", { needs: ["ask"], compensate: undoneBy("payments.cancel") }) });
    const call = { kind: "tool", tool: "payments.refund", node: "pay", step: "pay", purpose: "node" } as const;
    const effect = (over: Partial<Activity>) => shown(run, "pay", { ...call, ...over }).effects;
    const told = { step: "pay", tool: "payments.refund", version: null, effect: "write", undo: { tool: "payments.cancel" } };
    expect(effect({ facts: null })).toEqual([told]);
    const facts = { tool: "payments.refund", version: 7, effect: "read", idempotency: "key", timeout_ms: 1 } as never;
    expect(effect({ facts })).toEqual([{ ...told, version: 7, effect: "read" }]);
    expect(effect({ facts, purpose: "compensation" })).toEqual([{ ...told, version: 7, effect: "read", undo: null }]);
  });

  it("each changed input, bounded, and 200 units of it where the others took the room", () => {
    const redriven = (changes: { [step: string]: Json }) =>
      asking({ redrive: { of: "run_0", keyRun: "run_0", kept: {}, acts: {}, changes, changed: OWN } } as never);
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`s${n}`, "c".repeat(3_900)]));
    const { changes } = shown(redriven(many));
    expect(changes?.[0]?.input).toEqual({ value: "c".repeat(3_900) });
    expect(changes?.at(-1)?.input).toEqual({ value: `"${"c".repeat(99)}…`, truncated: true });
    expect(shown(redriven({ a: "c".repeat(9_000) })).changes?.[0]?.input).toEqual({ value: `"${"c".repeat(1_999)}…`, truncated: true });
    expect(shown(asking())).not.toHaveProperty("changes");
  });

  it("[FLOW-10] nothing of a class that reviewers may not see, and everything where the org says nothing", () => {
    const run = asking();
    expect(refusalOfReview(run.machinery, run.state, run.activity("ask"))).toBeNull();
    const strict = asking({ input: "x", inputLabels: whole({ ...UNKNOWN, class: "restricted" }), sinks: { reviews: "internal" } } as never);
    const asked = { ...run.activity("ask"), node: "(input)" };
    expect(refusalOfReview(strict.machinery, strict.state, asked)).toContain("`restricted` data");
  });
});

describe("[REV-20] what of a proposal may be changed", () => {
  it("is nothing of a question about money or about a guardrail, and the input of a call", () => {
    const steps = { pay: tool("payments.refund", { input: { n: 1 } }) };
    const asks: Drive = new Drive(define(steps), {
      authority: (question) =>
        ({
          ...{ kind: "tool", permission: { decision: "ask", policyVersion: "p1", reasons: ["x"] } },
          facts: {
            tool: question.kind === "tool" ? question.tool : "",
            version: 1,
            effect: "write",
            idempotency: "key",
            timeout_ms: 30_000,
          },
        }) as never,
    }).start();
    asks.run((state) => Object.values(state.activities).some(({ phase }) => phase === "approving"));
    const modifiable = (reason?: "budget" | "guardrail") => {
      const activity = asks.activity("pay");
      const review = { ...activity.review, ...(reason === undefined ? {} : { reason }), id: null };
      const state = { ...asks.state, activities: { pay: { ...activity, review } } } as RunState;
      const [effect] = wantedEffects(asks.machinery, state, asks.now).filter(({ kind }) => kind === "review.open");
      return effect?.kind === "review.open" ? effect.request.modifiable : "none";
    };
    expect([modifiable(), modifiable("budget"), modifiable("guardrail")]).toEqual(["input", "nothing", "nothing"]);
  });
});
