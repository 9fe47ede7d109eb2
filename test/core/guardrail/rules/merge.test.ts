import { describe, expect, it } from "vitest";
import { ACTIONS, type Action, isAtLeast } from "../../../../core/guardrail/rules/action.ts";
import { merged, PLATFORM_GUARDRAILS, type Rules, rulesOfOrg, rulesOfRun } from "../../../../core/guardrail/rules/merge.ts";
import {
  CONTENT_CATEGORIES,
  type GuardrailSettings,
  type OrgGuardrails,
  type OutputSettings,
  RULES,
  type RuleName,
} from "../../../../core/guardrail/rules/settings.ts";

const LISTS = ["topics", "max_chars", "format", "tone", "forbid", "require", "grounded_in"] as const;

/** Names of the rules in which `rules` is weaker than `base`. */
function weakerIn(base: Rules, rules: Rules): RuleName[] {
  const found: RuleName[] = [];
  const note = (rule: RuleName, isKept: boolean): void => void (isKept ? null : found.push(rule));
  for (const part of ["input", "tools", "output"] as const)
    note(`${part}.injection`, isAtLeast(rules[part].injection, base[part].injection));
  note("output.prompt_leak", isAtLeast(rules.output.prompt_leak, base.output.prompt_leak));
  for (const part of ["input", "output"] as const)
    note(
      `${part}.content`,
      CONTENT_CATEGORIES.every((name) => isAtLeast(rules[part].content[name] ?? "off", base[part].content[name] ?? "off")),
    );
  for (const part of ["input", "tools"] as const) note(`${part}.names`, rules[part].names || !base[part].names);
  note("input.max_chars", base.input.max_chars === null || (rules.input.max_chars ?? Number.POSITIVE_INFINITY) <= base.input.max_chars);
  note(
    "input.topics",
    base.input.topics.every((rule) => rules.input.topics.includes(rule)),
  );
  for (const name of LISTS) {
    const kept: readonly unknown[] = rules.output[name];
    note(
      `output.${name}`,
      base.output[name].every((rule) => kept.includes(rule)),
    );
  }
  return found;
}

/** Seeded settings: any rule may be absent, off, or anything else. */
function settingsOf(seed: number): GuardrailSettings {
  let state = seed * 2_654_435_761;
  const next = (below: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * below);
  };
  const maybe = <T>(make: () => T): T | undefined => (next(2) === 0 ? undefined : make());
  const action = (): Action => ACTIONS[next(ACTIONS.length)] ?? "off";
  const content = () => Object.fromEntries(CONTENT_CATEGORIES.filter(() => next(2) === 0).map((name) => [name, action()]));
  const topics = () => ({ allow: [], deny: [`t${next(5)}`], action: action() });
  const phrases = () => ({ phrases: [`p${next(5)}`], patterns: [], action: action() });
  const output = {
    injection: maybe(action),
    prompt_leak: maybe(action),
    content: maybe(content),
    topics: maybe(topics),
    max_chars: maybe(() => ({ n: 1 + next(9), action: action() })),
    format: maybe(() => ({ is: "plain" as const, action: action() })),
    tone: maybe(() => ({ want: "friendly", action: action() })),
    forbid: maybe(phrases),
    require: maybe(phrases),
    grounded_in: maybe(() => ({ steps: ["search"], min: 0.5, action: action() })),
  };
  const input = {
    injection: maybe(action),
    content: maybe(content),
    topics: maybe(topics),
    names: maybe(() => next(2) === 0),
    max_chars: maybe(() => 1 + next(9)),
  };
  const tools = { injection: maybe(action), names: maybe(() => next(2) === 0) };
  return JSON.parse(JSON.stringify({ input, tools, output })) as GuardrailSettings;
}

const listed = (seed: number): RuleName[] => RULES.filter((_, index) => ((seed >> (index % 12)) & 1) === 1);

describe("merged guardrails", () => {
  it("[RULES-1] are never weaker than the platform's, the org's or the definition's, but for what the org lists", () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const mayWeaken = seed % 3 === 0 ? [] : listed(seed);
      const org: OrgGuardrails = { ...settingsOf(seed), may_weaken: mayWeaken };
      const rules = rulesOfOrg(org);
      expect(weakerIn(PLATFORM_GUARDRAILS, rules).filter((rule) => !mayWeaken.includes(rule))).toEqual([]);
      const step: OutputSettings = settingsOf(seed + 20_000).output ?? {};
      const run = rulesOfRun(org, settingsOf(seed + 10_000), [["reply", { output: step }]]);
      expect(weakerIn(rules, run.rules).filter((rule) => !mayWeaken.includes(rule))).toEqual([]);
      const own: Rules = { ...run.rules, output: run.steps["reply"] ?? run.rules.output };
      expect(weakerIn(run.rules, own).filter((rule) => !mayWeaken.includes(rule))).toEqual([]);
    }
  });

  it("[RULES-1] are weaker where the org lists the rule, in the org and in the definition", () => {
    const may: OrgGuardrails = { may_weaken: ["input.injection"] };
    expect(merged(rulesOfOrg(may), { input: { injection: "flag" } }, may.may_weaken).input.injection).toBe("flag");
    expect(rulesOfOrg({ ...may, input: { injection: "review" } }).input.injection).toBe("review");
    expect(rulesOfOrg({ may_weaken: [], input: { injection: "review" } }).input.injection).toBe("block");
    const lists: OrgGuardrails = { may_weaken: ["output.forbid"], output: { forbid: { phrases: ["a"], patterns: [], action: "block" } } };
    const off = { phrases: [], patterns: [], action: "off" } as const;
    expect(rulesOfRun(lists, { output: { forbid: off } }, []).rules.output.forbid).toEqual([]);
    expect(rulesOfRun({ ...lists, may_weaken: [] }, { output: { forbid: off } }, []).rules.output.forbid).toHaveLength(1);
  });
});
