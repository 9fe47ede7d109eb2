/**
 * The table of step kinds for a run, as data: the input of a step, whether it may write, start a child run or ask a model, whose word its
 * output is, how its calls are made. A kind without an entry does not compile. How a kind starts is in start.ts; what its definition says is in
 * core/workflow/step-kinds.ts; what its events change is in core/run/fold/step-kinds.ts.
 */
import { workflowOfTool } from "../../tool/workflow-tool.ts";
import { DEFAULT_RETRY } from "../../workflow/attempts.ts";
import type { AgentStep, ModelStep, RetryPolicy, Step, StepKind, Template } from "../../workflow/definition.ts";
import type { StepOf } from "../../workflow/step-kinds/rules.ts";

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
  /** Whether carrying it out may change something outside: a cap does not end a run as `partial` between two of them. */
  mayWrite(step: StepOf<K>, writes: Writes): boolean;
  /** Whether it may start a child run, as its definition tells. A registered tool that is a workflow is known only by the facts of its call. */
  startsChild(step: StepOf<K>): boolean;
  /** Whether it asks a model, and so spends from what its run has left. */
  asksModel(step: StepOf<K>): boolean;
  /** Whose word its output is (labels.ts): a person's, a signal's, a model's, a tool's, a child run's, that of its inputs or of its items. */
  readonly outputFrom: "person" | "signal" | "model" | "tool" | "child" | "inputs" | "items";
  /** null: it makes no call, so nothing of it is tried again. */
  calls(step: StepOf<K>): CallRules | null;
};

const MAKES_NO_CALL = (): null => null;
const WRITES_NOTHING = (): boolean => false;
const STARTS_NO_CHILD = (): boolean => false;
const ASKS_MODEL = (): boolean => true;
const ASKS_NO_MODEL = (): boolean => false;
const isWorkflow = (tool: string): boolean => workflowOfTool(tool) !== null;

const slotsOf = ({ prompt }: ModelStep | AgentStep): { field: string; template: Template } => ({
  field: "prompt/slots",
  template: prompt.slots,
});

const RUN_RULES: { readonly [K in StepKind]: RunRules<K> } = {
  model: {
    input: slotsOf,
    mayWrite: WRITES_NOTHING,
    startsChild: STARTS_NO_CHILD,
    asksModel: ASKS_MODEL,
    outputFrom: "model",
    calls: ({ retry, async }) => ({ retry, toolTimeoutMs: null, isQueued: async }),
  },
  agent: {
    input: slotsOf,
    mayWrite: ({ tools }, writes) => tools.some(writes),
    startsChild: ({ tools }) => tools.some(isWorkflow),
    asksModel: ASKS_MODEL,
    outputFrom: "model",
    calls: ({ retry }) => ({ retry, toolTimeoutMs: null, isQueued: false }),
  },
  tool: {
    input: ({ input }) => ({ field: "input", template: input }),
    mayWrite: ({ tool }, writes) => writes(tool),
    startsChild: ({ tool }) => isWorkflow(tool),
    asksModel: ASKS_NO_MODEL,
    outputFrom: "tool",
    calls: ({ retry, timeout_ms, async }) => ({ retry, toolTimeoutMs: timeout_ms, isQueued: async }),
  },
  run: {
    input: ({ input }) => ({ field: "input", template: input }),
    mayWrite: () => true, // what the child's workflow does is not known here
    startsChild: () => true,
    asksModel: ASKS_NO_MODEL,
    outputFrom: "child",
    calls: () => ({ retry: DEFAULT_RETRY, toolTimeoutMs: null, isQueued: false }),
  },
  transform: {
    input: ({ value }) => ({ field: "value", template: value }),
    mayWrite: WRITES_NOTHING,
    startsChild: STARTS_NO_CHILD,
    asksModel: ASKS_NO_MODEL,
    outputFrom: "inputs",
    calls: MAKES_NO_CALL,
  },
  review: {
    input: ({ proposal }) => ({ field: "proposal", template: proposal }),
    mayWrite: WRITES_NOTHING,
    startsChild: STARTS_NO_CHILD,
    asksModel: ASKS_NO_MODEL,
    outputFrom: "person",
    calls: MAKES_NO_CALL,
  },
  wait: {
    input: () => null,
    mayWrite: WRITES_NOTHING,
    startsChild: STARTS_NO_CHILD,
    asksModel: ASKS_NO_MODEL,
    outputFrom: "signal",
    calls: MAKES_NO_CALL,
  },
  map: {
    input: ({ over }) => ({ field: "over", template: over }),
    mayWrite: ({ step }, writes) => rulesOf(step).mayWrite(step, writes),
    startsChild: ({ step }) => rulesOf(step).startsChild(step),
    asksModel: ({ step }) => rulesOf(step).asksModel(step),
    outputFrom: "items",
    calls: MAKES_NO_CALL, // its items make theirs
  },
};

/** What a run asks about the step's kind. */
export const rulesOf = ({ kind }: Step): RunRules<StepKind> => RUN_RULES[kind] as RunRules<StepKind>;
