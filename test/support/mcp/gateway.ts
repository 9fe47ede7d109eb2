/** A tool gateway whose one tool lives at an MCP server. */
import type { Json } from "../../../core/json.ts";
import type { Failure, ToolOutcome } from "../../../core/run/calls/call.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import { defineToolGateway } from "../../../workers/tool-gateway/gateway.ts";
import type { ToolGatewayPorts } from "../../../workers/tool-gateway/ports.ts";
import { manifest, toolCall } from "../doubles/calls.ts";
import { scriptedGuard } from "../doubles/scripted-guard.ts";
import { URL_OF_SERVER } from "./scripted.ts";

export type McpTool = ManifestOf<"mcp">;

export const CREDENTIAL = "credential-of-this-call";
const still = new AbortController().signal;

export const mcpManifest = (changes: Partial<McpTool> = {}): McpTool => {
  const { http: _, ...contract } = manifest();
  return {
    ...contract,
    name: "notes.add",
    kind: "mcp",
    mcp: { url: URL_OF_SERVER, tool: "add", secret: null },
    input: { type: "object" },
    output: true,
    ...changes,
  };
};

/** Calls the tool of a gateway that is made for it. */
export function mcpCaller(changes: Partial<McpTool>, ports: Partial<ToolGatewayPorts>) {
  const gateway = defineToolGateway({
    manifest: async () => mcpManifest(changes),
    guard: scriptedGuard(),
    credential: async () => CREDENTIAL,
    secret: async () => null,
    egress: async () => null,
    log: () => undefined,
    now: () => 0,
    allowPrivateHosts: false,
    fetch: () => Promise.reject(new Error("no network in this test")),
    ...ports,
  });
  return (input: Json = {}, timeoutMs = 5_000, signal = still) => gateway.call(toolCall({ tool: "notes.add", input, timeoutMs }), signal);
}

export const failureOf = ({ result }: ToolOutcome): Failure | null => (result.ok ? null : result.failure);
export const outputOf = ({ result }: ToolOutcome): Json => {
  if (!result.ok) throw new Error(result.failure.message);
  return result.output;
};
