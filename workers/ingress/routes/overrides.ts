/** `/v1/overrides`: lifts the risk block of one step of one run, by three people. Who may approve is the use case's to say. */
import { z } from "@hono/zod-openapi";
import { overrideView } from "../../../core/override/override.ts";
import { ok } from "../../../core/result.ts";
import { approveOverride, askOverride } from "../../use-cases/overrides.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { instant, reasonText } from "../schemas/names.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";
import { Override } from "../schemas/risk-views.ts";

const Body = z
  .strictObject({
    run: z.string().max(64),
    step: z.string().max(63).openapi({ description: "a step of the run's workflow; every call that it makes is covered" }),
    reason: reasonText,
    expires_at: instant.openapi({ description: "at most 7 days ahead" }),
  })
  .openapi("AskOverride");

export function overrideRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/overrides",
      operationId: "askOverride",
      tag: "people",
      summary: "Asks that a step of a run may go although its risk is over the org's `risk.block_over`; two others must approve",
      action: "override.ask",
      headers: idempotencyHeader,
      body: Body,
      answers: { 201: { description: "the override, waiting for two people", schema: Override } },
      refusals: ["not_found", "conflict", "idempotency_key_reused", "injection_detected"],
      async handle(call) {
        const { run, step, reason, expires_at } = call.body;
        const command = { run, step, reason, expiresAt: Date.parse(expires_at) };
        const asked = await askOverride(ports, call, command, repeatable(call, call.body));
        if (!asked.ok) return asked;
        return ok(replyOf({ outcome: "created" as const, replayed: asked.value.replayed }, overrideView(asked.value.override, call.at)));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/overrides",
      operationId: "listOverrides",
      tag: "people",
      summary: "Lists the org's overrides, newest first",
      action: "override.read",
      query: pageQuery,
      answers: { 200: { description: "a page of overrides", schema: listOf(Override) } },
      async handle({ principal, query, at }) {
        const { data, next_cursor } = await ports.store.overrides.list(principal.org, pageOf(query));
        return reply(200, { data: data.map((one) => overrideView(one, at)), next_cursor });
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/overrides/{id}/approve",
      operationId: "approveOverride",
      tag: "people",
      summary: "Approves an override, as one of two people who neither asked for it nor started the run",
      action: "override.approve",
      params: { id: z.string() },
      answers: { 200: { description: "the override with this approval", schema: Override } },
      refusals: ["conflict", "second_person_required"],
      async handle({ params, ...call }) {
        const approved = await approveOverride(ports, call, params.id);
        return approved.ok ? reply(200, overrideView(approved.value, call.at)) : approved;
      },
    }),
  ];
}
