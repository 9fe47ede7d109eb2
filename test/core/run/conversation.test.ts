/** What a person who takes over reads: each kind of what was said or done, by whom; bounded, the middle left out. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { conversationOf, summaryOf } from "../../../core/run/hand-over/conversation.ts";
import type { RunState } from "../../../core/run/machine/state.ts";
import type { Definition, Step } from "../../../core/workflow/definition.ts";
import { define, model, tool, transform } from "../../support/run/definition.ts";
import { Drive } from "../../support/run/drive.ts";

type StepState = RunState["steps"][string];
const wait = (signal: string | null): Step => ({
  ...{ needs: [], when: null, on_error: null, kind: "wait", until: null, timeout_ms: null },
  seconds: signal === null ? 1 : null,
  signal,
});
const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
const agent: Step = { ...asked, kind: "agent", tools: ["orders.get"], max_iterations: 5 };

/** A run with this input, of which only these steps have got somewhere. */
function said(
  input: Json,
  steps: Definition["steps"],
  states: { readonly [id: string]: Partial<StepState> },
  over: Partial<RunState> = {},
) {
  const { machinery, state } = new Drive(define(steps), {}, { input });
  const now = Object.entries(states).map(([id, one]) => [id, { ...(state.steps[id] as StepState), ...one }] as const);
  const [first, ...rest] = conversationOf(machinery, { ...state, steps: { ...state.steps, ...Object.fromEntries(now) }, ...over });
  return { first, rest };
}
const ASK = { text: "Hello" };
const FAILED = { code: "tool_error", message: "out of order" } as const;

describe("[HAND-17] the conversation in a hand-over", () => {
  it.each<[string, Step, Partial<StepState>, readonly object[]]>([
    ["a model's answer", model(), { status: "completed", output: "Hi" }, [{ role: "assistant", text: "Hi", step: "s" }]],
    ["an agent's answer", agent, { status: "completed", output: "Hi" }, [{ role: "assistant", text: "Hi", step: "s" }]],
    ["what a tool gave", tool("orders.get"), { status: "completed", output: { id: 1 } }, [{ role: "tool", text: '{"id":1}', step: "s" }]],
    ["what was computed", transform(1), { status: "completed", output: 1 }, [{ role: "system", text: "1", step: "s" }]],
    ["what came as a signal", wait("news"), { status: "completed", output: "Now" }, [{ role: "user", text: "Now", step: "s" }]],
    ["a wait", wait(null), { status: "completed", output: null }, []],
    ["a failure", model(), { status: "failed", error: FAILED }, [{ role: "system", text: "failed: out of order", step: "s" }]],
    ["a failure of unknown reason", model(), { status: "failed" }, [{ role: "system", text: "failed: no reason is known", step: "s" }]],
    [
      "a step that broke and is tried again",
      model(),
      { status: "running", error: FAILED },
      [{ role: "system", text: "failed: out of order" }],
    ],
    ["what stood in for a failure", model(), { status: "completed", output: "Hi", error: FAILED }, [{ role: "assistant", text: "Hi" }]],
    ["a step under way", model(), { status: "running" }, []],
    ["a step that did not begin", model(), {}, []],
  ])("has %s", (_, step, state, messages) => {
    const { first, rest } = said(ASK, { s: step }, { s: state });
    expect(first).toEqual({ role: "user", text: "Hello" });
    expect(rest).toMatchObject(messages);
    expect(rest).toHaveLength(messages.length);
  });

  it("has what an agent said beside its calls, and what came of these", () => {
    const call = (answer: unknown) => ({ id: "c", tool: "orders.get", input: {}, activity: "s.1", answer });
    const turns = [
      { text: "Let me see.", calls: [call({ ok: true, output: "found" }), call(null)] },
      { text: "", calls: [call({ ok: false, code: "tool_error", message: "gone" })] },
      { text: null, calls: [] },
    ];
    const { rest } = said(ASK, { s: agent }, { s: { status: "running" } }, { agents: { s: { turns } } } as never);
    expect(rest.map(({ role, text }) => `${role}: ${text}`)).toEqual([
      "assistant: Let me see.",
      "tool: orders.get: found",
      "tool: orders.get: under way",
      "tool: orders.get: gone",
    ]);
  });

  it.each<[string, Json, readonly string[]]>([
    ["an input with one text", { q: "Hi" }, ["user: Hi"]],
    ["an input with more", { q: "Hi", n: 1 }, ['user: {"q":"Hi","n":1}']],
    [
      "a chat's messages, and what is beside them",
      {
        messages: [
          { role: "assistant", content: "Yes?" },
          { role: "tool", content: "t" },
          { role: "system", content: "s" },
          { role: "odd", content: "Hi" },
        ],
        n: 1,
      },
      ['user: {"n":1}', "assistant: Yes?", "tool: t", "system: s", "user: Hi"],
    ],
    ["a chat's messages alone", { messages: [{ role: "user", content: "Hi" }] }, ["user: Hi"]],
    ["no messages", { messages: [] }, ['user: {"messages":[]}']],
    ["what only looks like messages", { messages: [{ role: "user" }] }, ['user: {"messages":[{"role":"user"}]}']],
    ["texts in place of messages", { messages: ["Hi"] }, ['user: {"messages":["Hi"]}']],
  ])("begins with %s", (_, input, lines) => {
    const { first, rest } = said(input, { s: model() }, {});
    expect([first, ...rest].map((one) => `${one?.role}: ${one?.text}`)).toEqual(lines);
    expect(first).not.toHaveProperty("step");
  });

  it("shows forty messages at most: the first ten, how many are left out, and the last", () => {
    const messages = (count: number) => Array.from({ length: count }, (_, index) => ({ role: "user", content: `m${index + 1}` }));
    const texts = (count: number): string[] => {
      const { first, rest } = said({ messages: messages(count) }, { s: model() }, {});
      return [first, ...rest].map((one) => one?.text ?? "");
    };
    expect(texts(40)).toEqual(messages(40).map(({ content }) => content));
    const cut = texts(50);
    expect(cut).toHaveLength(40);
    expect([cut[9], cut[10], cut[11], cut.at(-1)]).toEqual(["m10", "11 messages are left out here", "m22", "m50"]);
  });

  it("has no summary where nobody takes over", () => {
    const { machinery, state } = new Drive(define({ s: model() }));
    expect(summaryOf(machinery, state)).toBe("");
  });
});
