/**
 * A request at the HTTP edge as a span (OpenTelemetry's semantic conventions for HTTP servers): its route's template, method, status and times.
 * Paths, queries and headers may hold personal data and are not part of it. Pure.
 */
import type { EpochMs } from "../time.ts";
import type { Span } from "./span.ts";

/** An answered request. `route` null: no route took it. `parent`: the caller's span. */
export type AnsweredRequest = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | null;
  readonly method: string;
  readonly route: string | null;
  readonly status: number;
  readonly start: EpochMs;
  readonly end: EpochMs;
};

/** The span of the request. An answer of 4xx is the caller's failure, and no error of a server's span. */
export function requestSpan({ traceId, spanId, parent, method, route, status, start, end }: AnsweredRequest): Span {
  const failed = status >= 500;
  return {
    traceId,
    id: spanId,
    parent,
    name: route === null ? method : `${method} ${route}`,
    kind: 2,
    start,
    end,
    failed,
    attributes: {
      "http.request.method": method,
      ...(route === null ? {} : { "http.route": route }),
      "http.response.status_code": status,
      ...(failed ? { "error.type": String(status) } : {}),
    },
    events: [],
    droppedEvents: 0,
    links: [],
  };
}
