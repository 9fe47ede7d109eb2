/** What a child run tells its parent of its end, and which of it the parent notes. */
import { describe, expect, it } from "vitest";
import { type Label, OWN, saidBy } from "../../../core/label/label.ts";
import { whole } from "../../../core/label/labels.ts";
import type { RunState } from "../../../core/run/machine/state.ts";
import { sizeWithin } from "../../../core/run/outside/bounded.ts";
import { toldEnd } from "../../../core/run/outside/told-end.ts";
import { undoneOf } from "../../../core/run/steps/child.ts";
import type { Step } from "../../../core/workflow/definition.ts";
import { define, tool, undoneBy } from "../../support/run/definition.ts";
import { Drive, failed } from "../../support/run/drive.ts";

const TOOL: Label = saidBy("tool:x", "untrusted", OWN, "confidential");
const LARGEST = 8 * 1024 * 1024;
const run = () => new Drive(define({ a: tool("orders.get"), b: tool("orders.get") })).start().run();
const told = (over: Partial<RunState>) => {
  const { machinery, state } = run();
  return toldEnd(machinery, { ...state, outputLabels: whole(TOOL), ...over });
};
const withSteps = (a: RunState["steps"][string]["status"]): RunState["steps"] => {
  const { steps } = run().state;
  return { ...steps, a: { ...(steps["a"] as RunState["steps"][string]), status: a } };
};

describe("[RUN-303] a child run tells its parent", () => {
  it("its output with the labels that were noted, or with none", () => {
    expect(told({ output: "x" })).toMatchObject({ ok: true, output: "x", error: null, labels: whole(TOOL) });
    const { outputLabels: _noted, ...state } = run().state;
    expect(toldEnd(run().machinery, state as RunState)).not.toHaveProperty("labels");
  });

  it("an error in place of an output that no message holds", () => {
    const fits = "x".repeat(LARGEST - sizeWithin("", LARGEST));
    expect(told({ output: fits })).toMatchObject({ ok: true, error: null, labels: whole(TOOL) });
    const end = told({ output: `${fits}x` });
    expect(end).toMatchObject({ ok: false, output: null, error: { code: "limit_reached" } });
    expect(end).not.toHaveProperty("labels");
  });

  it("where it failed, whose word the failed steps had, and nobody else's", () => {
    const error = { code: "tool_error", message: "no", step: "a" } as const;
    const labels = { a: whole(TOOL), b: whole(saidBy("tool:other", "untrusted", OWN, "restricted")) };
    expect(told({ status: "failed", error, labels, steps: withSteps("failed") })).toMatchObject({
      ok: false,
      error: { code: error.code },
      labels: whole(TOOL),
    });
    expect(told({ status: "failed", error, labels, steps: withSteps("completed") })).not.toHaveProperty("labels");
    expect(told({ status: "failed", error, labels: {}, steps: withSteps("failed") })).not.toHaveProperty("labels");
  });

  it("that it saw an instruction, wrote, or is stuck, each only where it is so", () => {
    expect(told({ seenInstruction: true, undone: ["a"], isStuck: true })).toMatchObject({ instruction: true, wrote: true, stuck: true });
    const end = told({});
    for (const name of ["instruction", "wrote", "stuck"]) expect(end).not.toHaveProperty(name);
  });

  it("once it was asked to undo its steps, whether it could, and whether writes are left", () => {
    const of = (over: Partial<RunState>) => undoneOf({ ...run().state, ...over });
    expect(of({ status: "compensating" })).toBeNull();
    expect(of({ status: "cancelled", undone: [] })).toEqual({ failed: false, left: false });
    expect(of({ status: "cancelled", undone: ["a"] })).toEqual({ failed: false, left: true });
    expect(of({ status: "dead_lettered", undone: ["a"] })).toEqual({ failed: true, left: true });
  });
});

describe("[RUN-303] its parent", () => {
  const kid: Step = { needs: [], when: null, on_error: null, kind: "run", workflow: "small", version: null, input: {} };
  const end = (parent: Drive, over: object) =>
    parent.offer({
      ...{ kind: "child.ended", activity: "kid", run: "run_child_kid", ok: true, output: 1, error: null, flags: [] },
      ...{ usage: parent.state.usage, held: { micro_usd: 0, tokens: 0 }, ...over },
    } as never);
  const started = (steps: { readonly [id: string]: Step } = {}) =>
    new Drive(define({ kid, ...steps }), { child: () => "never", undoChild: () => "never", tool: () => failed("tool_error", "permanent") })
      .start()
      .run();

  it("notes an instruction that the child saw, and that it wrote, only where it is so", () => {
    const plain = started();
    expect(end(plain, {})).toBeNull();
    const noted = started();
    expect(end(noted, { instruction: true, wrote: true })).toBeNull();
    const [one, other] = [plain, noted].map(({ events }) => events.find(({ type }) => type === "child.ended")?.data);
    for (const name of ["instruction", "wrote", "undoable"]) expect(one).not.toHaveProperty(name);
    expect(other).toMatchObject({ instruction: true, wrote: true, undoable: true });
  });

  it.each([
    [{}, { type: "step.compensated", data: {} }],
    [{ wrote: true }, { type: "step.compensated", data: { left: true } }],
    [
      { wrote: true, stuck: true },
      { type: "step.compensated", data: { undone: { code: "tool_error" } } },
    ],
  ])("takes an end of a child that it had asked to undo its steps (%j) as what became of that", (over, event) => {
    const parent = started({ bad: tool("mail.send", { needs: ["kid"], compensate: undoneBy("payments.cancel") }) });
    end(parent, { wrote: true });
    parent.run();
    expect(parent.state.status).toBe("compensating");
    const before = parent.events.length;
    expect(end(parent, { ok: false, error: { code: "cancelled", message: "" }, ...over })).toBeNull();
    const undone = parent.events.slice(before).find(({ type }) => type === "step.compensated");
    expect(undone).toMatchObject(event);
    if (!("left" in event.data)) expect(undone?.data).not.toHaveProperty("left");
  });
});
