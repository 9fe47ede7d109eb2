/**
 * How a model's call went wrong. A model has no effect outside, so nothing is ever `unknown`: what was not answered may be asked
 * again. Pure; the upstream's words never appear.
 */
import type { ErrorCode } from "../../core/errors/codes.ts";
import { escapeToken, isObject, type Json, type JsonObject } from "../../core/json.ts";
import { isTooLong, isUsedUp } from "../../core/model/hopeless.ts";
import { refusedField } from "../../core/model/parameters.ts";
import { type Place, textOf } from "../../core/model/refusal.ts";
import { type ToldError, toldWaitMs } from "../../core/model/told-error.ts";
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

/** Statuses that blame the request. */
const UNFIT: ReadonlySet<number> = new Set([400, 413, 422]);

/** An error that the upstream tells in an answer whose status says success, or in a stream. */
export const failureOfTold = ({ status, body }: ToldError, now: EpochMs, sent?: JsonObject): Failure =>
  failureOfStatus(status, body, toldWaitMs(body, now), sent);

/**
 * A status that is not 2xx; `told` is what the upstream said, null where that was no JSON. `sent`: the request's body, whose parameters an
 * error may name.
 */
export function failureOfStatus(status: number, told: Json, retryAfterMs: number | null, sent: JsonObject = {}): Failure {
  const body = Array.isArray(told) ? (told[0] ?? null) : told; // Gemini puts an error into a list
  const codes = codesIn(body);
  if (codes.some((code) => BLOCKED.has(code))) return failure("safety", "content_blocked", "the upstream's guardrails refused the content");
  if (status === 402 || isUsedUp(body, codes, retryAfterMs)) {
    return { ...failure("permanent", "budget_exceeded", "the upstream's own spending limit is reached"), hopeless: "quota" };
  }
  const message = `the model's upstream answered with status ${status}`;
  if (status === 429) return failure("transient", "rate_limited", message, retryAfterMs);
  if (status === 408 || status === 425 || status >= 500) return failure("transient", "upstream_unavailable", message, retryAfterMs);
  if (status >= 300 && status < 400) {
    return failure("permanent", "upstream_unavailable", "the model's upstream answered with a redirect, which is never followed");
  }
  if (!UNFIT.has(status)) return failure("permanent", "upstream_unavailable", message);
  const field = refusedField(body, sent);
  const what = whatIsUnfit(status, codes, body, field);
  const named = field === null ? {} : { field: field.map((part) => `/${escapeToken(part)}`).join("") };
  return { ...failure("permanent", "invalid_request", what === null ? message : `${message}: ${what}`), hopeless: "request", ...named };
}

/** What of the request the upstream does not take, in our words; null: it does not say. `field`: what it names of what was sent. */
function whatIsUnfit(status: number, codes: readonly string[], body: Json, field: Place | null): string | null {
  if (status === 413 || isTooLong(textOf(body), codes)) return "the messages do not fit into the model's context window";
  const [name = ""] = field ?? [];
  if (name === "messages" || name === "" || name === "tool_calls") {
    if (TURNS.test(textOf(body)))
      return "it does not take the messages in this order: each call of a tool needs its result, and each result its call";
  }
  if (field === null) return null;
  return SCHEMA.test(textOf(body)) && name !== "messages"
    ? `it does not take the JSON Schema in \`${name}\``
    : `it does not take \`${name}\` as it was sent`;
}

const TURNS = /tool_use|tool_result|tool_call_id|tool_call_ids|role ['"`]?tool\b|tool messages?\b|function response/i;
const SCHEMA = /\bschema\b/i;

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
