/**
 * What the model calls of one node cost: a single answer with its corrections and attempts, or an agent's loop, whose conversation
 * grows. Counts as the engine reserves (core/run/calls/dispatch.ts); knows nothing of the steps around the node.
 */
import type { Amount } from "../budget/amount.ts";
import type { ModelCandidate } from "../model/entry.ts";
import { CORRECTIONS } from "../model-call/corrections.ts";
import { uncachedCost } from "../model-call/cost.ts";
import type { Size } from "./size.ts";
import { NONE, ordered, type Spread, sum, times } from "./spread.ts";

/** Cost of some calls of models, as intervals. */
export type Cost = {
  readonly microUsd: Spread;
  /** In and out. */
  readonly tokens: Spread;
  readonly calls: Spread;
  /** Somewhere in it a bound is an assumption (`Size.isOpen`). */
  readonly isOpen: boolean;
};

/** No call, no cost. */
export const FREE: Cost = { microUsd: NONE, tokens: NONE, calls: NONE, isOpen: false };

/** The sum of costs; open when one of them is. */
export const addCosts = (costs: readonly Cost[]): Cost => ({
  microUsd: sum(...costs.map(({ microUsd }) => microUsd)),
  tokens: sum(...costs.map(({ tokens }) => tokens)),
  calls: sum(...costs.map(({ calls }) => calls)),
  isOpen: costs.some(({ isOpen }) => isOpen),
});

/** `count`: how many of it there are, or how likely it is. */
export const manyOf = ({ microUsd, tokens, calls, isOpen }: Cost, count: Spread): Cost => ({
  microUsd: times(microUsd, count),
  tokens: times(tokens, count),
  calls: times(calls, count),
  isOpen: isOpen && count.max > 0,
});

/** The words around a correction: twenty errors at most (core/workflow/prompt.ts), each a line. */
const CORRECTION_TOKENS = 400;
/** What stands around each message and call of a conversation, as `estimateTokens` counts it. */
const FRAME = 8;
/** An agent's call of a tool, when it asks for one: name and a few words. */
const ASK_TOKENS = 40;
/** Fewer tokens than this no call of a tool takes in an answer. */
const LEAST_ASK_TOKENS = 8;
/** A conversation repeats what a model said as JSON text: quotes and line ends are escaped. */
const ESCAPED = 1.3;

/** Calls of one step: the models that may answer, and how often each is tried. */
export type Calls = {
  /** In the order in which they are tried. */
  readonly candidates: readonly ModelCandidate[];
  readonly attempts: number;
  readonly maxTokens: number;
  /** Tokens of the request, before any correction. */
  readonly input: Size;
  /** Tokens of an answer. */
  readonly answer: Size;
  readonly hasSchema: boolean;
  /** A kept answer may do. */
  readonly mayBeKept: boolean;
};

/** One answer of a model. */
export function costOfAnswer(calls: Calls): Cost {
  const { input, answer, maxTokens, attempts } = calls;
  const able = calls.candidates.filter(({ context }) => Math.ceil(input.low) + maxTokens <= context);
  const [first] = able.filter(({ context }) => input.expected + maxTokens <= context).concat(able);
  if (first === undefined) return FREE; // it fits into no window: the step fails before anything is sent
  const corrections = calls.hasSchema ? CORRECTIONS : 0;
  const longer = (number: number): number => input.max + number * (maxTokens * ESCAPED + CORRECTION_TOKENS);
  const worst = (model: ModelCandidate, correction: number): Amount =>
    uncachedCost(model, Math.min(Math.ceil(longer(correction)), model.context - maxTokens), maxTokens);
  // The corrections first, on the dearest; then every attempt on every candidate, with all corrections in the prompt.
  const dearest = able.reduce((most, model) => (worst(model, 0).microUsd > worst(most, 0).microUsd ? model : most));
  const all = [
    ...Array.from({ length: corrections }, (_, correction) => worst(dearest, correction)),
    ...Array.from({ length: attempts }, () => able.map((model) => worst(model, corrections))).flat(),
  ];
  const likely = uncachedCost(first, input.expected, Math.min(answer.expected, maxTokens));
  const least = able
    .map((model) => uncachedCost(model, input.low, Math.min(answer.low, maxTokens)))
    .reduce((a, b) => (b.microUsd < a.microUsd ? b : a));
  const low = calls.mayBeKept ? 0 : 1;
  return {
    microUsd: ordered({ low: least.microUsd * low, expected: likely.microUsd, max: total(all, "microUsd") }),
    tokens: ordered({ low: least.tokens * low, expected: likely.tokens, max: total(all, "tokens") }),
    calls: { low, expected: 1, max: all.length },
    isOpen: input.isOpen,
  };
}

/** Calls of an agent, which grow with each iteration. */
export type Loop = Calls & {
  readonly maxIterations: number;
  /** Tokens of one tool's answer, of the tools that the model may ask for. */
  readonly toolAnswers: readonly Size[];
  /** How many tools the run may still call (`limits.steps`). */
  readonly mostCalls: number;
};

/** An agent: as many answers as iterations, each on top of all that was said and seen before. */
export function costOfLoop(loop: Loop): Cost {
  const { toolAnswers, maxTokens, input } = loop;
  const canAsk = toolAnswers.length > 0;
  const iterations = canAsk ? loop.maxIterations : 1;
  // One call of each tool, one of them twice, and the answer.
  const likely = canAsk ? Math.min(iterations, toolAnswers.length + 2) : 1;
  const seen = {
    expected: toolAnswers.reduce((total, { expected }) => total + expected, 0) / Math.max(1, toolAnswers.length),
    max: Math.max(0, ...toolAnswers.map(({ max }) => max)),
  };
  const perTurn = Math.floor(maxTokens / LEAST_ASK_TOKENS);
  const isOpen = input.isOpen || toolAnswers.some((answer) => answer.isOpen);
  const each = Array.from({ length: iterations }, (_, before): Cost => {
    const asked = Math.min(loop.mostCalls, before * perTurn);
    const grown = {
      low: input.low,
      expected: input.expected + before * (ASK_TOKENS + 2 * FRAME + seen.expected),
      max: input.max + before * (maxTokens * ESCAPED + FRAME) + asked * (seen.max * ESCAPED + FRAME),
      isOpen,
    };
    const isLast = before === likely - 1;
    const answer = isLast ? loop.answer : { ...loop.answer, low: LEAST_ASK_TOKENS, expected: ASK_TOKENS };
    const cost = costOfAnswer({ ...loop, input: grown, answer });
    return manyOf(cost, { low: before === 0 ? 1 : 0, expected: before < likely ? 1 : 0, max: 1 });
  });
  return addCosts(each);
}

const total = (all: readonly Amount[], what: keyof Amount): number => all.reduce((sum, one) => sum + one[what], 0);
