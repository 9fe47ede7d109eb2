/** What is registered around a definition, as far as its reach depends on it, and the names by which a room looks it up. */
import type { ModelEntry } from "../model/entry.ts";
import type { TaskRoute } from "../model/task-route.ts";
import type { HostedUrl } from "../net/listed-host.ts";
import type { OrgSettings } from "../org/settings.ts";
import type { ToolManifest } from "../tool/manifest.ts";
import { workflowOfTool } from "../tool/workflow-tool.ts";
import type { Definition } from "../workflow/definition.ts";
import { mentionsOf } from "../workflow/step-kinds.ts";
import { stepsOf } from "../workflow/warnings/places.ts";

/** A workflow that is named; `version` null: whichever a run gets. */
export type NamedWorkflow = { readonly name: string; readonly version: number | null };

/** One version of a workflow. */
export type KnownVersion = { readonly version: number; readonly definition: Definition };

/** What is looked at. A room fills it from the names below. */
export type World = {
  /** The newest active version; null: there is no such tool. */
  readonly tool: (name: string) => ToolManifest | null;
  /** The named version, or every version that takes traffic. Empty: there is none. */
  readonly workflow: (named: NamedWorkflow) => readonly KnownVersion[];
  readonly models: readonly ModelEntry[];
  readonly route: (task: string) => TaskRoute | null;
  readonly settings: Pick<OrgSettings, "accepts" | "callback_hosts" | "egress" | "guardrails" | "models" | "risk">;
  /** As WHATWG URL splits it; null: it cannot be parsed. */
  readonly parse: (url: string) => HostedUrl | null;
  /** False: some names were not looked up, because there were too many. */
  readonly complete: boolean;
};

/** Names that something mentions. */
export type Names = { readonly tools: readonly string[]; readonly workflows: readonly NamedWorkflow[]; readonly tasks: readonly string[] };

/** What the steps of a definition name. */
export function namesInDefinition(definition: Definition): Names {
  const mentions = stepsOf(definition).map(({ step }) => mentionsOf(step));
  const tools = mentions.flatMap(({ tools: called, compensate }) => [
    ...called.map(({ name }) => name),
    ...(compensate === null ? [] : [compensate.tool]),
  ]);
  const children = mentions.flatMap(({ child }) => (child === null ? [] : [{ name: child.workflow, version: child.version }]));
  const tasks = mentions.flatMap(({ prompted }) => prompted?.model.task ?? []);
  return { ...split(tools, children), tasks };
}

/** What a tool's manifest names: what undoes it, takes its place or looks its calls up, and the workflow that it is. */
export function namesInTool(tool: ToolManifest): Names {
  const { compensate, fallback, idempotency } = tool;
  const tools = [compensate?.tool, fallback, typeof idempotency === "string" ? undefined : idempotency.lookup];
  const workflows = tool.kind === "workflow" ? [{ name: tool.workflow.name, version: null }] : [];
  return {
    ...split(
      tools.filter((name) => name !== undefined),
      workflows,
    ),
    tasks: [],
  };
}

/** A tool may be a workflow by its name. */
function split(tools: readonly string[], workflows: readonly NamedWorkflow[]): Pick<Names, "tools" | "workflows"> {
  const asTools = tools.flatMap((tool) => {
    const name = workflowOfTool(tool);
    return name === null ? [] : [{ name, version: null }];
  });
  return { tools: tools.filter((tool) => workflowOfTool(tool) === null), workflows: [...workflows, ...asTools] };
}
