/**
 * How a model's call went wrong. A model has no effect outside, so nothing is ever `unknown`: what was not answered may be asked
 * again. Pure; the upstream's words never appear.
 */
import type { ErrorCode } from "../../core/errors/codes.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { paramOf, type ToldError, toldWaitMs } from "../../core/model/told-error.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { EpochMs } from "../../core/time.ts";

/** A failure of a model's call. `retryAfterMs`: when the upstream said to come back, in milliseconds from now. */
export const failure = (kind: Failure["class"], code: ErrorCode, message: string, retryAfterMs: number | null = null): Failure => ({
  class: kind,
  code,
  message,
  retryAfterMs,
});

/** AI Gateway: prompt or answer blocked by its guardrails (2016, 2017) or its data loss prevention (2029, 2030). */
const BLOCKED = new Set(["2016", "2017", "2029", "2030", "content_filter", "content_policy_violation"]);
/** No credit (AI Gateway 2021), or a quota that only its owner can raise (OpenAI). */
const UNPAID = new Set(["2021", "insufficient_quota", "billing_hard_limit_reached"]);

/** Statuses that blame the request. */
const UNFIT: ReadonlySet<number> = new Set([400, 413, 422]);
const TOO_LONG = /context_length|too_long|string_above_max_length|context_window/;

/** An error that the upstream tells in an answer whose status says success, or in a stream. */
export const failureOfTold = ({ status, body }: ToldError, now: EpochMs, sent?: JsonObject): Failure =>
  failureOfStatus(status, body, toldWaitMs(body, now), sent);

/**
 * A status that is not 2xx; `body` is what the upstream said, null where that was no JSON. `sent`: the request's body, whose parameters an
 * error may name.
 */
export function failureOfStatus(status: number, body: Json, retryAfterMs: number | null, sent: JsonObject = {}): Failure {
  const codes = codesIn(body);
  if (codes.some((code) => BLOCKED.has(code))) return failure("safety", "content_blocked", "the upstream's guardrails refused the content");
  if (status === 402 || codes.some((code) => UNPAID.has(code)) || saysSpendLimit(body)) {
    return { ...failure("permanent", "upstream_unavailable", "the upstream's own spending limit is reached"), hopeless: "quota" };
  }
  const message = `the model's upstream answered with status ${status}`;
  if (status === 429) return failure("transient", "rate_limited", message, retryAfterMs);
  if (status === 408 || status === 425 || status >= 500) return failure("transient", "upstream_unavailable", message, retryAfterMs);
  if (status >= 300 && status < 400) {
    return failure("permanent", "upstream_unavailable", "the model's upstream answered with a redirect, which is never followed");
  }
  const permanent = failure("permanent", "upstream_unavailable", message);
  return UNFIT.has(status)
    ? { ...permanent, message: `${message}${whatIsUnfit(status, codes, body, sent)}`, hopeless: "request" }
    : permanent;
}

/** What of the request the upstream does not take, in our words; a parameter is named only where it was sent. */
function whatIsUnfit(status: number, codes: readonly string[], body: Json, sent: JsonObject): string {
  if (status === 413 || codes.some((code) => TOO_LONG.test(code))) return ": the messages do not fit into the model's context window";
  const [name = ""] = (paramOf(body) ?? "").split(/[.[]/);
  return Object.hasOwn(sent, name) ? `: it does not take \`${name}\` as it was sent` : "";
}

/** Codes wherever the usual formats put them: `error.code`, `errors[].code`, `error[].code`, `internalCode`. */
function codesIn(body: Json): string[] {
  if (!isObject(body)) return [];
  const holders = [body, body["error"], body["errors"]].flat();
  return holders
    .flatMap((holder) => (isObject(holder ?? null) ? [holder] : []))
    .flatMap((holder) => {
      const { code, internalCode, type } = holder as { [key: string]: Json };
      return [code, internalCode, type].filter((value) => typeof value === "string" || typeof value === "number").map(String);
    });
}

/** AI Gateway answers a reached spend limit with 429 like a rate limit; only its sentence tells them apart. */
function saysSpendLimit(body: Json): boolean {
  const said = JSON.stringify(body ?? null).slice(0, 4096);
  return /spend(ing)?[ _-]limit/i.test(said);
}
