/** What an estimate has to know of the org: models, tools and child workflows, gathered before the walk that asks for them. */
import { NOTHING_YET } from "../../core/access/circumstances.ts";
import type { Principal } from "../../core/access/principal.ts";
import type { Known } from "../../core/estimate/walk.ts";
import { holdsPlaceholder } from "../../core/guardrail/placeholder.ts";
import type { Json } from "../../core/json.ts";
import type { ModelCandidate } from "../../core/model/entry.ts";
import type { ModelTool } from "../../core/model/message.ts";
import type { ToolPrice } from "../../core/tool/manifest.ts";
import type { AgentStep, Definition, ItemStep, JsonSchema, ModelStep, RunStep, Step } from "../../core/workflow/definition.ts";
import { mentionsOf, workOf } from "../../core/workflow/step-kinds.ts";
import type { UseCasePorts } from "./ports.ts";

/** Different workflows that one run may start, its children's children included. */
const MOST_CHILDREN = 100;

/** For the order among models: a page of text, in tokens. Their windows are looked at where the prompt is counted. */
const EXPECTED_TOKENS = 500;

type Node = Step | ItemStep;
/** The models that routing would try for a step, and the tools that its model is offered. */
type Routed = { readonly candidates: readonly ModelCandidate[]; readonly tools: readonly ModelTool[] };

/** `input`: redacted, as the run would get it. Of what does not exist there is nothing to tell: such a step would cost nothing. */
export async function lookUp(ports: UseCasePorts, caller: Principal, definition: Definition, input: Json): Promise<Known> {
  const children = await childrenOf(ports, caller, definition);
  const all = [definition, ...new Set(children.values())];
  const nodes = all.flatMap((one) => nodesOf(one).map((node) => ({ node, workflow: one.name })));
  const holdsPersonalData = holdsPlaceholder(input);
  const routes = new Map<ModelStep | AgentStep, Routed>();
  const outputs = new Map<string, JsonSchema>();
  const prices = new Map<string, ToolPrice>();
  const tools = new Set(nodes.flatMap(({ node }) => mentionsOf(node).tools.map(({ name }) => name)));
  await Promise.all([
    ...nodes.map(async ({ node, workflow }) => {
      const { prompted } = mentionsOf(node);
      if (prompted !== null) routes.set(prompted, await routeOf(ports, caller, workflow, prompted, holdsPersonalData));
    }),
    ...[...tools].map(async (name) => {
      const manifest = await ports.store.tools.get(caller.org, name, null);
      if (manifest !== null) outputs.set(name, manifest.output);
      if (manifest?.price !== undefined) prices.set(name, manifest.price);
    }),
  ]);
  return {
    route: (step) => routes.get(step) ?? { candidates: [], tools: [] },
    toolOutput: (name) => outputs.get(name) ?? null,
    toolPrice: (name) => prices.get(name) ?? null,
    child: (step) => children.get(keyOf(step)) ?? null,
  };
}

/** None where nobody may answer: such a step fails before it costs anything. */
async function routeOf(
  ports: UseCasePorts,
  { org, user, roles }: Principal,
  workflow: string,
  step: ModelStep | AgentStep,
  holdsPersonalData: boolean,
): Promise<Routed> {
  const { id, task, fallback, max_tokens: maxTokens, ...wishes } = step.model;
  // An estimate is no work: it is given also when nobody can say what is stopped.
  const { epoch } = await ports.killSwitch.stops().catch(() => ({ epoch: 0 }));
  const question = {
    kind: "model",
    caller: { org, user, roles },
    workflow,
    run: "estimate",
    model: id,
    task,
    fallback,
    holdsPersonalData,
    expectedTokens: EXPECTED_TOKENS,
    maxTokens,
    wishes,
    seed: "estimate",
    tools: mentionsOf(step).tools.map(({ name }) => name),
    soFar: NOTHING_YET,
  } as const;
  const answer = await ports.estimates.authorize(question, epoch);
  if (answer.kind !== "model" || answer.permission.decision === "deny") return { candidates: [], tools: [] };
  return { candidates: answer.candidates, tools: answer.tools };
}

/** Breadth first, each workflow once: one that comes back to itself ends here, and in the walk at the depth that runs may be nested. */
async function childrenOf(ports: UseCasePorts, { org, user }: Principal, root: Definition): Promise<ReadonlyMap<string, Definition>> {
  const found = new Map<string, Definition>();
  const asked = new Set<string>();
  let level = [root];
  while (level.length > 0 && asked.size < MOST_CHILDREN) {
    const steps = level.flatMap(nodesOf).flatMap((node): RunStep[] => {
      const { child } = mentionsOf(node);
      return child === null || asked.has(keyOf(child)) ? [] : [child];
    });
    const wanted = new Map(steps.slice(0, MOST_CHILDREN - asked.size).map((step) => [keyOf(step), step]));
    for (const key of wanted.keys()) asked.add(key);
    const { workflows } = ports.store;
    const next = await Promise.all(
      [...wanted].map(async ([key, { workflow, version }]) => {
        const child = await (version === null ? workflows.choose(org, workflow, user) : workflows.get(org, workflow, version));
        if (child === null) return null;
        found.set(key, child.definition);
        return child.definition;
      }),
    );
    level = next.filter((child) => child !== null);
  }
  return found;
}

const keyOf = ({ workflow, version }: RunStep): string => `${workflow}@${version ?? ""}`;

const nodesOf = ({ steps }: Definition): Node[] => Object.values(steps).flatMap((step) => workOf(step).map((inner) => inner.step));
