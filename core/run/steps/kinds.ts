/**
 * The table of step kinds, as far as a run is concerned: what a step starts with, how it starts, whether it may write, whether its
 * output is trusted, how its calls are made. A kind without an entry does not compile. What its definition says is in
 * core/workflow/step-kinds.ts; what its events change is in core/run/fold/step-kinds.ts.
 */
import type { Json, JsonObject } from "../../json.ts";
import { DEFAULT_RETRY } from "../../workflow/attempts.ts";
import type { AgentStep, ModelStep, RetryPolicy, Step, StepKind, Template } from "../../workflow/definition.ts";
import { misfitOf } from "../../workflow/prompt.ts";
import type { StepOf } from "../../workflow/step-kinds/rules.ts";
import type { Turn } from "../machine/turn.ts";
import { begin, failAt } from "./begin.ts";
import { askPerson } from "./question.ts";
import { completeNode } from "./settle.ts";
import { startWait } from "./wait.ts";

/** Whether a tool may change something outside, as registered when the run started. */
export type Writes = (tool: string) => boolean;

/** How the calls of a step are made. */
export type CallRules = {
  readonly retry: RetryPolicy;
  /** Of one attempt of the tool that the definition calls, in milliseconds; null: the tool's own. */
  readonly toolTimeoutMs: number | null;
  /** A queue consumer makes the call that the definition fixes, while the run's object sleeps. */
  readonly isQueued: boolean;
};

/** What a run asks about a kind of step. */
export type RunRules<K extends StepKind> = {
  /** The template whose value the step starts with, and the field's name for messages. null: it starts without one. */
  input(step: StepOf<K>): { readonly field: string; readonly template: Template } | null;
  /** Starts the node: MUST emit its start (or its failure), and completes it when nothing is under way for it afterwards. */
  start(turn: Turn, node: string, step: StepOf<K>, input: Json): void;
  /** Whether carrying it out may change something outside: a cap does not end a run as `partial` between two of them. */
  mayWrite(step: StepOf<K>, writes: Writes): boolean;
  /** Whose word its output is (labels.ts): a person's, a signal's, a model's, a tool's, a child run's, that of its inputs or of its items. */
  readonly outputFrom: "person" | "signal" | "model" | "tool" | "child" | "inputs" | "items";
  /** null: it makes no call, so nothing of it is tried again. */
  calls(step: StepOf<K>): CallRules | null;
};

const MAKES_NO_CALL = (): null => null;
const WRITES_NOTHING = (): boolean => false;

const startPrompted = (turn: Turn, node: string, step: ModelStep | AgentStep, input: Json): void => {
  const misfit = misfitOf(step.prompt, input as JsonObject);
  if (misfit === null) begin(turn, node, step.kind, input);
  else failAt(turn, node, `prompt/slots/${misfit.name}`, misfit.message);
};
const slotsOf = ({ prompt }: ModelStep | AgentStep): { field: string; template: Template } => ({
  field: "prompt/slots",
  template: prompt.slots,
});

const RUN_RULES: { readonly [K in StepKind]: RunRules<K> } = {
  model: {
    input: slotsOf,
    start: startPrompted,
    mayWrite: WRITES_NOTHING,
    outputFrom: "model",
    calls: ({ retry, async }) => ({ retry, toolTimeoutMs: null, isQueued: async }),
  },
  agent: {
    input: slotsOf,
    start: startPrompted,
    mayWrite: ({ tools }, writes) => tools.some(writes),
    outputFrom: "model",
    calls: ({ retry }) => ({ retry, toolTimeoutMs: null, isQueued: false }),
  },
  tool: {
    input: ({ input }) => ({ field: "input", template: input }),
    start: (turn, node, _step, input) => begin(turn, node, "tool", input),
    mayWrite: ({ tool }, writes) => writes(tool),
    outputFrom: "tool",
    calls: ({ retry, timeout_ms, async }) => ({ retry, toolTimeoutMs: timeout_ms, isQueued: async }),
  },
  run: {
    input: ({ input }) => ({ field: "input", template: input }),
    start: (turn, node, _step, input) => begin(turn, node, "run", input),
    mayWrite: () => true, // what the child's workflow does is not known here
    outputFrom: "child",
    calls: () => ({ retry: DEFAULT_RETRY, toolTimeoutMs: null, isQueued: false }),
  },
  transform: {
    input: ({ value }) => ({ field: "value", template: value }),
    start: (turn, node, _step, value) => {
      begin(turn, node, "transform");
      completeNode(turn, node, value);
    },
    mayWrite: WRITES_NOTHING,
    outputFrom: "inputs",
    calls: MAKES_NO_CALL,
  },
  review: {
    input: ({ proposal }) => ({ field: "proposal", template: proposal }),
    start: (turn, node, { severity }, proposal) => {
      begin(turn, node, "review", proposal);
      askPerson(turn, node, "step", severity, proposal);
    },
    mayWrite: WRITES_NOTHING,
    outputFrom: "person",
    calls: MAKES_NO_CALL,
  },
  wait: {
    input: () => null,
    start: (turn, node, step) => startWait(turn, node, step),
    mayWrite: WRITES_NOTHING,
    outputFrom: "signal",
    calls: MAKES_NO_CALL,
  },
  map: {
    input: ({ over }) => ({ field: "over", template: over }),
    start: (turn, node, _step, list) =>
      Array.isArray(list) ? begin(turn, node, "map", list) : failAt(turn, node, "over", "it does not give a list"),
    mayWrite: ({ step }, writes) => rulesOf(step).mayWrite(step, writes),
    outputFrom: "items",
    calls: MAKES_NO_CALL, // its items make theirs
  },
};

/** What a run asks about the step's kind. */
export const rulesOf = ({ kind }: Step): RunRules<StepKind> => RUN_RULES[kind] as RunRules<StepKind>;
