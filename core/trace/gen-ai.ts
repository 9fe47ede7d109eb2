/**
 * Names of OpenTelemetry's conventions for generative AI, in one place: they are in development and change. Current ones are those of
 * github.com/open-telemetry/semantic-conventions-genai; the older ones are those of semantic conventions 1.36.0, which many backends still read.
 */

import type { JsonObject } from "../json.ts";

/** Providers whose well-known name is not the first part of our model ids. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["azure", "azure.ai.openai"],
  ["azure-openai", "azure.ai.openai"],
  ["bedrock", "aws.bedrock"],
  ["google", "gcp.gemini"],
  ["gemini", "gcp.gemini"],
  ["google-ai-studio", "gcp.gemini"],
  ["google-vertex-ai", "gcp.vertex_ai"],
  ["vertex", "gcp.vertex_ai"],
  ["mistral", "mistral_ai"],
  ["perplexity-ai", "perplexity"],
  ["watsonx", "ibm.watsonx.ai"],
  ["xai", "x_ai"],
  ["grok", "x_ai"],
]);

/** `gen_ai.provider.name` of a model id: ids begin with the provider. */
export function providerOf(model: string): string {
  const prefix = model.split("/", 1)[0] ?? "";
  return PROVIDERS.get(prefix) ?? prefix;
}

/** `gen_ai.system`, which 1.36.0 had in place of the provider's name, where the two differ. */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ["azure.ai.openai", "az.ai.openai"],
  ["x_ai", "xai"],
]);

/**
 * Beside the current names of a call of a model, where a deployment wants it: those of 1.36.0, and those that backends read which no convention
 * has (Langfuse: the session and what a call cost).
 */
export const olderModelNames = (provider: string, model: string): JsonObject => ({
  "gen_ai.system": SYSTEMS.get(provider) ?? provider,
  "gen_ai.response.model": model,
});
/** Beside `cost.usd`. */
export const olderCostNames = (usd: number): JsonObject => ({ "gen_ai.usage.cost": usd });
/** Beside `gen_ai.conversation.id`, on every span of the session. */
export const olderSessionNames = (session: string): JsonObject => ({ "session.id": session });

/** What a call of a tool is: the platform's own search and memory have operations of their own. */
export function operationOf(tool: string): { readonly operation: string; readonly kind: "tool" | "retrieval" | "memory" } {
  if (tool === "knowledge.search") return { operation: "retrieval", kind: "retrieval" };
  if (tool === "memory.recall") return { operation: "search_memory", kind: "memory" };
  if (tool === "memory.remember") return { operation: "update_memory", kind: "memory" };
  if (tool === "memory.forget") return { operation: "delete_memory", kind: "memory" };
  return { operation: "execute_tool", kind: "tool" };
}
