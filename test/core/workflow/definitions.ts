/** Definitions that tests change: each call gives a fresh one that holds together. */
import type { Json, JsonObject } from "../../../core/json.ts";
import type { Known } from "../../../core/workflow/check.ts";

export const known: Known = {
  tools: new Set(["orders.get", "payments.refund", "payments.cancel"]),
  toolFacts: { "orders.get": { effect: "read" }, "payments.refund": { effect: "write" } },
};

/** The example of the HTTP contract. */
export const example = (): JsonObject => ({
  name: "support-refund",
  input: { type: "object" },
  output: { cel: "steps.reply.output" },
  tools: ["orders.get", "payments.refund", "payments.cancel"],
  steps: {
    classify: {
      kind: "model",
      model: { task: "classify", max_tokens: 2048, temperature: 0, fallback: ["acme/small-2026-01-01"] },
      prompt: { template: "Classify this ticket: {{ticket}}", slots: { ticket: { cel: "input.ticket" } } },
      output: { type: "object" },
      cache: "none",
    },
    order: { kind: "tool", needs: ["classify"], tool: "orders.get", input: { id: { cel: "steps.classify.output.order_id" } } },
    approve: {
      kind: "review",
      needs: ["order"],
      when: { cel: "steps.order.output.total > 100" },
      severity: "high",
      proposal: { refund: { cel: "steps.order.output.total" } },
    },
    refund: {
      kind: "tool",
      needs: ["approve", "order"],
      tool: "payments.refund",
      input: { order: { cel: "steps.order.output.id" } },
      retry: { attempts: 3, initial_ms: 1000, max_ms: 32000, factor: 2 },
      timeout_ms: 30000,
      compensate: { tool: "payments.cancel", input: { refund: { cel: "output.id" } } },
    },
    reply: {
      kind: "model",
      needs: ["refund"],
      model: { id: "openai/gpt-4.1-mini-2025-04-14" },
      prompt: { template: "Write.", slots: {} },
      on_error: { value: { text: "A colleague will write to you today." } },
    },
  },
});

/** The example with what stands at a JSON Pointer replaced; undefined removes it. */
export function changed(pointer: string, value: Json | undefined): JsonObject {
  const definition = example();
  const tokens = pointer.slice(1).split("/");
  const last = tokens.pop() ?? "";
  let node: JsonObject = definition;
  for (const token of tokens) node = node[token] as JsonObject;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return definition;
}
