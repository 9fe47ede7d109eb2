/** Tools that the platform brings: every org has them, nobody registers them, and a workflow that wants one lists it in its `tools`. */

import { CODE_RUN, CODE_RUN_MANIFEST } from "./code-run.ts";
import { KNOWLEDGE_SEARCH, KNOWLEDGE_SEARCH_MANIFEST } from "./knowledge-search.ts";
import type { ToolManifest } from "./manifest.ts";
import { MEMORY_MANIFESTS } from "./memory-tools.ts";

/** By name. */
export const BUILT_IN_TOOLS: ReadonlyMap<string, ToolManifest> = new Map([
  [CODE_RUN, CODE_RUN_MANIFEST],
  [KNOWLEDGE_SEARCH, KNOWLEDGE_SEARCH_MANIFEST],
  ...MEMORY_MANIFESTS.map((manifest) => [manifest.name, manifest] as const),
]);
