/** `/v1/approvers`: who decides about an operation, how many, by when, and who is next in line. */
import { z } from "@hono/zod-openapi";
import { own } from "../../../core/json.ts";
import { err } from "../../../core/result.ts";
import { noEntry, removeApprovers, setApprovers } from "../../use-cases/approvers.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { ApproverEntry, ApproverEntryKept, approverView, PutApprovers } from "../schemas/approver-views.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";

const params = { operation: z.string().max(200).openapi({ example: "tool:payments.refund" }) };

export function approverRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "put",
      path: "/v1/approvers/{operation}",
      operationId: "putApprovers",
      tag: "people",
      summary:
        "Sets who decides about an operation: `tool:NAME`, `workflow:NAME/STEP`, `budget`, `unknown_outcome`, `hand_over`, `policy`, `override`",
      action: "approver.write",
      params,
      body: PutApprovers,
      answers: { 200: { description: "the entry, and what will probably mislead in it", schema: ApproverEntryKept } },
      refusals: ["not_found"],
      async handle({ params: { operation }, body, ...call }) {
        const set = await setApprovers(ports, call, operation, body);
        if (!set.ok) return set;
        return reply(200, {
          ...approverView(set.value.rule),
          warnings: set.value.warnings.map(({ path, message }) => ({ path, message })),
        });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/approvers",
      operationId: "listApprovers",
      tag: "people",
      summary: "Lists who decides what, by operation",
      action: "approver.read",
      query: pageQuery,
      answers: { 200: { description: "a page of entries", schema: listOf(ApproverEntry) } },
      async handle({ principal, query }) {
        const { data, next_cursor } = await ports.store.approvers.list(principal.org, pageOf(query));
        const tallies = await ports.reviews(principal.org).tallies();
        return reply(200, { data: data.map((rule) => approverView(rule, own(tallies, rule.operation))), next_cursor });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/approvers/{operation}",
      operationId: "getApprovers",
      tag: "people",
      summary: "Returns who decides about an operation",
      action: "approver.read",
      params,
      answers: { 200: { description: "the entry", schema: ApproverEntry } },
      refusals: ["not_found"],
      async handle({ principal: { org }, params: { operation } }) {
        const [rule] = await ports.store.approvers.of(org, [operation]);
        if (rule === undefined) return err(await noEntry(ports, org, operation));
        return reply(200, approverView(rule, own(await ports.reviews(org).tallies(), operation)));
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/approvers/{operation}",
      operationId: "deleteApprovers",
      tag: "people",
      summary: "Removes the entry: every reviewer decides about the operation again",
      action: "approver.write",
      params,
      answers: { 204: { description: "removed" } },
      refusals: ["not_found"],
      async handle({ params: { operation }, ...call }) {
        const removed = await removeApprovers(ports, call, operation);
        return removed.ok ? reply(204, undefined) : removed;
      },
    }),
  ];
}
