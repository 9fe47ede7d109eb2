/** Leaving out policies that cannot apply changes no decision: compared with Cedar over all of them, question by question. */
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/web";
import { describe, expect, it } from "vitest";
import type { Circumstances } from "../../../core/access/circumstances.ts";
import { type AccessQuestion, toCedarRequest } from "../../../core/access/request.ts";
import type { Json } from "../../../core/json.ts";
import { commonPoints, pointsOf, questionOf } from "../../../core/policy/domain.ts";
import nothingLeavesAfterRestricted from "../../../policies/examples/nothing-leaves-after-restricted.cedar";
import officeHours from "../../../policies/examples/office-hours.cedar";
import { startCedar } from "../../../workers/access/cedar.ts";
import { loadPolicies } from "../../../workers/access/engine.ts";
import { guardsOf } from "../../../workers/access/guards.ts";
import { byId } from "../../../workers/access/parts.ts";
import { SHIPPED } from "../../../workers/access/policies.ts";
import { closureOf, jsonOf } from "../../../workers/access/reading.ts";
import { ORDINARY_CALL } from "../../support/circumstances.ts";

startCedar();
const closure = closureOf(SHIPPED.roles);

/** Cedar over all policies of the set, with all circumstances. */
function wholeOf(policies: Record<string, string>) {
  const slot = `whole ${Math.random()}`;
  if (preparsePolicySet(slot, { staticPolicies: policies }).type !== "success") throw new Error("cannot be parsed");
  return (question: AccessQuestion) => {
    const { entities, ...request } = toCedarRequest(question);
    const [who, ...others] = entities;
    const roles = question.principal.roles.flatMap((id) => [id, ...(closure.get(id) ?? [])]);
    const parents = [...new Set(roles)].map((id) => ({ type: "Role", id }));
    const answer = statefulIsAuthorized({ ...request, entities: [{ ...who, parents }, ...others] as never, preparsedPolicySetId: slot });
    if (answer.type !== "success" || answer.response.diagnostics.errors.length > 0) return "deny policy_unavailable";
    const { decision, diagnostics } = answer.response;
    return `${decision} ${diagnostics.reason.length > 0 ? [...diagnostics.reason].sort().join(" ") : "no_policy_permits"}`;
  };
}

const rule = (id: string, scope: string, body: string): string => `@id("${id}") forbid (${scope}) ${body};`;
/** Policies that name users, roles, tools and circumstances in every place where a guard is read off, and in some where none is. */
const MIXED = [
  "permit (principal, action, resource);",
  rule("tool.a", 'principal, action == Action::"tool.call", resource', 'when { resource.name == "a" && context.writes > 1 }'),
  rule(
    "tool.b",
    'principal, action == Action::"tool.call", resource',
    'when { resource.name == "b" } when { context.class == "restricted" }',
  ),
  rule("turned", 'principal, action == Action::"tool.call", resource', 'when { "a" == resource.name && context.hour == 3 }'),
  rule("or", 'principal, action == Action::"tool.call", resource', 'when { resource.name == "a" || context.risk > 50 }'),
  rule("second", 'principal, action == Action::"tool.call", resource', 'when { context.writes > 2 && resource.name == "a" }'),
  rule("unless", 'principal, action == Action::"tool.call", resource', 'unless { resource.name == "a" || context.risk < 90 }'),
  rule(
    "effect",
    'principal, action == Action::"tool.call", resource',
    'when { resource.effect == "write" && context.trust == "untrusted" }',
  ),
  rule(
    "context",
    'principal, action == Action::"tool.call", resource',
    'when { context.class == "restricted" && resource.effect == "write" }',
  ),
  rule(
    "money",
    'principal, action == Action::"tool.call", resource',
    'when { resource.name == "c" && context.spent_usd.greaterThan(decimal("5.00")) }',
  ),
  rule("user", 'principal == User::"acme/eve", action == Action::"tool.call", resource', ""),
  rule("role", 'principal in Role::"reviewer", action == Action::"tool.call", resource', "when { context.risk > 10 }"),
  rule("staff", 'principal in Role::"staff", action == Action::"model.call", resource', "when { context.risk > 10 }"),
  rule("thing", 'principal, action == Action::"tool.call", resource == Tool::"acme/b"', "when { context.hour > 20 }"),
  rule("model", 'principal, action == Action::"model.call", resource == Model::"acme/m/1"', ""),
  rule("host", 'principal, action == Action::"egress", resource', 'when { resource.name == "h" && context.seen_class == "restricted" }'),
  rule(
    "unattended",
    'principal, action == Action::"tool.call_unattended", resource',
    'when { resource.name == "a" && context.guarded_reached }',
  ),
].map((text, index) => (text.includes("@id") ? text : `@id("p${index}") ${text}`));
const EXAMPLES = { nothingLeavesAfterRestricted, officeHours };

/** Every point of the domain of these policies, and every user, role, name and class of them. */
function questions(policies: Record<string, string>): AccessQuestion[] {
  const { points } = pointsOf(Object.values(policies).map((text) => jsonOf(text) as unknown as Json));
  const named = [..."abch"].flatMap((name) =>
    ["eve", "somebody"].flatMap((user) =>
      ["reviewer", "caller", "admin"].map((role) => ({
        ...(commonPoints()[0] as (typeof points)[number]),
        name,
        user,
        role,
        effect: "write" as const,
      })),
    ),
  );
  return [...points, ...named, ...commonPoints()].map((point) => questionOf(point, "acme"));
}

const shown = ({ decision, reasons }: { decision: string; reasons: readonly string[] }): string => `${decision} ${reasons.join(" ")}`;

describe("[POLICY-18] policies that cannot apply to a question are not asked, and no decision changes", () => {
  it.each([
    ["policies with guards in every place", MIXED.join("\n")],
    ["the shipped policies", Object.values(SHIPPED.policies).join("\n")],
    ...Object.entries(EXAMPLES),
  ])("of %s", (name, cedar) => {
    const policies = byId(cedar);
    const engine = loadPolicies({ ...SHIPPED, policies: { cedar } }, () => undefined, name);
    const whole = wholeOf(policies);
    const asked = questions(policies);
    expect(asked.length).toBeGreaterThan(1_000);
    const other = asked.filter((question) => shown(engine.decide(question)) !== whole(question));
    expect(other).toEqual([]);
  });

  it("of a hundred policies about a hundred tools, and of more than can be chosen", () => {
    for (const [many, tools] of [
      [100, 100],
      [200, 2],
    ] as const) {
      const cedar = [
        '@id("all") permit (principal, action, resource);',
        ...Array.from({ length: many }, (_, index) =>
          rule(
            `rule.${index}`,
            'principal, action == Action::"tool.call", resource',
            `when { resource.name == "t${index % tools}" && context.hour == ${index % 24} }`,
          ),
        ),
      ].join("\n");
      const engine = loadPolicies({ ...SHIPPED, policies: { cedar } }, () => undefined, `many ${many}`);
      const whole = wholeOf(byId(cedar));
      for (let index = 0; index < 240; index++) {
        const context: Circumstances = { ...ORDINARY_CALL, hour: index % 24 };
        const question: AccessQuestion = {
          principal: { org: "acme", user: "ann", roles: ["caller"], platformAdmin: false },
          action: "tool.call",
          resource: {
            type: "Tool",
            org: "acme",
            name: `t${(index * 7) % (tools + 1)}`,
            effect: "read",
            approval: "never",
            resources: " ",
            roles: null,
          },
          context,
        };
        expect(shown(engine.decide(question)), `${many} ${index}`).toBe(whole(question));
      }
    }
  });

  it("a guard is read off the scope and the first comparison alone", () => {
    const counts = MIXED.map((text) => [/@id\("([^"]+)"\)/.exec(text)?.[1], guardsOf(text).length]);
    expect(Object.fromEntries(counts)).toEqual({
      ...{
        p0: 0,
        "tool.a": 1,
        "tool.b": 1,
        turned: 0,
        or: 0,
        second: 0,
        unless: 0,
        effect: 1,
        context: 1,
        money: 1,
        user: 1,
        role: 1,
        staff: 1,
      },
      ...{ thing: 1, model: 1, host: 1, unattended: 1 },
    });
  });

  it("a policy that fails where nothing comes before it still denies everything of its action", () => {
    const cedar =
      '@id("all") permit (principal, action, resource);\n@id("fails") forbid (principal, action == Action::"run.start", resource) when { resource.name == "x" && context.hour == 1 };';
    const engine = loadPolicies({ ...SHIPPED, policies: { cedar } }, () => undefined, "fails");
    const question: AccessQuestion = {
      principal: { org: "acme", user: "ann", roles: ["caller"], platformAdmin: false },
      action: "run.start",
      resource: { type: "Thing", org: "acme", owner: "ann" },
      context: ORDINARY_CALL,
    };
    expect(shown(engine.decide(question))).toBe("deny policy_unavailable");
    expect(wholeOf(byId(cedar))(question)).toBe("deny policy_unavailable");
  });
});
