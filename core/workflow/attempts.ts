/** How often a call is tried, and how long one attempt may take. */
import type { RetryPolicy } from "./definition.ts";
import type { Form } from "./form.ts";

const MODEL_TIMEOUT_MS = 120_000;
/** Maximum milliseconds of one attempt: fifteen minutes. A longer timeout is refused. */
export const MAX_TIMEOUT_MS = 900_000;
/** The policy of a call that names none (docs/contract.md, "Workflows"). */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 3, initial_ms: 1_000, max_ms: 32_000, factor: 2 };
const HOUR_MS = 3_600_000;

/** The `retry` of a step or a compensation, with defaults filled in. */
export function readRetry(form: Form): RetryPolicy {
  const retry = form.form("retry");
  if (retry === null) return DEFAULT_RETRY;
  const initial = retry.number("initial_ms", { fallback: DEFAULT_RETRY.initial_ms, min: 0, max: HOUR_MS, whole: true });
  const policy: RetryPolicy = {
    attempts: retry.number("attempts", { fallback: DEFAULT_RETRY.attempts, min: 1, max: 20, whole: true }),
    initial_ms: initial,
    max_ms: retry.number("max_ms", { fallback: Math.max(DEFAULT_RETRY.max_ms, initial), min: 0, max: HOUR_MS, whole: true }),
    factor: retry.number("factor", { fallback: DEFAULT_RETRY.factor, min: 1, max: 10 }),
  };
  if (policy.max_ms < policy.initial_ms) retry.refuse("max_ms", "`max_ms` is below `initial_ms`");
  retry.close();
  return policy;
}

/** The timeout of one call of a model, in milliseconds. */
export const readModelTimeout = (form: Form): number =>
  form.number("timeout_ms", { fallback: MODEL_TIMEOUT_MS, min: 1, max: MAX_TIMEOUT_MS, whole: true });

/** The timeout of one call of a tool, in milliseconds; null: the tool's own. */
export const readToolTimeout = (form: Form): number | null => form.numberOrNull("timeout_ms", { min: 1, max: MAX_TIMEOUT_MS, whole: true });
