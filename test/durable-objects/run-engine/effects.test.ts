/** What each effect of a run asks of its ports, and what comes back where they fail: `carryOut` without an object. */
import { describe, expect, it, vi } from "vitest";
import { OWN } from "../../../core/label/label.ts";
import type { RunState } from "../../../core/run/machine/state.ts";
import type { RunEffect } from "../../../core/run/outside/wanted.ts";
import { carryOut, modelHappening, toolHappening } from "../../../durable-objects/run-engine/effects.ts";
import type { RunEnginePorts } from "../../../durable-objects/run-engine/ports.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, failed, said, T0 } from "../../support/run/drive.ts";

const down = () => Promise.reject(new Error("out of reach"));
const underWay = () =>
  new Drive(define({ a: tool("orders.get"), m: model() }), { tool: () => "never", model: () => "never" }).start().run();
/** One effect over ports of which these are there. */
const carried = (effect: object, ports: object, over: Partial<RunState> = {}, birth: object = {}) => {
  const { machinery, state } = underWay();
  const run = { machinery: { ...machinery, birth: { ...machinery.birth, ...birth } }, state: { ...state, ...over }, killEpoch: 4 };
  return carryOut({ now: () => T0, ...ports } as unknown as RunEnginePorts, run, effect as RunEffect);
};
const call = { activity: "a", call: 1 };

describe("[RUN-404] a call", () => {
  it("is answered with what the gateway says; one that throws leaves its outcome unknown", async () => {
    expect(await carried({ kind: "tool.call", ...call }, { callTool: async () => answered(7) })).toMatchObject({
      kind: "tool.answered",
      ...call,
      outcome: { result: { output: 7 } },
    });
    const broken = { result: { ok: false, failure: { class: "unknown", code: "internal" } } };
    expect(await carried({ kind: "tool.call", ...call }, { callTool: down })).toMatchObject({ outcome: { ...broken, reached: "unknown" } });
    const asked = { kind: "model.call", activity: "m", call: 1 };
    expect(await carried(asked, { callModel: async () => said("x") })).toMatchObject({
      kind: "model.answered",
      outcome: { result: { output: "x" } },
    });
    expect(await carried(asked, { callModel: down })).toMatchObject({ outcome: broken });
  });

  it("that cannot be put together is not sent, and is not tried again", async () => {
    const callTool = vi.fn();
    const callModel = vi.fn();
    const unbuilt = { result: { ok: false, failure: { class: "permanent", code: "internal" } } };
    expect(await carried({ kind: "tool.call", activity: "none", call: 1 }, { callTool })).toMatchObject({
      kind: "tool.answered",
      outcome: { ...unbuilt, reached: "no" },
    });
    expect(await carried({ kind: "model.call", activity: "none", call: 1 }, { callModel })).toMatchObject({
      kind: "model.answered",
      outcome: unbuilt,
    });
    expect([callTool.mock.calls.length, callModel.mock.calls.length]).toEqual([0, 0]);
  });

  it("that a kill switch broke off is interrupted, and was not sent where nothing of it left", () => {
    const cut = (reached: string) =>
      ({
        ...failed("tool_error", "unknown"),
        reached,
        result: { ok: false, failure: { class: "unknown", code: "cancelled", message: "", retryAfterMs: null } },
      }) as never;
    expect([toolHappening("a", 1, cut("no")), toolHappening("a", 1, cut("unknown"))]).toEqual([
      { kind: "interrupted", ...call, isUnsent: true },
      { kind: "interrupted", ...call },
    ]);
    expect(modelHappening("m", 1, cut("no"))).toEqual({ kind: "interrupted", activity: "m", call: 1 });
    expect([
      toolHappening("a", 1, answered(1)).kind,
      toolHappening("a", 1, failed("tool_error", "permanent")).kind,
      modelHappening("m", 1, said("x")).kind,
    ]).toEqual(["tool.answered", "tool.answered", "model.answered"]);
  });
});

describe("[RUN-404] a child run", () => {
  it("is cancelled once it is born, told of a pause once it is there, and undone when it says so", async () => {
    expect(await carried({ kind: "child.cancel", run: "run_c", activity: "a" }, { cancelRun: async () => true })).toEqual({
      kind: "delivered",
    });
    await expect(carried({ kind: "child.cancel", run: "run_c", activity: "a" }, { cancelRun: async () => false })).rejects.toThrow(
      "has no child",
    );
    const hold = { on: true, hold: 3, by: "ann", reason: "" };
    const held = { kind: "child.hold", activity: "a", run: "run_c", hold };
    expect(await carried(held, { holdRun: async () => true })).toEqual({
      kind: "child.held",
      activity: "a",
      run: "run_c",
      hold: 3,
      on: true,
    });
    await expect(carried(held, { holdRun: async () => false })).rejects.toThrow("not born yet");
    const undo = { kind: "child.undo", run: "run_c", activity: "a" };
    expect(await carried(undo, { undoRun: async () => "under way" })).toEqual({ kind: "delivered" });
    expect(await carried(undo, { undoRun: async () => ({ failed: true, left: false }) })).toEqual({
      kind: "child.undone",
      activity: "a",
      run: "run_c",
      failed: true,
      left: false,
    });
    await expect(carried({ kind: "parent.tell" }, {})).rejects.toThrow("nobody to tell");
  });
});

it("[RUN-404] a child run is born one deeper, with the tools that its parents share, and knows what its parent saw", async () => {
  const born = async (over: Partial<RunState> = {}, birth: object = {}, more: object = {}) => {
    const startChild = vi.fn(async (_child: object) => undefined);
    const { state } = underWay();
    const activity = { ...state.activities["a"], child: { run: "run_c", workflow: "w" }, ...more } as RunState["activities"][string];
    const activities = { ...state.activities, a: activity };
    expect(await carried({ kind: "child.start", activity: "a" }, { startChild }, { ...over, activities }, birth)).toEqual({
      kind: "delivered",
    });
    return startChild.mock.calls[0]?.[0] as {
      parent: { depth: number; tools: string[]; seenInstruction?: true; changed?: true };
      labels?: unknown;
    };
  };
  const first = await born();
  expect([first.parent.depth, first.parent.tools.includes("mail.send")]).toEqual([1, true]);
  for (const field of ["seenInstruction", "changed"]) expect(first.parent).not.toHaveProperty(field);
  const inner = await born({ seenInstruction: true }, { parent: { run: "run_p", activity: "x", depth: 2, tools: ["orders.get"] } });
  expect(inner.parent).toMatchObject({ depth: 3, tools: ["orders.get"], seenInstruction: true });
  const changed = { redrive: { of: "run_0", keyRun: "run_0", kept: {}, acts: {}, changes: { a: 1 }, changed: OWN } };
  expect([(await born({}, changed)).parent.changed, (await born({}, changed, { approved: "d" })).parent.changed]).toEqual([
    true,
    undefined,
  ]);
  expect((await born({}, {}, { labels: [{ at: "", label: OWN }] })).labels).toEqual([{ at: "", label: OWN }]);
});

describe("[KILL-100] a callback", () => {
  const effect = { kind: "callback.send", url: "https://a.example", attempt: 2 };
  const free = { epoch: 1, active: [], asOf: T0 };
  const sends = async (stops: () => Promise<unknown>, birth: object = {}) => {
    const callBack = vi.fn(async () => "delivered" as const);
    return [await carried(effect, { stops, callBack }, {}, birth), callBack.mock.calls.length];
  };
  it("waits while its workflow is stopped, or nobody can say, and is not given what it may not have", async () => {
    const sent = { kind: "callback.answered", attempt: 2, result: "delivered" };
    expect(await sends(async () => free)).toEqual([sent, 1]);
    const other = { ...free, active: [{ kind: "workflow", org: "acme", name: "other" }] };
    expect(await sends(async () => other)).toEqual([sent, 1]);
    const own = { ...free, active: [{ kind: "workflow", org: "acme", name: "specimen" }] };
    expect([await sends(async () => own), await sends(down)]).toEqual([
      [{ kind: "delivered" }, 0],
      [{ kind: "delivered" }, 0],
    ]);
    expect(await sends(async () => free, { sinks: { callbacks: "public" } })).toEqual([{ ...sent, result: "refused" }, 0]);
  });
});

describe("[RUN-404] memory, sessions and reviews", () => {
  it("do without what cannot be recalled, wait for a turn, and withdraw all of a run that has ended", async () => {
    const recall = { kind: "memory.recall", query: "q" };
    expect(await carried(recall, { memory: { recall: down } })).toEqual({
      kind: "memory.recalled",
      snippets: [],
      label: OWN,
      failed: true,
    });
    expect(await carried(recall, { memory: { recall: async () => ({ snippets: [], label: OWN }) } })).toEqual({
      kind: "memory.recalled",
      snippets: [],
      label: OWN,
    });
    const enter = { kind: "session.enter", session: "s1" };
    expect(await carried(enter, { session: { enter: async () => null } })).toEqual({ kind: "delivered" });
    expect(await carried(enter, { session: { enter: async () => ({ owner: "con_1", content: null }) } })).toEqual({
      kind: "session.entered",
      owner: "con_1",
      content: null,
    });
    const leave = vi.fn(async () => undefined);
    await carried({ kind: "session.leave", session: "s1", said: [] }, { session: { leave } });
    expect(leave).toHaveBeenCalledWith(expect.objectContaining({ session: "s1" }), null, []);
    const withdrawn = async (over: Partial<RunState>) => {
      const withdrawReviews = vi.fn(async () => undefined);
      await carried({ kind: "review.withdraw", ids: ["rev_1"] }, { withdrawReviews }, over);
      return (withdrawReviews.mock.calls[0] as unknown[] | undefined)?.[2];
    };
    expect([await withdrawn({}), await withdrawn({ status: "completed" })]).toEqual([["rev_1"], null]);
    expect(await carried({ kind: "tool.look_up", ...call, tool: "orders.get" }, { lookUp: down })).toMatchObject({
      kind: "tool.looked_up",
      answer: { found: "unsure", output: null },
    });
  });
});
