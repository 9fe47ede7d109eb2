/** Small definitions for tests of the run's machine: every default filled in, as core/workflow/check.ts would. */
import type { Json } from "../../../core/json.ts";
import type {
  AgentStep,
  Definition,
  ModelStep,
  RetryPolicy,
  ReviewStep,
  Step,
  ToolStep,
  TransformStep,
} from "../../../core/workflow/definition.ts";

export const RETRY: RetryPolicy = { attempts: 3, initial_ms: 1000, max_ms: 32_000, factor: 2 };

const common = { needs: [] as string[], when: null, on_error: null };

export const transform = (value: Json, more: Partial<TransformStep> = {}): TransformStep => ({
  ...common,
  kind: "transform",
  value,
  ...more,
});
export const tool = (name: string, more: Partial<ToolStep> = {}): ToolStep => ({
  ...common,
  kind: "tool",
  tool: name,
  input: {},
  async: false,
  retry: RETRY,
  timeout_ms: null,
  compensate: null,
  ...more,
});
export const undoneBy = (name: string): NonNullable<ToolStep["compensate"]> => ({
  tool: name,
  input: { id: { cel: "output.id" } },
  retry: RETRY,
  timeout_ms: null,
});
export const model = (more: Partial<ModelStep> = {}): ModelStep => ({
  ...common,
  kind: "model",
  model: { id: "acme/small-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: [] },
  prompt: { template: "Say {{what}}", slots: { what: "hello" } },
  output: null,
  cache: "none",
  async: false,
  retry: RETRY,
  timeout_ms: 120_000,
  ...more,
});
/** `tools`: those that it may call. */
export const agentOf = (tools: readonly string[], more: Partial<AgentStep> = {}): AgentStep => ({
  ...common,
  kind: "agent",
  model: { id: "acme/small-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: [] },
  prompt: { template: "Go", slots: {} },
  tools: [...tools],
  max_iterations: 8,
  output: null,
  retry: RETRY,
  timeout_ms: 120_000,
  ...more,
});
export const review = (more: Partial<ReviewStep> = {}): ReviewStep => ({
  ...common,
  kind: "review",
  severity: "high",
  proposal: {},
  ...more,
});

export const define = (steps: { [id: string]: Step }, more: Partial<Definition> = {}): Definition => ({
  name: "specimen",
  description: "",
  instructions: "",
  input: true,
  output: null,
  limits: { usd: 1, tokens: 100_000, seconds: 600, steps: 100, confirm_over_usd: null },
  tools: ["orders.get", "payments.refund", "payments.cancel", "stock.reserve", "stock.release", "mail.send"],
  on_failure: "compensate",
  on_budget: null,
  steps,
  ...more,
});
