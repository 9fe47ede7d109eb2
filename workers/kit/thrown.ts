/** What was thrown, as the rooms read it: whether it passes, and what of it may be logged. A thrown error is a bug or broken infrastructure. */
import type { ThrownEvent } from "../../core/telemetry/log-events.ts";
import { type LogLine, logLine } from "../../core/telemetry/log-line.ts";

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

/** The `code` that a room of ours put on the error; null when there is none. */
export function codeOf(error: unknown): string | null {
  const { code } = asThrown(error);
  return typeof code === "string" ? code : null;
}

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
