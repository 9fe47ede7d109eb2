/** Where a tool's calls go. */
import type { Binding } from "./manifest.ts";

/** The address of what is called; null: no host is. */
export function toolAddress(binding: Binding): string | null {
  switch (binding.kind) {
    case "http":
      return binding.http.url;
    case "container":
    case "workflow":
      return null;
    case "mcp":
      return binding.mcp.url;
    case "isolate":
      return null; // its code calls what `egress` lists
  }
}
