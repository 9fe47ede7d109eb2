/** Definitions and models for estimates: each test says only what it is about. */
import { type Known, walk } from "../../../core/estimate/walk.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import type { ModelCandidate } from "../../../core/model/entry.ts";
import { checkDefinition } from "../../../core/workflow/check.ts";
import type { Definition, JsonSchema } from "../../../core/workflow/definition.ts";

/** A dollar for a thousand tokens of either kind: a token costs 1,000 micro-dollars. */
export const MODEL: ModelCandidate = {
  id: "acme/small-1.0.0",
  price: { input: 1_000, output: 1_000, cached_input: null },
  context: 100_000,
  pii: "allowed",
};

export const ask = (more: object = {}): JsonObject => ({
  kind: "model",
  model: { task: "write", max_tokens: 100 },
  retry: { attempts: 1 },
  prompt: { template: "Say it.", slots: {} },
  ...more,
});

export function definition(steps: { [id: string]: Json }, more: object = {}): Definition {
  const tools = ["shop.get", "shop.list"];
  const raw = { name: "w", input: {}, output: null, tools, limits: { usd: 1_000, tokens: 100_000_000 }, steps, ...more };
  const checked = checkDefinition(raw as Json, { tools: new Set(tools) });
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  return checked.value;
}

export type World = {
  candidates?: readonly ModelCandidate[];
  outputs?: { readonly [tool: string]: JsonSchema };
  children?: { readonly [workflow: string]: Definition };
};

export const known = ({ candidates = [MODEL], outputs = {}, children = {} }: World = {}): Known => ({
  route: (step) => ({
    candidates,
    tools: step.kind === "agent" ? step.tools.map((name) => ({ name, description: "", input: { type: "object" } })) : [],
  }),
  toolOutput: (name) => outputs[name] ?? null,
  child: ({ workflow }) => children[workflow] ?? null,
});

export const costOf = (workflow: Definition, input: Json = {}, world: World = {}) => walk(workflow, { known: input }, known(world)).cost;
