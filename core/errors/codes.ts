/**
 * The one table of error codes. Status, title and advice are decided here and nowhere else; `detail` is written where the
 * error is found, in our words, and never carries a secret, a prompt or personal data. docs/errors.md is this table for readers.
 */
export type ErrorSpec = {
  /** HTTP status when the error answers a request. */
  readonly status: number;
  /** What happened, as a clause. */
  readonly title: string;
  /** What the caller does next, as a sentence. */
  readonly advice: string;
  /** `never` the same again, `after` the time in `Retry-After`, `fix` the request first. */
  readonly retry: "never" | "after" | "fix";
  /** Seconds in `Retry-After` where the place that raises the error names none. */
  readonly retryAfterSeconds?: number;
};

/** Every error code with its HTTP status, title and advice. */
export const ERRORS = {
  invalid_request: {
    status: 400,
    title: "the request is invalid",
    advice: "Correct the fields named in `errors` and send it again.",
    retry: "fix",
  },
  unauthenticated: {
    status: 401,
    title: "the request has no valid credential",
    advice: "Send a valid API key as `Authorization: Bearer`; a revoked or expired key must be replaced.",
    retry: "fix",
  },
  budget_exceeded: {
    status: 402,
    title: "the budget does not cover this",
    advice: "Raise the cap that `detail` names, or wait until its period ends.",
    retry: "never",
  },
  forbidden: {
    status: 403,
    title: "the caller may not do this",
    advice: "Use a key whose roles allow it, or ask an admin of the org for the role.",
    retry: "never",
  },
  policy_denied: {
    status: 403,
    title: "the policy denies this",
    advice: "Change the request, or ask an admin of the org to change the policy; the audit entry names the rule.",
    retry: "never",
  },
  second_person_required: {
    status: 403,
    title: "a second person must do this",
    advice: "Ask a person who did not start it.",
    retry: "never",
  },
  not_found: {
    status: 404,
    title: "not found",
    advice: "Check the path, the name and the org. Resources that the caller may not see are also reported as not found.",
    retry: "never",
  },
  method_not_allowed: {
    status: 405,
    title: "this path does not allow this method",
    advice: "Use one of the methods in the header `Allow`.",
    retry: "fix",
  },
  conflict: {
    status: 409,
    title: "the current state does not allow this",
    advice: "Read the resource again and decide from its current state.",
    retry: "never",
  },
  payload_too_large: {
    status: 413,
    title: "the body is too large",
    advice: "Send a smaller body; `detail` names the limit.",
    retry: "fix",
  },
  unsupported_media_type: {
    status: 415,
    title: "the body is not JSON",
    advice: "Send JSON with `Content-Type: application/json`.",
    retry: "fix",
  },
  idempotency_key_reused: {
    status: 422,
    title: "the idempotency key was already used for a different request",
    advice: "Use a new key for a new request; repeat the same body to get the first answer again.",
    retry: "fix",
  },
  injection_detected: {
    status: 422,
    title: "the content was refused",
    advice: "Remove the text that reads as an instruction to the model and send it again.",
    retry: "fix",
  },
  content_blocked: {
    status: 422,
    title: "the content was refused",
    advice: "Change the content and send it again.",
    retry: "fix",
  },
  rate_limited: {
    status: 429,
    title: "there are too many requests",
    advice: "Wait for `Retry-After`, then send it again.",
    retry: "after",
    retryAfterSeconds: 60,
  },
  internal: {
    status: 500,
    title: "an internal error occurred",
    advice: "Send it again after `Retry-After`; report the `trace_id` if it happens again.",
    retry: "after",
    retryAfterSeconds: 5,
  },
  upstream_unavailable: {
    status: 502,
    title: "the upstream is unavailable",
    advice: "Send it again after `Retry-After`, or choose another model or tool.",
    retry: "after",
    retryAfterSeconds: 10,
  },
  output_invalid: {
    status: 502,
    title: "the answer does not fit its schema",
    advice: "Loosen the schema, or choose another model or tool.",
    retry: "never",
  },
  kill_switch_active: {
    status: 503,
    title: "the kill switch is active",
    advice: "Wait until the switch that `detail` names is lifted.",
    retry: "after",
    retryAfterSeconds: 60,
  },
  overloaded: {
    status: 503,
    title: "the platform is overloaded",
    advice: "Send it again after `Retry-After`.",
    retry: "after",
    retryAfterSeconds: 5,
  },
  timeout: {
    status: 504,
    title: "the request took too long",
    advice: "Send it again after `Retry-After`, or raise the timeout of the step.",
    retry: "after",
    retryAfterSeconds: 10,
  },
  // Words of failed steps and runs only; they never answer a request.
  tool_error: {
    status: 502,
    title: "the tool failed",
    advice: "Look at the tool's own logs; its answer is in the run's events.",
    retry: "never",
  },
  interrupted: {
    status: 502,
    title: "the call was interrupted too often",
    advice: "Look at whether the tool ends its own process or runs without end; the events show each interruption.",
    retry: "never",
  },
  review_rejected: {
    status: 409,
    title: "a reviewer rejected it",
    advice: "Read the reviewer's comment and start a new run with a changed input.",
    retry: "never",
  },
  loop_detected: {
    status: 409,
    title: "the agent repeated itself without progress",
    advice: "Change the prompt or the tools of the step; the events show what was repeated.",
    retry: "never",
  },
  limit_reached: {
    status: 409,
    title: "a limit was reached",
    advice: "Raise the limit that the message names, or reduce the amount of work.",
    retry: "never",
  },
  cancelled: {
    status: 409,
    title: "it was cancelled",
    advice: "Start a new run if the work is still wanted.",
    retry: "never",
  },
} as const satisfies Record<string, ErrorSpec>;

/** A code of the table; clients rely on it. */
export type ErrorCode = keyof typeof ERRORS;
