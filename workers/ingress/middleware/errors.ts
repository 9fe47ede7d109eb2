/** What was thrown: a bug or broken infrastructure. The caller learns that it happened, the log learns where, nobody learns what was in it. */
import { type Refusal, refuse } from "../../../core/errors/problem.ts";
import { type LogLine, logLine, type ThrownEvent } from "../../../core/telemetry/log-line.ts";

/** Properties that the runtime puts on errors of Durable Objects; `code` is what our own rooms put on theirs. */
type Thrown = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly code?: unknown;
  readonly overloaded?: unknown;
  readonly retryable?: unknown;
  readonly durableObjectReset?: unknown;
};

/** Texts of errors that carry no property of their own (D1, connections to objects that are being replaced). */
const PASSING =
  /reset because its code was updated|network connection lost|storage operation exceeded timeout|currently overloaded|is overloaded/i;

const asThrown = (error: unknown): Thrown => (typeof error === "object" && error !== null ? (error as Thrown) : {});

/** True when the same request may well succeed in a moment. */
export function isPassing(error: unknown): boolean {
  const thrown = asThrown(error);
  if (thrown.overloaded === true || thrown.retryable === true || thrown.durableObjectReset === true) return true;
  return thrown.code === "overloaded" || (typeof thrown.message === "string" && PASSING.test(thrown.message));
}

/** True when a read may be tried again at once. An object that says it is overloaded is left alone. */
export const mayRetryNow = (error: unknown): boolean => isPassing(error) && asThrown(error).overloaded !== true;

export function refusalOf(error: unknown): Refusal {
  if (asThrown(error).code === "invalid_cursor") {
    return refuse("invalid_request", "the cursor was not returned by this list", [
      { path: "query.cursor", message: "is not a cursor returned by this list" },
    ]);
  }
  if (isPassing(error)) return refuse("overloaded", "a part of the platform is restarting or busy; try again");
  return refuse("internal", "an internal error occurred; quote the trace id when you report it");
}

/** What is logged of a thrown error: without its message: messages of others may quote what was being worked on. */
export function errorLine(event: ThrownEvent, error: unknown, traceId: string | null, route: string | null): LogLine {
  const thrown = asThrown(error);
  const frames = typeof thrown.stack === "string" ? thrown.stack.split("\n").filter((line) => /^\s+at /.test(line)) : [];
  return logLine(event, {
    error: typeof thrown.name === "string" ? thrown.name : typeof error,
    code: typeof thrown.code === "string" ? thrown.code : null,
    frames: frames.slice(0, 8).map((frame) => frame.trim()),
    trace_id: traceId,
    route,
  });
}
