/**
 * One exchange with a model's upstream, whoever asks and whatever for: where it goes, with which credential, what came back, and
 * what is wrong with that. One attempt, no redirects, a bounded answer; a request whose form was refused goes out again in one that the
 * model takes. Judges nothing that was said.
 */
import type { Json, JsonObject } from "../../core/json.ts";
import { type ChatAnswer, readChatAnswer, readEnvelope } from "../../core/model/answer.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import { isNoAnswer, isNoText } from "../../core/model/no-answer.ts";
import { fitBody, leftOutOf, lessonOf, type OwnFields, type Taken, withLesson, wordsOf } from "../../core/model/parameters.ts";
import { isEvents, readWholeStream } from "../../core/model/stream/whole.ts";
import { type ToldError, toldError, toldWaitMs } from "../../core/model/told-error.ts";
import { type Unread, unreadBody } from "../../core/model/unread.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { EpochMs } from "../../core/time.ts";
import { waitMs } from "../../core/tool/retry-after.ts";
import { parseUntrusted } from "../../core/untrusted-json.ts";
import { readBody } from "../kit/body.ts";
import { type Deadline, DeadlineError } from "../kit/deadline.ts";
import { failure, failureOfStatus, failureOfTold } from "./failure.ts";
import type { Lessons } from "./lessons.ts";
import type { ModelGatewayPorts } from "./ports.ts";
import { bearerFor, type ExchangeContext, findUpstream, headersFor, type UpstreamPath } from "./upstream.ts";

/** Most bytes of an answer, and of an error's body, that are read. What is read can be judged: a text has no more units than bytes (GUARD-8). */
export const ANSWER_BYTES = 4 * 1024 * 1024;
const ERROR_BYTES = 64 * 1024;

/** What is sent, and for whom. */
export type Exchange = {
  readonly entry: ModelEntry;
  readonly path: UpstreamPath;
  readonly body: JsonObject;
  readonly context: ExchangeContext;
  readonly timeoutMs: number;
  /** Names of fields of the body that nobody asked for. Absent: there are none. */
  readonly own?: OwnFields;
};

/** Small facts of the upstream: status, log id, cache status; filled in as they become known. */
export type Facts = { [name: string]: string };

/** An answer with a status of success, unread. */
export type Reply = {
  readonly response: Response;
  /** What was sent along and must not come back in; null: nothing was. */
  readonly bearer: string | null;
  /** Names of fields that the model refuses and that were not sent, out of a fixed list. */
  readonly leftOut: readonly string[];
  /** Learns from an error that the answer tells later on; false: it teaches nothing that another request would do without. */
  readonly learn: (told: Json) => boolean;
};

/** What a reader makes of a reply; an error in it that blames the request is a refusal like one that the status tells. */
export type Read<T> = (reply: Reply) => Promise<Result<T, Failure> | Refused>;

/** Throws a `DeadlineError` and nothing else. */
export async function exchange<T>(
  ports: ExchangePorts,
  asked: Exchange,
  deadline: Deadline,
  facts: Facts,
  read: Read<T>,
): Promise<Result<T, Failure>> {
  const { lessons } = ports;
  const { entry, context, own = [] } = asked;
  const taught = new Set<string>();
  /** Of this request alone. */
  let once: Taken = {};
  for (let round = 0; ; round++) {
    const taken = withLesson(lessons.takenBy(context.org, entry), once);
    const body = fitBody(asked.body, taken, own);
    const learn = (told: Json): boolean => {
      const lesson = lessonOf(told, body, own);
      if (lesson === null || lesson.isOnce) return false;
      lessons.learn(context.org, entry, lesson.taken);
      return true;
    };
    const sent = await sendOnce(ports, { ...asked, body }, deadline, facts);
    const outcome = "refused" in sent || !sent.ok ? sent : await read({ ...sent.value, leftOut: leftOutOf(asked.body, taken), learn });
    if (!("refused" in outcome)) return outcome;
    const lesson = round < MOST_LESSONS ? lessonOf(outcome.told, body, own) : null;
    // What another call has learnt meanwhile is news to this one; what it learns twice is not.
    const words = lesson === null ? [] : wordsOf(lesson.taken).filter((word) => !taught.has(word));
    if (lesson === null || words.length === 0) return err(outcome.refused);
    for (const word of words) taught.add(word);
    if (lesson.isOnce) once = withLesson(once, lesson.taken);
    else lessons.learn(context.org, entry, lesson.taken);
    note(facts, "learnt", [...new Set([...taught].map((word) => word.replace(/=.*/, "")))].join("/"));
  }
}

/** Parameters that one call may learn of; each costs a refused request, which bills nothing. */
const MOST_LESSONS = 8;

/** The gateway's ports, and what upstreams have taught this isolate. */
export type ExchangePorts = ModelGatewayPorts & { readonly lessons: Lessons };

/** The request was refused as it was sent: it may go out in another form. */
export type Refused = { readonly refused: Failure; readonly told: Json };

async function sendOnce(
  ports: ModelGatewayPorts,
  { entry, path, body, context, timeoutMs }: Exchange,
  deadline: Deadline,
  facts: Facts,
): Promise<Result<Omit<Reply, "leftOut" | "learn">, Failure> | Refused> {
  const upstream = findUpstream(entry, path, ports);
  if (!upstream.ok) return upstream;
  const bearer = await deadline.within(bearerFor(upstream.value, entry, context.org, ports));
  if (!bearer.ok) return bearer;
  const headers = new Headers(headersFor(upstream.value, { context, timeoutMs }, await deadline.within(ports.hashUser(context.user))));
  if (body["stream"] === true) headers.set("accept", "text/event-stream, application/json");
  if (bearer.value !== null) headers.set("authorization", `Bearer ${bearer.value}`);
  const init = { method: "POST", headers, body: JSON.stringify(body), redirect: "manual", signal: deadline.signal } as const;
  const send = ports.fetch; // a platform's `fetch` refuses to be called as somebody's method
  const sent = upstream.value.rehearsal ? ports.rehearsal(new Request(upstream.value.url, init)) : send(upstream.value.url.href, init);
  const response = await deadline.within(sent).catch(rethrowDeadline);
  if (response === null) return err(failure("transient", "upstream_unavailable", "the connection to the model's upstream failed"));

  factsOf(response, facts);
  if (response.status >= 200 && response.status <= 299) return ok({ response, bearer: bearer.value });
  const said = await readBody(response, ERROR_BYTES, deadline);
  const parsed = said.ok ? parseUntrusted(said.text, "replaced") : null;
  const told = parsed?.ok ? parsed.value : null;
  const now = ports.now();
  const wait = waitMs(response.headers, now) ?? toldWaitMs(told, now);
  const failed = failureOfStatus(response.status, told, wait, body);
  // Some servers refuse in plain words.
  const words = said.ok ? said.text : null;
  return isRefusal(response.status) ? { refused: failed, told: told ?? words } : err(failed);
}

/** A status that blames the form of a request. */
export const isRefusal = (status: number): boolean => status === 400 || status === 422;

/** Whose answer is read. `sent`: the request's body. `ceiling`: as for `readChatAnswer`. */
type Asked = {
  readonly now: EpochMs;
  readonly facts: Facts;
  readonly counted: Counted;
  readonly sent: JsonObject;
  readonly ceiling: number;
};

/** What an answer counts that failed; null: nothing that can be believed. Filled in as it becomes known. */
export type Counted = { unread: Unread | null };

/**
 * The whole answer as JSON, or the error that it tells in place of one: then `facts` has the status that the error amounts to, since an
 * upstream that refuses bills nothing. Throws a `DeadlineError` and nothing else.
 */
export async function readReply(
  response: Response,
  asked: Asked,
  deadline: Deadline,
  limitBytes = ANSWER_BYTES,
): Promise<Result<Json, Failure> | Refused> {
  const body = await readBody(response, limitBytes, deadline);
  return body.ok ? replyIn(body.text, asked) : err(unreadable(body.reason, limitBytes));
}

/** As `readReply`, for an answer in words; some servers send it as a stream that nobody asked for. */
export async function readAnswer(response: Response, asked: Asked, deadline: Deadline): Promise<Result<ChatAnswer, Failure> | Refused> {
  const { ceiling } = asked;
  const body = await readBody(response, ANSWER_BYTES, deadline);
  if (!body.ok) return err(unreadable(body.reason, ANSWER_BYTES));
  if (isEvents(body.text.slice(0, 64))) {
    const whole = readWholeStream(body.text, ceiling);
    if (whole.ok) return whole;
    const { why, owed, said } = whole.error;
    if (owed === "answer") asked.counted.unread = said;
    if (owed === "nothing") asked.facts["status"] = BILLS_NOTHING;
    if (why === "odd") return err(otherFormat());
    return why === "cut" ? err(unreadable("cut", ANSWER_BYTES)) : failedAs(why.told, asked);
  }
  const reply = replyIn(body.text, asked);
  if ("refused" in reply || !reply.ok) return reply;
  const answer = readChatAnswer(reply.value, ceiling);
  if (answer.ok) return answer;
  asked.counted.unread = unreadBody(reply.value, ceiling);
  return err(otherFormat());
}

function replyIn(text: string, asked: Asked): Result<Json, Failure> | Refused {
  const { counted, facts, ceiling } = asked;
  const parsed = readEnvelope(text);
  if (!parsed.ok) {
    // A number that no double holds: beside it the counts can be read.
    if (parsed.error.why === "malformed" && isNoText(text)) facts["status"] = BILLS_NOTHING;
    if (parsed.error.why === "number") counted.unread = unreadBody(JSON.parse(text) as Json, ceiling);
    return err(otherFormat());
  }
  const told = toldError(parsed.value);
  if (told !== null) {
    const said = unreadBody(parsed.value, ceiling);
    counted.unread = said?.usage.kind === "reported" ? said : null;
    return failedAs(told, asked);
  }
  if (!isNoAnswer(parsed.value)) return parsed;
  facts["status"] = BILLS_NOTHING;
  return err(otherFormat());
}

/** The status that an answer without a sign of work amounts to. */
const BILLS_NOTHING = "502";

function failedAs(told: ToldError, { now, facts, sent }: Asked): Result<never, Failure> | Refused {
  facts["status"] = String(told.status);
  const failed = failureOfTold(told, now, sent);
  return isRefusal(told.status) ? { refused: failed, told: told.body } : err(failed);
}

/** The failure of an answer that is not in OpenAI's format. It may be tried again. */
const otherFormat = (): Failure => failure("transient", "upstream_unavailable", "the model's upstream answered in another format");

function factsOf(response: Response, facts: Facts): void {
  facts["status"] = String(response.status);
  note(facts, "log_id", response.headers.get("cf-aig-log-id"));
  note(facts, "cache", response.headers.get("cf-aig-cache-status"));
  note(facts, "request_id", response.headers.get("cf-aig-request-id") ?? response.headers.get("x-request-id"));
}

/** Upstream facts go into journals: only short identifiers pass, never sentences. */
export function note(facts: Facts, name: string, value: string | null): void {
  if (value !== null && /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/.test(value)) facts[name] = value;
}

function unreadable(reason: "too_large" | "cut" | "not_text", limitBytes: number): Failure {
  if (reason === "cut") return failure("transient", "upstream_unavailable", "the model's answer was cut short");
  const what = reason === "too_large" ? `is larger than ${limitBytes} bytes` : "is not UTF-8";
  return failure("permanent", "output_invalid", `the model's answer ${what}`);
}

function rethrowDeadline(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}

/** What was thrown on the way, as a failure. */
export function interrupted(error: unknown): Failure {
  if (!(error instanceof DeadlineError)) return failure("transient", "internal", "the call could not be made");
  return error.reason === "timeout"
    ? failure("transient", "timeout", "the model did not answer in time")
    : failure("transient", "cancelled", "the call was cancelled");
}
