/** How a tool's call went wrong, in the words of docs/contract.md, "Workflows". Pure; the other side's words never appear. */
import type { ErrorCode } from "../../core/errors/codes.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { ToolEffect } from "../../core/tool/manifest.ts";

export const failure = (kind: Failure["class"], code: ErrorCode, message: string, retryAfterMs: number | null = null): Failure => ({
  class: kind,
  code,
  message,
  retryAfterMs,
});

/**
 * A call that ended without an answer. Once the request has left, a write may have happened: that is `unknown`, and the tool's
 * `idempotency` decides what may be done. A read may always be made again.
 */
export const withoutAnswer = (effect: ToolEffect, left: boolean, code: ErrorCode, message: string): Failure =>
  failure(left && effect === "write" ? "unknown" : "transient", code, message);

/** A status that is not 2xx. */
export function failureOfStatus(status: number, retryAfterMs: number | null): Failure {
  const message = `the tool answered with status ${status}`;
  if (status === 429) return failure("transient", "rate_limited", message, retryAfterMs);
  // Said by something in front of the tool, or by a tool that has not begun.
  if ([408, 425, 502, 503, 504].includes(status)) return failure("transient", "upstream_unavailable", message, retryAfterMs);
  if (status >= 500) return failure("transient", "tool_error", message, retryAfterMs);
  if (status >= 300 && status < 400)
    return failure("permanent", "tool_error", "the tool answered with a redirect, which is never followed");
  return failure("permanent", "tool_error", message);
}
