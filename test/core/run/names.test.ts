/** Names that objects have are names like any other: as a step's id, a signal's name, a slot, a tool, a field. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { Step, WaitStep } from "../../../core/workflow/definition.ts";
import { define, model, review, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

/** What a plain object inherits. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);
/** The only one of them that the form of a step's id allows. */
const ID = "constructor";

const wait = (more: Partial<WaitStep>): WaitStep => ({
  needs: [],
  when: null,
  on_error: null,
  kind: "wait",
  seconds: null,
  until: null,
  signal: null,
  timeout_ms: null,
  ...more,
});
const PROMPT = { template: `Say {{${ID}}}`, slots: { [ID]: "it" } };
const { cache: _cache, async: _async, kind: _kind, ...asked } = model({ prompt: PROMPT });

const STEPS: readonly (readonly [string, Step])[] = [
  ["transform", transform(1)],
  ["tool", tool(ID, { compensate: undoneBy("payments.cancel") })],
  ["model", model({ prompt: PROMPT })],
  ["agent", { ...asked, kind: "agent", tools: [ID, "mail.send"], max_iterations: 5 }],
  ["map", { needs: [], when: null, on_error: null, kind: "map", over: { cel: "input.list" }, concurrency: 2, step: tool(ID) }],
  ["review", review({ proposal: { [ID]: 1 } })],
  ["run", { needs: [], when: null, on_error: null, kind: "run", workflow: ID, version: null, input: { [ID]: 1 } }],
  ["wait", wait({ seconds: 1 })],
  ["signal", wait({ signal: ID })],
];

describe("a step called `constructor`", () => {
  it.each(STEPS)("[NAME-1] of kind %s runs like any other", (_kind, step) => {
    const definition = define(
      { [ID]: step, after: transform({ cel: `steps.${ID}.output` }, { needs: [ID] }) },
      { tools: [ID, "mail.send", "payments.cancel"], output: { cel: "steps.after.output" } },
    );
    const run = new Drive(
      definition,
      { tool: () => answered({ id: 1 }), model: () => said("done"), person: () => "approve", child: () => ({ ok: true, output: 1 }) },
      { input: { list: [1, 2] } as Json, toolEffects: { [ID]: "write" as const } },
    ).start();
    run.offer({ kind: "signal", id: "s1", name: ID, body: 7, by: "eva", own: true, findings: [] });
    run.run();
    expect(run.state).toMatchObject({ status: "completed", error: null });
    expect(Object.keys(run.state.steps)).toEqual([ID, "after"]);
  });

  it("[NAME-1] fails, is rescued and compensated like any other", () => {
    const rescued = define(
      { first: tool("mail.send", { on_error: { step: ID } }), [ID]: transform("saved") },
      { output: { cel: "steps.first.output" } },
    );
    const refusing = { tool: () => failed("tool_error", "permanent") };
    expect(new Drive(rescued, refusing).start().run().state).toMatchObject({ status: "completed", output: "saved" });
    const undone = define({
      [ID]: tool("payments.refund", { compensate: undoneBy("payments.cancel") }),
      bad: tool("mail.send", { needs: [ID] }),
    });
    const run = new Drive(undone, { tool: (name) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: 1 })) });
    expect(run.start().run().state).toMatchObject({ status: "failed", undone: [], steps: { [ID]: { status: "compensated" } } });
  });
});

describe("a signal", () => {
  it.each(INHERITED)("[NAME-1] called %s comes where it is awaited, and harms nobody else", (name) => {
    const definition = define({ w: wait({ signal: name }) }, { output: { cel: "steps.w.output" } });
    const run = new Drive(definition).start().run();
    expect(run.offer({ kind: "signal", id: "s1", name, body: { [name]: 1 }, by: "eva", own: true, findings: [] })).toBeNull();
    expect(run.run().state.status).toBe("completed");
    expect(run.state.output).toStrictEqual({ [name]: 1 });
    const other = new Drive(define({ w: wait({ signal: "go" }) })).start().run();
    other.offer({ kind: "signal", id: "s1", name, body: 1, by: "eva", own: true, findings: [] });
    other.offer({ kind: "signal", id: "s2", name: "go", body: 1, by: "eva", own: true, findings: [] });
    expect(other.run().state.status).toBe("completed");
  });
});
