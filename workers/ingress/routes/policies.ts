/** `/v1/policies` and `/v1/permissions`: an org's own policies. Two people put a version in force; a draft decides nothing. */
import { z } from "@hono/zod-openapi";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { flawOfRule, MOST_RULES } from "../../../core/policy/permissions.ts";
import { activationView, versionView } from "../../../core/policy/set.ts";
import { err, ok } from "../../../core/result.ts";
import { approveActivation, registerPolicies, requestActivation, setPermissions } from "../../use-cases/policies.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { policyVersion, reasonText } from "../schemas/names.ts";
import { Activated, Permissions, PolicyActivation, PolicyVersion } from "../schemas/policy-views.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";

/** UTF-16 units of a set of policies. */
const MOST_CEDAR = 200_000;

const params = { version: policyVersion };
const Cedar = z
  .strictObject({ cedar: z.string().min(1, "must not be empty").max(MOST_CEDAR), note: reasonText.optional() })
  .openapi("RegisterPolicies");
const Activate = z.strictObject({ reason: reasonText }).openapi("ActivatePolicies");

const part = (field: "role" | "tool" | "resource") =>
  z.string().superRefine((text, context) => {
    const flaw = flawOfRule(field, text);
    if (flaw !== null) context.addIssue({ code: "custom", message: flaw });
  });
const Rules = z
  .strictObject({
    rules: z
      .array(
        z.strictObject({ role: part("role"), tool: part("tool"), resource: part("resource"), effect: z.enum(["allow", "deny", "ask"]) }),
      )
      .min(1)
      .max(MOST_RULES),
    reason: reasonText.optional(),
  })
  .openapi("SetPermissions");

export function policyRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/policies",
      operationId: "registerPolicies",
      tag: "policies",
      summary: "Registers policies in Cedar as a version that is not in force",
      action: "policy.write",
      headers: idempotencyHeader,
      body: Cedar,
      answers: { 201: { description: "the version", schema: PolicyVersion } },
      refusals: ["idempotency_key_reused", "injection_detected"],
      async handle(call) {
        const { cedar, note = null } = call.body;
        const registered = await registerPolicies(ports, call, { cedar, note }, repeatable(call, call.body));
        if (!registered.ok) return registered;
        const { view, replayed } = registered.value;
        return ok(replyOf({ outcome: "created" as const, replayed }, view));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/policies",
      operationId: "listPolicies",
      tag: "policies",
      summary: "Lists the versions of the org's policies, newest first",
      action: "policy.read",
      query: pageQuery,
      answers: { 200: { description: "a page of versions", schema: listOf(PolicyVersion) } },
      async handle({ principal: { org }, query }) {
        const [page, active] = await Promise.all([
          ports.store.policies.list(org, "policies", pageOf(query)),
          ports.store.policies.active(org),
        ]);
        return reply(200, { ...page, data: page.data.map((version) => versionView(version, active)) });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/policies/activations",
      operationId: "listPolicyActivations",
      tag: "policies",
      summary: "Lists the requests to put a version in force, newest first",
      action: "policy.read",
      query: pageQuery,
      answers: { 200: { description: "a page of requests", schema: listOf(PolicyActivation) } },
      async handle({ principal: { org }, query }) {
        const page = await ports.store.policies.activations(org, pageOf(query));
        return reply(200, { ...page, data: page.data.map(activationView) });
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/policies/activations/{id}/approve",
      operationId: "approvePolicyActivation",
      tag: "policies",
      summary: "Puts the version in force, as a second admin",
      action: "policy.activate",
      params: { id: z.string().regex(/^[a-z]{2,8}_[0-9A-Za-z-]{1,64}$/) },
      answers: { 200: { description: "the request, approved", schema: PolicyActivation } },
      refusals: ["not_found", "conflict", "second_person_required"],
      async handle(call) {
        const approved = await approveActivation(ports, call, call.params.id);
        return approved.ok ? reply(200, approved.value) : approved;
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/policies/{version}",
      operationId: "getPolicies",
      tag: "policies",
      summary: "Returns a version of the org's policies",
      action: "policy.read",
      params,
      answers: { 200: { description: "the version", schema: PolicyVersion } },
      async handle({ principal: { org }, params: { version } }) {
        const [found, active] = await Promise.all([ports.store.policies.get(org, version), ports.store.policies.active(org)]);
        return found === null ? err(unknownId("policy version", version)) : reply(200, versionView(found, active));
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/policies/{version}/activate",
      operationId: "activatePolicies",
      tag: "policies",
      summary: "Asks for the version to be put in force; a second admin must approve",
      action: "policy.activate",
      params,
      headers: idempotencyHeader,
      body: Activate,
      answers: { 202: { description: "the request", schema: z.object({ id: z.string() }) } },
      refusals: ["not_found", "idempotency_key_reused", "injection_detected"],
      async handle(call) {
        const command = { version: call.params.version, reason: call.body.reason };
        const asked = await requestActivation(ports, call, command, repeatable(call, call.body));
        if (!asked.ok) return asked;
        const { id, replayed } = asked.value;
        return ok(replyOf({ outcome: "accepted" as const, replayed }, { id }));
      },
    }),
    endpoint({
      method: "put",
      path: "/v1/permissions",
      operationId: "setPermissions",
      tag: "policies",
      summary: "Asks for a permission matrix to be put in force; a second admin must approve",
      action: "policy.activate",
      body: Rules,
      answers: { 202: { description: "the request", schema: Activated } },
      refusals: ["injection_detected"],
      async handle(call) {
        const { rules, reason = "the permission matrix was changed" } = call.body;
        const asked = await setPermissions(ports, call, { rules, reason });
        return asked.ok ? reply(202, { ...asked.value }) : asked;
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/permissions",
      operationId: "getPermissions",
      tag: "policies",
      summary: "Returns the permission matrix that is in force",
      action: "policy.read",
      answers: { 200: { description: "the matrix; `version` is null where there is none", schema: Permissions } },
      async handle({ principal: { org } }) {
        const { permissions } = await ports.store.policies.active(org);
        const rules = permissions?.content.kind === "permissions" ? permissions.content.rules.map((rule) => ({ ...rule })) : [];
        return reply(200, { version: permissions?.version ?? null, rules });
      },
    }),
  ];
}
