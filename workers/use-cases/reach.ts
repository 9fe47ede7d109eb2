/**
 * What a version of a workflow can touch (core/reach), with what is registered around it looked up level by level: the tools that its steps
 * name, what those name, the workflows that its runs may start, and so on.
 */
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownName } from "../../core/errors/unknown-name.ts";
import { type ReachDifference, reachDifference } from "../../core/reach/difference.ts";
import type { Reach } from "../../core/reach/reach.ts";
import { reachOf } from "../../core/reach/reach-of.ts";
import { type KnownVersion, type NamedWorkflow, type Names, namesInDefinition, namesInTool, type World } from "../../core/reach/world.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { Definition } from "../../core/workflow/definition.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { denied } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** Maximum names of each sort that are looked up; a map that would need more says that it is not complete. */
const MOST = { tools: 500, workflows: 100, tasks: 100 } as const;
/** Look-ups at once. */
const AT_ONCE = 6;

type Ports = Pick<UseCasePorts, "store" | "models">;

/** The map of a version, and how it differs from another. */
export type ReachAnswer = {
  readonly workflow: string;
  readonly version: number;
  readonly reach: Reach;
  /** null: not compared. */
  readonly against: { readonly version: number; readonly difference: ReachDifference } | null;
};

/** `against`: a version of the same workflow; null: compares with none. */
export async function readReach(
  ports: UseCasePorts,
  by: Requester,
  { name, version, against }: { readonly name: string; readonly version: number; readonly against: number | null },
): Promise<Result<ReachAnswer, Refusal>> {
  const refusal = await denied(ports, by, "workflow.read", { name: `workflow/${name}@${version}` });
  if (refusal !== null) return err(refusal);
  const { org } = by.principal;
  const views: WorkflowVersionView[] = [];
  for (const asked of against === null ? [version] : [version, against]) {
    const view = await ports.store.workflows.get(org, name, asked);
    if (view === null) return err(await noVersion(ports, org, name, asked));
    views.push(view);
  }
  const world = await worldAround(
    ports,
    org,
    views.map(({ definition }) => definition),
  );
  const [reach, other] = views.map(({ definition }) => reachOf(definition, world));
  if (reach === undefined) throw new Error("no version was asked for");
  const compared = against === null || other === undefined ? null : { version: against, difference: reachDifference(other, reach) };
  return ok({ workflow: name, version, reach, against: compared });
}

async function noVersion({ store }: Ports, org: string, name: string, version: number): Promise<Refusal> {
  const newest = await store.workflows.get(org, name, null);
  if (newest === null) return unknownName("workflow", name, await store.workflows.names(org));
  return refuse("not_found", `workflow \`${name}\` has no version ${version}: the newest that is active is ${newest.version}`);
}

/**
 * How a definition's reach differs from the version that most users' runs start with; where it is that version, from the one before it, so that
 * registering it again tells the same. `against` null: there is none.
 */
export type ReachNews = { readonly against: number | null; readonly difference: ReachDifference };

/** Of a definition that is being registered. `digest`: of its content. */
export async function reachNews(
  ports: Ports,
  org: string,
  { definition, digest }: Pick<WorkflowVersionView, "definition" | "digest">,
): Promise<ReachNews> {
  const { workflows } = ports.store;
  const shares = await workflows.shares(org, definition.name);
  const most = shares.reduce<(typeof shares)[number] | null>(
    (sofar, one) => (sofar !== null && sofar.percent >= one.percent ? sofar : one),
    null,
  );
  const found = most === null ? null : await workflows.get(org, definition.name, most.version);
  const serving = found?.digest === digest ? await workflows.get(org, definition.name, found.version - 1) : found;
  const world = await worldAround(ports, org, serving === null ? [definition] : [definition, serving.definition]);
  const after = reachOf(definition, world);
  const before = serving === null ? reachOf(nothingOf(definition), world) : reachOf(serving.definition, world);
  return { against: serving?.version ?? null, difference: reachDifference(before, after) };
}

/** A version that does nothing: all that the first version reaches is new. */
const nothingOf = ({ guardrails: _, ...definition }: Definition): Definition => ({
  ...definition,
  steps: {},
  limits: { ...definition.limits, confirm_over_usd: null },
});

/** Looks up everything that the definitions may reach today. */
async function worldAround({ store, models }: Ports, org: string, roots: readonly Definition[]): Promise<World> {
  const tools = new Map<string, ToolManifest | null>();
  const workflows = new Map<string, readonly KnownVersion[]>();
  const tasks = new Set<string>();
  let complete = true;
  let open: readonly Names[] = roots.map(namesInDefinition);
  while (open.length > 0) {
    const newTools = fresh(
      open.flatMap((names) => names.tools),
      tools,
    );
    const newWorkflows = fresh(
      open.flatMap((names) => names.workflows.map(keyOf)),
      workflows,
    );
    for (const task of open.flatMap((names) => names.tasks)) tasks.add(task);
    const takenTools = newTools.slice(0, MOST.tools - tools.size);
    const takenWorkflows = newWorkflows.slice(0, MOST.workflows - workflows.size);
    if (takenTools.length < newTools.length || takenWorkflows.length < newWorkflows.length) complete = false;
    for (const some of groups(takenTools))
      for (const [at, found] of (await Promise.all(some.map((name) => store.tools.get(org, name, null)))).entries())
        tools.set(some[at] ?? "", found);
    for (const some of groups(takenWorkflows))
      for (const [at, found] of (await Promise.all(some.map((key) => versionsOf(store, org, namedBy(key))))).entries())
        workflows.set(some[at] ?? "", found);
    open = [
      ...takenTools.flatMap((name) => tools.get(name) ?? []).map(namesInTool),
      ...takenWorkflows.flatMap((key) => workflows.get(key) ?? []).map(({ definition }) => namesInDefinition(definition)),
    ];
  }
  const asked = [...tasks].slice(0, MOST.tasks);
  const routes = new Map(await Promise.all(asked.map(async (task) => [task, await store.routes.get(org, task)] as const)));
  return {
    tool: (name) => tools.get(name) ?? null,
    workflow: (named) => workflows.get(keyOf(named)) ?? [],
    models: await models(org),
    route: (task) => routes.get(task) ?? null,
    settings: await store.orgs.settings(org),
    parse: (url) => URL.parse(url),
    complete: complete && asked.length === tasks.size,
  };
}

const keyOf = ({ name, version }: NamedWorkflow): string => `${name}@${version ?? ""}`;
function namedBy(key: string): NamedWorkflow {
  const at = key.lastIndexOf("@");
  return { name: key.slice(0, at), version: at === key.length - 1 ? null : Number(key.slice(at + 1)) };
}

const fresh = (names: readonly string[], known: ReadonlyMap<string, unknown>): string[] =>
  [...new Set(names)].filter((name) => !known.has(name));

function groups<T>(all: readonly T[]): T[][] {
  const found: T[][] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) found.push(all.slice(at, at + AT_ONCE));
  return found;
}

/** Every version that a run may get. */
async function versionsOf({ workflows }: Ports["store"], org: string, { name, version }: NamedWorkflow): Promise<readonly KnownVersion[]> {
  const versions = version === null ? (await workflows.shares(org, name)).map((share) => share.version) : [version];
  const found = await Promise.all(versions.map((one) => workflows.get(org, name, one)));
  return found.flatMap((view) => (view === null ? [] : [{ version: view.version, definition: view.definition }]));
}
