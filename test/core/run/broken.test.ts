/** A turn that throws: what it was for fails, or the run ends as it is; nothing that may have happened goes unnamed. */
import { describe, expect, it } from "vitest";
import type { Happening } from "../../../core/run/machine/happening.ts";
import { isFinal } from "../../../core/run/machine/state.ts";
import { define, model, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed, said } from "../../support/run/drive.ts";

const EFFECTS = {
  toolEffects: { "mail.send": "write", "payments.refund": "write", "stock.reserve": "write", "orders.get": "read" } as const,
};
const order = () =>
  define({
    look: tool("orders.get"),
    reserve: tool("stock.reserve", { needs: ["look"], compensate: undoneBy("stock.release") }),
    tell: tool("mail.send", { needs: ["reserve"] }),
    charge: tool("payments.refund", { needs: ["tell"], compensate: undoneBy("payments.cancel") }),
  });

/** The order up to the moment at which the call of `step` is in flight. */
function calling(step: string): { readonly run: Drive; readonly over: Happening } {
  const run = new Drive(order(), { tool: (name) => answered({ id: `${name}-1` }) }, EFFECTS).start();
  run.run((state) => state.activities[step]?.phase === "calling");
  const call = run.state.activities[step]?.call ?? 0;
  return { run, over: { kind: "tool.answered", activity: step, call, outcome: answered({ id: 1 }) } };
}

describe("a turn that throws", () => {
  it("[RUN-140] fails the step that it was for; a write that may have happened is named, the others are undone", () => {
    const { run, over } = calling("charge");
    run.offer({ kind: "broken", over });
    run.run();
    expect(run.state).toMatchObject({ status: "failed", error: { code: "internal", step: "charge" } });
    expect([...run.state.undone].sort()).toEqual(["charge", "tell"]);
    expect(run.state.steps["reserve"]?.status).toBe("compensated");
  });

  it("[RUN-140] is paid for where a model's answer was lost in it, and nobody asks again", () => {
    let calls = 0;
    const run = new Drive(define({ m: model() }), {
      model: () => {
        calls++;
        return said("hi");
      },
    }).start();
    run.run((state) => state.activities["m"]?.phase === "calling");
    const call = run.state.activities["m"]?.call ?? 0;
    run.offer({ kind: "broken", over: { kind: "model.answered", activity: "m", call, outcome: said("hi", 30, 7) } });
    run.run();
    expect(run.state).toMatchObject({
      status: "failed",
      error: { code: "internal" },
      usage: { tokensIn: 30, tokensOut: 7 },
      reserved: { microUsd: 0 },
    });
    expect(calls).toBe(0);
  });

  it("[RUN-140] ends the run where nothing else can be done, from any moment on, and names what was written and stays", () => {
    for (let turns = 0; turns < 40; turns++) {
      const run = new Drive(order(), { tool: (name) => answered({ id: `${name}-1` }) }, EFFECTS).start();
      let left = turns;
      run.run(() => left-- <= 0);
      if (isFinal(run.state)) break;
      const made = [...run.state.done].map(({ activity }) => activity).filter((activity) => activity !== "look");
      const inFlight = Object.values(run.state.activities).filter(({ phase, id }) => phase === "calling" && id !== "look");
      expect(run.offer({ kind: "collapsed", over: { kind: "tick" } })).toBeNull();
      expect(run.state).toMatchObject({ status: "failed", error: { code: "internal" }, deadLetter: { status: "open" } });
      expect([...run.state.undone].sort()).toEqual([...made, ...inFlight.map(({ id }) => id)].sort());
      expect(run.offer({ kind: "cancel", by: "eva", reason: "x" })).toBe("the run has ended");
      expect(run.offer({ kind: "collapsed", over: { kind: "tick" } })).toBe("the run has ended");
    }
  });

  it("[RUN-140] does not keep a cancel from ending the run", () => {
    const { run } = calling("charge");
    run.offer({ kind: "collapsed", over: { kind: "cancel", by: "eva", reason: "stop" } });
    expect(run.state).toMatchObject({
      status: "cancelled",
      error: { code: "cancelled", message: "stop" },
      undone: ["reserve", "tell", "charge"],
    });
    const other = calling("tell");
    other.run.offer({ kind: "cancel", by: "eva", reason: "stop" });
    other.run.offer({ kind: "collapsed", over: { kind: "tick" } });
    expect(other.run.state.status).toBe("cancelled");
  });

  it("[RUN-140] leaves the run as it was where a signal caused it", () => {
    const { run } = calling("tell");
    const over = { kind: "signal", id: "s", name: "go", body: 1, by: "eva", own: true, findings: [] } as const;
    expect(run.offer({ kind: "broken", over })).toContain("internal error");
    expect(run.run().state.status).toBe("completed");
  });
});

describe("what stays of a run that did not complete", () => {
  const refusing = { tool: (name: string) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: `${name}-1` })) };
  const last = (need: string) => tool("mail.send", { needs: [need] });

  it("[RUN-141] a write that nothing undoes is named; a read and a write that was undone are not", () => {
    const steps = {
      look: tool("orders.get"),
      made: tool("payments.refund", { needs: ["look"] }),
      undone: tool("stock.reserve", { needs: ["made"], compensate: undoneBy("stock.release") }),
      bad: last("undone"),
    };
    expect(new Drive(define(steps), refusing, EFFECTS).start().run().state).toMatchObject({ status: "failed", undone: ["made"] });
    const parked = new Drive(define(steps, { on_failure: "park" }), refusing, EFFECTS).start().run();
    expect(parked.state).toMatchObject({ status: "dead_lettered", undone: [] });
  });

  it("[RUN-141] an agent's writes are named, its look-ups are not", () => {
    const { cache: _cache, async: _async, kind: _kind, ...asked } = model();
    const desk = { ...asked, kind: "agent", tools: ["orders.get", "payments.refund"], max_iterations: 5 } as const;
    let turns = 0;
    const asks = ["orders.get", "payments.refund"].map((name, index) => ({ id: `c${index}`, name, input: { q: name } }));
    const script = {
      ...refusing,
      model: () => (turns++ === 0 ? { ...said(""), result: { ok: true as const, asks: { text: null, calls: asks } } } : said("done")),
    };
    const run = new Drive(define({ desk, bad: last("desk") }), script, EFFECTS).start().run();
    expect(run.state).toMatchObject({ status: "failed", error: { step: "bad" }, undone: ["desk/1.2"] });
  });

  it("[RUN-141] a completed child that wrote is named, one that did not is not", () => {
    const kid = { needs: [], when: null, on_error: null, kind: "run", workflow: "kid", version: null, input: {} } as const;
    const parent = define({ kid, bad: last("kid") });
    const stays = { child: () => ({ ok: true, wrote: true }) as const, undoChild: () => ({ failed: false, left: true }) };
    const wrote = new Drive(parent, { ...refusing, ...stays }, EFFECTS).start().run();
    expect(wrote.state).toMatchObject({ status: "failed", undone: ["kid"] });
    expect(new Drive(parent, refusing, EFFECTS).start().run().state.undone).toEqual([]);
  });

  it("[RUN-141] a cancelled run has a dead letter for what stays", () => {
    const run = new Drive(order(), { tool: (name) => (name === "payments.refund" ? "never" : answered({ id: name })) }, EFFECTS).start();
    run.run((state) => state.steps["tell"]?.status === "completed");
    run.offer({ kind: "cancel", by: "eva", reason: "stop" });
    run.run();
    expect(run.state).toMatchObject({ status: "cancelled", undone: ["tell"], deadLetter: { status: "open" } });
  });
});
