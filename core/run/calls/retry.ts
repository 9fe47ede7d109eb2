/**
 * Whether, when and how often a failed call is tried again. Full jitter: uniform between 0 and the capped exponential step (AWS
 * Architecture Blog, "Exponential Backoff And Jitter", 2015). The jitter comes from the call's name, so that the same history gives
 * the same times.
 */
import { chance } from "../../chance.ts";
import { DEFAULT_RETRY } from "../../workflow/attempts.ts";
import type { RetryPolicy } from "../../workflow/definition.ts";
import { mentionsOf } from "../../workflow/step-kinds.ts";
import type { Birth } from "../machine/birth.ts";
import type { Activity } from "../machine/state.ts";
import { rulesOf } from "../steps/kinds.ts";
import { workOf } from "../steps/node.ts";
import type { Failure } from "./call.ts";

/** The policy of the activity's step; of a compensation its own, else that of the step it undoes. A step without calls has the default. */
export function retryPolicy(birth: Birth, activity: Activity): RetryPolicy {
  const isUndoing = activity.purpose === "compensation";
  const definition = workOf(birth.definition, isUndoing ? (activity.undoes ?? activity.node) : activity.node);
  const own = isUndoing ? mentionsOf(definition).compensate : null;
  return own?.retry ?? rulesOf(definition).calls(definition)?.retry ?? DEFAULT_RETRY;
}

/** Milliseconds to wait after failed attempt number `attempt` (from 1). A `Retry-After` is honoured beyond the policy's cap. */
export function retryDelayMs(policy: RetryPolicy, attempt: number, name: string, failure: Failure): number {
  const ceiling = Math.min(policy.max_ms, policy.initial_ms * policy.factor ** (attempt - 1));
  return Math.max(Math.floor(ceiling * chance(`${name}#${attempt}`)), failure.retryAfterMs ?? 0);
}

/** Only what may go better next time: never another 4xx, a schema or a guard. */
export const isRetryable = (failure: Failure): boolean => failure.class === "transient" || failure.class === "unknown";
