/** Tools that are asked over HTTP: one request, never a redirect, and what its status says of how far the call came. */
import { escapeToken, type Json } from "../../../core/json.ts";
import { err, ok } from "../../../core/result.ts";
import type { Failure, Reached } from "../../../core/run/calls/call.ts";
import { ageOnArrival } from "../../../core/tool/age.ts";
import type { ManifestOf } from "../../../core/tool/manifest.ts";
import { type HttpRequestParts, toolRequest, whyUnsent } from "../../../core/tool/request.ts";
import { retryAfterMs } from "../../../core/tool/retry-after.ts";
import { traceparentOf } from "../../../core/trace/span.ts";
import { type ExactJson, parseExact, parseUntrusted } from "../../../core/untrusted-json.ts";
import { writeInt64 } from "../../../core/workflow/int64.ts";
import { placeIn } from "../../../core/workflow/known-path.ts";
import { readBody } from "../../kit/body.ts";
import { type Deadline, DeadlineError } from "../../kit/deadline.ts";
import { failure } from "../failure.ts";
import type { ToolGatewayPorts } from "../ports.ts";
import type { Answer, Plan, Read, Sent, Transport } from "./transport.ts";

type HttpPlan = Plan & { readonly target: URL; readonly parts: HttpRequestParts };
type HttpRequest = { readonly url: string; readonly init: RequestInit };

/** Said by something in front of the tool, or by a tool that has not begun. */
const NOT_NOW = [408, 502, 503, 504];

export function httpTransport({
  fetch,
  now,
}: Pick<ToolGatewayPorts, "fetch" | "now">): Transport<ManifestOf<"http">, HttpPlan, HttpRequest> {
  return {
    check({ http, input: schema }, input) {
      const parts = toolRequest(http, input, (value) => writeInt64(schema, value));
      if (!parts.ok)
        return err(failure("permanent", "invalid_request", whyUnsent(parts.error, placeIn(schema, `/${escapeToken(parts.error.field)}`))));
      if (!URL.canParse(parts.value.url)) return err(failure("permanent", "invalid_request", "the tool's address is not a URL"));
      return ok({ target: new URL(parts.value.url), secret: http.secret, parts: parts.value });
    },

    prepare({ max_age_ms }, { parts, target }, { context, credential }) {
      const headers = buildHeaders({
        ...parts.headers,
        accept: "application/json",
        ...(parts.body === null ? {} : { "content-type": "application/json" }),
        authorization: `Bearer ${credential}`,
        "idempotency-key": context.key,
        "bulkhead-run": context.run,
        traceparent: traceparentOf(context),
      });
      if (headers === null) return err(failure("permanent", "invalid_request", "a header of the tool is not valid"));
      // Caches on the way are told what would be refused here (RFC 9111 section 5.2.1.1).
      if (max_age_ms !== undefined) headers.set("cache-control", `max-age=${Math.floor(max_age_ms / 1_000)}`);
      return ok({ url: target.href, init: { method: parts.method, headers, body: parts.body, redirect: "manual" } });
    },

    async send({ url, init }, deadline) {
      const askedAt = now();
      const response = await deadline.within(fetch(url, { ...init, signal: deadline.signal })).catch(nullUnlessOver);
      // Whether the request had left is not told.
      if (response === null)
        return noAnswer("unknown", null, failure("transient", "upstream_unavailable", "the connection to the tool failed"));
      const { status, headers } = response;
      if (status < 200 || status > 299) {
        const sent = readStatus(status, retryAfterMs(headers.get("retry-after"), now()));
        const said = await readError(response, deadline);
        return said === null ? sent : { ...sent, said };
      }
      const ageMs = ageOnArrival({ date: headers.get("date"), age: headers.get("age") }, askedAt, now());
      const mayBeKept = !/(^|[\s,])no-store([\s,;]|$)/i.test(headers.get("cache-control") ?? "");
      const answer: Answer = {
        ageMs,
        mayBeKept,
        read: (limitBytes, within) => readAnswer(response, limitBytes, within),
        drop: () => drop(response),
      };
      return { reached: "answered", status, answer: ok(answer) };
    },
  };
}

/**
 * What a status that is not 2xx says. A refusal (4xx) is one that would be given again. 425, 429, and 503 with a time for the next try say
 * that nothing was done. A redirect is never followed, and may be the answer to a write that was made (303). Everything else says "try
 * again", and what the tool did until then is not told.
 */
function readStatus(status: number, retryAfter: number | null): Sent {
  const message = `the tool answered with status ${status}`;
  const isPutOff = status === 425 || (status === 503 && retryAfter !== null);
  if (isPutOff) return noAnswer("no", status, failure("transient", "upstream_unavailable", message, retryAfter));
  if (status === 429) return noAnswer("no", status, failure("transient", "rate_limited", message, retryAfter));
  if (NOT_NOW.includes(status)) return noAnswer("answered", status, failure("transient", "upstream_unavailable", message, retryAfter));
  if (status >= 600) return noAnswer("unknown", status, failure("transient", "tool_error", message, retryAfter)); // no status of HTTP
  if (status >= 500) return noAnswer("answered", status, failure("transient", "tool_error", message, retryAfter));
  if (status >= 400) {
    const refused = noAnswer("refused", status, failure("permanent", "tool_error", message));
    return status === 404 ? { ...refused, found: false } : refused;
  }
  if (status >= 300)
    return noAnswer("answered", status, failure("permanent", "tool_error", "the tool answered with a redirect, which is never followed"));
  // An interim answer (RFC 9110 section 15.2): the tool is at work, and its last word has not come through.
  return noAnswer("unknown", status, failure("transient", "upstream_unavailable", message));
}

/** Bytes of a failed call's answer that are read; of a longer one nothing is told. */
const ERROR_BYTES = 4_096;

/** What the tool says about a failed call: JSON, or plain text. null: nothing that can be read, or nothing in time. */
async function readError(response: Response, deadline: Deadline): Promise<Json> {
  const type = response.headers.get("content-type") ?? "";
  if (!/^\s*(text\/plain|(application|text)\/([\w.+-]+\+)?json)\s*(;|$)/i.test(type)) {
    drop(response);
    return null;
  }
  const body = await readBody(response, ERROR_BYTES, deadline).catch(() => null); // the status alone tells how the call ended
  if (body === null || !body.ok) return null;
  const parsed = /json/i.test(type) ? parseUntrusted(body.text, "replaced") : null;
  return parsed?.ok ? parsed.value : parsed === null ? body.text : null;
}

const noAnswer = (reached: Reached, status: number | null, why: Failure): Sent => ({ reached, status, answer: err(why) });

async function readAnswer(response: Response, limitBytes: number, deadline: Deadline): Promise<Read> {
  const type = response.headers.get("content-type");
  const isJson = type === null || /^\s*(application|text)\/([\w.+-]+\+)?json\s*(;|$)/i.test(type);
  const body = await readBody(response, isJson ? limitBytes : 0, deadline);
  if (!body.ok) {
    if (!isJson && body.reason === "too_large") return unusable("is not declared as JSON");
    if (body.reason === "too_large") return unusable(`is larger than ${limitBytes} bytes`);
    if (body.reason === "not_text") return unusable("is not UTF-8");
    return { reached: "unknown", body: err(failure("transient", "upstream_unavailable", "the tool's answer was cut short")) };
  }
  if (body.text === "") return whole({ value: null, long: [] }); // nothing was said: 201, 202, 204 and 205 often say no more
  const parsed = parseExact(body.text, "replaced");
  if (parsed.ok) return whole(parsed.value);
  if (parsed.error.why === "number") return { reached: "answered", body: ok({ value: null, long: [parsed.error.path] }) };
  return unusable(parsed.error.why === "too_deep" ? "is nested too deeply" : "is not JSON");
}

const whole = (json: ExactJson): Read => ({ reached: "answered", body: ok(json) });

const unusable = (what: string): Read => ({
  reached: "answered",
  body: err(failure("permanent", "output_invalid", `the tool's answer ${what}`)),
});

const drop = (response: Response): void => void response.body?.cancel().catch(() => undefined);

/** null when a name or value cannot stand in a header; the error would quote the value. */
function buildHeaders(headers: Record<string, string>): Headers | null {
  try {
    return new Headers(headers);
  } catch {
    return null;
  }
}

function nullUnlessOver(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}
