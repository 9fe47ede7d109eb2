import { describe, expect, it } from "vitest";
import { ACTIVITY_KINDS } from "../../../core/run/machine/activity-kinds.ts";
import { rulesOf } from "../../../core/run/steps/kinds.ts";
import type { Step, StepKind } from "../../../core/workflow/definition.ts";
import { mentionsOf, STEP_KINDS, templatesOf, workOf } from "../../../core/workflow/step-kinds.ts";
import { model, RETRY, review, tool, transform, undoneBy } from "../../support/run/definition.ts";

const common = { needs: [], when: null, on_error: null };
const asked = model({ prompt: { template: "{{what}}", slots: { what: { cel: "input.n" } } } });

/** One step of each kind. A kind without one does not compile. */
const STEPS: { readonly [K in StepKind]: Extract<Step, { kind: K }> } = {
  model: asked,
  agent: {
    ...common,
    kind: "agent",
    model: asked.model,
    prompt: asked.prompt,
    tools: ["orders.get", "mail.send"],
    max_iterations: 3,
    output: null,
    retry: { ...RETRY, attempts: 5 },
    timeout_ms: 1_000,
  },
  tool: tool("mail.send", { input: { to: { cel: "input.to" } }, compensate: undoneBy("mail.unsend"), timeout_ms: 700, async: true }),
  review: review({ proposal: { cel: "input.n" } }),
  transform: transform({ cel: "input.n" }),
  wait: { ...common, kind: "wait", seconds: { cel: "input.n" }, until: null, signal: null, timeout_ms: null },
  map: { ...common, kind: "map", over: { cel: "input.list" }, concurrency: 2, step: tool("mail.send") },
  run: { ...common, kind: "run", workflow: "small", version: null, input: { n: { cel: "input.n" } } },
};
const ALL = Object.entries(STEPS) as [StepKind, Step][];
const answers = <T>(of: (step: Step) => T): Record<string, T> => Object.fromEntries(ALL.map(([kind, step]) => [kind, of(step)]));

describe("the tables of step kinds", () => {
  it.each(ALL)("check at registration the template that a `%s` starts with", (_kind, step) => {
    const input = rulesOf(step).input(step);
    const checked = templatesOf(step).filter(({ when }) => when === "before");
    if (input === null) return expect(step.kind).toBe("wait"); // evaluates its own
    expect(checked.some(({ at }) => at === `/${input.field}` || at.startsWith(`/${input.field}/`))).toBe(true);
  });

  it("say which kinds may write: tools as they are registered, a child always, a map as its items", () => {
    const mayWrite = (writes: (name: string) => boolean): string[] =>
      ALL.filter(([, step]) => rulesOf(step).mayWrite(step, writes)).map(([kind]) => kind);
    expect(mayWrite((name) => name === "mail.send").sort()).toEqual(["agent", "map", "run", "tool"]);
    expect(mayWrite(() => false)).toEqual(["run"]);
  });

  it("say which kinds start child runs: a step that is one, a tool that is a workflow, an agent that may call one, a map as its items", () => {
    const starts = (step: Step): boolean => rulesOf(step).startsChild(step);
    expect(ALL.filter(([, step]) => starts(step)).map(([kind]) => kind)).toEqual(["run"]);
    const called = tool("workflow.small");
    const { agent, map } = STEPS;
    const calling: Step[] = [called, { ...agent, tools: ["mail.send", "workflow.small"] }, { ...map, step: called }];
    expect(calling.map(starts)).toEqual([true, true, true]);
  });

  it("say whose word an output is", () => {
    expect(answers((step) => rulesOf(step).outputFrom)).toEqual({
      model: "model",
      agent: "model",
      tool: "tool",
      run: "child",
      map: "items",
      transform: "inputs",
      review: "person",
      wait: "signal",
    });
  });

  it("say how calls are made", () => {
    expect(answers((step) => rulesOf(step).calls(step))).toEqual({
      model: { retry: asked.retry, toolTimeoutMs: null, isQueued: false },
      agent: { retry: { ...RETRY, attempts: 5 }, toolTimeoutMs: null, isQueued: false },
      tool: { retry: RETRY, toolTimeoutMs: 700, isQueued: true },
      run: { retry: { attempts: 3, initial_ms: 1_000, max_ms: 32_000, factor: 2 }, toolTimeoutMs: null, isQueued: false },
      map: null,
      transform: null,
      review: null,
      wait: null,
    });
  });

  it("say what a step mentions, and what does work in it", () => {
    expect(answers((step) => mentionsOf(step).tools.map(({ name, at }) => `${at} ${name}`))).toMatchObject({
      tool: ["/tool mail.send"],
      agent: ["/tools/0 orders.get", "/tools/1 mail.send"],
      map: [],
    });
    expect(workOf(STEPS.map).map(({ step, at }) => [step.kind, at])).toEqual([
      ["map", ""],
      ["tool", "/step"],
    ]);
    expect(Object.keys(STEP_KINDS).sort()).toEqual(ALL.map(([kind]) => kind).sort());
  });

  it("name people before calls, times and children, when several wait", () => {
    const inOrder = Object.entries(ACTIVITY_KINDS).toSorted(([, a], [, b]) => a.urgency - b.urgency);
    expect(inOrder.map(([kind]) => kind)).toEqual(["model", "review", "tool", "wait", "run"]);
  });
});
