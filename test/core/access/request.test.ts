/** Questions as Cedar gets them. */
import { expect, it } from "vitest";
import { targetOf, toCedarRequest } from "../../../core/access/request.ts";
import { ORDINARY_CALL } from "../../support/circumstances.ts";

const principal = { org: "acme", user: "ann", roles: ["caller"], platformAdmin: false };

it("makes roles the groups of a user, and a tool's roles a set of groups", () => {
  const resource = {
    type: "Tool",
    org: "acme",
    name: "mail.send",
    effect: "write",
    approval: "policy",
    resources: " ",
    roles: ["operator"],
  } as const;
  const context = { ...ORDINARY_CALL, chosen_by: "model", guarded_reached: true, tools_called: ["crm.get"], spent_usd: 0.00001 } as const;
  expect(toCedarRequest({ principal, action: "tool.call", resource, context })).toEqual({
    principal: { type: "User", id: "acme/ann" },
    action: { type: "Action", id: "tool.call" },
    resource: { type: "Tool", id: "acme/mail.send" },
    context: { ...context, spent_usd: { __extn: { fn: "decimal", arg: "0.0001" } } },
    entities: [
      {
        uid: { type: "User", id: "acme/ann" },
        attrs: { org: "acme", name: "ann", platform_admin: false },
        parents: [{ type: "Role", id: "caller" }],
      },
      {
        uid: { type: "Tool", id: "acme/mail.send" },
        attrs: {
          org: "acme",
          name: "mail.send",
          effect: "write",
          approval: "policy",
          resources: " ",
          roles: [{ __entity: { type: "Role", id: "operator" } }],
        },
        parents: [],
      },
    ],
  });
});

it("leaves out what is null", () => {
  const { entities } = toCedarRequest({
    principal,
    action: "kill.throw",
    resource: { type: "Switch", org: "acme", owner: "", scope: null },
  });
  expect(entities[1]?.attrs).toEqual({ org: "acme", owner: "" });
});

it("[POLICY-7] takes an unnamed owner for nobody, and a scope by its kind", () => {
  expect(targetOf("run.read", { org: "acme" })).toEqual({ type: "Thing", org: "acme", owner: "" });
  expect(targetOf("kill.throw", { org: "acme", owner: "ann", attributes: { scope: "tool:mail.send" } })).toMatchObject({
    type: "Switch",
    scope: "tool",
  });
  expect(targetOf("kill.throw", { org: "acme", attributes: { scope: "all" } })).toMatchObject({ scope: "all" });
  expect(targetOf("kill.throw", { org: "acme", attributes: { scope: 7 } })).toMatchObject({ scope: null });
});
