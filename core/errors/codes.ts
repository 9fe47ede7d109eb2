/**
 * The one table of error codes. Status, title and advice are decided here and nowhere else; `detail` is written where the
 * error is found, in our words, and never carries a secret, a prompt or personal data.
 */
export type ErrorSpec = {
  /** HTTP status when the error answers a request. */
  readonly status: number;
  readonly title: string;
  /** What the caller does next: `never` the same again, `after` the time in `Retry-After`, `fix` the request first. */
  readonly retry: "never" | "after" | "fix";
  /** Seconds in `Retry-After` where the place that raises the error names none. */
  readonly retryAfterSeconds?: number;
};

export const ERRORS = {
  invalid_request: { status: 400, title: "the request does not hold together", retry: "fix" },
  unauthenticated: { status: 401, title: "no valid credential came with the request", retry: "fix" },
  budget_exceeded: { status: 402, title: "the budget does not cover this", retry: "never" },
  forbidden: { status: 403, title: "this caller may not do this", retry: "never" },
  policy_denied: { status: 403, title: "the policy denies this", retry: "never" },
  second_person_required: { status: 403, title: "another person has to do this", retry: "never" },
  not_found: { status: 404, title: "no such thing here", retry: "never" },
  method_not_allowed: { status: 405, title: "this path does not take this method", retry: "fix" },
  conflict: { status: 409, title: "the state does not allow this", retry: "never" },
  payload_too_large: { status: 413, title: "the body is too large", retry: "fix" },
  unsupported_media_type: { status: 415, title: "the body is not JSON", retry: "fix" },
  idempotency_key_reused: { status: 422, title: "the idempotency key was used with another body", retry: "fix" },
  injection_detected: { status: 422, title: "the content was refused", retry: "fix" },
  content_blocked: { status: 422, title: "the content was refused", retry: "fix" },
  rate_limited: { status: 429, title: "too many requests", retry: "after", retryAfterSeconds: 60 },
  internal: { status: 500, title: "something broke on our side", retry: "after", retryAfterSeconds: 5 },
  upstream_unavailable: { status: 502, title: "the upstream did not answer", retry: "after", retryAfterSeconds: 10 },
  output_invalid: { status: 502, title: "the answer does not fit its schema", retry: "never" },
  kill_switch_active: { status: 503, title: "the kill switch is active", retry: "after", retryAfterSeconds: 60 },
  overloaded: { status: 503, title: "too much is under way", retry: "after", retryAfterSeconds: 5 },
  timeout: { status: 504, title: "it took too long", retry: "after", retryAfterSeconds: 10 },
  // Words of failed steps and runs only; they never answer a request.
  tool_error: { status: 502, title: "the tool failed", retry: "never" },
  review_rejected: { status: 409, title: "a person rejected it", retry: "never" },
  loop_detected: { status: 409, title: "it went round in circles", retry: "never" },
  limit_reached: { status: 409, title: "a limit was reached", retry: "never" },
  cancelled: { status: 409, title: "it was cancelled", retry: "never" },
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERRORS;
