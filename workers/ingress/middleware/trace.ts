/** Continues the caller's trace or begins one, answers with `traceresponse`, and writes the request's one log line. */

import type { LogLevel } from "../../../core/telemetry/log-events.ts";
import { logLine } from "../../../core/telemetry/log-line.ts";
import { isSampled } from "../../../core/trace/rule.ts";
import type { Trace } from "../../use-cases/requester.ts";
import type { IngressMiddleware } from "../context.ts";
import type { IngressPorts } from "../ports.ts";
import { setHeaders } from "./answer-headers.ts";

/** W3C Trace Context section 3.2: version 00 has four fields; a later version may have more behind them; ff is no version. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

type Needed = "now" | "random" | "log" | "edgeSpan" | "sampleOutEdge" | "tracePercent" | "countAnswer";

/** Reads `traceparent` (W3C Trace Context); an invalid one is ignored. Runs first, so that every answer is logged. */
export const traceRequest = (ports: Pick<IngressPorts, Needed>): IngressMiddleware => {
  const randomHex = (bytes: number): string => [...ports.random(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return async (context, next) => {
    const parent = parseTraceparent(context.req.header("traceparent"));
    // Where the edge is traced, its span is the request's: what is exported and what is answered are one trace.
    const edge = ports.edgeSpan?.() ?? null;
    const trace: Trace = {
      traceId: edge?.traceId ?? parent?.traceId ?? randomHex(TRACE_ID_BYTES),
      spanId: edge?.spanId ?? randomHex(SPAN_ID_BYTES),
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
    const line = {
      method: context.req.method,
      route: context.get("route") ?? null,
      status: context.res.status,
      code: context.get("code") ?? null,
      duration_ms: ports.now() - at,
      trace_id: trace.traceId,
      span_id: trace.spanId,
      org: principal?.org ?? null,
      credential: principal?.credential ?? null,
    };
    if (edge !== null && principal !== undefined && !(await isExported(ports, principal.org, trace.traceId))) ports.sampleOutEdge?.();
    ports.countAnswer?.(line.status, line.code);
    ports.log(logLine("request.answered", line, levelOf(context.res.status)));
  };
};

/** As the runs of the trace are, by the org's share; of an org whose share nobody can say, nothing is. */
async function isExported({ tracePercent }: Pick<IngressPorts, Needed>, org: string, traceId: string): Promise<boolean> {
  if (tracePercent === undefined) return true;
  try {
    return isSampled(traceId, await tracePercent(org));
  } catch {
    return false;
  }
}

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
