/** What a run says of the risk of its calls, and what becomes of the answer. */
import { describe, expect, it } from "vitest";
import { labelsOfCallersInput } from "../../../core/label/labels-of-input.ts";
import { riskOf } from "../../../core/risk/risk.ts";
import { toRunView } from "../../../core/run/outside/present.ts";
import { refusalOfReview } from "../../../core/run/outside/sinks.ts";
import type { AuthorityQuestion, CallInRun } from "../../../core/workflow/authority.ts";
import { define, review, tool } from "../../support/run/definition.ts";
import { Drive, type Script } from "../../support/run/drive.ts";

const risk = (writes: number) =>
  riskOf({
    effect: "write",
    toolClass: "internal",
    destination: "own",
    argumentClass: "public",
    trust: "trusted",
    chosenBy: "definition",
    spentShare: 0,
    callUsd: 0,
    seenInstruction: false,
    seenClass: "public",
    writes,
    oddities: [],
  });

function driven(answers: (question: Extract<AuthorityQuestion, { kind: "tool" }>) => ReturnType<typeof risk>) {
  const steps = {
    a: tool("crm.put", { input: { value: 1 } }),
    b: tool("crm.put", { needs: ["a"], input: { value: "see https://x.example/1" } }),
    c: review({ needs: ["b"] }),
  };
  const definition = define(steps, { tools: ["crm.put"] });
  const told: (CallInRun | undefined)[] = [];
  const base = new Drive(definition).script.authority;
  const authority: Script["authority"] = (question) => {
    const answer = base(question);
    if (question.kind !== "tool" || answer.kind !== "tool") return answer;
    told.push(question.inRun);
    return { ...answer, risk: answers(question) };
  };
  const run = new Drive(definition, { authority }, { input: {} }).start();
  run.run((state) => state.activities.c?.phase === "approving");
  return { run, told };
}

describe("the risk of a run", () => {
  it("[RISK-12] is that of its riskiest call so far, in the run and in what people are asked", () => {
    const scores = [risk(3), risk(1)];
    const { run, told } = driven(() => scores.shift() ?? risk(0));
    expect(run.state.risk).toEqual(risk(3));
    expect(toRunView(run.machinery, run.state)).toMatchObject({ risk_score: risk(3).score, risk: risk(3) });
    const asked = run.wanted().find(({ kind }) => kind === "review.open");
    expect(asked?.kind === "review.open" ? asked.request.risk : null).toMatchObject({ score: risk(3).score });
    expect(told.map((one) => one?.oddities)).toEqual([[], ["address"]]);
    expect(told[0]).toMatchObject({ step: "a", runs: [run.machinery.birth.id], spentShare: 0 });
  });

  it("[FLOW-10] nobody is asked about what reviewers may not be shown: the step fails instead", () => {
    const definition = define({ ask: review({ proposal: { a: { cel: "input.s" } } }) }, {});
    const schema = { properties: { s: { sensitivity: "restricted" } } };
    const input = { s: "x" };
    const inputLabels = labelsOfCallersInput(schema, input) ?? [];
    const at = (reviews: "internal" | "restricted") =>
      new Drive(definition, {}, { input, inputLabels, sinks: { reviews } })
        .start()
        .run((state) => state.activities.ask?.phase === "approving");
    const refused = at("internal");
    expect(refused.state).toMatchObject({ status: "failed", error: { code: "policy_denied", step: "ask" } });
    expect(refused.state.error?.message).toContain("`/a` of what would be shown derives from `restricted` data");
    expect(refused.events.map(({ type }) => type)).not.toContain("review.requested");
    const shown = at("restricted");
    const activity = shown.state.activities.ask;
    expect(activity?.phase).toBe("approving");
    expect(activity === undefined ? "" : refusalOfReview(shown.machinery, shown.state, activity)).toBeNull();
  });
});
