/**
 * When to try again. Full jitter: uniform between 0 and the capped exponential step (AWS Architecture Blog, "Exponential
 * Backoff And Jitter", 2015). The jitter comes from the call's name, so that the same history gives the same times.
 */
import type { RetryPolicy } from "../workflow/definition.ts";
import type { Failure } from "./call.ts";

/** Milliseconds to wait after failed attempt number `attempt` (from 1). A `Retry-After` is honoured beyond the policy's cap. */
export function retryDelayMs(policy: RetryPolicy, attempt: number, name: string, failure: Failure): number {
  const ceiling = Math.min(policy.max_ms, policy.initial_ms * policy.factor ** (attempt - 1));
  return Math.max(Math.floor(ceiling * chance(`${name}#${attempt}`)), failure.retryAfterMs ?? 0);
}

/** Only what may go better next time: never another 4xx, a schema or a guard. */
export const isRetryable = (failure: Failure): boolean => failure.class === "transient" || failure.class === "unknown";

/** A number in [0, 1) that looks random and depends on the text alone (FNV-1a, 32 bit, with a final mix). */
export function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return (hash >>> 0) / 2 ** 32;
}
