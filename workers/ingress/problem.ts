/**
 * A refusal as an HTTP answer: RFC 9457 problem details, or OpenAI's error where a path speaks its format; and the headers that go
 * with the code.
 */
import { toOpenAiError } from "../../core/chat/error.ts";
import { ERRORS } from "../../core/errors/codes.ts";
import { impersonal } from "../../core/errors/impersonal.ts";
import { type Refusal, retryAfterSeconds, toProblem } from "../../core/errors/problem.ts";
import type { IngressContext } from "./context.ts";
import { speaksOpenAi } from "./openai.ts";

const PROBLEM_JSON = "application/problem+json";

export function problemResponse(context: IngressContext, refusal: Refusal): Response {
  context.set("code", refusal.code);
  const isOpenAi = speaksOpenAi(context.req.method, context.req.path);
  const headers = new Headers({ "Content-Type": isOpenAi ? "application/json" : PROBLEM_JSON });
  const seconds = retryAfterSeconds(refusal);
  if (seconds !== null) headers.set("Retry-After", String(seconds));
  // Clients of OpenAI's format try every 5xx three times, 409 and 429 too: one that would only pay again says so.
  if (isOpenAi && seconds === null) headers.set("x-should-retry", "false");
  // RFC 9110 section 11.6.1: a 401 says how to come back.
  if (refusal.code === "unauthenticated") headers.set("WWW-Authenticate", 'Bearer realm="bulkhead"');
  const shown = impersonal(refusal);
  const body = isOpenAi ? toOpenAiError(shown) : toProblem(shown, context.get("trace").traceId);
  return new Response(JSON.stringify(body), { status: ERRORS[refusal.code].status, headers });
}
