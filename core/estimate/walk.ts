/**
 * A run that is not started, walked through in the order of its definition: what each step would cost, and what is known of its
 * output. Pure: models, tools and children are looked up before.
 */
import { isObject, type Json, own } from "../json.ts";
import type { ModelCandidate } from "../model/entry.ts";
import { estimateTokens, expectTokens } from "../model/estimate.ts";
import type { ModelTool } from "../model/message.ts";
import { fromUsd } from "../money.ts";
import type { ToolPrice } from "../tool/manifest.ts";
import type { AgentStep, Definition, ItemStep, JsonSchema, MapStep, ModelStep, RunStep, Step, StepKind } from "../workflow/definition.ts";
import { errorRules } from "../workflow/on-error.ts";
import { planOf } from "../workflow/plan.ts";
import { renderMessages } from "../workflow/prompt.ts";
import type { StepOf } from "../workflow/step-kinds/rules.ts";
import { addCosts, type Calls, type Cost, costOfAnswer, costOfLoop, FREE, manyOf } from "./model-calls.ts";
import { chanceOf, isKnown, type Part, type Parts, partOf, sizeOf } from "./part.ts";
import { itemsOf, type Measure, NOTHING, newMeasure, type Size, sizeOfSchema, together } from "./size.ts";
import { atMost, exactly, ordered } from "./spread.ts";
import { costOfAgentsTools, costOfTool } from "./tool-calls.ts";

/** What the org has, looked up before: functions of their arguments, without side effects. */
export type Known = {
  /** The models that routing would try for this step, and the tools that its model is offered. */
  route(step: ModelStep | AgentStep): { readonly candidates: readonly ModelCandidate[]; readonly tools: readonly ModelTool[] };
  /** Schema of a tool's output; null: there is no such tool. */
  toolOutput(name: string): JsonSchema | null;
  /** What one call of the tool costs; absent: nothing, for every tool. */
  toolPrice?(name: string): ToolPrice | null;
  /** null: there is no such workflow. */
  child(step: RunStep): Definition | null;
};

/** Runs are nested so deep at most (core/run/steps/child.ts). */
const MAX_DEPTH = 8;
/** Maximum nodes that are walked one by one. Beyond it, a list counts as many times its largest item, and a child as everything that it may spend. */
const NODES_EXACT = 5_000;
/** Text that is counted token by token, in UTF-16 units: about 30 ms of work. What is beyond is told by its length. */
const TEXT_EXACT = 300_000;
/** Text without a schema: a few sentences, when nothing says how many. */
const LIKELY_TEXT_TOKENS = 200;
/** How often a step fails so that another one answers for it. */
const LIKELY_RESCUE = 0.05;

/** What a walk through a workflow came to. */
export type Walked = { readonly cost: Cost; readonly output: Part };

/** `input`: the run's, or what is known of a child's. */
export function walk(definition: Definition, input: Part, known: Known): Walked {
  return walkRun({ definition, known, depth: 0, frames: new Map(), measure: newMeasure(TEXT_EXACT), work: { left: NODES_EXACT } }, input);
}

function walkRun(walker: Walker, input: Part): Walked {
  const { definition, measure } = walker;
  const plan = planOf(definition);
  const steps = new Map<string, Part>();
  const costs: Cost[] = [];
  for (const id of plan.order) {
    const step = own(definition.steps, id);
    if (step === undefined) continue;
    const parts: Parts = { input, steps, measure };
    const chance = step.when === null ? exactly(1) : chanceOf(step.when.cel, parts);
    if (chance === null || chance.max === 0) {
      steps.set(id, { known: null });
      continue;
    }
    const isSpare = plan.rescuers.has(id);
    const { cost, output } = walkNode(walker, step, parts);
    costs.push(manyOf(cost, isSpare ? { low: 0, expected: LIKELY_RESCUE * chance.expected, max: 1 } : chance));
    steps.set(id, outputOf(step, output, chance.low === 1 && !isSpare, parts));
  }
  return { cost: addCosts(costs), output: partOf(definition.output, { input, steps, measure }) ?? { size: NOTHING, schema: null } };
}

/** A step that may be skipped, or fail and have something else put in its place, has a known output no more. */
function outputOf(step: Step, output: Part, isCertain: boolean, parts: Parts): Part {
  const { on_error: spare } = step;
  if (isCertain && spare === null) return output;
  const own = sizeOf(output, parts.measure);
  const others = errorRules(spare).flatMap(({ rule }) => ("value" in rule ? [partOf(rule.value, parts)] : []));
  const sizes = others.map((other) => (other === null ? NOTHING : sizeOf(other, parts.measure)));
  const most = Math.max(own.max, own.expected, ...sizes.map(({ max }) => max));
  return {
    size: { low: 0, expected: own.expected, max: most, isOpen: own.isOpen || sizes.some(({ isOpen }) => isOpen) },
    schema: isKnown(output) ? null : output.schema,
  };
}

type Walker = {
  readonly definition: Definition;
  readonly known: Known;
  readonly depth: number;
  /** What a prompt takes before its slots are filled. */
  readonly frames: Map<ModelStep | AgentStep, Size>;
  readonly measure: Measure;
  /** Nodes that may still be looked at one by one, in all runs together. */
  readonly work: { left: number };
};

const FAILED: Walked = { cost: FREE, output: { known: null } };

function walkNode(walker: Walker, step: Step | ItemStep, parts: Parts): Walked {
  walker.work.left -= 1;
  const walkKind = WALKS[step.kind] as Walk<StepKind>;
  return walkKind(walker, step, parts);
}

type Walk<K extends StepKind> = (walker: Walker, step: StepOf<K>, parts: Parts) => Walked;

/** What a step of each kind costs, and what is known of its output beforehand. A kind without an entry does not compile. */
const WALKS: { readonly [K in StepKind]: Walk<K> } = {
  model: walkModel,
  agent: walkModel,
  map: walkMap,
  run: walkChild,
  transform: (_walker, { value }, parts) => {
    const output = partOf(value, parts);
    return output === null ? FAILED : { cost: FREE, output };
  },
  tool: ({ known }, { tool, retry }) => ({
    cost: costOfTool(known.toolPrice?.(tool) ?? null, retry.attempts),
    output: unknownOf(known.toolOutput(tool) ?? true),
  }),
  review: (_walker, step, parts) => {
    const proposal = partOf(step.proposal, parts);
    const decided = { low: 10, expected: 20, max: 100, isOpen: true }; // who decides may change what is proposed
    const size = together([proposal === null ? NOTHING : sizeOf(proposal, parts.measure), decided]);
    return { cost: FREE, output: { size, schema: null } };
  },
  wait: (_walker, { signal }) => ({ cost: FREE, output: signal === null ? { known: null } : unknownOf(true) }),
};

const unknownOf = (schema: JsonSchema): Part => ({ size: sizeOfSchema(schema), schema: isObject(schema) ? schema : null });

function walkModel({ definition, known, frames }: Walker, step: ModelStep | AgentStep, parts: Parts): Walked {
  const slots = Object.entries(step.prompt.slots).map(([name, value]): [string, Part | null] => [name, partOf(value, parts)]);
  if (slots.some(([, part]) => part === null)) return FAILED;
  const { candidates, tools } = known.route(step);
  const frame = frames.get(step) ?? sizeOfFrame(definition, step, tools);
  frames.set(step, frame);
  const uses = timesUsed(step.prompt.template);
  const filled = slots.flatMap(([name, part]) => (part === null ? [] : Array<Size>(uses(name)).fill(sizeOf(part, parts.measure))));
  const answer = sizeOfAnswer(step);
  const calls: Calls = {
    candidates,
    attempts: step.retry.attempts,
    maxTokens: step.model.max_tokens,
    input: together([frame, ...filled]),
    answer,
    hasSchema: step.output !== null,
    mayBeKept: step.kind === "model" && step.cache !== "none",
  };
  const output: Part = { size: answer, schema: isObject(step.output) ? step.output : null };
  if (step.kind === "model") return { cost: within(costOfAnswer(calls), step), output };
  const toolAnswers = tools.map(({ name }) => sizeOfSchema(known.toolOutput(name) ?? true));
  const loop = { ...calls, maxIterations: step.max_iterations, toolAnswers, mostCalls: definition.limits.steps };
  const prices = tools.map(({ name }) => known.toolPrice?.(name) ?? null);
  return { cost: within(addCosts([costOfLoop(loop), costOfAgentsTools(prices, loop)]), step), output };
}

/** What the step's own budget leaves of it. */
function within(cost: Cost, { budget }: ModelStep | AgentStep): Cost {
  const { usd = null, tokens = null } = budget ?? {};
  return {
    ...cost,
    microUsd: usd === null ? cost.microUsd : atMost(cost.microUsd, fromUsd(usd)),
    tokens: tokens === null ? cost.tokens : atMost(cost.tokens, tokens),
  };
}

/** A template may have the same slot twice. */
const timesUsed =
  (template: string) =>
  (slot: string): number =>
    template.split(new RegExp(`\\{\\{\\s*${slot}\\s*\\}\\}`)).length - 1;

/** The words and marks around what is remembered (core/run/steps/prompted.ts). */
const BESIDE_TOKENS = 60;

/** The messages with empty slots, the schema and the tools. */
function sizeOfFrame(definition: Definition, step: ModelStep | AgentStep, tools: readonly ModelTool[]): Size {
  const empty = Object.fromEntries(Object.keys(step.prompt.slots).map((name) => [name, ""]));
  const messages = renderMessages(definition, step.prompt, empty);
  const words = messages.reduce((total, { content }) => total + expectTokens(content ?? "") + 6, 0);
  const told = tools.length === 0 ? 0 : expectTokens(JSON.stringify(tools));
  const form = step.output === null ? 0 : expectTokens(JSON.stringify(step.output));
  // What is remembered of the person stands beside the prompt, where it is needed.
  const remembered = definition.memory?.recall === "auto" ? definition.memory.max_tokens : 0;
  const max = estimateTokens(messages, step.output, tools) + (remembered === 0 ? 0 : remembered + BESIDE_TOKENS);
  return { ...ordered({ low: 0.6 * (words + told), expected: words + told + form / 2 + remembered / 4, max }), isOpen: false };
}

function sizeOfAnswer({ output, model }: ModelStep | AgentStep): Size {
  const most = model.max_tokens;
  if (output === null) return { low: 1, expected: Math.min(LIKELY_TEXT_TOKENS, most / 2), max: most, isOpen: false };
  const told = sizeOfSchema(output);
  return { ...ordered({ low: Math.min(told.low, most), expected: Math.min(told.expected, most), max: most }), isOpen: false };
}

function walkMap(walker: Walker, map: MapStep, parts: Parts): Walked {
  const over = partOf(map.over, parts);
  if (over === null) return FAILED;
  const most = walker.definition.limits.steps; // each item is an execution
  if (!isKnown(over)) return walkUnknownItems(walker, map, parts, over, most);
  if (!Array.isArray(over.known)) return FAILED;
  const items = over.known.slice(0, most);
  const looked = items.slice(0, Math.max(0, walker.work.left));
  const exact = looked.map((item, index) => walkNode(walker, map.step, { ...parts, item: { known: item }, index }));
  const rest = items.slice(looked.length);
  if (rest.length === 0 && exact.every(({ output }) => isKnown(output)) && map.on_error === null && map.step.on_error === null) {
    return {
      cost: addCosts(exact.map(({ cost }) => cost)),
      output: { known: exact.map(({ output }) => (isKnown(output) ? output.known : null)) },
    };
  }
  const largest = rest.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a), null);
  const standIn = walkNode(walker, map.step, { ...parts, item: { known: largest }, index: looked.length });
  const costs = [...exact.map(({ cost }) => cost), manyOf(standIn.cost, exactly(rest.length))];
  const sizes = [...exact.map(({ output }) => output), ...Array<Part>(rest.length).fill(standIn.output)];
  const size = together(sizes.map((output) => sizeOf(output, parts.measure)));
  return { cost: addCosts(costs), output: { size, schema: listOf(items.length) } };
}

const lengthOf = (value: Json): number => JSON.stringify(value).length;
const listOf = (length: number): JsonSchema => ({ type: "array", minItems: length, maxItems: length });

function walkUnknownItems(walker: Walker, map: MapStep, parts: Parts, over: Exclude<Part, { known: Json }>, steps: number): Walked {
  const { schema } = over;
  const told = itemsOf(schema);
  // A list whose length nobody bounds is bounded by the run's steps.
  const count = ordered(atMost(told.isOpen ? { ...told, max: steps } : told, steps));
  const form = isObject(schema) && isObject(schema["items"]) ? schema["items"] : null;
  const inForm = form === null ? over.size : sizeOfSchema(form);
  const max = Math.min(inForm.max, over.size.max);
  const item: Part = { size: { ...ordered({ low: 0, expected: inForm.expected, max }), isOpen: inForm.isOpen }, schema: form };
  const { cost, output } = walkNode(walker, map.step, {
    ...parts,
    item: isKnown(item) ? item : { ...item, size: { ...item.size, ...ordered(item.size) } },
  });
  const one = sizeOf(output, parts.measure);
  const size = { low: 0, expected: one.expected * count.expected, max: one.max * count.max, isOpen: one.isOpen || told.isOpen };
  return { cost: { ...manyOf(cost, count), isOpen: cost.isOpen || told.isOpen }, output: { size, schema: null } };
}

/** A child's budget is what its definition allows, and is taken from its parent's. */
function walkChild(walker: Walker, step: RunStep, parts: Parts): Walked {
  const input = partOf(step.input, parts);
  const definition = walker.known.child(step);
  if (input === null || definition === null || walker.depth + 1 > MAX_DEPTH) return FAILED;
  const { usd, tokens } = definition.limits;
  if (walker.work.left <= 0) return { cost: wholeBudget(fromUsd(usd), tokens), output: unknownOf(true) };
  const { cost, output } = walkRun({ ...walker, definition, depth: walker.depth + 1 }, input);
  return { cost: { ...cost, microUsd: atMost(cost.microUsd, fromUsd(usd)), tokens: atMost(cost.tokens, tokens) }, output };
}

const wholeBudget = (microUsd: number, tokens: number): Cost => ({
  microUsd: { low: 0, expected: microUsd / 2, max: microUsd },
  tokens: { low: 0, expected: tokens / 2, max: tokens },
  calls: { low: 0, expected: 1, max: tokens / LIKELY_TEXT_TOKENS },
  isOpen: true,
});
