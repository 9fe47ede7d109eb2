/** Where a tool's calls go. */
import type { Binding, ToolContract } from "./manifest.ts";

/** The address of what is called; null: no host is. */
export function toolAddress(binding: Binding): string | null {
  switch (binding.kind) {
    case "http":
      return binding.http.url;
    case "container":
    case "workflow":
    case "platform":
      return null;
    case "mcp":
      return binding.mcp.url;
    case "isolate":
      return null; // its code calls what `egress` lists
  }
}

/** Every address that a call may reach: the tool's own, or those that the code of an isolate or a container may call. Empty: none. */
export function toolAddresses(tool: Binding & Pick<ToolContract, "egress">): readonly string[] {
  const address = toolAddress(tool);
  if (address !== null) return [address];
  return tool.kind === "workflow" ? [] : (tool.egress ?? []).map((host) => `https://${host.toLowerCase()}/`);
}
