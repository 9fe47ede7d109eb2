/** Whether what a kill switch names exists. A switch on a slip of the keyboard would stop nothing and look as if it did. */

import type { Refusal } from "../../core/errors/problem.ts";
import { unknownName } from "../../core/errors/unknown-name.ts";
import type { StopScope } from "../../core/kill-switch/stops.ts";
import { errorLine } from "../kit/thrown.ts";
import type { Asked } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";

const WORKFLOW_TOOL = "workflow.";

/** Null when there is such a thing. Also when the store is out of reach: stopping never waits for it. */
export async function unknownInScope(ports: UseCasePorts, { trace }: Asked, route: string, scope: StopScope): Promise<Refusal | null> {
  if (scope.kind === "all") return null;
  try {
    const names = await namesUnless(ports, scope);
    return names === null ? null : unknownName(scope.kind, scope.name, names);
  } catch (error) {
    ports.log(errorLine("kill_switch.unchecked", error, trace.traceId, route));
    return null;
  }
}

/** Null: it exists. Else the names that do. */
async function namesUnless(
  { store, models }: UseCasePorts,
  { kind, org, name }: Exclude<StopScope, { kind: "all" }>,
): Promise<readonly string[] | null> {
  // What was withdrawn can be stopped too: runs that were born before go on with it.
  const isWorkflow = async (workflow: string) => (await store.workflows.get(org, workflow, 1)) !== null;
  switch (kind) {
    case "org":
      return (await store.orgs.isKnown(name)) ? null : store.orgs.names();
    case "workflow":
      return (await isWorkflow(name)) ? null : store.workflows.names(org);
    case "tool": {
      if ((await store.tools.get(org, name, null)) !== null || (await store.tools.heldBy(org, name, 0)) !== null) return null;
      const workflow = name.startsWith(WORKFLOW_TOOL) ? name.slice(WORKFLOW_TOOL.length) : null;
      if (workflow !== null && (await isWorkflow(workflow))) return null;
      return store.tools.names(org);
    }
    case "model": {
      const ids = (await models(org)).map(({ id }) => id);
      return ids.includes(name) ? null : ids;
    }
  }
}
