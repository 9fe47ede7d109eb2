/** A dead letter that a person redrives from a step on, with other inputs. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import type { Birth } from "../../../core/run/machine/birth.ts";
import { auditRecords } from "../../../core/run/outside/audit.ts";
import { continuation } from "../../../core/run/outside/redrive.ts";
import { contextOfReview, taintsOf } from "../../../core/run/outside/shown.ts";
import { beginsChanged } from "../../../core/run/steps/changed.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { define, review, tool, undoneBy } from "../../support/run/definition.ts";
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
function heir(run: Drive, how: How, inputs: Record<string, Json> = {}, more: { person?: () => "approve" | "reject" | null } = {}) {
  expect(redrive(run, how)).toBeNull();
  const start = continuation(run.machinery, run.state, "run_heir");
  const proposed: Json[] = [];
  const next = new Drive(
    run.machinery.birth.definition,
    {
      tool: (name, input) => {
        inputs[name] = input as Json;
        return answered({ id: 1, total: 7 });
      },
      person: (proposal) => {
        proposed.push(proposal as Json);
        return (more.person ?? (() => "approve" as const))();
      },
    },
    { redrive: start.redrive, toolEffects: run.machinery.birth.toolEffects } as Partial<Birth>,
  )
    .start()
    .run();
  return { start, next, proposed, ran: next.events.filter(({ type }) => type === "step.started").map(({ step }) => step) };
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
    const again = new Drive(park(steps()), { tool: breaksAt("payments.refund") as never, person: () => "approve" }, {
      redrive: first,
    } as Partial<Birth>)
      .start()
      .run();
    expect(redrive(again, {})).toBeNull();
    expect(continuation(again.machinery, again.state, "run_3").redrive).toMatchObject({
      changes: { pay: { amount: 3 } },
      acts: { pay: 2 },
    });
  });
});

/** `approve` shows what `look` says; `fetch` reads on, `pay` writes after both, `tell` after it. */
const approved = () => ({
  look: tool(READ),
  approve: review({ needs: ["look"], proposal: { refund: { cel: "steps.look.output.total" } } }),
  fetch: tool(READ, { needs: ["approve"], input: { further: true } }),
  pay: tool("payments.refund", {
    needs: ["look", "approve", "fetch"],
    input: { amount: { cel: "steps.look.output.total" }, id: { cel: "steps.fetch.output.id" } },
  }),
  tell: tool("mail.send", { needs: ["pay"], input: { to: "x" } }),
});
const EFFECTS = { [READ]: "read", "payments.refund": "write", "mail.send": "write" } as const;
/** Dead at the step; a person approved what was proposed until then. */
function deadAfterApproval(broken: "fetch" | "pay", on_failure: "park" | "compensate" = "park"): Drive {
  const isBroken = (name: string, input: Json) =>
    broken === "pay" ? name === "payments.refund" : JSON.stringify(input).includes("further");
  const run = new Drive(
    define(approved(), { on_failure }),
    {
      tool: (name, input) => breaksAt(isBroken(name, input as Json) ? name : "")(name, input as Json),
      person: () => "approve",
    },
    { toolEffects: EFFECTS } as Partial<Birth>,
  )
    .start()
    .run();
  expect(run.state.deadLetter?.status).toBe("open");
  return run;
}
const call = (tool: string, input: Json): Json => ({ tool, input });

describe("what a redrive changed is seen by a person", () => {
  it("[PAUSE-15] a write with a changed input is proposed with that input, where the policies allow it and where its review was approved before", () => {
    const changed = call("payments.refund", { amount: 99_999, id: 1 });
    const how: How = { changes: { pay: { amount: 99_999, id: 1 } } };
    const kept = heir(deadAfterApproval("pay"), how);
    expect(kept.ran).toEqual(["pay", "tell"]);
    expect(kept.proposed).toEqual([changed]);
    const again = heir(deadAfterApproval("pay", "compensate"), how);
    expect(again.proposed).toEqual([{ refund: 7 }, changed]);
    expect(heir(deadAfterApproval("pay"), { ...how, from: "fetch" }).proposed).toEqual([changed]);
    const [asked] = again.next.events.filter(({ type, step }) => type === "policy.decided" && step === "pay");
    expect(asked?.data).toMatchObject({ decision: "ask", reasons: ["redrive.changed_input"] });
    const inputs: Record<string, Json> = {};
    const refused = heir(deadAfterApproval("pay"), how, inputs, { person: () => "reject" });
    expect(refused.next.state.status).not.toBe("completed");
    expect(inputs).toEqual({});
    // Without a review in the definition, and in the run that continues that one.
    expect(heir(dead(park(steps()), breaksAt("payments.refund")), { changes: { pay: { amount: 3 } } }).proposed).toHaveLength(1);
    // An input that was not changed is proposed to nobody a second time.
    expect(heir(deadAfterApproval("pay"), {}).proposed).toEqual([]);
  });

  it("[PAUSE-16] a write after a changed step is proposed where no review of this run saw the change, also where the change is the review's own", () => {
    const own = { amount: 7, id: 1 };
    const after = heir(deadAfterApproval("fetch"), { changes: { fetch: { order: "other" } } });
    expect(after.ran).toEqual(["fetch", "pay", "tell"]);
    expect(after.proposed).toEqual([call("payments.refund", own), call("mail.send", { to: "x" })]);
    const lied = heir(deadAfterApproval("pay"), { from: "approve", changes: { approve: { refund: 1 } } });
    expect(lied.proposed).toEqual([{ refund: 1 }, call("payments.refund", own), call("mail.send", { to: "x" })]);
    const seen = heir(deadAfterApproval("pay"), { from: "look", changes: { look: { id: "other" } } });
    expect(seen.proposed).toEqual([{ refund: 7 }]);
    expect(seen.next.state.status).toBe("completed");
    // No person had to see the writes of this definition.
    expect(heir(dead(define(steps()), breaksAt("payments.refund")), { from: "look", changes: { look: { id: 2 } } }).proposed).toEqual([]);
  });

  it("[PAUSE-16] a review that the run keeps from the run before it saw no change, also one of a step that comes before it", () => {
    // `look` failed and a spare value stood in for it, so that it is done again; what was approved on the spare value is kept.
    const look = tool(READ, { input: { first: true }, on_error: { value: { total: 7 } } });
    const breaks: Tools = (name, input) =>
      breaksAt(name === "payments.refund" || JSON.stringify(input).includes("first") ? name : "")(name, input);
    const ports = { tool: (name: string, input: unknown) => breaks(name, input as Json), person: () => "approve" as const };
    const run = new Drive(define({ ...approved(), look }, { on_failure: "park" }), ports, { toolEffects: EFFECTS } as Partial<Birth>);
    expect(run.start().run().state.deadLetter?.status).toBe("open");
    const kept = heir(run, { changes: { look: { id: "other" } } });
    expect([Object.keys(kept.start.redrive?.kept ?? {}), kept.ran]).toEqual([
      ["approve", "fetch"],
      ["look", "pay", "tell"],
    ]);
    expect(kept.proposed[0]).toEqual(call("payments.refund", { amount: 7, id: 1 }));
  });

  it("[PAUSE-17] a review shows what was changed, its digest covers it, and it never passes alone", () => {
    const run = () => deadAfterApproval("pay", "compensate");
    const waits = (how: How) => {
      const { next } = heir(run(), how, {}, { person: () => null });
      const activity = next.activity("approve");
      return {
        context: contextOfReview(next.machinery, next.state, activity),
        taints: taintsOf(next.machinery, next.state, activity),
        activity,
      };
    };
    const one = waits({ changes: { pay: { amount: 99_999 } } });
    expect(one.context.changes).toEqual([{ step: "pay", input: { value: { amount: 99_999 } } }]);
    expect(one.taints).toContain("changed");
    const other = waits({ changes: { pay: { amount: 5 } } });
    expect(other.activity.review?.proposal).toEqual(one.activity.review?.proposal);
    expect(other.activity.review?.digest).not.toBe(one.activity.review?.digest);
    const plain = waits({});
    expect(plain.context).not.toHaveProperty("changes");
    expect(plain.taints).not.toContain("changed");
  });

  it("[PAUSE-18] a child run that begins with a changed input proposes each of its writes", () => {
    const parent = { run: "run_parent", activity: "kid", depth: 1, tools: [READ, "payments.refund", "mail.send"] };
    const proposedBy = (more: { changed?: true }) => {
      const proposed: unknown[] = [];
      const person = (proposal: unknown) => {
        proposed.push(proposal);
        return "approve" as const;
      };
      new Drive(define(steps()), { tool: () => answered({ id: 1, total: 7 }), person }, { parent: { ...parent, ...more } }).start().run();
      return proposed;
    };
    expect(proposedBy({ changed: true })).toHaveLength(2);
    expect(proposedBy({})).toEqual([]);
    const kid = { needs: [], when: null, on_error: null, kind: "run", workflow: "kid", version: null, input: {} } as const;
    const failing = new Drive(define({ kid }), { child: () => ({ ok: false, error: { code: "tool_error", message: "x" } }) }).start().run();
    expect(redrive(failing, { changes: { kid: { to: "y" } } })).toBeNull();
    const { redrive: how } = continuation(failing.machinery, failing.state, "run_heir");
    const next = new Drive(define({ kid }), { child: () => "never" }, { redrive: how } as Partial<Birth>).start().run();
    expect(beginsChanged(next.machinery, next.state, next.activity("kid"))).toBe(true);
    expect(beginsChanged(failing.machinery, next.state, next.activity("kid"))).toBe(false);
  });
});
