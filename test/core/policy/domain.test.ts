/** Which questions an analysis asks about a policy: what the policy names, and what lies beside it. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../../core/json.ts";
import { type Point, pointsOf, questionOf } from "../../../core/policy/domain.ts";

const entity = (type: string, id: string): Json => ({ __entity: { type, id } });
const read = (of: string, attr: string): Json => ({ ".": { left: { Var: of }, attr } });
const when = (...bodies: readonly Json[]): Json => bodies.map((body) => ({ kind: "when", body }));
/** A policy about `tool.call`, whose conditions these are. */
const about = (...bodies: readonly Json[]): Json => ({
  effect: "forbid",
  action: { op: "==", entity: { type: "Action", id: "tool.call" } },
  conditions: when(...bodies),
});
const equal = (left: Json, right: Json): Json => ({ "==": { left, right: { Value: right } } });

const tried = (policy: Json, of: (point: Point) => unknown): unknown[] => [...new Set(pointsOf([policy]).points.map(of))];
const contexts = (attribute: keyof Point["context"], ...bodies: readonly Json[]): unknown[] => {
  const { points } = pointsOf([about(...bodies)]);
  return points.map(({ context }) => context[attribute]);
};

describe("[POLICY-15] a policy is tried with", () => {
  it("an ordinary act for all that it does not name", () => {
    const { points, isSampled } = pointsOf([{ effect: "permit", action: { op: "All" } }]);
    expect([points.map(({ action }) => action), isSampled]).toEqual([
      [
        ...["run.start", "tool.call", "model.call", "egress", "knowledge.search", "knowledge.write"],
        ...["memory.recall", "memory.remember", "memory.forget"],
      ],
      false,
    ]);
    expect(points[1]).toEqual({
      role: "caller",
      user: "somebody",
      action: "tool.call",
      effect: "write",
      approval: "policy",
      name: "something",
      resources: " ",
      context: {
        ...{ workflow: "", own: true, agent: "", chosen_by: "definition", trust: "trusted", class: "internal", seen_class: "internal" },
        ...{ seen_untrusted: false, tools_called: [], writes: 0, spent_usd: 0, risk: 0, hour: 12, weekday: 3, destination: "", epoch: 0 },
        ...{ guarded_reached: false, compensation: false, seen_instruction: false, way_out: false },
      },
    });
  });

  it("the entities that it names, with those beside them", () => {
    const named = about(
      equal(read("principal", "x"), entity("User", "acme/ann")),
      equal({ Var: "resource" }, entity("Tool", "acme/crm.get")),
    );
    expect(tried(named, ({ user }) => user)).toEqual(["somebody", "ann"]);
    expect(tried(named, ({ name }) => name)).toEqual(["something", "crm.get"]);
    const ofRole: Json = { effect: "permit", principal: { op: "in", entity: { type: "Role", id: "operator" } } };
    expect(tried(ofRole, ({ role }) => role)).toEqual(["operator", "caller", "auditor"]);
    expect(pointsOf([about({ type: "Tool" }, { id: "x" })]).points).toHaveLength(1); // no entity
  });

  it("texts as names only where it reads a name", () => {
    expect(tried(about(equal(read("principal", "name"), "bob")), ({ user, name }) => `${user} ${name}`)).toEqual([
      "somebody something",
      "bob something",
    ]);
    expect(tried(about(equal(read("resource", "name"), "crm")), ({ user, name }) => `${user} ${name}`)).toEqual([
      "somebody something",
      "somebody crm",
    ]);
    const ofWorkflow = about(equal(read("context", "workflow"), "refund"));
    expect(tried(ofWorkflow, ({ user, name, context }) => `${user} ${name} ${context.workflow}`)).toEqual([
      "somebody something ",
      "somebody something refund",
    ]);
  });

  it("a text that its pattern matches", () => {
    const like: Json = {
      like: { left: read("resource", "resources"), pattern: ["Wildcard", { Literal: " ord" }, { Literal: "ers " }, "Wildcard"] },
    };
    expect(tried(about(like), ({ resources }) => resources)).toEqual([" ", " orders "]);
  });

  it("every value of a circumstance that has a list, and both of one that holds or not", () => {
    expect(contexts("class", read("context", "class"))).toEqual(["public", "internal", "confidential", "restricted"]);
    expect(contexts("trust", equal(read("context", "trust"), "x"))).toEqual(["trusted", "untrusted"]);
    expect(contexts("own", read("context", "own"))).toEqual([false, true]);
    expect(contexts("tools_called", equal(read("context", "tools_called"), "b"), equal({}, "a"))).toEqual([[], ["a"], ["b"], ["a", "b"]]);
  });

  it("a number, those beside it, and none that cannot be", () => {
    const hours = (...numbers: readonly number[]) => contexts("hour", ...numbers.map((number) => equal(read("context", "hour"), number)));
    expect([hours(0), hours(23), hours(3.5)]).toEqual([[12, 0, 1], [12, 22, 23], [12]]);
    const spent = (number: Json) => contexts("spent_usd", equal(read("context", "spent_usd"), number));
    expect([spent("10"), spent(0)]).toEqual([
      [0, 9.9999, 10, 10.0001],
      [0, 0.0001],
    ]);
    expect(contexts("writes", equal(read("context", "writes"), 3))).toEqual([0, 2, 3, 4]);
  });

  it("nothing for a circumstance that there is not", () => {
    const { points } = pointsOf([about(equal(read("context", "nonsense"), "x"))]);
    expect(points.map(({ context }) => "nonsense" in context)).toEqual([false]);
  });
});

describe("the questions are bounded", () => {
  const naming = (count: number, ...bodies: readonly Json[]): Json =>
    about(...Array.from({ length: count }, (_, n) => equal({ Var: "resource" }, entity("Tool", `acme/t${n}`))), ...bodies);
  const asked = (policies: readonly Json[]) => {
    const { points, isSampled } = pointsOf(policies);
    return [points.length, isSampled];
  };

  it("[POLICY-15] to twelve values of one thing, and it says where there are more", () => {
    expect([asked([naming(11)]), asked([naming(12)])]).toEqual([
      [12, false],
      [12, true],
    ]);
  });

  it("[POLICY-15] to 4,000 of all policies", () => {
    const classes = [read("context", "class"), read("context", "seen_class")];
    const all = (names: number) => asked(Array.from({ length: 50 }, () => naming(names, ...classes)));
    expect([all(4), all(5)]).toEqual([
      [50 * 80, false],
      [50 * 80, true],
    ]);
    const [all80] = [naming(4, ...classes)].map((policy) => pointsOf(Array<Json>(50).fill(policy)).points.slice(0, 80));
    expect(new Set(all80?.map((point) => JSON.stringify(point))).size).toBe(80);
  });

  it("[POLICY-19] but every value of each thing comes up, each about as often as the others", () => {
    const varied = ["class", "own", "trust"].map((attribute) => read("context", attribute));
    for (let names = 1; names <= 11; names++) {
      const one = naming(names, ...varied, equal(read("context", "hour"), 8));
      const { points } = pointsOf([one, ...Array<Json>(59).fill(about())]);
      const often = (of: (point: Point) => unknown): number[] =>
        [...Map.groupBy(points.slice(0, -59), of).values()].map(({ length }) => length);
      const counted = [
        often(({ name }) => name),
        ...(["class", "own", "trust", "hour"] as const).map((what) => often(({ context }) => context[what])),
      ];
      expect(counted.map(({ length }) => length)).toEqual([names + 1, 4, 2, 2, 4]);
      expect(Math.max(...counted.map((times) => Math.max(...times) - Math.min(...times)))).toBeLessThanOrEqual(6);
    }
  });
});

it("[POLICY-15] a question is about a thing of the org, of the kind that the action is about", () => {
  const [point] = pointsOf([about()]).points;
  if (point === undefined) throw new Error("no point");
  const asked = (action: Point["action"]) => questionOf({ ...point, action, name: "n" }, "acme");
  expect(asked("tool.call")).toEqual({
    principal: { org: "acme", user: "somebody", roles: ["caller"], platformAdmin: false },
    action: "tool.call",
    resource: { type: "Tool", org: "acme", name: "n", effect: "write", approval: "policy", resources: " ", roles: null },
    context: point.context,
  });
  const kinds = { "model.call": "Model", egress: "Host", "knowledge.search": "Collection", "memory.recall": "Memory" } as const;
  for (const [action, type] of Object.entries(kinds))
    expect(asked(action as Point["action"]).resource).toEqual({ type, org: "acme", name: "n" });
  expect(asked("run.start").resource).toEqual({ type: "Thing", org: "acme", owner: "somebody" });
});
