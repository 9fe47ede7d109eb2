/**
 * A workflow definition as the platform keeps it: checked, every default filled in, plain JSON.
 * `check.ts` makes it from what a developer sent; `digest.ts` names it by its content. The engine reads it and never changes it.
 *
 * PERSISTED: in D1 by (org, name, version), and inside every run for the run's life.
 */
import type { Json, JsonObject } from "../json.ts";

/** A value in which `{"cel": "…"}` at any depth is an expression. */
export type Template = Json;

export type JsonSchema = JsonObject | boolean;

export type Limits = {
  readonly usd: number;
  readonly tokens: number;
  /** Seconds of `running` only; waiting for people and pauses do not count. */
  readonly seconds: number;
  /** Executions of steps. */
  readonly steps: number;
  readonly confirm_over_usd: number | null;
};

export type RetryPolicy = { readonly attempts: number; readonly initial_ms: number; readonly max_ms: number; readonly factor: number };

export type OnError = { readonly value: Json } | { readonly step: string };

type StepCommon = {
  readonly needs: readonly string[];
  readonly when: { readonly cel: string } | null;
  readonly on_error: OnError | null;
};

export type ModelChoice = {
  /** One of the two: a pinned model, or a task that routes to one. */
  readonly id: string | null;
  readonly task: string | null;
  readonly max_tokens: number;
  readonly temperature: number;
  /** Model ids that are tried in this order when the one before failed. */
  readonly fallback: readonly string[];
};

export type Prompt = { readonly template: string; readonly slots: { readonly [name: string]: Template } };

export type Compensate = {
  readonly tool: string;
  readonly input: Template;
  readonly retry: RetryPolicy;
  readonly timeout_ms: number | null;
};

export type ModelStep = StepCommon & {
  readonly kind: "model";
  readonly model: ModelChoice;
  readonly prompt: Prompt;
  /** null: the output is text. */
  readonly output: JsonSchema | null;
  readonly cache: "none" | "exact" | "semantic";
  readonly retry: RetryPolicy;
  /** Of one attempt. */
  readonly timeout_ms: number;
};

export type ToolStep = StepCommon & {
  readonly kind: "tool";
  readonly tool: string;
  readonly input: Template;
  readonly retry: RetryPolicy;
  /** Of one attempt; null: the tool's own. */
  readonly timeout_ms: number | null;
  readonly compensate: Compensate | null;
};

export type ReviewStep = StepCommon & {
  readonly kind: "review";
  readonly severity: "critical" | "high" | "medium";
  readonly proposal: Template;
};

export type TransformStep = StepCommon & { readonly kind: "transform"; readonly value: Template };

export type Step = ModelStep | ToolStep | ReviewStep | TransformStep;
export type StepKind = Step["kind"];

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
  readonly on_budget: { readonly value: Json } | null;
  readonly steps: { readonly [id: string]: Step };
};
