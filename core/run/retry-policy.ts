/** Which retry policy an activity has: its own step's, what undoes it, or the default. */
import type { RetryPolicy } from "../workflow/definition.ts";
import type { Birth } from "./birth.ts";
import { nodeDefinition } from "./node.ts";
import type { Activity } from "./state.ts";

/** API.md, "Workflows": the defaults, for what has no policy of its own. */
const DEFAULT_RETRY: RetryPolicy = { attempts: 3, initial_ms: 1_000, max_ms: 32_000, factor: 2 };

export function retryPolicy(birth: Birth, activity: Activity): RetryPolicy {
  const isUndoing = activity.purpose === "compensation";
  const definition = nodeDefinition(birth.definition, isUndoing ? (activity.undoes ?? activity.node) : activity.node);
  if (definition.kind === "tool") return isUndoing && definition.compensate ? definition.compensate.retry : definition.retry;
  return definition.kind === "model" || definition.kind === "agent" ? definition.retry : DEFAULT_RETRY;
}
