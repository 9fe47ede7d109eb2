/** Small parts of the engine at their edges: messages of a queue, failures of broken turns, estimates, exports, starts, what a model is told. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { turnMessages } from "../../../core/run/agent/turn-messages.ts";
import { isSlowCallMessage } from "../../../core/run/calls/slow-call.ts";
import type { Birth, RunStart } from "../../../core/run/machine/birth.ts";
import { isOverEstimate } from "../../../core/run/machine/birth.ts";
import { asFailure } from "../../../core/run/machine/broken.ts";
import type { Happening } from "../../../core/run/machine/happening.ts";
import type { AgentTurn, RunState } from "../../../core/run/machine/state.ts";
import { completed, portable } from "../../../core/run/outside/redrive.ts";
import { isExported } from "../../../core/run/outside/trace-export.ts";
import { define, model, transform } from "../../support/run/definition.ts";
import { Drive, said } from "../../support/run/drive.ts";

describe("[RUN-309] a message of the queue of slow calls", () => {
  const whole = { v: 1, run: "run_1", org: "acme", activity: "a", call: 3 };
  it("is one with all of its fields", () => expect(isSlowCallMessage(whole)).toBe(true));
  it.each<[string, unknown]>([
    ["of another version", { ...whole, v: 2 }],
    ["without a call's number", { ...whole, call: undefined }],
    ["with half a number", { ...whole, call: 1.5 }],
    ["without a run", { ...whole, run: undefined }],
    ["with an empty org", { ...whole, org: "" }],
    ["with a number as activity", { ...whole, activity: 1 }],
    ["that is a text", "run_1"],
    ["that is nothing", null],
  ])("is none %s", (_, body) => expect(isSlowCallMessage(body)).toBe(false));
});

describe("[RUN-140] what a turn threw over becomes a failure of the work that it was for, and is not tried again", () => {
  it.each<[Partial<Happening>, object]>([
    [{ kind: "authorized" }, { answer: { kind: "refused", transient: false, code: "internal" } }],
    [{ kind: "tool.answered" }, { outcome: { result: { ok: false, failure: { class: "permanent", code: "internal" } } } }],
    [{ kind: "model.answered" }, { outcome: { result: { ok: false, failure: { class: "permanent", code: "internal" } } } }],
    [{ kind: "tool.looked_up" }, { answer: { found: "unsure", output: null } }],
    [
      { kind: "child.ended", ok: true, output: 1 },
      { ok: false, output: null, error: { code: "internal" } },
    ],
    [{ kind: "child.undone", failed: false }, { failed: true }],
  ])("%j", (happening, failure) => expect(asFailure(happening as Happening)).toMatchObject(failure));
  it("of no work: none", () => expect(asFailure({ kind: "tick" })).toBeNull());
});

describe("[RUN-38] an estimate", () => {
  const over = (expected: number, confirm_over_usd: number | null) => {
    const { limits, ...rest } = define({});
    return isOverEstimate({ definition: { ...rest, limits: { ...limits, confirm_over_usd } }, estimate: { expected, max: 9_000_000 } });
  };
  it("is asked about only beyond the sum, and where there is one", () => {
    expect([over(500_000, 0.5), over(500_001, 0.5), over(9_000_000, null)]).toEqual([false, true, false]);
    expect(isOverEstimate({ definition: define({}) })).toBe(false);
  });
});

describe("[OTLP-4] the spans of a run leave", () => {
  const { machinery, state } = new Drive(define({ a: transform(1) })).start().run();
  const rule = { sampled: false, slow_ms: 60_000, dear_micro_usd: 1_000_000 };
  const leaves = (trace: Birth["trace"], over: Partial<RunState> = {}) =>
    isExported({ birth: { ...machinery.birth, ...(trace === undefined ? {} : { trace }) } }, { ...state, ...over });
  it.each<[string, Birth["trace"], Partial<RunState>, boolean]>([
    ["of an org without traces", undefined, { status: "failed" }, false],
    ["of the share, while it is under way", { ...rule, sampled: true }, { status: "running" }, true],
    ["of the rest, while it is under way", rule, { status: "running" }, false],
    ["of the rest, where it went well", rule, {}, false],
    ["of the rest, where it failed", rule, { status: "failed" }, true],
    ["of the rest, where it is flagged", rule, { flags: ["partial"] }, true],
    ["of the rest, where an instruction was seen", rule, { seenInstruction: true }, true],
  ])("%s", (_, trace, over, expected) => expect(leaves(trace, over)).toBe(expected));
});

describe("[RUN-310] the start of a run that continues another", () => {
  const MIB = 1024 * 1024;
  const steps = { a: transform(1), b: transform(1), c: transform(1) };
  const start = (kept: { readonly [step: string]: Json } | null) =>
    ({
      definition: define(steps),
      redrive: kept === null ? null : { of: "run_0", keyRun: "run_0", kept, acts: {} },
    }) as unknown as RunStart;

  it("is as it is where it continues none, or where all that it keeps fits", () => {
    for (const one of [start(null), start({}), start({ a: "x".repeat(2 * MIB), b: 1 })]) expect(portable(one)).toBe(one);
    expect(completed(start(null), new Map()).redrive).toBeNull();
  });

  it("leaves behind what does not fit, names it, and has all of it again in the order of the definition", () => {
    const kept = { a: "x".repeat(3 * MIB), b: "y".repeat(3 * MIB), c: 1 };
    const light = portable(start(kept));
    expect(Object.keys(light.redrive?.kept ?? {})).toEqual(["a"]);
    expect(light.keptThere).toEqual(["b", "c"]);
    const whole = completed(
      light,
      new Map<string, Json>([
        ["c", kept.c],
        ["b", kept.b],
      ]),
    );
    expect(Object.keys(whole.redrive?.kept ?? {})).toEqual(["a", "b", "c"]);
    expect(whole.redrive?.kept).toEqual(kept);
  });
});

describe("[RECALL-5] what memory is asked for", () => {
  const queryOf = (session?: { user: Json }) => {
    const memory = { recall: "auto", remember: "off", max_tokens: 400 } as const;
    const definition = define({ m: model() }, { memory, ...(session === undefined ? {} : { session }) });
    const run = new Drive(definition, { model: () => said("x") }, { input: { text: "What did I tell you?", note: "my lamp" } }).start();
    return run.events.find(({ type }) => type === "memory.considered")?.data;
  };
  it("is what the definition says that the person says, else every text of the input", () => {
    expect(queryOf({ user: { cel: "input.note" } })).toMatchObject({ query: "my lamp" });
    expect(queryOf()).toMatchObject({ query: "What did I tell you?\nmy lamp" });
    expect(queryOf({ user: { cel: "input.nowhere" } })).toMatchObject({ query: "What did I tell you?\nmy lamp" });
  });
});

describe("[RUN-311] what an agent's model is told of its calls", () => {
  it.each<[string, object | null, Json]>([
    ["one that has no answer yet", null, null],
    ["one that was answered", { ok: true, output: { id: 1 } }, { id: 1 }],
    ["one that failed", { ok: false, code: "tool_error", message: "gone" }, { error: "tool_error", message: "gone" }],
    [
      "one that failed as its tool documents",
      { ok: false, code: "tool_error", message: "gone", field: "/id", error: "no_order" },
      { error: "no_order", message: "gone", field: "/id" },
    ],
  ])("%s", (_, answer, content) => {
    const turns = [{ text: null, calls: [{ id: "c", tool: "orders.get", input: {}, activity: "a", answer }] }];
    const [asks, told] = turnMessages(turns as unknown as readonly AgentTurn[]);
    expect(asks).toMatchObject({ role: "assistant", toolCalls: [{ id: "c", name: "orders.get" }] });
    expect(told).toEqual({ role: "tool", toolCallId: "c", content: JSON.stringify(content) });
  });
});
