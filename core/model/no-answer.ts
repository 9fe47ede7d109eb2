/** Which bodies and events show no sign that a model worked. Pure. */
import { isObject, type Json } from "../json.ts";
import { parseUntrusted } from "../untrusted-json.ts";

/** The names of an error's sentences. */
export const TEXTS = [
  "message",
  "msg",
  "detail",
  "title",
  "reason",
  "description",
  "error_message",
  "error_msg",
  "errmsg",
  "error_description",
];
/** What errors are told with, in shapes that name no error: FastAPI's `detail`, RFC 9457's `title`, and what stands beside them. */
const ERROR_WORDS: ReadonlySet<string> = new Set([
  ...[...TEXTS, "details", "error", "errors"],
  ...["code", "status", "status_code", "statusCode", "error_code", "errcode", "type", "name", "success", "ok", "object"],
  ...["id", "instance", "path", "method", "timestamp", "request_id", "requestId", "trace_id", "traceId", "documentation_url"],
]);
/** What stands around an answer in OpenAI's format and says nothing of it. */
const ENVELOPE: ReadonlySet<string> = new Set([
  ...["id", "object", "created", "model", "provider", "system_fingerprint", "service_tier", "prompt_filter_results"],
  ...["base_resp", "input_sensitive", "output_sensitive"],
]);
/** A text that is longer, in UTF-16 units, may be what a model wrote. */
const LONGEST_WORD = 1_000;

/**
 * True where a whole body shows no sign that a model worked: nothing, a few words, an empty envelope, or an error in a shape that
 * `toldError` does not know. Nobody bills for it. Anything else in a shape that is not OpenAI's may be a model's answer, which was paid for.
 */
export function isNoAnswer(body: Json): boolean {
  if (typeof body === "string") return body.length <= LONGEST_WORD;
  if (Array.isArray(body)) return body.length === 0 || (body.length === 1 && isNoAnswer(body[0] ?? null));
  if (!isObject(body)) return true;
  const isEmptied = Object.hasOwn(body, "choices") && isNothing(body["choices"]);
  const told = Object.entries(body).filter(([name, value]) => value !== null && !(name === "choices" && isEmptied));
  return told.every(
    ([name, value]) =>
      (ERROR_WORDS.has(name) && !(name === "message" && isObject(value))) ||
      (isEmptied && (ENVELOPE.has(name) || (name === "usage" && countsNothing(value)))),
  );
}

const countsNothing = (usage: Json): boolean =>
  isObject(usage) && Object.values(usage).every((count) => count === 0 || count === null || countsNothing(count));

/** The same of a body that is no JSON: nothing, a few words, or a page of HTML. JSON that was cut may be an answer. */
export function isNoText(text: string): boolean {
  const begin = text.slice(0, LONGEST_WORD).trimStart();
  return !/^[[{"]/.test(begin) && (text.length <= LONGEST_WORD || /^<(?:!doctype html|html|head|body)\b/i.test(begin));
}

/** The same of the data of a stream's event: nothing, the end, or JSON without a sign of work. */
export function isNoWork(data: string): boolean {
  const text = data.trim();
  if (text === "" || text === "[DONE]") return true;
  const parsed = text.length <= LONGEST_EVENT ? parseUntrusted(text) : null;
  return parsed?.ok === true && typeof parsed.value !== "string" && isNoAnswer(parsed.value);
}
/** In UTF-16 units. */
const LONGEST_EVENT = 4_096;

/** No choices: none told, null, or an empty list. */
export const isNothing = (choices: Json | undefined): boolean =>
  choices === undefined || choices === null || (Array.isArray(choices) && choices.length === 0);
