/** Values that are too large although all that they are computed from is known: found while nothing is written. */
import { describe, expect, it } from "vitest";
import type { Definition, MapStep, Step } from "../../../core/workflow/definition.ts";
import { define, review, tool, transform, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, type Script } from "../../support/run/drive.ts";

const LONG = "x".repeat(600_000);
const TWICE = { cel: "input.t + input.t" };
const write = tool("mail.send");

/** The names of the tools that were called, in order, and how the run ended. */
function outcome(steps: { [id: string]: Step }, more: Partial<Definition> = {}, script: Partial<Script> = {}) {
  const calls: string[] = [];
  const run = new Drive(
    define(steps, more),
    {
      ...script,
      tool: (name, input, call) => {
        calls.push(name);
        return script.tool?.(name, input, call) ?? answered({});
      },
    },
    { input: { t: LONG, n: 1 } },
  )
    .start()
    .run();
  return { calls, run, status: run.state.status, error: run.state.error };
}

describe("[RUN-411] a value that passes a bound", () => {
  const tooLong = { code: "invalid_request", step: "t", message: expect.stringContaining("a text becomes too long") };

  it("fails the run before its first write where the input decides it", () => {
    for (const value of [{ a: TWICE }, TWICE, [{ cel: "input.t" }, { cel: "input.t" }]]) {
      const { calls, status, error } = outcome({ w: write, t: transform(value, { needs: ["w"] }) });
      expect([calls, status, error?.step]).toEqual([[], "failed", "t"]);
    }
    expect(outcome({ w: write, t: transform({ a: TWICE }, { needs: ["w"] }) }).error).toMatchObject(tooLong);
  });

  it("does so wherever the value goes: a call's input, a proposal, a list, a condition, the run's output", () => {
    const list: MapStep = {
      needs: ["w"],
      when: null,
      on_error: null,
      kind: "map",
      over: [TWICE],
      concurrency: 1,
      step: tool("orders.get"),
    };
    const places: Step[] = [
      tool("orders.get", { needs: ["w"], input: { q: TWICE } }),
      review({ needs: ["w"], proposal: TWICE }),
      list,
      transform(1, { needs: ["w"], when: { cel: "(input.t + input.t).size() > 5" } }),
    ];
    for (const t of places) expect(outcome({ w: write, t })).toMatchObject({ calls: [], status: "failed", error: tooLong });
    expect(outcome({ w: write }, { output: TWICE })).toMatchObject({ calls: [], status: "failed", error: { ...tooLong, step: null } });
  });

  it("fails it once an earlier step's output decides it", () => {
    const steps = {
      r: tool("orders.get"),
      w: tool("mail.send", { needs: ["r"] }),
      t: transform({ cel: "steps.r.output.t + input.t" }, { needs: ["w"] }),
    };
    const { calls, error } = outcome(steps, {}, { tool: () => answered({ t: LONG }) });
    expect([calls, error?.step]).toEqual([["orders.get"], "t"]);
  });

  it("fails it in a run that continues another from what that one kept", () => {
    const steps = {
      r: tool("orders.get"),
      w: tool("mail.send", { needs: ["r"] }),
      t: transform({ cel: "steps.r.output.t + input.t" }, { needs: ["w"] }),
    };
    const redrive = { of: "run_0", keyRun: "run_0", kept: { r: { t: LONG } }, acts: {} };
    const run = new Drive(define(steps), { tool: () => answered({}) }, { input: { t: LONG }, redrive }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { step: "t" } });
    expect(run.types()).not.toContain("step.started w");
  });

  it("undoes what was written before it was known", () => {
    const steps = {
      first: tool("stock.reserve", { compensate: undoneBy("stock.release") }),
      second: tool("mail.send", { needs: ["first"] }),
      t: transform({ cel: "steps.first.output.t + input.t" }, { needs: ["second"] }),
    };
    expect(outcome(steps, {}, { tool: () => answered({ id: "1", t: LONG }) }).calls).toEqual(["stock.reserve", "stock.release"]);
  });

  it("fails nothing early that may still be skipped, absorbed or left out", () => {
    const late = { needs: ["w"] };
    const skipped = outcome({ w: write, t: transform(TWICE, { ...late, when: { cel: "input.n > 5" } }) });
    expect(skipped).toMatchObject({ calls: ["mail.send"], status: "completed" });
    const unknown = outcome({ w: write, t: transform(TWICE, { ...late, when: { cel: "has(steps.w.output.large)" } }) });
    expect(unknown).toMatchObject({ calls: ["mail.send"], status: "completed" });
    const absorbed = outcome({ w: write, t: transform(TWICE, { ...late, on_error: { value: 1 } }) });
    expect(absorbed).toMatchObject({ calls: ["mail.send"], status: "completed" });
    const rescuer = outcome({ w: tool("mail.send", { on_error: { step: "t" } }), t: transform(TWICE) });
    expect(rescuer).toMatchObject({ calls: ["mail.send"], status: "completed" });
  });

  it("fails no other value early: a missing field is an error of its step, in its turn", () => {
    const { calls, error } = outcome({ w: write, t: transform({ cel: "input.nothing" }, { needs: ["w"] }) });
    expect([calls, error?.step]).toEqual([["mail.send"], "t"]);
  });

  it("is left to its turn where no write is to come", () => {
    const steps = { w: write, a: transform({ cel: "input.t.size()" }), b: transform({ cel: "steps.a.output + 1" }, { needs: ["a"] }) };
    expect(outcome(steps)).toMatchObject({ status: "completed", calls: ["mail.send"] });
    const reads = outcome({ r: tool("orders.get"), t: transform(TWICE, { needs: ["r"] }) });
    expect([reads.calls, reads.error?.step]).toEqual([["orders.get"], "t"]);
  });

  it("asks no person about an input that leads to nothing, and ends", () => {
    const steps = { w: write, t: transform(TWICE, { needs: ["w"] }) };
    const run = new Drive(define(steps), {}, { input: { t: LONG }, inputReview: true }).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { step: "t" } });
  });
});
