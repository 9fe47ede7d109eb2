/** The workflows and tools that the parts run, in the form of docs/contract.md, "Workflows" and "Tools". Data only. */
import type { Json, JsonObject } from "../core/json.ts";

const NUMBER = { type: "object", properties: { value: { type: "number" } }, required: ["value"], additionalProperties: false };
/** Time and executions are not what is measured: no run here may end by them. */
const LIMITS = { usd: 10, tokens: 10_000_000, seconds: 3_600, steps: 5_000 };

export const NEXT = "bench.next";
export const SLOW = "bench.slow";
export const FAST_MODEL = "bench/fast-1";
export const SLOW_MODEL = "bench/slow-1";
/** What the 20-step run of the cost part waits for: the issue's own numbers. */
export const SLOW_MS = { model: 8_000, tool: 1_000 } as const;

/** How many steps the parts' chains have. */
export const CHAINS = { transform: [5, 25, 50, 500], tool: [5, 15, 50, 500], model: [5, 15] } as const;
/** Calls of the run that is woken: with five events a call, more than 500 journal events. */
export const CALLS_BEFORE_WAITING = 100;

export const transformChain = (steps: number): string => `bench-transform-${steps}`;
export const toolChain = (steps: number): string => `bench-tool-${steps}`;
export const modelChain = (steps: number): string => `bench-model-${steps}`;
export const WAITING = "bench-waiting";
export const TWENTY = "bench-twenty";

export function benchTools(toolUrl: string): { readonly [name: string]: JsonObject } {
  const tool = (path: string): JsonObject => ({
    description: "Gives the number after a number",
    effect: "read",
    kind: "http",
    http: { url: `${toolUrl}${path}` },
    input: NUMBER,
    output: NUMBER,
    timeout_ms: 20_000,
  });
  return { [NEXT]: tool("/next"), [SLOW]: tool(`/slow/${SLOW_MS.tool}`) };
}

/** As `PUT /v1/models/{id}` takes them. */
export function benchModels(toolUrl: string): { readonly [id: string]: JsonObject } {
  const model = (milliseconds: number): JsonObject => ({
    base_url: `${toolUrl}/model/${milliseconds}`,
    upstream_id: "bench-1",
    price: { input: 0.1, output: 0.4 },
    context: 128_000,
    tasks: ["bench"],
    pinned: true,
    pii: "allowed",
  });
  return { [FAST_MODEL]: model(0), [SLOW_MODEL]: model(SLOW_MS.model) };
}

export const benchWorkflows = (): readonly JsonObject[] => [
  ...CHAINS.transform.map((length) => chain(transformChain(length), length, transform)),
  ...CHAINS.tool.map((length) => chain(toolChain(length), length, call)),
  ...CHAINS.model.map((length) => chain(modelChain(length), length, ask)),
  waiting(),
  twenty(),
];

/** Ten model calls and ten tool calls, in turn. */
function twenty(): JsonObject {
  const steps: [string, JsonObject][] = [];
  for (let number = 1; number <= 10; number++) {
    const last = steps.at(-1)?.[0];
    const needs = last === undefined ? [] : [last];
    steps.push([`think_${number}`, think(number, needs)]);
    steps.push([`act_${number}`, { kind: "tool", needs: [`think_${number}`], tool: SLOW, input: { value: number } }]);
  }
  return {
    name: TWENTY,
    input: NUMBER,
    limits: LIMITS,
    tools: [SLOW],
    steps: Object.fromEntries(steps),
    output: cel("steps.act_10.output"),
  };
}

function think(number: number, needs: readonly string[]): JsonObject {
  const before = number === 1 ? cel("input.value") : cel(`steps.act_${number - 1}.output.value`);
  const prompt = { template: "The last number was {{number}}. Say what to do next, in one sentence.", slots: { number: before } };
  return { kind: "model", needs: [...needs], model: { id: SLOW_MODEL, max_tokens: 256 }, prompt };
}

/** A step that asks; every one asks the same, since an answer is no number to go on from. */
const ask: MakeStep = (_before, needs) => {
  const prompt = { template: "The number is {{number}}. Say what to do next, in one sentence.", slots: { number: cel("input.value") } };
  return { kind: "model", needs: [...needs], model: { id: FAST_MODEL, max_tokens: 256 }, prompt };
};

type MakeStep = (before: JsonObject, needs: readonly string[]) => JsonObject;

const transform: MakeStep = (before, needs) => ({ kind: "transform", needs: [...needs], value: { value: cel(`${before["cel"]} + 1`) } });
const call: MakeStep = (before, needs) => ({ kind: "tool", needs: [...needs], tool: NEXT, input: { value: before } });

/** Steps one after another, each working on what the one before gave. */
function chain(name: string, length: number, make: MakeStep): JsonObject {
  const steps = chained(length, make);
  const output = cel(make === ask ? `steps.s${length}.output` : `steps.s${length}.output.value`);
  return { name, input: NUMBER, limits: LIMITS, tools: make === call ? [NEXT] : [], steps: Object.fromEntries(steps), output };
}

function chained(length: number, make: MakeStep): [string, JsonObject][] {
  return Array.from({ length }, (_, index): [string, JsonObject] => {
    const needs = index === 0 ? [] : [`s${index}`];
    return [`s${index + 1}`, make(cel(index === 0 ? "input.value" : `steps.s${index}.output.value`), needs)];
  });
}

/** Many calls, then a person, then one more call: what a run that slept does first when it is woken. */
function waiting(): JsonObject {
  const last = `s${CALLS_BEFORE_WAITING}`;
  const steps = Object.fromEntries([
    ...chained(CALLS_BEFORE_WAITING, call),
    ["ask", { kind: "review", needs: [last], severity: "medium", proposal: { value: cel(`steps.${last}.output.value`) } }],
    ["after", { kind: "tool", needs: ["ask"], tool: NEXT, input: { value: { cel: "-1.0" } } }],
  ]);
  return { name: WAITING, input: NUMBER, limits: LIMITS, tools: [NEXT], steps, output: cel("steps.after.output.value") } as JsonObject;
}

const cel = (expression: string): JsonObject & { readonly cel: Json } => ({ cel: expression });
