/** What was thrown, as the rooms read it: whether it passes, and what of it may be logged. A thrown error is a bug or broken infrastructure. */
import type { ThrownEvent } from "../../core/telemetry/log-events.ts";
import { type LogLine, logLine } from "../../core/telemetry/log-line.ts";

/** Properties that the runtime puts on errors of Durable Objects; `code` is what our own rooms put on theirs. */
type Thrown = {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly overloaded?: unknown;
  readonly retryable?: unknown;
  readonly durableObjectReset?: unknown;
};

/** The `code` that a room of ours put on the error; null when there is none. */
export function codeOf(error: unknown): string | null {
  const { code } = asThrown(error);
  return typeof code === "string" ? code : null;
}

/**
 * Texts of errors that carry no property of their own. From the end of what D1 says on (developers.cloudflare.com/d1/observability/debug-d1,
 * 2026-08) and what the runtime says of objects and connections. Only what the infrastructure says of itself: that a statement is wrong or that the
 * database is full does not pass. A database that was reset fails everybody who was asking, whosever statement was too much for it.
 */
const PASSING = [
  /network connection lost/i,
  /replica disconnected from primary/i,
  /reset because its code was updated/i,
  /internal error (while starting up|in) .{1,40} storage caused object to be reset/i,
  /storage operation exceeded timeout/i,
  /exceeded its (CPU time|memory) limit and was reset/i,
  /due to transient issue on remote node/i,
  /(is|currently) overloaded/i,
  // D1 was reached, and what stands before it answered: the runtime's own page of an error, not JSON.
  /^(D1_ERROR: )?Failed to parse body as JSON, got: (Internal Server Error|Service Unavailable|Bad Gateway|error code: \d+)/i,
  // The runtime's word for a failure of its own, which it keeps to itself.
  /^(D1_ERROR: )?internal error(; reference = \w+)?$/i,
] as const;
/** The library over D1 wraps what D1 throws, and D1 what the connection throws: causes further down than this are not looked at. */
const CAUSES = 5;

const asThrown = (error: unknown): Thrown => (typeof error === "object" && error !== null ? (error as Thrown) : {});

/**
 * The innermost errors come last. Only a wrapper is looked behind that says nothing of its own: the text of drizzle's quotes the statement and its
 * parameters, which are a client's words, so it is no sign of anything.
 */
function causesOf(error: unknown): readonly Thrown[] {
  const causes: Thrown[] = [];
  for (let at = asThrown(error); causes.length < CAUSES; at = asThrown(at.cause)) {
    causes.push(at);
    if (at.cause === undefined || at.cause === null) break;
  }
  return causes;
}

/** drizzle's `DrizzleQueryError` has no name of its own: its fields tell it. */
const isWrapper = (thrown: Thrown): boolean => "query" in thrown && "params" in thrown;

/** True when the same request may well succeed in a moment. */
export const isPassing = (error: unknown): boolean => causesOf(error).some(passes);

function passes(thrown: Thrown): boolean {
  if (thrown.overloaded === true || thrown.retryable === true || thrown.durableObjectReset === true) return true;
  if (thrown.code === "overloaded") return true;
  const { message } = thrown;
  return typeof message === "string" && !isWrapper(thrown) && PASSING.some((text) => text.test(message));
}

/** True when a read may be tried again at once. A part that says it is overloaded is left alone. */
export const mayRetryNow = (error: unknown): boolean => isPassing(error) && !causesOf(error).some(isOverloaded);

function isOverloaded(thrown: Thrown): boolean {
  return thrown.overloaded === true || (typeof thrown.message === "string" && !isWrapper(thrown) && /overloaded/i.test(thrown.message));
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
