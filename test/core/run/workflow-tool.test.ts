/** Tools that are workflows: a call is a child run, from a step and from an agent's loop. */
import { describe, expect, it } from "vitest";
import { conversation } from "../../../core/run/agent/agent.ts";
import { labelsChosen } from "../../../core/run/outside/so-far.ts";
import type { ToolFacts } from "../../../core/tool/manifest.ts";
import type { AgentStep, Step } from "../../../core/workflow/definition.ts";
import { define, model, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, type Script, said } from "../../support/run/drive.ts";

const KID = "workflow.kid";
const childOf = (activity: string, more: Partial<NonNullable<ToolFacts["child"]>> = {}): NonNullable<ToolFacts["child"]> => ({
  run: `run_child_${activity}`,
  workflow: "kid",
  version: 3,
  digest: "d",
  limits: { usd: 1, tokens: 50_000 },
  output: true,
  ...more,
});
/** `workflow.*` starts a run; every other tool writes. `decision`: of the policy about the former. */
const authority =
  (more: Partial<NonNullable<ToolFacts["child"]>> = {}, decision: "allow" | "ask" = "allow"): Script["authority"] =>
  (question) => {
    const permission = { decision: "allow", policyVersion: "p1", reasons: [] } as const;
    if (question.kind === "model") {
      const candidate = { id: "acme/small-2026-01-01", price: { input: 1, output: 2, cached_input: null }, context: 8000 };
      const told = question.tools.map((name) => ({ name, description: name, input: true }));
      return { kind: "model", permission, candidates: [candidate], rejected: [], tools: told };
    }
    if (question.kind !== "tool") throw new Error("no `run` step here");
    const facts = { tool: question.tool, version: 1, effect: "write", idempotency: "key", timeout_ms: 30_000 } as const;
    if (!question.tool.startsWith("workflow.")) return { kind: "tool", permission, facts };
    const child = childOf(question.call?.activity ?? "", more);
    return { kind: "tool", permission: { ...permission, decision }, facts: { ...facts, child } };
  };
const { cache: _cache, async: _async, kind: _kind, ...prompted } = model();
const agent: AgentStep = { ...prompted, kind: "agent", tools: [KID], max_iterations: 4 };
const asks = (...inputs: number[]): Script["model"] => {
  let n = 0;
  return () => {
    if (n++ > 0) return said("done");
    const calls = inputs.map((input, index) => ({ id: `c${index}`, name: KID, input: { n: input } }));
    return { ...said(null), result: { ok: true, asks: { text: null, calls } } };
  };
};
const drive = (steps: { [id: string]: Step }, script: Partial<Script> = {}, listed: readonly string[] = [KID, "stock.reserve", "bad"]) =>
  new Drive(define(steps, { tools: listed }), { authority: authority(), ...script }).start();
const reserved = (run: Drive): number[] =>
  run.events.flatMap((event) => (event.type === "child.called" ? [event.data.reserved.micro_usd] : []));

describe("[TOOLC-8] a workflow as the tool of a step", () => {
  it("is a child run with a share of the budget, whose output is the step's", () => {
    const asked: unknown[] = [];
    const run = drive(
      { a: tool(KID, { input: { n: 7 } }) },
      {
        child: (workflow, input) => {
          asked.push([workflow, input]);
          return { ok: true, output: { found: 7 } };
        },
      },
    ).run();
    expect(asked).toEqual([["kid", { n: 7 }]]);
    expect(run.sent).toEqual([]);
    expect(reserved(run)).toEqual([1_000_000]);
    expect(run.state).toMatchObject({
      status: "completed",
      steps: { a: { output: { found: 7 }, attempts: 1 } },
      reserved: { microUsd: 0 },
    });
  });

  it("is refused where neither the workflow nor its parent lists it", () => {
    const run = drive({ a: tool(KID) }, {}, []).run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "policy_denied" } });
    expect(reserved(run)).toEqual([]);
  });

  it("waits for what children beside it give back, where nothing is left", () => {
    const run = drive(
      { a: tool(KID), b: tool("kid"), c: tool("kid") },
      {
        authority: (question) => {
          const answer = authority()(question.kind === "tool" ? { ...question, tool: KID } : question);
          return answer.kind === "tool" && question.kind === "tool"
            ? { ...answer, facts: { ...answer.facts, tool: question.tool } }
            : answer;
        },
      },
      [KID, "kid"],
    ).run();
    expect(run.state).toMatchObject({ status: "completed", flags: [] });
    expect(reserved(run)).toHaveLength(3);
  });

  it("waits for a person where the policy asks, and starts exactly what was approved", () => {
    const inputs: unknown[] = [];
    const run = drive(
      { a: tool(KID, { input: { n: 1 } }) },
      {
        authority: authority({}, "ask"),
        person: () => ({ modify: { tool: KID, input: { n: 2 } } }),
        child: (_workflow, input) => {
          inputs.push(input);
          return { ok: true };
        },
      },
    ).run();
    expect([run.state.status, inputs]).toEqual(["completed", [{ n: 2 }]]);
  });

  it("fails its step when the child fails, or when its output is none that the tool promises", () => {
    const broke = drive({ a: tool(KID) }, { child: () => ({ ok: false, error: { code: "tool_error", message: "no stock" } }) }).run();
    expect(broke.state).toMatchObject({ status: "failed", error: { code: "tool_error", step: "a" } });
    const output = { type: "object", required: ["id"] };
    const odd = drive({ a: tool(KID) }, { authority: authority({ output }), child: () => ({ ok: true, output: {} }) }).run();
    expect(odd.state).toMatchObject({ status: "failed", error: { code: "output_invalid" } });
  });

  it("is undone by its child, once, when its run is undone", () => {
    const undone: string[] = [];
    const run = drive(
      { a: tool(KID), bad: tool("bad", { needs: ["a"] }) },
      {
        child: () => ({ ok: true, output: {}, wrote: true }),
        tool: () => failed("tool_error", "permanent"),
        undoChild: (child) => {
          undone.push(child);
          return { failed: false, left: false };
        },
      },
    ).run();
    expect(undone).toEqual(["run_child_a"]);
    expect(run.state).toMatchObject({ status: "failed", undone: [], steps: { a: { status: "compensated" } } });
  });

  it("cannot undo another step", () => {
    const run = drive(
      { a: tool("stock.reserve", { compensate: undoneBy(KID) }), bad: tool("bad", { needs: ["a"] }) },
      { tool: (name) => (name === "bad" ? failed("tool_error", "permanent") : answered({ id: 1 })) },
    ).run();
    expect(run.state).toMatchObject({ status: "dead_lettered", undone: ["a"] });
  });

  it("is taken along when its parent is cancelled", () => {
    const run = drive({ a: tool(KID) }, { child: () => "never" }).run();
    run.offer({ kind: "cancel", by: "ann", reason: "no more" });
    expect(run.wanted().map(({ kind }) => kind)).toContain("child.cancel");
  });

  it("is held by the switch of its tool", () => {
    const stops = { epoch: 2, active: [{ kind: "tool", org: "acme", tool: KID }] };
    const run = drive({ a: tool(KID) });
    const { org } = run.machinery.birth;
    run.stops = { ...run.stops, ...stops, active: [{ kind: "tool", org, name: KID }] } as never;
    run.run((state) => state.status === "paused");
    expect(reserved(run)).toEqual([]);
  });
});

describe("[TOOLC-9] a workflow as an agent's tool", () => {
  it("is a sub-agent: its model sees the child's output, and what it has seen labels the child's input", () => {
    let labels: unknown = null;
    const run = drive({ desk: agent }, { model: asks(1), child: () => ({ ok: true, output: { answer: 42 } }) });
    run.run((state) => Object.values(state.activities).some(({ kind, phase }) => kind === "run" && phase === "calling"));
    const calling = Object.values(run.state.activities).find(({ kind }) => kind === "run");
    if (calling !== undefined) labels = labelsChosen(run.state, calling);
    expect(labels).toMatchObject([{ at: "", label: { trust: "untrusted" } }]);
    run.run((state) => state.agents["desk"]?.iteration === 2);
    const desk = run.state.agents["desk"];
    expect(desk === undefined ? null : JSON.parse(conversation(desk).at(-1)?.content ?? "")).toEqual({ answer: 42 });
    expect(run.run().state.status).toBe("completed");
  });

  it("shares the budget with those that its model asks for beside it", () => {
    const run = drive({ desk: agent }, { model: asks(1, 2, 3), child: () => "never" }).run();
    expect(run.state.status).toBe("waiting");
    const shares = reserved(run);
    expect(shares).toHaveLength(3);
    expect(Math.min(...shares)).toBeGreaterThan(300_000);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(run.machinery.birth.budget.usd);
  });

  it("tells the model that it failed, and the agent goes on", () => {
    const run = drive(
      { desk: agent },
      { model: asks(1), child: () => ({ ok: false, error: { code: "tool_error", message: "no stock" } }) },
    );
    run.run((state) => state.agents["desk"]?.iteration === 2);
    const desk = run.state.agents["desk"];
    expect(desk === undefined ? "" : conversation(desk).at(-1)?.content).toContain("no stock");
    expect(run.run().state.status).toBe("completed");
  });

  it("is undone once with the agent's other writes, and is named when nothing undoes it", () => {
    const undone: string[] = [];
    const run = drive(
      { desk: agent, bad: tool("bad", { needs: ["desk"] }) },
      {
        model: asks(1),
        tool: () => failed("tool_error", "permanent"),
        child: () => ({ ok: true, output: {}, wrote: true }),
        undoChild: (child) => {
          undone.push(child);
          return { failed: false, left: false };
        },
      },
    ).run();
    expect([run.state.status, undone]).toEqual(["failed", ["run_child_desk/1.1"]]);
  });
});
