/** Places in a text, the matrix in Cedar, who may approve, and the domain of an analysis. */
import { describe, expect, it } from "vitest";
import { commonPoints, pointsOf, questionOf } from "../../../core/policy/domain.ts";
import { tooDeepAt } from "../../../core/policy/nesting.ts";
import { cedarOf, flawOfRule, type PermissionRule, resourcesOf } from "../../../core/policy/permissions.ts";
import { placeOf, placeOfByte } from "../../../core/policy/place.ts";
import { flawOfScope, permittedBy } from "../../../core/policy/scope.ts";
import {
  ACTIVATION_LIFETIME_MS,
  type Activation,
  activationView,
  refusalOfApproval,
  type SetVersion,
  versionView,
} from "../../../core/policy/set.ts";

describe("places", () => {
  it("[POLICY-10] count lines and characters from 1, over bytes as over UTF-16 units", () => {
    const text = "é\n😀x\n";
    expect([0, 2, 3, 7, 99].map((offset) => placeOfByte(text, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 3, column: 1 },
    ]);
    expect([0, 2, 4, 6].map((index) => placeOf(text, index))).toEqual([
      { line: 1, column: 1 },
      { line: 2, column: 1 },
      { line: 2, column: 2 },
      { line: 3, column: 1 },
    ]);
  });

  it.each([
    ["\u007f", 1],
    ["\u0080", 2],
    ["\u07ff", 2],
    ["\u0800", 3],
    ["\uffff", 3],
    ["\u{10000}", 4],
  ])("[POLICY-10] %j has %i bytes", (character, bytes) => {
    expect([bytes, bytes + 1].map((offset) => placeOfByte(`${character}xy`, offset).column)).toEqual([2, 3]);
  });
});

it.each([
  ["as many brackets as may be", `permit when { ${"(".repeat(39)}true`, false],
  ["brackets", `permit when { ${"(".repeat(40)}true`, true],
  ["as many operators as may be", `permit when { ${Array(201).fill("true").join("&&")} };`, false],
  ["a list of texts, and comments", `permit when { [${Array(300).fill('"a"').join(",")}] };\n${"// b\n".repeat(300)}`, false],
  ["operators", `permit(principal, action, resource) when { ${Array(202).fill("true").join("||")} };`, true],
  ["two policies", `permit(principal, action, resource) when { ${Array(150).fill("true").join("||")} };`.repeat(2), false],
  [
    "what only a text or a comment holds",
    `// ${"(".repeat(99)}\npermit(principal, action, resource) when { principal.name == "${"(".repeat(99)}" };`,
    false,
  ],
])("[POLICY-17] %s: nests too deep for Cedar's stack: %s", (_name, cedar, isTooDeep) => {
  expect(tooDeepAt(cedar) !== null).toBe(isTooDeep);
});

describe("scope", () => {
  const action = (id: string) => ({ op: "==", entity: { type: "Action", id } });
  it("[POLICY-10] lets an org name its own actions, also in conditions, and no other", () => {
    expect(flawOfScope({ effect: "permit", action: { op: "All" }, conditions: [] })).toBeNull();
    expect(flawOfScope({ effect: "forbid", action: action("egress"), conditions: [] })).toBeNull();
    expect(flawOfScope({ effect: "forbid", action: { op: "All" }, conditions: [] })).toContain("every action");
    expect(flawOfScope({ effect: "permit", action: action("key.write"), conditions: [] })).toContain("`key.write`");
    const hidden = { "==": { left: { Var: "action" }, right: { Value: { __entity: { type: "Action", id: "kill.throw" } } } } };
    expect(flawOfScope({ effect: "permit", action: { op: "All" }, conditions: [{ kind: "when", body: hidden }] })).toContain(
      "`kill.throw`",
    );
  });

  it("[POLICY-10] takes only an action for an action, and only a policy for a policy", () => {
    const resource = { op: "==", entity: { type: "Tool", id: "acme/key.write" } };
    expect(flawOfScope({ effect: "forbid", action: action("tool.call"), resource })).toBeNull();
    expect(flawOfScope("permit")).toBe("is no policy");
    expect(flawOfScope({ effect: "forbid" })).toContain("every action");
  });

  it("says which actions a policy can permit", () => {
    expect([permittedBy("permit"), permittedBy({ effect: "permit" })]).toEqual([null, "all"]);
    expect(permittedBy({ effect: "permit", action: { op: "All" } })).toBe("all");
    expect(permittedBy({ effect: "permit", action: action("egress") })).toEqual(["egress"]);
    expect(permittedBy({ effect: "forbid", action: action("egress") })).toBeNull();
  });
});

describe("[PERM-2] a rule", () => {
  it.each<["role" | "tool" | "resource", string, boolean]>([
    ["role", "*", true],
    ["role", "caller", true],
    ["role", "call*", false],
    ["tool", "crm.*", true],
    ["tool", "", false],
    ["tool", "a*b", false],
    ["tool", 'a"', false],
    ["resource", "own:*", true],
    ["resource", "own:orders", true],
    ["resource", "own:", false],
    ["resource", "two words", false],
  ])("%s `%s`: %s", (field, text, isRight) => {
    expect(flawOfRule(field, text) === null).toBe(isRight);
  });

  it("names what the scopes of a tool name", () => {
    expect(resourcesOf(["read:orders", "write:orders", "read:customers"])).toBe(" orders customers ");
    expect(resourcesOf([])).toBe(" ");
  });

  it("is one condition with those beside it that have the same effect", () => {
    const rule = (tool: string, effect: PermissionRule["effect"]): PermissionRule => ({ role: "*", tool, resource: "*", effect });
    const cedar = cedarOf([rule("a", "allow"), rule("b", "allow"), rule("c", "deny"), rule("*", "ask")]);
    expect(cedar).toContain(
      'unless { (((resource.name == "a") || (resource.name == "b")) || (!((resource.name == "c")) && ((true) || false))) };',
    );
    expect(cedar.match(/forbid/g)).toHaveLength(2);
    // What a person is asked about is not done unattended.
    expect(cedar).toContain(
      'Action::"tool.call_unattended", resource)\nunless { (((resource.name == "a") || (resource.name == "b")) || (!((resource.name == "c") || true) && false)) };',
    );
  });
});

describe("[POLICY-11] an activation", () => {
  const activation: Activation = {
    id: "act_1",
    kind: "policies",
    version: "a",
    reason: "r",
    asker: { user: "ann", root: "platform-admin", credential: "key_1" },
    requestedAt: 1_000,
    status: "pending",
    approvedBy: null,
    activatedAt: null,
  };
  const bob = { user: "bob", root: "platform-admin", credential: "key_2" };
  it.each([
    ["another admin", activation, bob, 2_000, null],
    ["the one who asks", activation, activation.asker, 2_000, "second_person_required"],
    ["another key of the same user", activation, { ...activation.asker, credential: "key_3" }, 2_000, "second_person_required"],
    ["a key that the asker made", activation, { user: "bot", root: "ann", credential: "key_4" }, 2_000, "second_person_required"],
    ["the platform's own key", activation, { user: "platform-admin", root: null, credential: "admin" }, 2_000, "second_person_required"],
    ["too late", activation, bob, 1_000 + ACTIVATION_LIFETIME_MS, "conflict"],
    ["approved before", { ...activation, status: "active" as const }, bob, 2_000, "conflict"],
  ])("%s", (_name, asked, approver, at, code) => {
    expect(refusalOfApproval(asked, approver, at)?.code ?? null).toBe(code);
  });
});

it("[POLICY-11] a version is shown as active where either set of the org is this one, and with its content", () => {
  const cedar: SetVersion = { version: "a", content: { kind: "policies", cedar: "permit;" }, note: null, createdAt: 0, createdBy: "ann" };
  const rules = [{ role: "*", tool: "*", resource: "*", effect: "allow" }] as const;
  const matrix: SetVersion = { ...cedar, version: "b", content: { kind: "permissions", rules } };
  const shown = { note: null, created_at: "1970-01-01T00:00:00.000Z", created_by: "ann" };
  expect(versionView(cedar, { policies: cedar, permissions: null })).toEqual({
    ...shown,
    version: "a",
    status: "active",
    cedar: "permit;",
  });
  expect(versionView(matrix, { policies: cedar, permissions: matrix })).toEqual({ ...shown, version: "b", status: "active", rules });
  expect(versionView(matrix, { policies: cedar, permissions: null }).status).toBe("draft");
});

it("[POLICY-11] an activation is shown with the time at which it came into force, once it has", () => {
  const asked = { id: "act_1", kind: "policies", version: "a", reason: "r", status: "pending", approvedBy: null } as const;
  const asker = { user: "ann", root: null, credential: "key_1" };
  const pending = { ...asked, asker, requestedAt: 0, activatedAt: null };
  expect(activationView(pending)).toMatchObject({ requested_by: "ann", requested_at: "1970-01-01T00:00:00.000Z", activated_at: null });
  expect(activationView({ ...pending, activatedAt: 1_000 }).activated_at).toBe("1970-01-01T00:00:01.000Z");
});

describe("[POLICY-15] the domain", () => {
  const policy = {
    effect: "forbid",
    principal: { op: "in", entity: { type: "Role", id: "developer" } },
    action: { op: "==", entity: { type: "Action", id: "tool.call" } },
    resource: { op: "==", entity: { type: "Tool", id: "acme/mail.send" } },
    conditions: [
      {
        kind: "when",
        body: {
          "&&": {
            left: { ">": { left: { ".": { left: { Var: "context" }, attr: "hour" } }, right: { Value: 22 } } },
            right: { contains: { left: { ".": { left: { Var: "context" }, attr: "tools_called" } }, right: { Value: "crm.get" } } },
          },
        },
      },
    ],
  };

  it("has every value that a policy names, and those beside it, together", () => {
    const { points, isSampled } = pointsOf([policy]);
    expect(isSampled).toBe(false);
    expect(
      points.some(
        ({ role, name, context }) =>
          role === "developer" && name === "mail.send" && context.hour === 23 && context.tools_called.includes("crm.get"),
      ),
    ).toBe(true);
    expect(new Set(points.map(({ context }) => context.hour))).toEqual(new Set([12, 21, 22, 23]));
    expect(new Set(points.map(({ action }) => action))).toEqual(new Set(["tool.call"]));
  });

  it("stays bounded, and asks about things of the org", () => {
    expect(commonPoints().length).toBeLessThan(2_000);
    const many = pointsOf(Array.from({ length: 200 }, () => policy));
    expect([many.points.length <= 1_200, many.isSampled]).toEqual([true, true]);
    const [point] = pointsOf([policy]).points;
    if (point === undefined) throw new Error("no point");
    expect(questionOf(point, "acme")).toMatchObject({
      principal: { org: "acme" },
      action: "tool.call",
      resource: { type: "Tool", org: "acme" },
    });
  });
});
