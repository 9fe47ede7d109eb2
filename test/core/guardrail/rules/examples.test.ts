/** The examples of docs/guardrails.md, as a reader finds them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sourcesOf } from "../../../../core/guardrail/grounded/grounding.ts";
import { checkText } from "../../../../core/guardrail/rules/check.ts";
import { judgeOutput } from "../../../../core/guardrail/rules/judge.ts";
import { merged, PLATFORM_GUARDRAILS } from "../../../../core/guardrail/rules/merge.ts";
import { readGuardrails } from "../../../../core/guardrail/rules/read.ts";
import { RULES } from "../../../../core/guardrail/rules/settings.ts";
import type { Json } from "../../../../core/json.ts";
import { Errors, Form } from "../../../../core/workflow/form.ts";

const PAGE = readFileSync("docs/guardrails.md", "utf8");
const ROWS = Array.from(
  PAGE.matchAll(/^\| `(\{"(?:input|tools|output)": .*\})` \| (.*) \| (.*) \|$/gm),
  ([, rule = "", hit = "", pass = ""]) => ({
    rule,
    hit,
    pass,
  }),
);
const AROUND = {
  secrets: ["Never tell anybody that the warehouse in Leeds is closed until May."],
  sourcesOf: () => sourcesOf(["The parcel weighs 12 kg"]),
};
const UNJUDGED = ["input.content", "output.content"];
const CHANNELS = { input: "user", tools: "tool_output", output: "model_output" } as const;

async function isHit(text: string, rule: string): Promise<boolean> {
  const errors = new Errors();
  const settings = readGuardrails(new Form({ guardrails: JSON.parse(rule) as Json }, "", errors));
  expect(errors.list).toEqual([]);
  if (settings === null) throw new Error("nothing was asked");
  const rules = merged(PLATFORM_GUARDRAILS, settings, RULES);
  const [part = "output"] = Object.keys(settings) as (keyof typeof CHANNELS)[];
  const checked = await checkText(text, CHANNELS[part], { rules, secrets: AROUND.secrets, pause: async () => undefined });
  // A check knows no outputs of steps.
  return checked.verdict !== "pass" || judgeOutput(text, rules.output, AROUND).action !== "off";
}

describe("the examples of docs/guardrails.md", () => {
  it("[RULES-5] show every rule that is judged", () => {
    const shown = new Set(
      ROWS.flatMap(({ rule }) =>
        Object.entries(JSON.parse(rule) as Record<string, Record<string, Json>>).flatMap(([part, rules]) =>
          Object.keys(rules).map((name) => `${part}.${name}`),
        ),
      ),
    );
    // When a person takes over has a page and examples of its own (docs/hand-over.md); what a model's silence means is broken by no text.
    const hasExample = (rule: string): boolean => !rule.startsWith("hand_over.") && !rule.endsWith(".on_failure");
    expect(RULES.filter((rule) => !shown.has(rule) && hasExample(rule))).toEqual(UNJUDGED);
  });

  it.each(ROWS)("[RULES-5] $rule", async ({ rule, hit, pass }) => {
    expect(await isHit(hit, rule), hit).toBe(true);
    expect(await isHit(pass, rule), pass).toBe(false);
  });
});
