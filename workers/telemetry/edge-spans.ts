/**
 * What of the HTTP edge's spans may leave: route templates, methods, statuses and times. Paths, queries, addresses of outgoing calls, user
 * agents and messages of exceptions may hold personal data, so only what is listed here is exported.
 */
type Attributes = { [name: string]: unknown };
/** A span as the exporter reads it, as far as this file touches it. */
export type EdgeSpan = {
  name: string;
  readonly kind: number;
  attributes: Attributes;
  events: { name: string; attributes?: Attributes }[];
  links: { attributes?: Attributes }[];
  status: { code: number; message?: string };
};

/** OpenTelemetry's `SpanKind.SERVER`. */
const SERVER = 1;
const EXPORTED: ReadonlySet<string> = new Set([
  "error.type",
  "exception.type",
  "faas.coldstart",
  "faas.trigger",
  "http.request.method",
  "http.response.status_code",
  "http.route",
  "network.protocol.name",
  "network.protocol.version",
]);

/** Changes the spans in place: they have ended, and the exporter is their only reader. */
export function withoutPersonalData<S>(spans: S[]): S[] {
  for (const span of spans as unknown as EdgeSpan[]) {
    span.attributes = listed(span.attributes);
    const method = String(span.attributes["http.request.method"] ?? "");
    const route = String(span.attributes["http.route"] ?? "");
    span.name = span.kind === SERVER ? `${method} ${route}`.trim() : (span.name.split(" ")[0] ?? "call");
    for (const event of span.events) if (event.attributes !== undefined) event.attributes = listed(event.attributes);
    for (const link of span.links) if (link.attributes !== undefined) link.attributes = listed(link.attributes);
    span.status = { code: span.status.code };
  }
  return spans;
}

const listed = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => EXPORTED.has(name)));
