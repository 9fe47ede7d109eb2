/** `/v1/tools`: what workflows may call. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { unknownName } from "../../../core/errors/unknown-name.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import { errorOf } from "../../../core/run/calls/failure.ts";
import type { StoredTool } from "../../store/ports.ts";
import { approveTool } from "../../use-cases/approve-tool.ts";
import { importTools } from "../../use-cases/import-tools.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { registerTool } from "../../use-cases/register-tool.ts";
import { testTool } from "../../use-cases/test-tool.ts";
import { admitToolCredentials, readToolCredentials, type ToolCredentials as ToolCredentialUse } from "../../use-cases/tool-credentials.ts";
import { longNumbersOf } from "../body.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { repeatable, replyOf } from "../repeat.ts";
import { listOf } from "../schemas/answers.ts";
import { ImportBody, importRequest } from "../schemas/import.ts";
import { ToolBody } from "../schemas/manifests.ts";
import { anyJson, toolName } from "../schemas/names.ts";
import { idempotencyHeader, pageOf, pageQuery } from "../schemas/requests.ts";
import { ImportedTools, RegisteredTool, StoredToolView, ToolCredentials, ToolTest, ToolWithProposals } from "../schemas/views.ts";

export function toolRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "put",
      path: "/v1/tools/{name}",
      operationId: "putTool",
      tag: "tools",
      summary: "Registers a tool; a changed manifest is a new version",
      action: "tool.write",
      params: { name: toolName },
      body: ToolBody,
      answers: { 200: { description: "the tool with every default filled in", schema: RegisteredTool } },
      async handle(call) {
        const registered = await registerTool(ports, call, { name: call.params.name, manifest: asSent(call.body, call.params.name) });
        if (!registered.ok) return registered;
        const { tool, warnings } = registered.value;
        return reply(200, { ...tool, warnings });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/tools",
      operationId: "listTools",
      tag: "tools",
      summary: "Lists the org's tools, each in its version in force, or as it is proposed",
      action: "tool.read",
      query: pageQuery,
      answers: { 200: { description: "a page of tools", schema: listOf(StoredToolView) } },
      async handle({ principal, query }) {
        const { data, next_cursor } = await ports.store.tools.list(principal.org, pageOf(query));
        return reply(200, { data: data.map(viewOf), next_cursor });
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/tools/{name}",
      operationId: "getTool",
      tag: "tools",
      summary: "Returns a tool in its version in force, and what is proposed in its place",
      action: "tool.read",
      params: { name: toolName },
      answers: { 200: { description: "the tool", schema: ToolWithProposals } },
      async handle({ principal, params }) {
        const versions = await ports.store.tools.stored(principal.org, [params.name]);
        const proposals = versions.filter(({ status }) => status === "proposed");
        const shown = versions.find(({ status }) => status === "active") ?? proposals.at(-1);
        if (shown === undefined) return err(unknownName("tool", params.name, await ports.store.tools.names(principal.org)));
        return reply(200, { ...viewOf(shown), proposals: proposals.map(viewOf) });
      },
    }),
    endpoint({
      method: "delete",
      path: "/v1/tools/{name}",
      operationId: "deleteTool",
      tag: "tools",
      summary: "Withdraws a tool: nothing new uses it, and runs under way keep it",
      action: "tool.write",
      params: { name: toolName },
      answers: { 204: { description: "withdrawn" } },
      async handle(call) {
        const { org } = call.principal;
        const { name } = call.params;
        const record = auditRecord(ports, call, {
          type: "tool.withdrawn",
          action: "tool.write",
          resource: `tool/${name}`,
          decision: "allow",
        });
        const withdrawn = await ports.store.tools.withdraw(org, name, record);
        return withdrawn ? reply(204, undefined) : err(unknownName("tool", name, await ports.store.tools.names(org)));
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/tools/import",
      operationId: "importTools",
      longNumbersIn: "/openapi/document/",
      tag: "tools",
      summary: "Proposes the tools of an MCP server or of an OpenAPI document; nobody uses them before a second person approves each",
      action: "tool.write",
      headers: idempotencyHeader,
      body: ImportBody,
      answers: { 200: { description: "what came of each tool of the source", schema: ImportedTools } },
      refusals: ["idempotency_key_reused", "policy_denied", "upstream_unavailable", "output_invalid", "rate_limited", "timeout"],
      async handle(call) {
        const imported = await importTools(ports, call, importRequest(call.body), repeatable(call, call.body));
        if (!imported.ok) return imported;
        const { tools, refused, replayed } = imported.value;
        return ok(replyOf({ outcome: "done" as const, replayed }, { tools: [...tools], refused: [...refused] }));
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/tools/{name}/approve",
      operationId: "approveTool",
      tag: "tools",
      summary: "Puts a proposed version in force; not by the one who imported it",
      action: "tool.approve",
      params: { name: toolName },
      body: z.strictObject({ version: z.number().int().min(1) }),
      answers: { 200: { description: "the version, in force", schema: StoredToolView } },
      refusals: ["second_person_required", "conflict"],
      async handle(call) {
        const approved = await approveTool(ports, call, { name: call.params.name, version: call.body.version });
        return approved.ok ? reply(200, viewOf(approved.value)) : approved;
      },
    }),
    endpoint({
      method: "get",
      path: "/v1/tools/{name}/credentials",
      operationId: "getToolCredentials",
      tag: "tools",
      summary: "Returns where the tool's credentials go and what they carry, and what of it is new",
      action: "tool.read",
      params: { name: toolName },
      answers: { 200: { description: "of the version in force", schema: ToolCredentials } },
      async handle({ principal, params }) {
        const read = await readToolCredentials(ports, principal.org, params.name);
        return read.ok ? reply(200, shownCredentials(read.value)) : read;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/tools/{name}/credentials",
      operationId: "admitToolCredentials",
      tag: "tools",
      summary: "Admits that credentials go where the version in force sends them, with its scopes",
      action: "org.write",
      params: { name: toolName },
      body: z.strictObject({ version: z.number().int().min(1) }),
      answers: { 200: { description: "admitted", schema: ToolCredentials } },
      refusals: ["conflict"],
      async handle(call) {
        const admitted = await admitToolCredentials(ports, call, { name: call.params.name, version: call.body.version });
        return admitted.ok ? reply(200, shownCredentials(admitted.value)) : admitted;
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/tools/{name}/test",
      operationId: "testTool",
      longNumbersIn: "/input/",
      tag: "tools",
      summary: "Calls a tool once, under the same rules as in a run",
      action: "tool.test",
      params: { name: toolName },
      body: z.strictObject({ input: anyJson }),
      answers: { 200: { description: "what the tool answered, or how it failed", schema: ToolTest } },
      refusals: ["kill_switch_active", "policy_denied", "injection_detected"],
      async handle(call) {
        const { input } = call.body;
        if (input === undefined) return err(refuse("invalid_request", "the body is invalid", [{ path: "/input", message: "is required" }]));
        const long = longNumbersOf(call.request).map((path) => path.slice("/input".length));
        const tested = await testTool(ports, call, { tool: call.params.name, sent: { value: input as Json, long } });
        if (!tested.ok) return tested;
        const { result, status, durationMs, findings } = tested.value;
        const error = result.ok ? null : errorOf(result.failure);
        return reply(200, { ok: result.ok, output: result.ok ? result.output : null, error, status, duration_ms: durationMs, findings });
      },
    }),
  ];
}

/** Of a proposer the name alone: what stands behind a key is nobody's business. */
function viewOf({ manifest, status, origin }: StoredTool) {
  if (origin === null) return { ...manifest, status, origin };
  const { v: _, proposed_by, ...told } = origin;
  return { ...manifest, status, origin: { ...told, proposed_by: proposed_by.user } };
}

const shownCredentials = ({ destinations, scopes, ...told }: ToolCredentialUse) => ({
  ...told,
  destinations: [...destinations],
  scopes: [...scopes],
});

/** What the answers of these routes add to a manifest. */
const SHOWN_ONLY: ReadonlySet<string> = new Set(["version", "status", "origin", "proposals", "warnings"]);

/** A tool as it was shown can be sent back: what only answers have is no part of the manifest, nor is the name of the path. */
const asSent = (body: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([field, value]) => !SHOWN_ONLY.has(field) && !(field === "name" && value === name)));
