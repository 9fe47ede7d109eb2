/** Which work of a redriven run is put to a person, because it rests on a changed input that no second person saw: case by case. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { type DataClass, OWN } from "../../../core/label/label.ts";
import type { Birth, Redrive } from "../../../core/run/machine/birth.ts";
import type { Activity, RunState } from "../../../core/run/machine/state.ts";
import { asksForChange, beginsChanged, hasChanges } from "../../../core/run/steps/changed.ts";
import type { Definition } from "../../../core/workflow/definition.ts";
import { define, model, review, tool } from "../../support/run/definition.ts";
import { Drive } from "../../support/run/drive.ts";

const READ = "orders.get";
const WRITE = "payments.refund";
const EFFECTS = { [READ]: "read", [WRITE]: "write", "mail.send": "write" } as const;
/** `look` is shown in `ask`; `fetch` and `say` come after it; `pay` writes, `tell` writes after that; `spare` stands in for `pay`. */
const definition = define({
  look: tool(READ),
  ask: review({ needs: ["look"] }),
  fetch: tool(READ, { needs: ["ask"] }),
  say: model({ needs: ["ask"] }),
  pay: tool(WRITE, { needs: ["fetch", "say"], on_error: { step: "spare" } }),
  spare: tool(WRITE),
  tell: tool("mail.send", { needs: ["pay"] }),
});
const unasked = define({ look: tool(READ), pay: tool(WRITE, { needs: ["look"] }) });

type Case = {
  readonly changes?: { readonly [step: string]: Json };
  readonly of?: Definition;
  readonly redrive?: Partial<Redrive>;
  readonly review?: Partial<RunState["steps"][string]>;
  readonly birth?: Partial<Birth>;
};
/** A run with these changes, in which a person has answered `ask` unless the case says otherwise. */
function runOf({ changes, of = definition, redrive = {}, review: answered = {}, birth = {} }: Case) {
  const changed = changes === undefined ? {} : { changes, changed: { ...OWN, class: "internal" as DataClass } };
  const born = { redrive: { of: "run_0", keyRun: "run_0", kept: {}, acts: {}, ...changed, ...redrive }, toolEffects: EFFECTS, ...birth };
  const { machinery, state } = new Drive(of, {}, born as Partial<Birth>);
  const ask = state.steps["ask"];
  const steps =
    ask === undefined ? state.steps : { ...state.steps, ask: { ...ask, status: "completed" as const, error: null, ...answered } };
  return { machinery, state: { ...state, steps } };
}
const begins = (step: string, of: Case): boolean => {
  const { machinery, state } = runOf(of);
  return beginsChanged(machinery, state, { step, approved: null } as Activity);
};

describe("[PAUSE-20] a call rests on a change that nobody saw", () => {
  it.each<[string, string, Case, boolean]>([
    ["nothing was changed", "pay", {}, false],
    ["its own input was changed", "pay", { changes: { pay: 1 } }, true],
    ["its own input was changed, and nobody is asked in this definition", "pay", { of: unasked, changes: { pay: 1 } }, true],
    ["one before it was changed, and nobody is asked in this definition", "pay", { of: unasked, changes: { look: 1 } }, false],
    ["one before the review was changed, which a person has answered", "pay", { changes: { look: 1 } }, false],
    ["one after the review was changed", "pay", { changes: { fetch: 1 } }, true],
    ["a model after the review was changed", "pay", { changes: { say: 1 } }, true],
    ["one that comes after it was changed", "pay", { changes: { tell: 1 } }, false],
    ["the write before it was changed, which is put to a person itself", "tell", { changes: { pay: 1 } }, false],
    [
      "the write before it was changed, which did not write when the run was born",
      "tell",
      { changes: { pay: 1 }, birth: { toolEffects: {} } },
      true,
    ],
    ["one further up was changed", "tell", { changes: { fetch: 1 } }, true],
    ["what stands in for one before it was changed, and writes", "tell", { changes: { spare: 1 } }, false],
    ["what stands in for it was changed", "pay", { changes: { spare: 1 }, birth: { toolEffects: {} } }, false],
    [
      "what stands in for one before it was changed, and did not write",
      "tell",
      { changes: { spare: 1 }, birth: { toolEffects: {} } },
      true,
    ],
    ["it stands in for one behind a change", "spare", { changes: { fetch: 1 } }, true],
    ["the run above was changed", "pay", { birth: { parent: { run: "r", activity: "a", depth: 1, tools: [], changed: true } } }, true],
    ["the run above was not changed", "pay", { birth: { parent: { run: "r", activity: "a", depth: 1, tools: [] } } }, false],
  ])("where %s", (_, step, of, expected) => expect(begins(step, of)).toBe(expected));

  it.each<[string, Case]>([
    ["is not answered yet", { review: { status: "waiting" } }],
    ["failed, and something stood in for the answer", { review: { error: { code: "review_rejected", message: "" } } }],
    ["was answered in the run before", { redrive: { kept: { ask: 1 } } }],
    ["was shown something else, given in its place", { changes: { look: 1, ask: 1 } }],
    ["could not be shown it: its class is beyond what reviews may hold", { birth: { sinks: { reviews: "public" } } as Partial<Birth> }],
    ["was not told how far what was changed may go", { redrive: { changed: undefined } as unknown as Partial<Redrive> }],
  ])("where the review after the change %s", (_, of) => expect(begins("pay", { changes: { look: 1 }, ...of })).toBe(true));

  it("and then asks a person before a write; not before a read, and not before what undoes a write", () => {
    const { machinery, state } = runOf({ changes: { pay: 1, look: 1 } });
    const asks = (step: string, effect: "read" | "write", over: Partial<Activity> = {}) =>
      asksForChange(machinery, state, { step, tool: null, purpose: "step", facts: { effect }, ...over } as Activity);
    expect([asks("pay", "write"), asks("pay", "read"), asks("look", "read"), asks("fetch", "write")]).toEqual([true, false, false, false]);
    expect(asks("pay", "read", { tool: WRITE })).toBe(true); // it wrote when the run was born
    expect(asks("pay", "write", { purpose: "compensation" })).toBe(false);
  });

  it("a child run that a person approved begins unchanged", () => {
    const { machinery, state } = runOf({ changes: { pay: 1 } });
    expect(beginsChanged(machinery, state, { step: "pay", approved: "digest" } as Activity)).toBe(false);
  });

  it("a run has changes of its own, or of a run above", () => {
    const parent = { run: "r", activity: "a", depth: 1, tools: [] };
    const of = (over: Partial<Birth>) => hasChanges({ redrive: null, parent: null, ...over });
    const redriven = { of: "run_0", keyRun: "run_0", kept: {}, acts: {} };
    expect([of({}), of({ redrive: redriven }), of({ parent })]).toEqual([false, false, false]);
    expect([of({ redrive: { ...redriven, changes: {} } }), of({ parent: { ...parent, changed: true } })]).toEqual([true, true]);
  });
});
