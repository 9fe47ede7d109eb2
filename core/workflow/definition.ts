/**
 * A workflow definition as the platform keeps it: checked, every default filled in, plain JSON.
 * `check.ts` makes it from what a developer sent; `digest.ts` names it by its content. The engine reads it and never changes it.
 *
 * PERSISTED: in D1 by (org, name, version), and inside every run for the run's life.
 */
import type { GuardrailSettings, StepGuardrails } from "../guardrail/rules/settings.ts";
import type { Json, JsonObject } from "../json.ts";

/** A value in which `{"cel": "…"}` at any depth is an expression. */
export type Template = Json;

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = JsonObject | boolean;

/** The caps of a run. At a cap it ends with what there is (`on_budget`), or undoes its writes when some are half done. */
export type Limits = {
  readonly usd: number;
  readonly tokens: number;
  /** Seconds of `running` only; waiting for people and pauses do not count. */
  readonly seconds: number;
  /** Executions of steps. */
  readonly steps: number;
  readonly confirm_over_usd: number | null;
};

/**
 * How often a call is tried. `attempts`: in all, the first included. The wait before attempt n is random, up to `initial_ms * factor **
 * (n - 2)`, at most `max_ms`.
 */
export type RetryPolicy = { readonly attempts: number; readonly initial_ms: number; readonly max_ms: number; readonly factor: number };

/** What happens when a step fails: its output is `value`, or the step `step` runs in its place. `when`: only if that holds of the error. */
export type ErrorRule = ({ readonly value: Template } | { readonly step: string }) & { readonly when?: { readonly cel: string } };
/** One rule, or several: the first that applies counts. */
export type OnError = ErrorRule | readonly ErrorRule[];

type StepCommon = {
  readonly needs: readonly string[];
  readonly when: { readonly cel: string } | null;
  readonly on_error: OnError | null;
};

/** What a step asks of the model that answers, whichever it is; absent: nothing. */
export type ModelWishes = {
  /** `hard`: the best of the task's models first; `simple`: the cheapest; `ordinary`: as the task's route has it. */
  readonly complexity?: "simple" | "ordinary" | "hard";
  /** No model that is known to take longer, in milliseconds. */
  readonly max_latency_ms?: number;
  /** No model of a lower quality, and none without a registered quality. */
  readonly min_quality?: number;
};

/** Which model answers, and within which bounds. `max_tokens`: of the answer. */
export type ModelChoice = ModelWishes & {
  /** One of the two: a pinned model, or a task that routes to one. */
  readonly id: string | null;
  readonly task: string | null;
  readonly max_tokens: number;
  readonly temperature: number;
  /** Model ids that are tried in this order when the one before failed. */
  readonly fallback: readonly string[];
};

/** The developer's words with named slots, and the templates that fill them. */
export type Prompt = {
  readonly template: string;
  readonly slots: { readonly [name: string]: Template };
  /** What a slot's value must be, where the developer says so; anything else fails the step before a model sees it. */
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

/** Maximum cost of all calls of a step together: dollars and tokens. null: no cap of its own. */
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
  /** What is asked of its answer beside what the definition asks. Absent: nothing. */
  readonly guardrails?: StepGuardrails;
  /** A queue consumer makes the call and reports back; the run's object sleeps meanwhile. */
  readonly async: boolean;
  readonly retry: RetryPolicy;
  /** Of one attempt. */
  readonly timeout_ms: number;
};

/** One call of a tool with an input that the definition fixes. */
export type ToolStep = StepCommon & {
  readonly kind: "tool";
  readonly tool: string;
  readonly input: Template;
  readonly async: boolean;
  readonly retry: RetryPolicy;
  /** Of one attempt; null: the tool's own. */
  readonly timeout_ms: number | null;
  readonly compensate: Compensate | null;
};

/** A bounded loop of model and tool calls: the model chooses which of `tools`, with which words; each call is journaled. */
export type AgentStep = StepCommon & {
  readonly kind: "agent";
  readonly model: ModelChoice;
  readonly prompt: Prompt;
  /** Subset of the definition's `tools`. */
  readonly tools: readonly string[];
  readonly max_iterations: number;
  readonly budget?: StepBudget;
  /** As of a `model` step; of the answer that becomes the output. */
  readonly guardrails?: StepGuardrails;
  /** null: the output is text. */
  readonly output: JsonSchema | null;
  readonly retry: RetryPolicy;
  /** Of one model call. */
  readonly timeout_ms: number;
};

/** Exactly one of `seconds`, `until`, `signal`. */
export type WaitStep = StepCommon & {
  readonly kind: "wait";
  readonly seconds: Template | null;
  /** RFC 3339. */
  readonly until: Template | null;
  readonly signal: string | null;
  /** With `signal`: how long to wait for it; null: as long as the run may. */
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

/** What a `map` may do for each item. Its `needs` is empty and its `when` null. */
export type ItemStep = ModelStep | ToolStep | TransformStep | AgentStep | RunStep;

/** A person approves, changes or rejects a proposal. */
export type ReviewStep = StepCommon & {
  readonly kind: "review";
  readonly severity: "critical" | "high" | "medium";
  readonly proposal: Template;
};

/** A value computed from what the run has. */
export type TransformStep = StepCommon & { readonly kind: "transform"; readonly value: Template };

/** A step of any kind. A new kind is added as docs/recipes/step-kind.md says. */
export type Step = ModelStep | ToolStep | ReviewStep | TransformStep | AgentStep | WaitStep | MapStep | RunStep;
/** PERSISTED: in definitions and in journals. */
export type StepKind = Step["kind"];

/** A whole workflow. */
export type Definition = {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly input: JsonSchema;
  readonly output: Template;
  readonly limits: Limits;
  readonly tools: readonly string[];
  readonly on_failure: "compensate" | "park";
  /** null: the outputs of the completed steps by id. */
  readonly on_budget: { readonly value: Template } | null;
  /** What is asked of inputs, tools' answers and outputs beside what the org and the platform ask. Absent: nothing. */
  readonly guardrails?: GuardrailSettings;
  readonly steps: { readonly [id: string]: Step };
};
