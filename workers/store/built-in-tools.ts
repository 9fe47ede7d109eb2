/**
 * The store's tools with those that the platform brings beside them, and with the org's workflows, which are tools too. Lists show what an
 * org registered, and so none of these.
 */
import { BUILT_IN_TOOLS } from "../../core/tool/built-in.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import { calledBy, toolOfWorkflow, workflowOfTool } from "../../core/tool/workflow-tool.ts";
import type { Definition } from "../../core/workflow/definition.ts";
import type { ToolStore, WorkflowStore } from "./ports.ts";

/** Names that are looked up to know whether a workflow may write; one that reaches further counts as one that does. */
const MOST_LOOKED_UP = 100;

/** What is decorated. */
type Tools = { readonly tools: ToolStore; readonly workflows: Pick<WorkflowStore, "choose" | "get"> };

/** A built-in tool has one version in each deployment: a run that was given another one's calls today's. */
export function withBuiltInTools<S extends Tools>(store: S): S {
  const tools: ToolStore = {
    ...store.tools,
    async get(org, name, version) {
      const workflow = workflowOfTool(name);
      if (workflow !== null) return workflowTool(store, org, workflow, version);
      return BUILT_IN_TOOLS.get(name) ?? store.tools.get(org, name, version);
    },
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
      const workflows = names.filter((name) => workflowOfTool(name) !== null);
      const exist = await Promise.all(workflows.map(async (name) => (await definitionOf(store, org, workflowOfTool(name) ?? "")) !== null));
      return new Set([...(await store.tools.known(org, names)), ...builtIn, ...workflows.filter((_, index) => exist[index])]);
    },
  };
  return { ...store, tools };
}

type Found = { readonly definition: Definition; readonly version: number } | null;

/** What a run of nobody in particular would get. */
const definitionOf = ({ workflows }: Tools, org: string, name: string): Promise<Found> => workflows.choose(org, name, "");

async function workflowTool(store: Tools, org: string, name: string, version: number | null): Promise<ToolManifest | null> {
  const found = await (version === null ? definitionOf(store, org, name) : store.workflows.get(org, name, version));
  if (found === null) return null;
  return toolOfWorkflow(found.definition, found.version, (await mayWrite(store, org, found.definition)) ? "write" : "read");
}

/** Whether a run of the workflow, or a run that it starts, may write: what is not known counts as a write. */
async function mayWrite(store: Tools, org: string, root: Definition): Promise<boolean> {
  const asked = new Set([`workflow.${root.name}`]);
  let level = calledBy(root);
  while (level.length > 0) {
    const fresh = level.filter((name) => !asked.has(name));
    for (const name of fresh) asked.add(name);
    if (asked.size > MOST_LOOKED_UP) return true;
    const answers = await Promise.all(
      fresh.map(async (name): Promise<readonly string[] | null> => {
        const workflow = workflowOfTool(name);
        if (workflow === null) {
          const manifest = BUILT_IN_TOOLS.get(name) ?? (await store.tools.get(org, name, null));
          if (manifest === null || manifest.effect === "write") return null;
          return manifest.kind === "workflow" ? [`workflow.${manifest.workflow.name}`] : [];
        }
        const found = await definitionOf(store, org, workflow);
        return found === null ? null : calledBy(found.definition);
      }),
    );
    if (answers.includes(null)) return true;
    level = answers.flatMap((names) => names ?? []);
  }
  return false;
}
