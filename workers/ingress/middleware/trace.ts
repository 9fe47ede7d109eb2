/** Continues the caller's trace or begins one, answers with `traceresponse`, and writes the request's one log line. */

import type { LogLevel } from "../../../core/telemetry/log-events.ts";
import { logLine } from "../../../core/telemetry/log-line.ts";
import type { Trace } from "../../use-cases/requester.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { setHeaders } from "./answer-headers.ts";

/** W3C Trace Context section 3.2: version 00 has four fields; a later version may have more behind them; ff is no version. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** Reads `traceparent` (W3C Trace Context); an invalid one is ignored. Runs first, so that every answer is logged. */
export const traceRequest = (ports: Pick<IngressPorts, "now" | "random" | "log" | "traceAnswered" | "countAnswer">): IngressMiddleware => {
  const randomHex = (bytes: number): string => [...ports.random(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return async (context, next) => {
    const parent = parseTraceparent(context.req.header("traceparent"));
    const trace: Trace = {
      traceId: parent?.traceId ?? randomHex(TRACE_ID_BYTES),
      spanId: randomHex(SPAN_ID_BYTES),
      // Only a caller's span stands above a run: the request's own may be dropped, and a parent that never arrives is worse than none.
      parentSpanId: parent?.spanId ?? null,
    };
    const at = ports.now();
    context.set("trace", trace);
    context.set("at", at);
    await next();
    // `x-request-id` is what clients of OpenAI's endpoints show as the request's id.
    setHeaders(context, { traceresponse: `00-${trace.traceId}-${trace.spanId}-01`, "x-request-id": trace.traceId });
    const principal = context.get("principal") as { org: string; credential: string } | undefined;
    const end = ports.now();
    const [method, route, status] = [context.req.method, context.get("route") ?? null, context.res.status] as const;
    const line = {
      method,
      route,
      status,
      code: context.get("code") ?? null,
      duration_ms: end - at,
      trace_id: trace.traceId,
      span_id: trace.spanId,
      org: principal?.org ?? null,
      credential: principal?.credential ?? null,
    };
    ports.countAnswer?.(line.status, line.code);
    ports.traceAnswered?.({ ...trace, parent: trace.parentSpanId, method, route, status, start: at, end }, line.org);
    ports.log(logLine("request.answered", line, levelOf(status)));
  };
};

/** 500 is a bug or broken infrastructure of ours. Other 5xx answers are the platform doing its work: a stop, an overload, an upstream that failed. */
const levelOf = (status: number): LogLevel => (status === 500 ? "error" : status > 500 ? "warn" : "info");

/** null when the header is absent or malformed: the trace then begins here. */
export function parseTraceparent(header: string | undefined): { traceId: string; spanId: string } | null {
  const parts = TRACEPARENT.exec(header ?? "");
  if (parts === null) return null;
  const [, version, traceId, spanId, , more] = parts as unknown as [string, string, string, string, string, string | undefined];
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId };
}
