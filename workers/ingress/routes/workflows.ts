/** `/v1/workflows`: definitions, kept by version and by content. */
import { z } from "@hono/zod-openapi";
import { canonicalJson } from "../../../core/canonical-json.ts";
import { refuse } from "../../../core/errors/problem.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { ToolsKnown } from "../../../core/workflow/check-references.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields } from "../endpoint.ts";
import { claim, REPLAYED } from "../idempotency.ts";
import type { IngressPorts } from "../ports.ts";
import { auditRecord } from "../record.ts";
import { unknown } from "../runs.ts";
import { listOf } from "../schemas/answers.ts";
import { workflowName } from "../schemas/names.ts";
import { idempotencyHeader, jsonObject, pageOf, pageQuery } from "../schemas/requests.ts";
import { RegisteredWorkflow, WorkflowVersion } from "../schemas/views.ts";

/** More names than any definition needs are not looked up. */
const MOST_TOOLS = 500;

type CreateCall = Call<NoFields, NoFields, typeof idempotencyHeader, typeof jsonObject>;
const params = { name: workflowName };

export function workflowRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "post",
      path: "/v1/workflows",
      tag: "workflows",
      summary: "Registers a definition; the same content gives the same version",
      action: "workflow.write",
      headers: idempotencyHeader,
      body: jsonObject.openapi("Definition", { type: "object", description: "`name`, `input`, `output`, `steps` and options" }),
      answers: {
        201: { description: "a new version", schema: RegisteredWorkflow },
        200: { description: "the version that has this content", schema: RegisteredWorkflow },
      },
      refusals: ["idempotency_key_reused"],
      handle: (call) => register(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/v1/workflows",
      tag: "workflows",
      summary: "The org's workflows, each in its newest version",
      action: "workflow.read",
      query: pageQuery,
      answers: { 200: { description: "a page of workflows", schema: listOf(WorkflowVersion) } },
      handle: async ({ principal, query }) => ok({ status: 200, body: await ports.store.workflows.list(principal.org, pageOf(query)) }),
    }),
    endpoint({
      method: "get",
      path: "/v1/workflows/{name}",
      tag: "workflows",
      summary: "The newest active version with every default filled in",
      action: "workflow.read",
      params,
      answers: { 200: { description: "the version", schema: WorkflowVersion } },
      handle: async (call) => show(ports, call.principal.org, call.params.name, null),
    }),
    endpoint({
      method: "get",
      path: "/v1/workflows/{name}/versions/{v}",
      tag: "workflows",
      summary: "One version with every default filled in",
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

async function show(ports: IngressPorts, org: string, name: string, version: number | null): Promise<Answer> {
  const view = await ports.store.workflows.get(org, name, version);
  return view === null ? err(unknown) : ok({ status: 200, body: view });
}

async function register(ports: IngressPorts, call: CreateCall): Promise<Answer> {
  const { org } = call.principal;
  const checked = checkDefinition(call.body, await toolsKnown(ports, org, toolNames(call.body)));
  if (!checked.ok) return err(refuse("invalid_request", "the definition is invalid", checked.error));
  const definition = checked.value;
  const digest = await sha256Hex(canonicalJson(definition as unknown as Json));
  const claimed = await claim(ports, call, call.headers["Idempotency-Key"], call.body, `${definition.name}@${digest}`);
  if (!claimed.ok) return claimed;
  // The same content is the same version, however often it is put: a replay puts it again and answers with the first status.
  const { view, created } = await ports.store.workflows.put(org, definition, digest, (version) =>
    auditRecord(ports, call, {
      type: "workflow.registered",
      action: "workflow.write",
      resource: `workflow/${definition.name}@${version}`,
      decision: "allow",
      data: { digest },
    }),
  );
  const status = claimed.value.replayed ?? (created ? 201 : 200);
  await claimed.value.settle(status);
  const body = { name: view.name, version: view.version, digest: view.digest, status: view.status };
  return ok({ status, body, headers: claimed.value.replayed === null ? {} : REPLAYED });
}

/** The listed tools that there are, and what each of them does. */
async function toolsKnown({ store }: IngressPorts, org: string, names: readonly string[]): Promise<ToolsKnown> {
  const tools = await store.tools.known(org, names);
  const manifests = await Promise.all([...tools].map((name) => store.tools.get(org, name, null)));
  const facts = manifests.flatMap((manifest) => (manifest === null ? [] : [[manifest.name, { effect: manifest.effect }] as const]));
  return { tools, toolFacts: Object.fromEntries(facts) };
}

function toolNames(raw: JsonObject): string[] {
  const listed: unknown = raw["tools"];
  return Array.isArray(listed) ? [...new Set(listed.filter((name): name is string => typeof name === "string"))].slice(0, MOST_TOOLS) : [];
}

async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
