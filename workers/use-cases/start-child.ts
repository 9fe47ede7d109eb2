/** Starts the run that is a step of another: with its parent's caller, subject and trace. */

import { raisedBySchema } from "../../core/label/labels-of-input.ts";
import { peopleOf } from "../../core/org/costs.ts";
import { sinksOf } from "../../core/org/settings.ts";
import { runRulesOf } from "../../core/workflow/guardrails.ts";
import { takeInt64 } from "../../core/workflow/int64.ts";
import type { ChildStart } from "../../durable-objects/run-engine/ports.ts";
import type { OrgStore, WorkflowStore } from "../store/ports.ts";
import { bearHeir, type HeirPorts } from "./bear.ts";

/** What starting a child run needs. */
export type StartChildPorts = HeirPorts & {
  readonly store: { readonly workflows: Pick<WorkflowStore, "get">; readonly orgs: Pick<OrgStore, "settings"> };
};

/** Throws when the child's workflow is out of reach: the parent asks again. The same child twice is one run. */
export async function startChild(
  ports: StartChildPorts,
  { child, parent, parentSpanId, from, input, labels, budget }: ChildStart,
): Promise<void> {
  const { org, user, roles, subject, metadata, traceId, deadlineAt, starters, trace } = from;
  const found = await ports.store.workflows.get(org, child.workflow, child.version);
  if (found === null) throw new Error("the child's workflow is out of reach");
  const { definition, version, digest } = found;
  // As for a caller: the child's expressions see its 64-bit numbers as digits. That the input fits was asked before this child had an id.
  const taken = takeInt64(definition.input, { value: input, long: [] });
  const held = taken.ok ? taken.value : input;
  const inherited = { org, user, roles, subject, metadata, traceId, deadlineAt, parentSpanId, budget, input: held, parent };
  const inputLabels = raisedBySchema(labels, definition.input, held);
  const { session } = from;
  const noted = {
    ...(inputLabels === undefined ? {} : { inputLabels }),
    ...(starters === undefined ? {} : { starters }),
    ...(session === undefined ? {} : { session }),
  };
  // Its input comes from its parent, which was judged; its tools and answers are judged by its own rules.
  const settings = await ports.store.orgs.settings(org);
  const rules = runRulesOf(settings.guardrails, definition);
  const own = {
    ...(rules === null ? {} : { guardrails: rules }),
    ...sinksOf(settings.accepts),
    ...(trace === undefined ? {} : { trace }),
    ...peopleOf(settings.costs),
    id: child.run,
    definition,
    version,
    digest,
    inputFindings: [],
    redrive: null,
    callbackUrl: null,
  };
  await bearHeir(ports, from.id, { ...inherited, ...noted, ...own });
}
