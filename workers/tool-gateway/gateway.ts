/** The tool gateway with every transport that there is. */
import { governToolCalls, type ToolGateway } from "./governed.ts";
import { defineMcpClients } from "./mcp/client.ts";
import type { ToolGatewayPorts } from "./ports.ts";
import { containerTransport } from "./transports/container.ts";
import { httpTransport } from "./transports/http.ts";
import { isolateTransport } from "./transports/isolate.ts";
import { mcpTransport } from "./transports/mcp.ts";
import { platformTransport } from "./transports/platform.ts";
import { workflowTransport } from "./transports/workflow.ts";

/** Calls tools of every kind, each call governed the same way. */
export const defineToolGateway = (ports: ToolGatewayPorts): ToolGateway =>
  governToolCalls(ports, {
    http: httpTransport(ports),
    mcp: mcpTransport(ports, defineMcpClients(ports.now)),
    container: containerTransport(ports),
    isolate: isolateTransport(ports),
    workflow: workflowTransport,
    platform: platformTransport(ports),
  });
