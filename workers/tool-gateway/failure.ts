/** How a tool's call went wrong: what the run decides by. Pure; the other side's words appear only once they are judged. */
import type { ErrorCode } from "../../core/errors/codes.ts";
import type { Failure, Reached } from "../../core/run/calls/call.ts";
import type { ToolEffect, ToolError } from "../../core/tool/manifest.ts";

/** A failure in our words. `retryAfterMs`: when the other side says that another try makes sense. */
export const failure = (kind: Failure["class"], code: ErrorCode, message: string, retryAfterMs: number | null = null): Failure => ({
  class: kind,
  code,
  message,
  retryAfterMs,
});

/** The failure with what the tool said about it, judged and bounded (error-words.ts): an error that its manifest documents, and its own words. */
export function withWords(
  why: Failure,
  known: ToolError | null,
  words: { readonly text: string; readonly field: string | null } | null,
): Failure {
  const documented = known === null ? [] : [`${known.error}: ${known.message}`];
  // Its own words add nothing where they are the documented ones.
  const own = words === null || words.text === "" || documented.some((text) => text.includes(words.text)) ? [] : [words.text];
  const field = words?.field ?? null;
  return {
    ...why,
    message: [why.message, [...documented, ...(known === null ? own : own.map((text) => `the tool said: ${text}`))].join("; ")]
      .filter((part) => part !== "")
      .join(": "),
    ...(known === null ? {} : { error: known.error }),
    ...(field === null ? {} : { field }),
  };
}

/**
 * A call that ended without an answer that can be trusted. Unless it certainly did not reach the tool, a write may have happened: that
 * is `unknown`, and the tool's `idempotency` decides what may be done. A read may always be made again.
 */
export const withoutAnswer = (effect: ToolEffect, reached: Reached, code: ErrorCode, message: string): Failure =>
  failure(reached !== "no" && effect === "write" ? "unknown" : "transient", code, message);
