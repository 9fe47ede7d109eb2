/**
 * An error that an upstream tells in its answer, whatever the HTTP status says: gateways in front of other servers answer 200 with
 * `{"error": …}`, and streams tell one as an event. What is told is a status, a parameter's name and a time; its sentences stay below.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { EpochMs } from "../time.ts";
import { isNoAnswer, isNothing, TEXTS } from "./no-answer.ts";

/** An error that an upstream reports in its answer. */
export type ToldError = {
  /** The HTTP status that it amounts to, 400 to 599. */
  readonly status: number;
  /** The error alone, in the shape of an error's body: `{"error": …}`. */
  readonly body: JsonObject;
};

/** What a gateway's answer amounts to whose error says nothing that is known. */
const UNKNOWN_STATUS = 502;

/** The error that a body tells instead of an answer; null: it tells none. */
export function toldError(body: Json): ToldError | null {
  if (Array.isArray(body)) return body.length === 1 ? toldError(body[0] ?? null) : null;
  if (!isObject(body)) return null;
  const own = body["error"] ?? null;
  // An answer that broke off is an answer, which costs what was written.
  if (hasMessage(body["choices"])) return null;
  if (isTelling(own)) return { status: statusOf([own, body]), body: { error: own } };
  const holdsChoices = !isNothing(body["choices"]);
  const list = body["errors"];
  if (Array.isArray(list) && list.length > 0 && !holdsChoices) return { status: statusOf([list[0] ?? null]), body: { errors: list } };
  if (holdsChoices || (body["data"] ?? null) !== null) return null;
  const base = body["base_resp"] ?? null;
  if (isObject(base) && typeof base["status_code"] === "number" && base["status_code"] !== 0)
    return toldByMiniMax(base["status_code"], base["status_msg"] ?? null);
  return isErrorItself(body) ? { status: statusOf([body]), body: { error: body } } : null;
}

/**
 * `{"object": "error", …}`, `{"type": "error", …}`, `{"code": 429, "msg": …}`, `{"success": false, …}`, and FastAPI's `{"detail": …}` where
 * nothing else is said.
 */
function isErrorItself(body: JsonObject): boolean {
  if (body["object"] === "error" || body["type"] === "error") return true;
  const hasWords = TEXTS.some((name) => typeof body[name] === "string");
  if (hasWords && (numberIn(body) !== null || body["success"] === false || body["ok"] === false)) return true;
  const { detail = null } = body;
  return (typeof detail === "string" || Array.isArray(detail)) && detail.length > 0 && isNoAnswer(body);
}

/** What MiniMax's own codes amount to where its words are not known. */
const MINIMAX: ReadonlyMap<number, number> = new Map([
  ...[1_000, 1_013, 1_024, 1_033].map((code) => [code, 500] as const),
  ...[1_002, 1_039, 1_041, 2_056].map((code) => [code, 429] as const),
  ...[1_026, 1_027, 2_013].map((code) => [code, 400] as const),
  ...[1_004, 2_049].map((code) => [code, 401] as const),
  ...([
    [1_001, 504],
    [1_008, 402],
  ] as const),
]);
/** Its codes for a prompt and an answer that its guardrails refused. */
const MINIMAX_BLOCKED: ReadonlySet<number> = new Set([1_026, 1_027]);

function toldByMiniMax(code: number, message: Json): ToldError {
  const status = MINIMAX.get(code) ?? statusOf([{ message }]);
  return { status, body: { error: { code: MINIMAX_BLOCKED.has(code) ? "content_filter" : code, message } } };
}

/** The error that a choice tells, or the body around it; null: none. */
export function toldInChoice(body: JsonObject, choice: JsonObject): ToldError | null {
  const own = [choice["error"], body["error"]].map((error) => error ?? null).find(isTelling);
  return own === undefined ? null : { status: statusOf([own]), body: { error: own } };
}

/** Broken off, without a word why. */
export const BROKEN_OFF: ToldError = { status: UNKNOWN_STATUS, body: {} };

const hasMessage = (choices: Json | undefined): boolean =>
  Array.isArray(choices) && isObject(choices[0] ?? null) && isObject((choices[0] as JsonObject)["message"] ?? null);

/** `{}`, `""`, `false` and `0` are how some servers say that there is no error. */
const isTelling = (error: Json): boolean =>
  isObject(error) || Array.isArray(error)
    ? Object.keys(error).length > 0
    : error !== null && error !== false && error !== "" && error !== 0;

/** By its numbers, else by its codes, else by its sentences. */
function statusOf(holders: readonly Json[]): number {
  for (const holder of holders) {
    const told = isObject(holder) ? (numberIn(holder) ?? wordIn(holder)) : null;
    if (told !== null) return told;
  }
  for (const holder of holders) {
    const told = sentenceIn(holder);
    if (told !== null) return told;
  }
  return UNKNOWN_STATUS;
}

function numberIn(error: JsonObject): number | null {
  for (const name of ["code", "status", "status_code", "statusCode", "http_status", "error_code"]) {
    const value = error[name];
    const number = typeof value === "number" ? value : typeof value === "string" && /^[45]\d\d$/.test(value) ? Number(value) : 0;
    if (Number.isInteger(number) && number >= 400 && number <= 599) return number;
  }
  return null;
}

/** Words for errors that servers use in `code`, `type` and `status`, with the status that they stand for; the first that fits counts. */
const WORDS: readonly (readonly [RegExp, number])[] = [
  [/quota|billing|insufficient[_ ](funds|balance|credit)|payment/, 402],
  [/rate.?limit|too_many|resource_exhausted|throttl/, 429],
  [/timeout|timed_out|deadline/, 504],
  [/overload|unavailable|capacity/, 503],
  [/content_(filter|policy)/, 400],
  [/context_length|too_long|invalid_(request|argument|value|parameter|type)|unsupported|bad_request|unprocessable/, 400],
  [/auth|api_key/, 401],
  [/permission|forbidden/, 403],
  [/not_found/, 404],
];

function wordIn(error: JsonObject): number | null {
  for (const name of ["code", "type", "status"]) {
    const value = error[name];
    if (typeof value !== "string") continue;
    const word = value.slice(0, 64).toLowerCase();
    const known = WORDS.find(([pattern]) => pattern.test(word));
    if (known !== undefined) return known[1];
  }
  return null;
}

/** What sentences stand for; the first that fits counts. */
const SENTENCES: readonly (readonly [RegExp, number])[] = [
  [/insufficient (?:funds|balance|credit|quota)|exceeded your current quota|payment required/, 402],
  [/rate.?limit|too many requests|throttl|(?:request|qps|tpm|rpm|quota) limit|quota exceeded|limit reached/, 429],
  [/tim(?:ed?[ -]?out|eout)|deadline exceeded/, 504],
  [/overload|unavailable|at capacity|over capacity|too busy/, 503],
  [
    /unauthori[sz]ed|not authenticated|authentication (?:failed|required|error)|login fail|(?:invalid|incorrect|missing|wrong) (?:api|access|auth)\w*[ -]?(?:key|token)|(?:api.?key|access token|credentials?) (?:is |are )?(?:invalid|missing|incorrect|expired)/,
    401,
  ],
  [/forbidden|permission denied|access denied/, 403],
  [/\bnot found\b/, 404],
];
/** What is read of a sentence, in UTF-16 units. */
const LONGEST_SENTENCE = 256;

function sentenceIn(holder: Json): number | null {
  if (Array.isArray(holder)) return null;
  if (!isObject(holder)) return typeof holder === "string" ? sentence(holder) : null;
  // FastAPI refuses what it was sent with a list of places.
  if (Array.isArray(holder["detail"]) && holder["detail"].some((one) => isObject(one) && Array.isArray(one["loc"]))) return 422;
  return (
    TEXTS.map((name) => holder[name])
      .flatMap((text) => (typeof text === "string" ? (sentence(text) ?? []) : []))
      .at(0) ?? null
  );
}

function sentence(text: string): number | null {
  const said = text.slice(0, LONGEST_SENTENCE).toLowerCase();
  return SENTENCES.find(([pattern]) => pattern.test(said))?.[1] ?? null;
}

/** The parameter that an error names, as OpenAI's `param` does; null: none. */
export function paramOf(body: Json): string | null {
  const error = isObject(body) ? (body["error"] ?? null) : null;
  const param = isObject(error) ? error["param"] : null;
  return typeof param === "string" && /^[A-Za-z_][\w.[\]-]{0,63}$/.test(param) ? param : null;
}

/** When an error says that it may be tried again, in milliseconds from `now` on; null: it does not say. */
export function toldWaitMs(told: Json, now: EpochMs): number | null {
  const body = Array.isArray(told) ? (told[0] ?? null) : told; // Gemini puts an error into a list
  const error = isObject(body) ? (body["error"] ?? null) : null;
  for (const holder of [error, body]) {
    if (!isObject(holder)) continue;
    const wait =
      timesOf(holder["retry_after_ms"], 1) ??
      timesOf(holder["retry_after"], 1_000) ??
      timesOf(holder["retry_after_seconds"], 1_000) ??
      delayIn(holder["details"] ?? null) ??
      resetIn(holder["metadata"] ?? null, now);
    if (wait !== null) return wait;
  }
  return null;
}

/** Maximum wait that is believed, in milliseconds: a year. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1_000;

function timesOf(value: Json | undefined, unitMs: number): number | null {
  const number = typeof value === "string" && /^\d{1,12}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? Math.min(Math.ceil(number * unitMs), LONGEST_MS) : null;
}

/** Google's `RetryInfo`: `{"retryDelay": "37s"}` among the details. */
function delayIn(details: Json): number | null {
  if (!Array.isArray(details)) return null;
  const said = details.flatMap((detail) => (isObject(detail) && typeof detail["retryDelay"] === "string" ? [detail["retryDelay"]] : []));
  return timesOf(said[0]?.replace(/s$/, ""), 1_000);
}

/** OpenRouter's `{"headers": {"X-RateLimit-Reset": "1741305600000"}}`, an instant, or a `Retry-After` there. */
function resetIn(metadata: Json, now: EpochMs): number | null {
  const headers = isObject(metadata) ? metadata["headers"] : null;
  if (!isObject(headers)) return null;
  const values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const after = timesOf(values.get("retry-after"), 1_000);
  const reset = timesOf(String(values.get("x-ratelimit-reset") ?? ""), 0) === null ? null : Number(values.get("x-ratelimit-reset"));
  if (after !== null || reset === null) return after;
  return reset > now ? Math.min(reset - now, LONGEST_MS) : null;
}
