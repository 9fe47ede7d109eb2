/** `/v1/workflows`: definitions, kept by version and by content. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { unknownName } from "../../../core/errors/unknown-name.ts";
import type { ReachChange } from "../../../core/reach/difference.ts";
import { err, ok } from "../../../core/result.ts";
import type { WorkflowVersionView } from "../../../core/workflow/view.ts";
import type { ReachNews } from "../../use-cases/reach.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { checkWorkflow, registerWorkflow } from "../../use-cases/register-workflow.ts";
import type { Answer } from "../context.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { DefinitionBody } from "../schemas/manifests.ts";
import { workflowName } from "../schemas/names.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";
import { CheckedWorkflow, RegisteredWorkflow, WorkflowVersion } from "../schemas/views.ts";

const params = { name: workflowName };
const dryRunQuery = { dry_run: z.enum(["true", "false"]).optional().openapi({ description: "`true`: check only, register nothing" }) };

export function workflowRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/workflows",
      operationId: "registerWorkflow",
      tag: "workflows",
      summary: "Registers a definition; with `dry_run` it is only checked. The same content has the same version",
      action: "workflow.write",
      query: dryRunQuery,
      headers: idempotencyHeader,
      body: DefinitionBody,
      answers: {
        201: { description: "a new version", schema: RegisteredWorkflow },
        200: {
          description: "the existing version with this content; with `dry_run`, the result of the check",
          schema: z.union([RegisteredWorkflow, CheckedWorkflow]),
        },
      },
      refusals: ["idempotency_key_reused"],
      async handle(call) {
        if (call.query.dry_run === "true") {
          const checked = await checkWorkflow(ports, call, call.body);
          if (!checked.ok) return checked;
          const { warnings, reach, ...of } = checked.value;
          return reply(200, { ...of, warnings: [...warnings], reach: inShort(reach), dry_run: true as const });
        }
        const registered = await registerWorkflow(ports, call, { definition: call.body }, repeatable(call, call.body));
        if (!registered.ok) return registered;
        const { percent, warnings, reach } = registered.value;
        const { name, version, digest, status } = registered.value.version;
        return ok(replyOf(registered.value, { name, version, digest, status, percent, warnings: [...warnings], reach: inShort(reach) }));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/workflows",
      operationId: "listWorkflows",
      tag: "workflows",
      summary: "Lists the org's workflows, each in its newest version",
      action: "workflow.read",
      query: pageQuery,
      answers: { 200: { description: "a page of workflows", schema: listOf(WorkflowVersion) } },
      handle: async ({ principal, query }) => reply(200, await ports.store.workflows.list(principal.org, pageOf(query))),
    }),
    endpoint({
      method: "get",
      path: "/v1/workflows/{name}",
      operationId: "getWorkflow",
      tag: "workflows",
      summary: "Returns the newest active version, with every default filled in",
      action: "workflow.read",
      params,
      answers: { 200: { description: "the version", schema: WorkflowVersion } },
      handle: async (call) => show(ports, call.principal.org, call.params.name, null),
    }),
    endpoint({
      method: "delete",
      path: "/v1/workflows/{name}",
      operationId: "deleteWorkflow",
      tag: "workflows",
      summary: "Withdraws a workflow: it starts no new run, and runs under way go on",
      action: "workflow.write",
      params,
      answers: { 204: { description: "withdrawn" } },
      async handle(call) {
        const { org } = call.principal;
        const { name } = call.params;
        const record = auditRecord(ports, call, {
          type: "workflow.withdrawn",
          action: "workflow.write",
          resource: `workflow/${name}`,
          decision: "allow",
        });
        const withdrawn = await ports.store.workflows.withdraw(org, name, record);
        return withdrawn ? reply(204, undefined) : err(unknownName("workflow", name, await ports.store.workflows.names(org)));
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/workflows/{name}/versions/{v}",
      operationId: "getWorkflowVersion",
      tag: "workflows",
      summary: "Returns one version, with every default filled in",
      action: "workflow.read",
      params: {
        ...params,
        v: z
          .string()
          .regex(/^[1-9]\d{0,8}$/)
          .openapi({ type: "integer", minimum: 1 }),
      },
      answers: { 200: { description: "the version", schema: WorkflowVersion } },
      handle: async (call) => show(ports, call.principal.org, call.params.name, Number(call.params.v)),
    }),
  ];
}

/** Names without what is behind them: `/reach?against=` shows that. */
function inShort({ against, difference }: ReachNews) {
  const short = (changes: readonly ReachChange[]) => changes.map(({ what, name }) => ({ what, name }));
  return { against, added: short(difference.added), removed: short(difference.removed), changed: short(difference.changed) };
}

async function show(ports: IngressPorts, org: string, name: string, version: number | null): Promise<Answer<200, WorkflowVersionView>> {
  const view = await ports.store.workflows.get(org, name, version);
  if (view !== null) return reply(200, view);
  const newest = version === null ? null : await ports.store.workflows.get(org, name, null);
  if (newest === null) return err(unknownName("workflow", name, await ports.store.workflows.names(org)));
  return err(refuse("not_found", `workflow \`${name}\` has no version ${version}: the newest that is active is ${newest.version}`));
}
