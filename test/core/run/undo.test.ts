/** What is undone when a run fails or is cancelled: calls as their step or their tool's manifest says, and completed child runs. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { Parent } from "../../../core/run/machine/birth.ts";
import { continuation } from "../../../core/run/outside/redrive.ts";
import { toldEnd } from "../../../core/run/outside/told-end.ts";
import type { AuthorityQuestion } from "../../../core/workflow/authority.ts";
import type { AgentStep, MapStep, RunStep, Step, ToolStep } from "../../../core/workflow/definition.ts";
import { define, model, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const child = (more: Partial<RunStep> = {}): RunStep => ({
  needs: [],
  when: null,
  on_error: null,
  kind: "run",
  workflow: "kid",
  version: null,
  input: {},
  ...more,
});
const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
const agent = (tools: readonly string[]): AgentStep => ({ ...prompted, kind: "agent", tools, max_iterations: 5 });
const PARENT: Parent = { run: "run_parent", activity: "kid", depth: 1, tools: ["stock.reserve", "stock.release", "mail.send"] };

/** The manifest of `stock.reserve` says how it is undone; `mail.send` has nothing. */
const withManifest = (question: AuthorityQuestion, tools: readonly string[]) => {
  const permission = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
  if (question.kind === "model") {
    const candidate = { id: "acme/small-2026-01-01", price: { input: 1, output: 2, cached_input: null }, context: 8000 };
    const told = tools.map((name) => ({ name, description: name, input: true }));
    return { kind: "model" as const, permission, candidates: [candidate], rejected: [], tools: told };
  }
  if (question.kind === "run") throw new Error("no child here");
  const compensate = { tool: "stock.release", input: { was: { cel: "input.n" }, id: { cel: "output.id" } } };
  const undo = question.tool === "stock.reserve" ? { compensate } : {};
  return {
    kind: "tool" as const,
    permission,
    facts: { tool: question.tool, version: 1, effect: "write" as const, idempotency: "key" as const, timeout_ms: 30_000, ...undo },
  };
};

/** A model that asks for these calls one after the other, and is done. */
function asking(calls: readonly { readonly name: string; readonly input: { readonly n: number } }[]): Script["model"] {
  let n = 0;
  return () => {
    const call = calls[n++];
    if (call === undefined) return said("done");
    return { ...said(null), result: { ok: true, asks: { text: null, calls: [{ id: `c${n}`, ...call }] } } };
  };
}

const failing = (more: Partial<Script> = {}): Partial<Script> => ({
  tool: (name) => (name === "payments.refund" ? failed("tool_error", "permanent") : answered({ id: `${name}-1` })),
  ...more,
});
const bad = (needs: readonly string[]): Step => tool("payments.refund", { needs: [...needs] });
const compensations = (run: Drive): unknown[] =>
  run.events.flatMap((event) => (event.type === "step.compensating" ? [[event.data.tool, event.data.input]] : []));

describe("a step's own `compensate`", () => {
  const by = (input: Json): Partial<ToolStep> => ({ compensate: { ...undoneBy("stock.release"), input } });
  const undone = (steps: { readonly [id: string]: Step }, input: Json = { n: 99 }) =>
    compensations(new Drive(define({ ...steps, bad: bad(Object.keys(steps)) }), failing(), { input }).start().run());

  it("[RUN-423] sees what the call was given as `call.input`, and the run's input as `input`", () => {
    const given = { input: { n: 7 }, ...by({ was: { cel: "call.input.n" }, run: { cel: "input.n" } }) };
    expect(undone({ a: tool("stock.reserve", given) })).toEqual([["stock.release", { was: 7, run: 99 }]]);
  });

  it("[RUN-423] sees it for each item of a map", () => {
    const step = tool("stock.reserve", {
      input: { n: { cel: "item * 10" } },
      ...by({ was: { cel: "call.input.n" }, at: { cel: "index" } }),
    });
    const each: MapStep = { needs: [], when: null, on_error: null, kind: "map", over: [1, 2], concurrency: 1, step };
    expect(undone({ each })).toEqual([
      ["stock.release", { was: 20, at: 1 }],
      ["stock.release", { was: 10, at: 0 }],
    ]);
  });
});

describe("a tool's own `compensate`", () => {
  const tools = ["stock.reserve", "payments.refund"];

  it("[RUN-200] undoes a step that says nothing itself, with what the call was given and answered", () => {
    const script = failing({ authority: (question) => withManifest(question, tools) });
    const run = new Drive(define({ a: tool("stock.reserve", { input: { n: 7 } }), bad: bad(["a"]) }, { tools }), script).start().run();
    expect(compensations(run)).toEqual([["stock.release", { was: 7, id: "stock.reserve-1" }]]);
    expect(run.sent.at(-1)).toBe(`${run.machinery.birth.id}/a/compensate`);
    expect(run.state).toMatchObject({ status: "failed", undone: [], steps: { a: { status: "compensated" } } });
  });

  it("[RUN-200] gives way to what the step says", () => {
    const script = failing({ authority: (question) => withManifest(question, tools) });
    const own = tool("stock.reserve", { compensate: undoneBy("mail.send") });
    const run = new Drive(define({ a: own, bad: bad(["a"]) }, { tools: [...tools, "mail.send"] }), script).start().run();
    expect(compensations(run)).toEqual([["mail.send", { id: "stock.reserve-1" }]]);
  });

  it("[RUN-200] undoes each item of a map", () => {
    const each: MapStep = {
      ...{ needs: [], when: null, on_error: null },
      ...{ kind: "map", over: [1, 2], concurrency: 1, step: tool("stock.reserve", { input: { n: { cel: "item" } } }) },
    };
    const script = failing({ authority: (question) => withManifest(question, tools) });
    const run = new Drive(define({ each, bad: bad(["each"]) }, { tools }), script).start().run();
    expect(run.sent.slice(-2)).toEqual([`${run.machinery.birth.id}/each/1/compensate`, `${run.machinery.birth.id}/each/0/compensate`]);
    expect(compensations(run).at(-1)).toEqual(["stock.release", { was: 1, id: "stock.reserve-1" }]);
  });

  it("[RUN-201] undoes an agent's writes, the last first, and names those that nothing undoes", () => {
    const called = ["stock.reserve", "mail.send", "stock.reserve"].map((name, index) => ({ name, input: { n: index + 1 } }));
    const listed = [...tools, "mail.send"];
    const script = failing({ authority: (question) => withManifest(question, listed), model: asking(called) });
    const run = new Drive(define({ desk: agent(listed), bad: bad(["desk"]) }, { tools: listed }), script).start().run();
    expect(run.sent.slice(-2)).toEqual([`${run.machinery.birth.id}/desk/3.1/compensate`, `${run.machinery.birth.id}/desk/1.1/compensate`]);
    expect(compensations(run)).toEqual([
      ["stock.release", { was: 3, id: "stock.reserve-1" }],
      ["stock.release", { was: 1, id: "stock.reserve-1" }],
    ]);
    expect(run.state).toMatchObject({ status: "failed", undone: ["desk/2.1"], deadLetter: { status: "open" } });
    const { redrive } = continuation(run.machinery, run.state, "run_next");
    expect(redrive?.acts).toEqual({ "desk/1.1": 2, "desk/3.1": 2 }); // what stays done keeps its key
  });

  it("[RUN-201] that fails for an agent's write ends the run as a dead letter that names it", () => {
    const script = failing({
      authority: (question) => withManifest(question, tools),
      model: asking([{ name: "stock.reserve", input: { n: 1 } }]),
      tool: (name) => (name === "stock.reserve" ? answered({ id: 1 }) : failed("tool_error", "permanent")),
    });
    const run = new Drive(define({ desk: agent(tools), bad: bad(["desk"]) }, { tools }), script).start().run();
    expect(run.state).toMatchObject({ status: "dead_lettered", undone: ["desk/1.1"] });
  });
});

/** Children that undo everything, each time one is asked. */
const notedIn =
  (asked: string[]): Script["undoChild"] =>
  (run) => {
    asked.push(run);
    return { failed: false, left: false };
  };

describe("a completed child run", () => {
  const wrote = { child: () => ({ ok: true, wrote: true }) as const };

  it("[RUN-202] is asked to undo itself when its parent fails, in the order of what was done", () => {
    const asked: string[] = [];
    const script = failing({ ...wrote, undoChild: notedIn(asked) });
    const a = tool("stock.reserve", { compensate: undoneBy("stock.release") });
    const run = new Drive(define({ a, kid: child({ needs: ["a"] }), bad: bad(["kid"]) }), script).start().run();
    expect(asked).toEqual(["run_child_kid"]);
    expect(run.types().filter((type) => type.startsWith("step.compensated"))).toEqual(["step.compensated kid", "step.compensated a"]);
    expect(run.state).toMatchObject({ status: "failed", undone: [], steps: { kid: { status: "compensated" } } });
  });

  it("[RUN-202] is undone when its parent is cancelled, and its parent waits for it", () => {
    const wait: Step = {
      needs: ["kid"],
      when: null,
      on_error: null,
      kind: "wait",
      seconds: 60,
      until: null,
      signal: null,
      timeout_ms: null,
    };
    const run = new Drive(define({ kid: child(), wait }), { ...wrote, undoChild: () => "never" }).start();
    run.run((state) => state.steps["wait"]?.status === "waiting");
    run.offer({ kind: "cancel", by: "eva", reason: "stop" });
    run.run();
    expect(run.state.status).toBe("compensating");
    run.crash(); // its parent asks again
    expect(run.wanted()).toMatchObject([{ kind: "child.undo", run: "run_child_kid" }]);
    const late = { kind: "child.ended", activity: "kid", run: "run_child_kid", flags: [], usage: run.state.usage } as const;
    const nothing = { held: { micro_usd: 0, tokens: 0 }, output: null, error: null };
    expect(run.offer({ ...late, ...nothing, ok: true, wrote: true })).not.toBeNull(); // its first end, told again
    expect(run.offer({ ...late, ...nothing, ok: false })).toBeNull();
    expect(run.state).toMatchObject({ status: "cancelled", undone: [], deadLetter: null });
  });

  it("[RUN-203] that cannot undo everything ends its parent as a dead letter", () => {
    const script = failing({ ...wrote, undoChild: () => ({ failed: true, left: false }) });
    const run = new Drive(define({ kid: child(), bad: bad(["kid"]) }), script).start().run();
    expect(run.state).toMatchObject({ status: "dead_lettered", undone: ["kid"] });
  });

  it("[RUN-203] that leaves writes which nothing undoes is named by its parent", () => {
    const script = failing({ ...wrote, undoChild: () => ({ failed: false, left: true }) });
    const run = new Drive(define({ kid: child(), bad: bad(["kid"]) }), script).start().run();
    expect(run.state).toMatchObject({ status: "failed", undone: ["kid"] });
  });

  it("[RUN-203] that did not complete is named and not asked", () => {
    const error = { code: "tool_error", message: "it broke" } as const;
    const script = failing({ child: () => ({ ok: false, error, wrote: true }), undoChild: () => expect.fail("was asked") });
    const run = new Drive(define({ kid: child() }), script).start().run();
    expect(run.state).toMatchObject({ status: "failed", undone: ["kid"] });
  });

  it("[RUN-204] undoes its own steps in reverse, under their keys, and tells its parent", () => {
    const undo = undoneBy("stock.release");
    const steps = { a: tool("stock.reserve", { compensate: undo }), b: tool("stock.reserve", { needs: ["a"], compensate: undo }) };
    const run = new Drive(define(steps), {}, { parent: PARENT }).start().run();
    expect(run.state.status).toBe("completed");
    expect(run.offer({ kind: "undo" })).toBeNull();
    expect(run.state.status).toBe("compensating");
    expect(run.offer({ kind: "undo" })).not.toBeNull(); // asked again: it is at it
    run.run();
    expect(run.sent.slice(-2)).toEqual([`${run.machinery.birth.id}/b/compensate`, `${run.machinery.birth.id}/a/compensate`]);
    expect(run.state).toMatchObject({ status: "cancelled", undone: [], owesParent: false, steps: { a: { status: "compensated" } } });
    expect(run.types().filter((type) => type === "parent.told")).toHaveLength(2);
    expect(run.offer({ kind: "undo" })).not.toBeNull();
  });

  it("[RUN-204] asks its own children in turn, and takes up again after a crash", () => {
    const asked: string[] = [];
    const steps = { kid: child(), a: tool("stock.reserve", { needs: ["kid"], compensate: undoneBy("stock.release") }) };
    const undoChild = notedIn(asked);
    const run = new Drive(define(steps), { ...wrote, undoChild }, { parent: PARENT }).start().run();
    run.offer({ kind: "undo" });
    run.crash().run();
    expect(asked).toEqual(["run_child_kid"]);
    expect(run.state).toMatchObject({ status: "cancelled", undone: [] });
  });

  it("[RUN-204] is left alone without a parent, and when it did not complete", () => {
    const run = new Drive(define({ a: tool("stock.reserve") })).start().run();
    expect(run.offer({ kind: "undo" })).not.toBeNull();
    const broken = new Drive(define({ bad: bad([]) }), failing(), { parent: PARENT }).start().run();
    expect(broken.offer({ kind: "undo" })).not.toBeNull();
  });

  it("[RUN-214] whose output one message might not hold tells its parent so, and what it wrote", () => {
    const big = { text: "x".repeat(1_000_000) };
    const ids = Array.from({ length: 9 }, (_, at) => `s${at}`);
    const steps = Object.fromEntries(ids.map((id, at) => [id, tool("stock.reserve", at === 0 ? {} : { needs: [`s${at - 1}`] })]));
    const limits = { usd: 1, tokens: 1_000, seconds: 600, steps: 9, confirm_over_usd: null };
    const cut = { ...steps, last: tool("orders.get", { needs: ["s8"] }) };
    const run = new Drive(define(cut, { limits }), { tool: () => answered(big) }, { parent: PARENT }).start().run();
    expect(run.state).toMatchObject({ status: "completed", flags: ["partial"] });
    expect(toldEnd(run.machinery, run.state)).toMatchObject({ ok: false, output: null, error: { code: "limit_reached" }, wrote: true });
    const small = new Drive(define(cut, { limits }), {}, { parent: PARENT }).start().run();
    expect(toldEnd(small.machinery, small.state)).toMatchObject({ ok: true, output: { s0: { id: "stock.reserve-1" } }, wrote: true });
  });
});
