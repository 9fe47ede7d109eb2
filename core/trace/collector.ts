/**
 * Where traces go and what a collector's answer means: the variables of the OTLP exporter (OpenTelemetry specification, "OpenTelemetry Protocol
 * Exporter") and the responses of OTLP/HTTP (opentelemetry-proto, "OTLP/HTTP Response"). Total: no text makes it throw.
 */
import { isObject, type Json } from "../json.ts";
import { type ParsedUrl, refuseHost } from "../net/public-host.ts";

/** A collector that takes traces. `headers`: secret. */
export type Collector = {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Milliseconds of one export. */
  readonly timeoutMs: number;
  /** Requests are compressed. */
  readonly gzip: boolean;
  /** The conventions of version 1.36 beside the current ones (`OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai/dup`). */
  readonly olderNames: boolean;
};

/** What `URL` makes of an address; null: it is none. */
export type ParseUrl = (text: string) => (ParsedUrl & { readonly [P in "origin" | "pathname" | "search" | "href"]: string }) | null;

/** Variables that the specification has for all signals, and under a name of their own for traces, which then counts alone. */
type Either = { readonly all?: string | undefined; readonly traces?: string | undefined };

/** The variables as they were set. Absent and empty mean the same. */
export type CollectorVariables = {
  readonly endpoint?: string | undefined;
  readonly tracesEndpoint?: string | undefined;
  readonly headers?: Either;
  readonly timeout?: Either;
  readonly compression?: Either;
  readonly protocol?: Either;
  readonly conventions?: string | undefined;
  /** Plain http and private hosts may be called. */
  readonly allowPrivateHosts: boolean;
};

/** `problems`: what is wrong with the variables, without their values. `collector` null: nothing is exported. */
export type ReadCollector = { readonly collector: Collector | null; readonly problems: readonly string[] };

/** The default of the specification. */
const TIMEOUT_MS = { fallback: 10_000, most: 60_000 };
const MOST_HEADERS = 64;

/** Reads the variables. What cannot be read is left out and named. */
export function readCollector(variables: CollectorVariables, parse: ParseUrl): ReadCollector {
  const { endpoint = "", tracesEndpoint = "", headers, timeout, compression, protocol, conventions = "", allowPrivateHosts } = variables;
  if (endpoint.trim() === "" && tracesEndpoint.trim() === "") return { collector: null, problems: [] };
  const url = tracesEndpoint.trim() === "" ? withPath(endpoint.trim(), parse) : parse(tracesEndpoint.trim());
  const name = tracesEndpoint.trim() === "" ? "OTEL_EXPORTER_OTLP_ENDPOINT" : "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:"))
    return { collector: null, problems: [`${name} is not an http or https URL`] };
  const refused = refuseHost(url, allowPrivateHosts);
  if (refused !== null) return { collector: null, problems: [`${name} is not called (${refused}); ALLOW_PRIVATE_HOSTS permits it`] };
  if (url.username !== "" || url.password !== "")
    return { collector: null, problems: [`${name} has a user in it; credentials belong into OTEL_EXPORTER_OTLP_HEADERS`] };
  const { headers: sent, problems } = readHeaders(chosen(headers));
  const ms = chosen(timeout);
  const timeoutMs = /^[1-9]\d{0,8}$/.test(ms) ? Math.min(Number(ms), TIMEOUT_MS.most) : TIMEOUT_MS.fallback;
  const olderNames = conventions.split(",").some((word) => word.trim() === "gen_ai/dup");
  const flaws = [
    ...(["", "none", "gzip"].includes(chosen(compression))
      ? []
      : ["OTEL_EXPORTER_OTLP_COMPRESSION is neither gzip nor none; nothing is compressed"]),
    ...(["", "http/json"].includes(chosen(protocol)) ? [] : ["OTEL_EXPORTER_OTLP_PROTOCOL is not http/json, which is sent all the same"]),
  ];
  const gzip = chosen(compression) === "gzip";
  return { collector: { url: url.href, headers: sent, timeoutMs, gzip, olderNames }, problems: [...problems, ...flaws] };
}

const chosen = ({ all = "", traces = "" }: Either = {}): string => (traces.trim() === "" ? all : traces).trim();

/** The signal's path goes behind the endpoint's own. */
function withPath(endpoint: string, parse: ParseUrl): ReturnType<ParseUrl> {
  const url = parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return url;
  return parse(`${url.origin}${withoutEnd(url.pathname)}/v1/traces${url.search}`);
}

/** Slashes at its end are left out. */
function withoutEnd(path: string): string {
  let end = path.length;
  while (path[end - 1] === "/") end -= 1;
  return path.slice(0, end);
}

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110 section 5.5, without obs-text: what every collector and proxy takes. */
const VALUE = /^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/;
/** Said by whoever sends, or by the connection. */
const OURS: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * `OTEL_EXPORTER_OTLP_HEADERS`: `key=value,key=value` in the format of W3C Baggage without properties, values percent-encoded. A value that was
 * not encoded is taken as it is, as long as it has no comma. An entry that is no header is left out, and named by its position alone: what it
 * holds may be secret.
 */
export function readHeaders(text: string): { readonly headers: Collector["headers"]; readonly problems: readonly string[] } {
  const headers = new Map<string, string>();
  const problems: string[] = [];
  let position = 0;
  for (const entry of text.split(",")) {
    if (entry.trim() === "") continue;
    position += 1;
    const split = entry.indexOf("=");
    const name = split < 0 ? "" : decoded(entry.slice(0, split).trim()).toLowerCase();
    const value = split < 0 ? "" : decoded(entry.slice(split + 1).trim());
    const why = !TOKEN.test(name)
      ? "has no name of a header"
      : OURS.has(name)
        ? "is a header that the exporter sets itself"
        : !VALUE.test(value)
          ? "has no value that a header may have"
          : headers.size >= MOST_HEADERS
            ? "is one too many"
            : null;
    if (why === null) headers.set(name, value);
    else if (problems.length < MOST_HEADERS) problems.push(`entry ${position} of OTEL_EXPORTER_OTLP_HEADERS ${why}`);
  }
  return { headers: [...headers], problems };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * What became of an export. `taken`: the collector has it, but for so many spans that it refused for good. `refused`: it will never take this
 * request. `later`: it may take it after so many milliseconds; null: it did not say when.
 */
export type Answer =
  | { readonly kind: "taken"; readonly rejected: number }
  | { readonly kind: "refused"; readonly status: number }
  | { readonly kind: "later"; readonly status: number | null; readonly afterMs: number | null };

/** The four that a client repeats (OTLP/HTTP, "Retryable Response Codes"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/**
 * Wrong credentials, a redirect, a collector that is not there yet or knows no gzip: OTLP calls them final, but they are not about the spans. Somebody mends
 * them, and what happened until then is not to be lost.
 */
const isMendable = (status: number): boolean => (status >= 300 && status < 400) || [401, 403, 404, 407, 408, 415, 425].includes(status);
/** The most that a collector's own word on when to come again counts for. */
const LONGEST_WAIT_MS = 60 * 60_000;

/** Reads an answer. `body`: its first bytes, whatever they are. `now`: for dates in `Retry-After`. */
export function readAnswer(status: number, retryAfter: string | null, body: string, now: number): Answer {
  if (status >= 200 && status < 300) return { kind: "taken", rejected: rejectedIn(body) };
  if (RETRYABLE.has(status) || isMendable(status) || (status >= 500 && status !== 501))
    return { kind: "later", status, afterMs: waitOf(retryAfter, now) };
  return { kind: "refused", status };
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function waitOf(retryAfter: string | null, now: number): number | null {
  const text = retryAfter?.trim() ?? "";
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) && text !== "" ? Math.min(Math.max(0, ms), LONGEST_WAIT_MS) : null;
}

/** `partialSuccess.rejectedSpans`: int64, so JSON has it as a string or a number. */
function rejectedIn(body: string): number {
  let answer: Json;
  try {
    answer = JSON.parse(body) as Json;
  } catch {
    return 0;
  }
  const partial = isObject(answer) ? (answer["partialSuccess"] ?? null) : null;
  const rejected = isObject(partial) ? (partial["rejectedSpans"] ?? 0) : 0;
  const isDecimal = typeof rejected === "number" ? Number.isInteger(rejected) : typeof rejected === "string" && /^\d+$/.test(rejected);
  // Beyond what a number holds exactly, there are refused spans all the same.
  return isDecimal ? Math.min(Math.max(0, Number(rejected)), Number.MAX_SAFE_INTEGER) : 0;
}
