/** An org's own policies beside the shipped ones: both must allow, and what cannot be loaded denies. */
import { describe, expect, it } from "vitest";
import { MOST_RULES } from "../../../core/policy/permissions.ts";
import type { ActiveSets, SetContent } from "../../../core/policy/set.ts";
import { defineAccess, NO_SETS } from "../../../workers/access/access.ts";
import { versionOf } from "../../../workers/access/version.ts";
import { ORDINARY_CALL } from "../../support/circumstances.ts";

const caller = { org: "acme", user: "ann", roles: ["caller"] } as const;
const tool = { org: "acme", name: "crm.get", effect: "read", approval: "policy", resources: " records ", roles: null } as const;
const setOf = (content: SetContent) => ({ version: versionOf(content), content, note: null, createdAt: 0, createdBy: "ann" });
const written = (cedar: string): ActiveSets => ({ ...NO_SETS, policies: setOf({ kind: "policies", cedar }) });
const access = defineAccess(() => undefined);
const ask = (active: ActiveSets, circumstances: object = {}, more: object = {}) =>
  access.permission({ kind: "tool", caller, tool: { ...tool, ...more }, circumstances: { ...ORDINARY_CALL, ...circumstances } }, active);

describe("[POLICY-12] both sets must allow", () => {
  it("a set of prohibitions forbids what it names, and leaves the rest to the shipped policies", () => {
    const active = written('forbid(principal, action == Action::"tool.call", resource) when { context.writes >= 2 };');
    expect(ask(active).decision).toBe("allow");
    expect(ask(active, { writes: 2 })).toMatchObject({ decision: "deny", reasons: ["org:policy1"] });
  });

  it("a set that permits some calls of a kind permits no others of it", () => {
    const active = written('@id("crm") permit(principal, action == Action::"tool.call", resource == Tool::"acme/crm.get");');
    expect(ask(active)).toMatchObject({ decision: "allow", reasons: ["calls.tool"] });
    expect(ask(active, {}, { name: "mail.send" })).toMatchObject({ decision: "deny", reasons: ["org:no_policy_permits"] });
  });

  it("it widens nothing: what the shipped policies deny or ask about stays so", () => {
    const active = written("permit(principal, action, resource);");
    expect(ask(active, {}, { roles: ["operator"] })).toMatchObject({ decision: "deny", reasons: ["calls.tool_roles"] });
    expect(ask(active, {}, { approval: "always" }).decision).toBe("ask");
  });

  it("either may ask for a person", () => {
    const active = written('@id("look") forbid(principal, action == Action::"tool.call_unattended", resource);');
    expect(ask(active)).toMatchObject({ decision: "ask", reasons: ["org:look"] });
  });

  it("[POLICY-13] the version names both sets", () => {
    const active = written("permit(principal, action, resource);");
    expect(ask(active).policyVersion).toBe(`${access.policyVersion()}+${active.policies?.version}`);
    expect(ask(NO_SETS).policyVersion).toBe(access.policyVersion());
  });

  it("many sets in one isolate do not meet", () => {
    // Two more than there are places for: the first ones have lost theirs when they are asked again.
    const sets = Array.from({ length: 66 }, (_, n) =>
      written(`@id("s${n}") forbid(principal, action == Action::"tool.call", resource) when { context.writes == ${n} };`),
    );
    const wrong = [...sets.keys(), 0, 65, 1].filter((n) => {
      const { decision, reasons } = ask(sets[n] ?? NO_SETS, { writes: n });
      return decision !== "deny" || reasons[0] !== `org:s${n}`;
    });
    expect(wrong).toEqual([]);
  });
});

describe("[POLICY-16] what cannot be loaded denies", () => {
  it.each([
    ["text that is no policy", "permit("],
    [
      "a policy that fails while it is evaluated",
      'forbid(principal, action == Action::"tool.call", resource) when { context.nothing == 1 };',
    ],
  ])("%s", (_name, cedar) => {
    expect(ask(written(cedar))).toMatchObject({ decision: "deny", reasons: ["org:policy_unavailable"] });
  });
});

describe("[PERM-1] the matrix", () => {
  const matrix = (rules: Extract<SetContent, { kind: "permissions" }>["rules"]): ActiveSets => ({
    ...NO_SETS,
    permissions: setOf({ kind: "permissions", rules }),
  });
  const rule = (tool: string, effect: "allow" | "deny" | "ask", more: object = {}) => ({ role: "*", tool, resource: "*", effect, ...more });

  it("its first rule that matches decides; what none matches is denied", () => {
    const active = matrix([rule("crm.secret", "deny"), rule("crm.*", "allow"), rule("mail.send", "ask"), rule("mail.*", "deny")]);
    const decided = (name: string) => ask(active, {}, { name }).decision;
    expect(["crm.get", "crm.secret", "mail.send", "mail.read", "other"].map(decided)).toEqual(["allow", "deny", "ask", "deny", "deny"]);
    expect(ask(active, {}, { name: "other" }).reasons).toEqual(["org:permissions.call"]);
  });

  it("matches roles, what the scopes name, and what is the caller's own", () => {
    const active = matrix([
      { role: "caller", tool: "*", resource: "own:rec*", effect: "allow" },
      { role: "operator", tool: "*", resource: "records", effect: "allow" },
    ]);
    expect(ask(active).decision).toBe("allow");
    expect(ask(active, { own: false }).decision).toBe("deny");
    expect(ask(active, {}, { resources: " orders records " }).decision).toBe("allow");
    expect(ask(active, {}, { resources: " orders " }).decision).toBe("deny");
  });

  it("of the most rules that there may be, with effects that change each time, still decides", () => {
    const rules = Array.from({ length: MOST_RULES }, (_, n) => rule(`t${n}`, n % 2 === 0 ? "allow" : "deny"));
    const active = matrix(rules);
    expect([0, 1, MOST_RULES - 2, MOST_RULES - 1, MOST_RULES].map((n) => ask(active, {}, { name: `t${n}` }).decision)).toEqual([
      "allow",
      "deny",
      "allow",
      "deny",
      "deny",
    ]);
  });
});
