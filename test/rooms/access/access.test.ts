/** Access in workerd: Cedar's module loads, decisions come from the shipped texts, and what cannot be decided is denied. */
import { describe, expect, it } from "vitest";
import type { Principal, Role } from "../../../core/access/principal.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { defineAccess, NO_SETS } from "../../../workers/access/access.ts";
import { SHIPPED } from "../../../workers/access/policies.ts";
import { ORDINARY_CALL } from "../../support/circumstances.ts";

const principal = (roles: readonly Role[], more: Partial<Principal> = {}): Principal => ({
  org: "acme",
  user: "ann",
  roles,
  credential: "key_1",
  credentialExpiresAt: null,
  credentialCreatedAt: 0,
  credentialCreatedBy: null,
  root: null,
  forOthers: false,
  platformAdmin: false,
  ...more,
});
const tool = { org: "acme", name: "payments.refund", effect: "write", approval: "policy", resources: " ", roles: null } as const;
const caller = { org: "acme", user: "ann", roles: ["caller"] } as const;

describe("access", () => {
  it("decides from the shipped policies and names what decided", () => {
    const access = defineAccess(() => undefined);
    const own = access.decide(principal(["caller"]), "run.read", { type: "run", org: "acme", owner: "ann" });
    expect(own).toMatchObject({ decision: "allow", reasons: ["runs.own"], policyVersion: expect.stringMatching(/^[0-9a-f]{16}$/) });
    const others = access.decide(principal(["caller"]), "run.read", { type: "run", org: "acme", owner: "bob" });
    expect(others).toMatchObject({ decision: "deny", reasons: ["no_policy_permits"] });
    const foreign = access.decide(principal(["admin"]), "run.read", { type: "run", org: "globex", owner: "ann" });
    expect(foreign).toMatchObject({ decision: "deny", reasons: ["org.isolation"] });
  });

  it("[POLICY-4] remembers decisions per question, not per role", () => {
    const access = defineAccess(() => undefined);
    const ask = (owner: string) => access.decide(principal(["caller"]), "run.read", { type: "run", org: "acme", owner }).decision;
    expect([ask("ann"), ask("bob"), ask("ann"), ask("bob")]).toEqual(["allow", "deny", "allow", "deny"]);
  });

  it("keeps the switch of everything for the platform's admins", () => {
    const access = defineAccess(() => undefined);
    const about = { type: "kill", org: "acme", attributes: { scope: "all" } };
    expect(access.decide(principal(["admin"]), "kill.throw", about).decision).toBe("deny");
    expect(access.decide(principal(["admin"], { platformAdmin: true }), "kill.throw", about).decision).toBe("allow");
    expect(access.decide(principal(["operator"]), "kill.throw", { ...about, attributes: { scope: "tool:x" } }).decision).toBe("allow");
  });

  it("[POLICY-5] allows, denies, or asks a person about a tool", () => {
    const access = defineAccess(() => undefined);
    const ask = (more: object, circumstances: object = {}) =>
      access.permission(
        { kind: "tool", caller, tool: { ...tool, ...more }, circumstances: { ...ORDINARY_CALL, ...circumstances } },
        NO_SETS,
      ).decision;
    expect(ask({})).toBe("allow");
    expect(ask({}, { chosen_by: "model" })).toBe("ask");
    expect(ask({}, { guarded_reached: true })).toBe("ask");
    expect(ask({ approval: "always" })).toBe("ask");
    expect(ask({ approval: "never" }, { chosen_by: "model" })).toBe("allow");
    expect(ask({ approval: "never" }, { chosen_by: "model", seen_instruction: true })).toBe("ask");
    expect(ask({ approval: "never" }, { guarded_reached: true })).toBe("ask");
    expect(ask({ approval: "never", effect: "read" }, { guarded_reached: true })).toBe("ask");
    expect(ask({ effect: "read" }, { chosen_by: "model" })).toBe("allow");
    expect(ask({ effect: "read" }, { chosen_by: "model", way_out: true })).toBe("ask");
    expect(ask({ roles: ["operator"] })).toBe("deny");
    expect(ask({ org: "globex" })).toBe("deny");
  });

  it("permits a model to members of its org", () => {
    const access = defineAccess(() => undefined);
    const ask = (org: string) =>
      access.permission({ kind: "model", caller, org, model: "acme/small-2026-01-01", circumstances: ORDINARY_CALL }, NO_SETS).decision;
    expect([ask("acme"), ask("globex")]).toEqual(["allow", "deny"]);
  });
});

describe("[POLICY-6] what cannot be decided is denied", () => {
  const question = ["run.start", { type: "run", org: "acme", owner: "ann" }] as const;

  it("an action that the schema does not know", () => {
    const answer = defineAccess(() => undefined).decide(principal(["admin"]), "run.fly", { type: "run", org: "acme", owner: "ann" });
    expect(answer).toMatchObject({ decision: "deny", reasons: ["policy_unavailable"] });
  });

  it("an action of calls, asked over HTTP", () => {
    expect(defineAccess(() => undefined).decide(principal(["admin"]), "tool.call", { type: "tool", org: "acme" }).decision).toBe("deny");
  });

  it("policies that do not parse", () => {
    const lines: LogLine[] = [];
    const access = defineAccess((line) => lines.push(line), { ...SHIPPED, policies: { broken: "permit (principal, action" } });
    expect(access.decide(principal(["admin"]), ...question)).toMatchObject({ decision: "deny", reasons: ["policy_unavailable"] });
    expect(lines).toEqual([expect.objectContaining({ level: "error", event: "policy.invalid", policy_version: access.policyVersion() })]);
  });

  it("a policy without an id", () => {
    const access = defineAccess(() => undefined, { ...SHIPPED, policies: { open: "permit (principal, action, resource);" } });
    expect(access.decide(principal(["admin"]), ...question).decision).toBe("deny");
  });

  it("a schema that does not parse", () => {
    expect(defineAccess(() => undefined, { ...SHIPPED, schema: "entity" }).decide(principal(["admin"]), ...question).decision).toBe("deny");
  });

  it("a prohibition that fails while it is evaluated is not skipped", () => {
    const failing = '@id("x.failing") forbid (principal, action, resource) when { principal.nothing == 1 };';
    const access = defineAccess(() => undefined, { ...SHIPPED, policies: { ...SHIPPED.policies, failing } });
    expect(access.decide(principal(["caller"]), ...question)).toMatchObject({ decision: "deny", reasons: ["policy_unavailable"] });
  });

  it("a caller whose roles are not what they should be", () => {
    const odd = { ...principal(["caller"]), roles: [7 as unknown as Role] };
    expect(defineAccess(() => undefined).decide(odd, ...question).decision).toBe("deny");
  });

  it("two sets in one isolate do not meet", () => {
    const open = defineAccess(() => undefined, { ...SHIPPED, policies: { open: '@id("all") permit (principal, action, resource);' } });
    expect(open.decide(principal([]), ...question).decision).toBe("allow");
    expect(defineAccess(() => undefined).decide(principal([]), ...question).decision).toBe("deny");
    expect(open.decide(principal([]), "run.cancel", question[1]).decision).toBe("allow");
  });
});
