/**
 * An org with a hundred policies of its own, ten users and a hundred tools. Each question has spent another sum, which the org's policies
 * read: none was answered before.
 */
import { circumstancesOf, NOTHING_YET } from "../../core/access/circumstances.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import { type Access, type CallQuestion, defineAccess } from "../../workers/access/access.ts";

/** Policies of the org; the shipped ones are asked beside them. */
const POLICIES = 100;

/** Prohibitions as orgs write them: of a tool, from some spending on, in some hours. None of them applies. */
const cedarOf = (index: number): string =>
  `@id("rule.${index}")
forbid (principal, action == Action::"tool.call", resource)
when { resource.name == "ledger.tool_${index}" && context.spent_usd.greaterThan(decimal("${index}.00")) && (context.hour < ${index % 24} || context.class == "restricted") };`;

const ACTIVE: ActiveSets = {
  policies: {
    version: "0".repeat(32),
    content: { kind: "policies", cedar: Array.from({ length: POLICIES }, (_, index) => cedarOf(index)).join("\n") },
    note: null,
    createdAt: 0,
    createdBy: "bench",
  },
  permissions: null,
};

let access: Access | null = null;
let asked = 0;

/** Makes so many decisions about calls of a tool; false: one of them was not `allow`. */
export function decide(times: number): boolean {
  access ??= defineAccess(() => undefined);
  let allowed = true;
  for (let time = 0; time < times; time++) {
    asked += 1;
    const moment = { at: 0, epoch: 0, workflow: "refunds", destination: "api.acme.example" };
    const circumstances = {
      ...circumstancesOf({ ...NOTHING_YET, own: true, spent: asked }, moment, "definition"),
      risk: asked % 50,
    };
    const question: CallQuestion = {
      kind: "tool",
      caller: { org: "acme", user: `user-${asked % 10}`, roles: ["caller"] },
      circumstances,
      tool: { org: "acme", name: `ledger.tool_${asked % POLICIES}`, effect: "read", approval: "never", resources: " ", roles: null },
    };
    allowed &&= access.permission(question, ACTIVE).decision === "allow";
  }
  return allowed;
}
