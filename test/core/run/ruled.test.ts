/** What an answer becomes under the rules of its run, and what the journal says of an answer. */
import { describe, expect, it } from "vitest";
import type { OutputSettings } from "../../../core/guardrail/rules/settings.ts";
import { OWN, saidBy } from "../../../core/label/label.ts";
import { mayCite, withPlaces } from "../../../core/run/calls/grounds.ts";
import { underRules } from "../../../core/run/calls/rules.ts";
import type { Activity } from "../../../core/run/machine/state.ts";
import { Turn } from "../../../core/run/machine/turn.ts";
import { runRulesOf } from "../../../core/workflow/guardrails.ts";
import { define, model, tool } from "../../support/run/definition.ts";
import { answered, Drive, said, T0 } from "../../support/run/drive.ts";

const underWay = (output: OutputSettings, more: object = {}) => {
  const definition = define({ reply: model(more) }, { guardrails: { output } });
  const guardrails = runRulesOf(null, definition);
  const run = new Drive(definition, { model: () => "never" }, guardrails === null ? {} : { guardrails }).start().run();
  const judged = (answer: unknown, over: object = {}, activity: Partial<Activity> = {}) => {
    const outcome = { ...said(answer), result: { ok: true as const, output: answer as never, ...over } };
    return {
      outcome,
      ...{ ruled: underRules(new Turn(run.machinery, run.state, T0, null), { ...run.activity("reply"), ...activity }, outcome) },
    };
  };
  return judged;
};
const forbid = (action: "flag" | "redact" | "retry" | "review" | "block"): OutputSettings => ({
  forbid: { phrases: ["guaranteed"], patterns: [], action },
});

describe("[RUN-403] an answer under the rules of its run", () => {
  it("is taken as it is where it breaks none, is a summary, or is no answer", () => {
    const judged = underWay(forbid("block"));
    for (const { outcome, ruled } of [judged("fine"), judged("guaranteed", {}, { purpose: "summary" })])
      expect([ruled.outcome === outcome, ruled.review]).toEqual([true, false]);
    expect(judged("fine", { review: true }).ruled.review).toBe(true);
    const failure = {
      ...said(""),
      result: { ok: false as const, failure: { class: "transient", code: "x", message: "", retryAfterMs: null } },
    } as never;
    const { machinery, state } = new Drive(define({ reply: model() }), { model: () => "never" }).start().run();
    expect(underRules(new Turn(machinery, state, T0, null), state.activities["reply"] as Activity, failure)).toEqual({
      outcome: failure,
      review: false,
    });
  });

  it("is refused with each rule that refuses it named once, and no other", () => {
    const both: OutputSettings = {
      forbid: { phrases: ["guaranteed", "for sure"], patterns: [], action: "block" },
      max_chars: { most: 5, action: "flag" } as never,
    };
    const { ruled } = underWay(both)("guaranteed, for sure");
    expect(ruled).toMatchObject({
      review: false,
      outcome: { result: { ok: false, failure: { message: "the answer breaks `output.forbid`" } } },
    });
  });

  it("is asked for again without a person, or waits for one", () => {
    const again = underWay(forbid("retry"))("guaranteed").ruled;
    expect(again).toMatchObject({ review: false, outcome: { result: { ok: false, invalid: { answer: "guaranteed" } } } });
    expect(underWay(forbid("review"))("guaranteed").ruled).toMatchObject({ review: true, outcome: { result: { output: "guaranteed" } } });
    expect(underWay(forbid("flag"))("guaranteed").ruled).toMatchObject({ review: false, outcome: { result: { output: "guaranteed" } } });
    expect(underWay(forbid("flag"))("guaranteed", { review: true }).ruled.review).toBe(true);
    expect(underWay(forbid("retry"))("guaranteed", { review: true }).ruled.review).toBe(true); // a person is the stricter of both
  });

  it("is asked for again where what was taken out of it is what its schema asks for", () => {
    const output = { type: "object", properties: { word: { enum: ["guaranteed"] } }, required: ["word"] } as const;
    const { ruled } = underWay(forbid("redact"), { output })({ word: "guaranteed" });
    expect(ruled).toMatchObject({ review: false, outcome: { result: { ok: false, invalid: { rules: true } } } });
    const loose = underWay(forbid("redact"), { output: { type: "object" } })({ word: "guaranteed" }).ruled;
    expect(JSON.stringify(loose.outcome.result)).not.toContain("guaranteed");
    expect(loose.outcome.result.ok).toBe(true);
  });
});

describe("[RUN-397] the journal says of a tool's answer", () => {
  const data = (over: object) => {
    const run = new Drive(define({ a: tool("orders.get") }), { tool: () => ({ ...answered(1), ...over }) as never }).start().run();
    return run.events.find(({ type }) => type === "tool.answered")?.data as object;
  };
  const label = saidBy("tool:x", "untrusted", OWN);
  it("that it was kept, what label it has, and that it is old, each only where it is so", () => {
    expect(data({ cached: { kind: "exact" }, label, stale: true })).toMatchObject({ cached: { kind: "exact" }, label, flags: ["stale"] });
    for (const field of ["cached", "label", "flags", "failure", "unasked"]) expect(data({})).not.toHaveProperty(field);
    const failure = { class: "permanent", code: "tool_error", message: "no", retryAfterMs: null };
    const failed = data({ label, result: { ok: false, failure } });
    expect(failed).toMatchObject({ failure, output_sha256: null });
    expect(failed).not.toHaveProperty("label");
  });
});

describe("[RUN-403] places of what an answer cites", () => {
  it("are left as they are where nothing was found, and there is nothing to cite", () => {
    const { machinery, state } = new Drive(define({ reply: model() })).start().run();
    const answer = { text: "x" };
    const run = { birth: machinery.birth, state };
    expect(withPlaces(run, answer, () => true)).toBe(answer);
    expect([mayCite(run, "reply", []), mayCite(run, "reply", [{ steps: ["a"], min: 1 } as never])]).toEqual([false, false]);
  });
});
