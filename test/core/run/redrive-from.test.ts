/** A dead letter that a person redrives from a step on, with other inputs. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import { continuation } from "../../../core/run/outside/redrive.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { define, tool, undoneBy } from "../../support/run/definition.ts";
import { answered, Drive, failed } from "../../support/run/drive.ts";

const READ = "orders.get";
/** `look` and `rate` read; `pay` writes after both, `tell` after it. */
const steps = (more: { compensate?: ReturnType<typeof undoneBy> } = {}) => ({
  look: tool(READ),
  rate: tool(READ),
  pay: tool("payments.refund", { needs: ["look", "rate"], input: { amount: { cel: "steps.look.output.total" } }, ...more }),
  tell: tool("mail.send", { needs: ["pay"], input: { to: "x" } }),
});
type Tools = (name: string, input: Json) => ReturnType<typeof answered>;
const breaksAt =
  (broken: string): Tools =>
  (name) =>
    name === broken ? failed("tool_error", "permanent") : answered({ id: 1, total: 7 });
function dead(definition: Definition, tools: Tools): Drive {
  const run = new Drive(definition, { tool: (name, input) => tools(name, input as Json) }).start().run();
  expect(run.state.deadLetter?.status).toBe("open");
  return run;
}
type How = { readonly from?: string; readonly changes?: { readonly [step: string]: Json } };
const redrive = (run: Drive, how: How): string | null =>
  run.offer({ kind: "dead_letter.redriven", by: "otto", root: null, run: "run_heir", ...how });
function heir(run: Drive, how: How, inputs: Record<string, Json> = {}) {
  expect(redrive(run, how)).toBeNull();
  const start = continuation(run.machinery, run.state, "run_heir");
  const next = new Drive(
    run.machinery.birth.definition,
    {
      tool: (name, input) => {
        inputs[name] = input as Json;
        return answered({ id: 1, total: 7 });
      },
    },
    { redrive: start.redrive } as Partial<Birth>,
  )
    .start()
    .run();
  return { start, next, ran: next.events.filter(({ type }) => type === "step.started").map(({ step }) => step) };
}
const park = (of: ReturnType<typeof steps>) => define(of, { on_failure: "park" });

describe("a redrive from a step", () => {
  it("[PAUSE-7] does that step and what needs it again, and keeps completed steps beside them, also where nothing was parked", () => {
    for (const definition of [park(steps()), define(steps())]) {
      const { ran, next } = heir(dead(definition, breaksAt("payments.refund")), { from: "look" });
      expect(ran).toEqual(["look", "pay", "tell"]);
      expect(next.state.status).toBe("completed");
    }
    expect(heir(dead(define(steps()), breaksAt("payments.refund")), {}).ran).toEqual(["look", "rate", "pay", "tell"]);
  });

  it("[PAUSE-8] never makes a write again that stands, and none beside one that may have happened", () => {
    const stands = () => dead(park(steps()), breaksAt("mail.send"));
    expect(redrive(stands(), { from: "look" })).toContain("the write of the step `pay` was made and is not undone");
    expect(redrive(stands(), { from: "pay" })).toContain("`pay`");
    expect(heir(stands(), { from: "tell" }).ran).toEqual(["tell"]);
    const undone = () => dead(define(steps({ compensate: undoneBy("payments.cancel") })), breaksAt("mail.send"));
    expect(redrive(undone(), { from: "tell" })).toContain("the step `pay` was undone");
    expect(heir(undone(), { from: "pay" }).start.redrive?.acts).toEqual({ pay: 2 });
    const stuck = dead(define(steps({ compensate: undoneBy("payments.cancel") })), (name) =>
      name === "mail.send" || name === "payments.cancel" ? failed("tool_error", "permanent") : answered({ id: 1, total: 7 }),
    );
    expect(redrive(stuck, { from: "pay" })).toContain("the write of the step `pay` was made");
    const doubtful = dead(park(steps()), (name) =>
      name === "payments.refund" ? failed("tool_error", "unknown") : answered({ id: 1, total: 7 }),
    );
    expect(doubtful.state.undone).toContain("pay");
    expect(redrive(doubtful, { changes: { pay: { amount: 1 } } })).toContain("may have been");
    expect(redrive(stands(), { changes: { pay: { amount: 1 } } })).toContain("is kept as it was");
  });

  it("[PAUSE-9] starts a changed step with the input it was given, untrusted and under a key of its own", () => {
    const inputs: Record<string, Json> = {};
    const run = dead(park(steps()), breaksAt("payments.refund"));
    const { start, next, ran } = heir(run, { changes: { pay: { amount: 3 } } }, inputs);
    expect(ran).toEqual(["pay", "tell"]);
    expect(inputs["payments.refund"]).toEqual({ amount: 3 });
    expect(start.redrive?.acts).toEqual({ pay: 2 });
    const started = next.events.find(({ type, step }) => type === "step.started" && step === "pay");
    expect(started?.data).toMatchObject({ input: { amount: 3 }, labels: [{ at: "", label: { trust: "untrusted", class: "internal" } }] });
    const [record] = auditRecords(run.machinery, run.events).filter(({ action }) => action === "dead_letter.redrive");
    expect(record?.data).toMatchObject({ changed: { pay: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  });

  it("[PAUSE-9] keeps the change in the run that continues that one, and refuses steps that do not exist", () => {
    const run = dead(park(steps()), breaksAt("payments.refund"));
    expect(redrive(run, { from: "constructor" })).toContain("no step");
    expect(redrive(run, { changes: { nowhere: 1 } })).toContain("no step");
    expect(redrive(run, { changes: { pay: { amount: 3 } } })).toBeNull();
    const { redrive: first } = continuation(run.machinery, run.state, "run_2");
    const again = new Drive(park(steps()), { tool: breaksAt("payments.refund") as never }, { redrive: first } as Partial<Birth>)
      .start()
      .run();
    expect(redrive(again, {})).toBeNull();
    expect(continuation(again.machinery, again.state, "run_3").redrive).toMatchObject({
      changes: { pay: { amount: 3 } },
      acts: { pay: 2 },
    });
  });
});
