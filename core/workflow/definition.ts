/**
 * A workflow definition as the platform stores it: checked, with every default filled in, as plain JSON.
 * `check.ts` builds it from the developer's request; `digest.ts` computes its content digest. The engine reads it and never changes it.
 *
 * PERSISTED: in D1 by (org, name, version), and inside every run for the run's life.
 */
import type { Card, RiskAssessment } from "../card/card.ts";
import type { GuardrailSettings, StepGuardrails } from "../guardrail/rules/settings.ts";
import type { Slo } from "../health/budget.ts";
import type { Json, JsonObject } from "../json.ts";

/** A value in which `{"cel": "…"}` at any depth is an expression. */
export type Template = Json;

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = JsonObject | boolean;

/** The caps of a run. At a cap the run ends with its results so far (`on_budget`), or undoes its writes if some are half done. */
export type Limits = {
  /** Maximum cost in dollars. */
  readonly usd: number;
  /** Maximum tokens, input and output together. */
  readonly tokens: number;
  /** Maximum seconds in `running`; waiting for people and pauses do not count. */
  readonly seconds: number;
  /** Maximum executions of steps; each item of a map and each call of an agent counts. */
  readonly steps: number;
  /** Cost in dollars above which a person must agree once; null: no question is asked. */
  readonly confirm_over_usd: number | null;
};

/**
 * How often a call is tried. `attempts` is the total number, including the first. The wait before attempt n is random, up to
 * `initial_ms * factor ** (n - 2)` milliseconds and at most `max_ms`.
 */
export type RetryPolicy = { readonly attempts: number; readonly initial_ms: number; readonly max_ms: number; readonly factor: number };

/** What happens when a step fails: its output is `value`, or the step `step` runs in its place. The rule applies only if `when` is true for the error. */
export type ErrorRule = ({ readonly value: Template } | { readonly step: string }) & { readonly when?: { readonly cel: string } };
/** One rule, or a list of which the first matching rule applies. */
export type OnError = ErrorRule | readonly ErrorRule[];

type StepCommon = {
  readonly needs: readonly string[];
  readonly when: { readonly cel: string } | null;
  readonly on_error: OnError | null;
};

/** A step's requirements for the model that answers. An absent field requires nothing. */
export type ModelWishes = {
  /** The order of the task's models. `hard`: the best first; `simple`: the cheapest first; `ordinary`: the order of the task's route. */
  readonly complexity?: "simple" | "ordinary" | "hard";
  /** Maximum known latency of a model, in milliseconds. A model of unknown latency is allowed. */
  readonly max_latency_ms?: number;
  /** Minimum registered quality of a model. A model without a registered quality is excluded. */
  readonly min_quality?: number;
};

/** The model that answers, and its bounds. */
export type ModelChoice = ModelWishes & {
  /** A fixed model. Exactly one of `id` and `task` is set. */
  readonly id: string | null;
  /** A task that the org's route maps to models. */
  readonly task: string | null;
  /** Maximum tokens of the answer. */
  readonly max_tokens: number;
  readonly temperature: number;
  /** Model ids that are tried in this order after a failure. */
  readonly fallback: readonly string[];
};

/** The developer's text with named slots, and the templates that fill them. */
export type Prompt = {
  readonly template: string;
  readonly slots: { readonly [name: string]: Template };
  /** The declared types of slots. A value of another type fails the step before a model sees it. */
  readonly types?: { readonly [name: string]: SlotType };
};

/** The types that a slot can name. */
export const SLOT_TYPES = ["text", "number", "boolean", "list", "object"] as const;
/** See `Prompt`. */
export type SlotType = (typeof SLOT_TYPES)[number];

/** The tool call that undoes a step's call. */
export type Compensate = {
  readonly tool: string;
  readonly input: Template;
  readonly retry: RetryPolicy;
  readonly timeout_ms: number | null;
};

/** Whether a kept answer may take the place of a call: the answer to the same request, or to one with the same meaning. */
export type CacheUse = "none" | "exact" | "semantic";

/** Maximum cost of all calls of a step together, in dollars and tokens. null: the step has no separate cap. */
export type StepBudget = { readonly usd: number | null; readonly tokens: number | null };

/** One call of a model. */
export type ModelStep = StepCommon & {
  readonly kind: "model";
  readonly model: ModelChoice;
  readonly prompt: Prompt;
  /** null: the output is text. */
  readonly output: JsonSchema | null;
  readonly cache: CacheUse;
  readonly budget?: StepBudget;
  /** Rules for the step's answer in addition to the definition's. */
  readonly guardrails?: StepGuardrails;
  /** A queue consumer makes the call and reports back; the run's object sleeps meanwhile. */
  readonly async: boolean;
  readonly retry: RetryPolicy;
  /** Maximum duration of one attempt, in milliseconds. */
  readonly timeout_ms: number;
};

/** One call of a tool with an input that the definition fixes. */
export type ToolStep = StepCommon & {
  readonly kind: "tool";
  readonly tool: string;
  readonly input: Template;
  readonly async: boolean;
  readonly retry: RetryPolicy;
  /** Maximum duration of one attempt, in milliseconds; null: the tool's own timeout. */
  readonly timeout_ms: number | null;
  readonly compensate: Compensate | null;
};

/** A bounded loop of model and tool calls: the model chooses among `tools` and writes their arguments; each call is journaled. */
export type AgentStep = StepCommon & {
  readonly kind: "agent";
  readonly model: ModelChoice;
  readonly prompt: Prompt;
  /** The tools that the model may call, a subset of the definition's `tools`. */
  readonly tools: readonly string[];
  readonly max_iterations: number;
  readonly budget?: StepBudget;
  /** Rules for the answer that becomes the output, as for a `model` step. */
  readonly guardrails?: StepGuardrails;
  /** null: the output is text. */
  readonly output: JsonSchema | null;
  readonly retry: RetryPolicy;
  /** Maximum duration of one model call, in milliseconds. */
  readonly timeout_ms: number;
};

/** Waits for a duration, a time or a signal: exactly one of `seconds`, `until` and `signal` is set. */
export type WaitStep = StepCommon & {
  readonly kind: "wait";
  readonly seconds: Template | null;
  /** A time in RFC 3339 format. */
  readonly until: Template | null;
  readonly signal: string | null;
  /** Maximum wait for `signal`, in milliseconds; null: only the run's limits apply. */
  readonly timeout_ms: number | null;
};

/** One step for each item of a list; its expressions see `item` and `index`. */
export type MapStep = StepCommon & { readonly kind: "map"; readonly over: Template; readonly concurrency: number; readonly step: ItemStep };

/** A child run of another workflow of the org. */
export type RunStep = StepCommon & {
  readonly kind: "run";
  readonly workflow: string;
  readonly version: number | null;
  readonly input: Template;
};

/** A step that a `map` may run for each item. Its `needs` is empty and its `when` is null. */
export type ItemStep = ModelStep | ToolStep | TransformStep | AgentStep | RunStep;

/** A person approves, changes or rejects a proposal. */
export type ReviewStep = StepCommon & {
  readonly kind: "review";
  readonly severity: "critical" | "high" | "medium";
  readonly proposal: Template;
};

/** Computes a value from the run's data, without a call. */
export type TransformStep = StepCommon & { readonly kind: "transform"; readonly value: Template };

/** A step of any kind. A new kind is added as docs/recipes/step-kind.md says. */
export type Step = ModelStep | ToolStep | ReviewStep | TransformStep | AgentStep | WaitStep | MapStep | RunStep;
/** The name of a step kind. PERSISTED: in definitions and in journals. */
export type StepKind = Step["kind"];

/** How runs use what is remembered of their person. `max_tokens`: of what is recalled, in each prompt. */
export type MemoryUse = {
  readonly recall: "off" | "auto";
  readonly remember: "off" | "summary" | "facts";
  readonly max_tokens: number;
};

/** What of a run the person and the workflow say in the run's session; an absent one says nothing. */
export type SessionWords = { readonly user?: Template; readonly assistant?: Template };

/** A whole workflow. */
export type Definition = {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  /** Who answers for it: a user or a group. Absent: nobody is named. */
  readonly owner?: string;
  /** What people should know of it, and who judged its risk. Absent: nobody said. */
  readonly card?: Card;
  readonly risk_assessment?: RiskAssessment;
  readonly input: JsonSchema;
  readonly output: Template;
  readonly limits: Limits;
  readonly tools: readonly string[];
  readonly on_failure: "compensate" | "park";
  /** null: the outputs of the completed steps by id. */
  readonly on_budget: { readonly value: Template } | null;
  /** Rules for inputs, tools' answers and outputs in addition to those of the org and the platform. */
  readonly guardrails?: GuardrailSettings;
  /** What is promised of its runs. Absent: nothing. */
  readonly slo?: Slo;
  /** What its runs recall of their person before their first model call, and remember at their end. Absent: nothing. */
  readonly memory?: MemoryUse;
  /** What of a run is said in its session. Absent: nothing. */
  readonly session?: SessionWords;
  /** Collections that `knowledge.search` may search. Absent: none. */
  readonly knowledge?: readonly string[];
  readonly steps: { readonly [id: string]: Step };
};
