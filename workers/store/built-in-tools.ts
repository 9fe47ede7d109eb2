/** The store's tools with those that the platform brings beside them. Lists show what an org registered, and so none of these. */
import { BUILT_IN_TOOLS } from "../../core/tool/built-in.ts";
import type { ToolStore } from "./ports.ts";

/** A built-in tool has one version in each deployment: a run that was given another one's calls today's. */
export function withBuiltInTools<S extends { readonly tools: ToolStore }>(store: S): S {
  const tools: ToolStore = {
    ...store.tools,
    get: async (org, name, version) => BUILT_IN_TOOLS.get(name) ?? store.tools.get(org, name, version),
    names: async (org) => [...(await store.tools.names(org)), ...BUILT_IN_TOOLS.keys()],
    async stored(org, names) {
      const builtIn = names.flatMap((name) => BUILT_IN_TOOLS.get(name) ?? []);
      const others = await store.tools.stored(
        org,
        names.filter((name) => !BUILT_IN_TOOLS.has(name)),
      );
      return [...builtIn.map((manifest) => ({ manifest, status: "active", origin: null }) as const), ...others];
    },
    async known(org, names) {
      const builtIn = names.filter((name) => BUILT_IN_TOOLS.has(name));
      return new Set([...(await store.tools.known(org, names)), ...builtIn]);
    },
  };
  return { ...store, tools };
}
