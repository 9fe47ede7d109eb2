/** `/v1/tools`: what workflows may call. */
import { z } from "@hono/zod-openapi";
import { refuse } from "../../../core/errors/problem.ts";
import { unknownName } from "../../../core/errors/unknown-name.ts";
import type { Json } from "../../../core/json.ts";
import { err } from "../../../core/result.ts";
import { errorOf } from "../../../core/run/calls/failure.ts";
import { registerTool } from "../../use-cases/register-tool.ts";
import { testTool } from "../../use-cases/test-tool.ts";
import { longNumbersOf } from "../body.ts";
import { type Endpoint, endpointsOf, reply } from "../endpoint.ts";
import type { IngressPorts } from "../ports.ts";
import { listOf } from "../schemas/answers.ts";
import { ToolBody } from "../schemas/manifests.ts";
import { anyJson, toolName } from "../schemas/names.ts";
import { pageOf, pageQuery } from "../schemas/requests.ts";
import { RegisteredTool, Tool, ToolTest } from "../schemas/views.ts";

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
        const registered = await registerTool(ports, call, { name: call.params.name, manifest: call.body });
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
      summary: "Lists the org's tools, each in its newest version",
      action: "tool.read",
      query: pageQuery,
      answers: { 200: { description: "a page of tools", schema: listOf(Tool) } },
      handle: async ({ principal, query }) => reply(200, await ports.store.tools.list(principal.org, pageOf(query))),
    }),
    endpoint({
      method: "get",
      path: "/v1/tools/{name}",
      operationId: "getTool",
      tag: "tools",
      summary: "Returns the newest version of a tool",
      action: "tool.read",
      params: { name: toolName },
      answers: { 200: { description: "the tool", schema: Tool } },
      async handle({ principal, params }) {
        const manifest = await ports.store.tools.get(principal.org, params.name, null);
        if (manifest !== null) return reply(200, manifest);
        return err(unknownName("tool", params.name, await ports.store.tools.names(principal.org)));
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
