import { describe, expect, it } from "vitest";
import { readGuardrails, readOrgGuardrails } from "../../../../core/guardrail/rules/read.ts";
import type { Json } from "../../../../core/json.ts";
import { checkDefinition } from "../../../../core/workflow/check.ts";
import { Errors, Form } from "../../../../core/workflow/form.ts";
import { runRulesOf } from "../../../../core/workflow/guardrails.ts";
import { warningsOf } from "../../../../core/workflow/warnings/warnings.ts";

const read = (guardrails: Json) => {
  const errors = new Errors();
  return { settings: readGuardrails(new Form({ guardrails }, "", errors)), errors: errors.list };
};

const model = (more: { readonly [name: string]: Json } = {}): Json => ({
  kind: "model",
  model: { task: "reply" },
  prompt: { template: "Write." },
  ...more,
});
const define = (
  guardrails: Json | undefined,
  steps: { readonly [id: string]: Json } = { reply: model() },
  output = "steps.reply.output",
) => ({
  name: "support",
  input: true,
  output: { cel: output },
  ...(guardrails === undefined ? {} : { guardrails }),
  steps,
});
const check = (raw: Json) => checkDefinition(raw, { tools: new Set() });
const checked = (raw: Json) => {
  const result = check(raw);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

describe("the guardrails of a definition", () => {
  it("[RULES-2] fills in the defaults of each rule that is named, and adds none", () => {
    const output = {
      max_chars: { n: 10 },
      format: { is: "plain" },
      forbid: { phrases: ["no"] },
      require: { patterns: ["a+"] },
      grounded_in: { steps: ["s"] },
      topics: { deny: ["politics"] },
      tone: { want: "friendly" },
    };
    expect(read({ output })).toEqual({
      settings: {
        output: {
          max_chars: { n: 10, action: "truncate" },
          format: { is: "plain", action: "retry" },
          forbid: { phrases: ["no"], patterns: [], action: "block" },
          require: { phrases: [], patterns: ["a+"], action: "retry" },
          grounded_in: { steps: ["s"], min: 0.7, action: "review" },
          topics: { allow: [], deny: ["politics"], action: "block" },
          tone: { want: "friendly", action: "flag" },
        },
      },
      errors: [],
    });
    expect(checked(define(undefined))).not.toHaveProperty("guardrails");
  });

  it.each([
    [{ output: { max_chras: { n: 1 } } }, "/guardrails/output/max_chras"],
    [{ outputs: {} }, "/guardrails/outputs"],
    [{ input: { injection: "truncate" } }, "/guardrails/input/injection"],
    [{ input: { content: { rude: "block" } } }, "/guardrails/input/content/rude"],
    [{ input: { topics: { deny: ["!"] } } }, "/guardrails/input/topics/deny/0"],
    [{ input: { topics: {} } }, "/guardrails/input/topics"],
    [{ output: { topics: { allow: [], action: "flag" } } }, "/guardrails/output/topics"],
    [{ input: { max_chars: 0 } }, "/guardrails/input/max_chars"],
    [{ tools: { content: {} } }, "/guardrails/tools/content"],
    [{ output: { forbid: { patterns: ["(a)\\1"] } } }, "/guardrails/output/forbid/patterns/0"],
    [{ output: { forbid: { action: "block" } } }, "/guardrails/output/forbid"],
    [{ output: { format: { is: "html" } } }, "/guardrails/output/format/is"],
    [{ output: { grounded_in: { steps: ["s"], min: 2 } } }, "/guardrails/output/grounded_in/min"],
    ["block", "/guardrails"],
  ])("[RULES-2] refuses %j by its path", (guardrails, path) => {
    expect(read(guardrails as Json).errors.map((error) => error.path)).toContain(path);
  });

  it("[RULES-2] refuses a step that does not exist, and one that need not be settled before", () => {
    const grounded = { guardrails: { output: { grounded_in: { steps: ["search"] } } } };
    const pathsOf = (raw: Json) => {
      const result = check(raw);
      return result.ok ? [] : result.error.map(({ path }) => path);
    };
    expect(pathsOf(define({ output: { grounded_in: { steps: ["search"] } } }))).toEqual(["/guardrails/output/grounded_in/steps/0"]);
    const search = { kind: "transform", value: "found" };
    expect(pathsOf(define(undefined, { search, reply: model(grounded) }))).toEqual(["/steps/reply/guardrails/output/grounded_in/steps/0"]);
    expect(pathsOf(define(undefined, { search, reply: model({ ...grounded, needs: ["search"] }) }))).toEqual([]);
  });

  it("[RULES-3] hold for every answer where they forbid, and for what reaches the output where they are about form", () => {
    const asked = {
      output: {
        prompt_leak: "block",
        forbid: { phrases: ["guaranteed"] },
        require: { phrases: ["order"] },
        grounded_in: { steps: ["search"] },
      },
    };
    const steps = {
      classify: model(),
      search: { kind: "transform", needs: ["classify"], value: "found" },
      reply: model({ needs: ["search"] }),
      shown: { kind: "transform", needs: ["reply"], value: { text: { cel: "steps.reply.output" } } },
    };
    const rules = runRulesOf(null, checked(define(asked as Json, steps, "steps.shown.output")));
    const [classify, reply] = [rules?.steps["classify"], rules?.steps["reply"] ?? rules?.rules.output];
    expect(classify).toMatchObject({ prompt_leak: "block", forbid: [{ phrases: ["guaranteed"] }], require: [], grounded_in: [] });
    expect(reply).toMatchObject({ prompt_leak: "block", require: [{ phrases: ["order"] }], grounded_in: [{ steps: ["search"] }] });
    expect(runRulesOf(null, checked(define(undefined)))).toBeNull();
  });

  it("[RULES-4] warns about what nothing judges yet, and about what is outranked", () => {
    const asked = { input: { injection: "flag", content: { hate: "flag" }, names: true }, output: { tone: { want: "like a pirate" } } };
    const around = { tools: new Map(), serves: () => true, workflow: () => null };
    const paths = warningsOf(checked(define(asked)), around).map(({ path }) => path);
    expect(paths).toEqual(["/guardrails/output/tone/want", "/guardrails/input/injection"]);
    const weakened = { ...around, guardrails: { may_weaken: ["input.injection"] as const } };
    expect(warningsOf(checked(define(asked)), weakened).map(({ path }) => path)).not.toContain("/guardrails/input/injection");
  });
});

describe("the guardrails of an org", () => {
  it("[RULES-2] name the rules that may be weakened, one by one or everywhere", () => {
    const errors = new Errors();
    const guardrails = readOrgGuardrails(new Form({ may_weaken: ["injection", "output.format"] }, "", errors));
    expect(guardrails.may_weaken).toEqual(["input.injection", "output.format", "output.injection", "tools.injection"]);
    readOrgGuardrails(new Form({ may_weaken: ["injectoin"] }, "/guardrails", errors));
    expect(errors.list.map(({ path }) => path)).toEqual(["/guardrails/may_weaken/0"]);
  });
});
