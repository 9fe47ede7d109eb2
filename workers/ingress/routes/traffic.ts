/** `/v1/workflows/{name}/traffic` and its versions: a canary, a roll-out and a rollback are one call. */

import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { unknownName } from "../../../core/errors/unknown-name.ts";
import { err } from "../../../core/result.ts";
import { flawOfShares, MOST_SHARES, type Share } from "../../../core/workflow/traffic.ts";
import { auditRecord } from "../../use-cases/record.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { workflowName } from "../schemas/names.ts";
import { Traffic, WorkflowVersionLine } from "../schemas/org-views.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";

const params = { name: workflowName };
const Body = z
  .strictObject({
    versions: z
      .array(z.strictObject({ version: z.int().min(1), percent: z.number().min(0).max(100) }))
      .min(1)
      .max(MOST_SHARES),
  })
  .openapi("SplitTraffic");

export function trafficRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/workflows/{name}/traffic",
      operationId: "splitTraffic",
      tag: "workflows",
      summary: "Splits users among versions; versions that are not named are retired",
      action: "workflow.write",
      params,
      body: Body,
      answers: { 200: { description: "the split", schema: Traffic } },
      handle: (call) => split(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/v1/workflows/{name}/versions",
      operationId: "listWorkflowVersions",
      tag: "workflows",
      summary: "Lists the workflow's versions with their shares, newest first",
      action: "workflow.read",
      params,
      query: pageQuery,
      answers: { 200: { description: "a page of versions", schema: listOf(WorkflowVersionLine) } },
      async handle({ principal, params: { name }, query }) {
        const page = await ports.store.workflows.versions(principal.org, name, pageOf(query));
        if (page.data.length > 0 || query.cursor !== undefined) return reply(200, page);
        return err(unknownName("workflow", name, await ports.store.workflows.names(principal.org)));
      },
    }),
  ];
}

async function split(
  ports: IngressPorts,
  call: Call<typeof params, NoFields, NoFields, typeof Body>,
): Promise<Answer<200, { readonly name: string; readonly versions: readonly Share[] }>> {
  const { org } = call.principal;
  const { name } = call.params;
  const { versions } = call.body;
  if ((await ports.store.workflows.get(org, name, null)) === null)
    return err(unknownName("workflow", name, await ports.store.workflows.names(org)));
  const flaw = flawOfShares(versions);
  if (flaw !== null) {
    const path = flaw.index === null ? "/versions" : `/versions/${flaw.index}`;
    return err(refuse("invalid_request", "the split is invalid", [{ path, message: flaw.message }]));
  }
  const record = auditRecord(ports, call, {
    type: "workflow.traffic_split",
    action: "workflow.write",
    resource: `workflow/${name}`,
    decision: "allow",
    data: { versions },
  });
  const done = await ports.store.workflows.setTraffic(org, name, versions, record);
  if (done.ok) return reply(200, { name, versions: done.value });
  const at = versions.findIndex(({ version }) => version === done.error.unknown);
  const errors = [{ path: `/versions/${at}/version`, message: "there is no version with this number" }];
  return err(refuse("invalid_request", "the split is invalid", errors));
}
