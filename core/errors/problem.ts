/** RFC 9457 problem details, built from the table and from nothing else. */
import { ERRORS, type ErrorCode, type ErrorSpec } from "./codes.ts";

/** `path`: a JSON Pointer into the body, or `query.NAME`, `header.NAME`, `path.NAME`. */
export type FieldError = {
  readonly path: string;
  readonly message: string;
  /** Where in a text of several lines, from 1. */
  readonly line?: number;
  readonly column?: number;
};

/** What a room hands to the edge when a request cannot be met. `detail` is ours, never copied from below. */
export type Refusal = {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** The same request will never go better, whatever its code says: no time is promised. */
  readonly isHopeless?: true;
};

/** A body of `application/problem+json`. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly trace_id: string;
  readonly errors?: readonly FieldError[];
};

/** The body that a client gets for a refusal. */
export function toProblem(refusal: Refusal, traceId: string): Problem {
  const spec: ErrorSpec = ERRORS[refusal.code];
  return {
    type: `/docs#error-${refusal.code}`,
    title: spec.title,
    status: spec.status,
    detail: refusal.detail,
    code: refusal.code,
    trace_id: traceId,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  };
}

/** Seconds for `Retry-After`, or null when the code has none or another try cannot succeed. */
export function retryAfterSeconds(refusal: Refusal): number | null {
  if (refusal.isHopeless === true) return null;
  const spec: ErrorSpec = ERRORS[refusal.code];
  return refusal.retryAfterSeconds ?? spec.retryAfterSeconds ?? null;
}

/** A refusal with our own words. `detail` holds no secret, prompt or personal data. */
export const refuse = (code: ErrorCode, detail: string, errors?: readonly FieldError[]): Refusal =>
  errors === undefined ? { code, detail } : { code, detail, errors };
