/**
 * Exchanges for somebody who judges the answer itself (chat, embeddings): whole answers, streams, vectors. What comes back is read
 * with distrust and bounded, and neither redacted nor scanned.
 */
import type { JsonObject } from "../../core/json.ts";
import type { ChatAnswer } from "../../core/model/answer.ts";
import { type EmbeddingAnswer, readEmbeddingAnswer, unreadVectors } from "../../core/model/embedding.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { OwnFields } from "../../core/model/parameters.ts";
import { isEvents } from "../../core/model/stream/whole.ts";
import type { ToldError } from "../../core/model/told-error.ts";
import type { Unread } from "../../core/model/unread.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { EpochMs } from "../../core/time.ts";
import { type Deadline, startDeadline } from "../kit/deadline.ts";
import {
  type Counted,
  type ExchangePorts,
  exchange,
  type Facts,
  interrupted,
  isRefusal,
  note,
  type Read,
  type Reply,
  readAnswer,
  readReply,
} from "./exchange.ts";
import { failure, failureOfTold } from "./failure.ts";
import type { ExchangeContext, UpstreamPath } from "./upstream.ts";

/** 2,048 vectors of 1,536 numbers in base64, as the format's own client asks for them; a quarter of an isolate's memory as text. */
const EMBEDDING_BYTES = 20 * 1024 * 1024;

/** One question to an upstream. */
export type Asking = {
  readonly entry: ModelEntry;
  /** As it goes over the wire. */
  readonly body: JsonObject;
  readonly context: ExchangeContext;
  /** Until the whole answer is here; of a stream: until its first byte. */
  readonly timeoutMs: number;
  /** Names of fields of the body that nobody asked for. Absent: there are none. */
  readonly own?: OwnFields;
};

/**
 * How an exchange ended. `upstream`: facts for the trace and the log; `unread`: what an answer counts that failed, null where it counts nothing;
 * `durationMs`: milliseconds from its start.
 */
export type Asked<T> = {
  readonly result: Result<T, Failure>;
  readonly upstream: Facts;
  readonly unread: Unread | null;
  readonly durationMs: number;
};

/**
 * A whole answer. `secrets`: what was sent along and must not come back in. `leftOut`: the request's fields that the model refuses.
 * `broke`: the upstream broke off, and why.
 */
export type WholeAnswer = {
  readonly answer: ChatAnswer;
  readonly secrets: readonly string[];
  readonly leftOut: readonly string[];
  readonly broke?: Failure;
};

/**
 * `failureOf`: what an error means that the stream tells. `learn`: whether one that blames the request teaches what another request would do
 * without. `whole`: an upstream that does not stream answered all the same.
 */
export type OpenedAnswer =
  | {
      readonly kind: "stream";
      readonly bytes: ReadableStream<Uint8Array>;
      readonly secrets: readonly string[];
      readonly leftOut: readonly string[];
      readonly failureOf: (told: ToldError) => Failure;
      readonly learn: (told: ToldError) => boolean;
    }
  | ({ readonly kind: "whole" } & WholeAnswer);

/** The exchanges. An expected failure is data; none of them throws for what an upstream does. */
export type Askings = {
  readonly ask: (asking: Asking, signal: AbortSignal) => Promise<Asked<WholeAnswer>>;
  /** The caller MUST read the stream to its end or cancel it; that releases the upstream. */
  readonly open: (asking: Asking, signal: AbortSignal) => Promise<Asked<OpenedAnswer>>;
  readonly embed: (asking: Asking & { readonly inputs: number }, signal: AbortSignal) => Promise<Asked<EmbeddingAnswer>>;
};

/** The exchanges over the given ports. */
export function defineAskings(ports: ExchangePorts): Askings {
  const send = async <T>(
    path: UpstreamPath,
    asking: Asking,
    signal: AbortSignal,
    read: (reply: Reply, deadline: Deadline, known: Known) => ReturnType<Read<T>>,
  ): Promise<Asked<T>> => {
    const startedAt = ports.now();
    const deadline = startDeadline(asking.timeoutMs, signal);
    const upstream: Facts = {};
    const counted: Counted = { unread: null };
    const ended = (result: Result<T, Failure>): Asked<T> => ({
      ...{ result, upstream, unread: counted.unread },
      durationMs: Math.max(0, ports.now() - startedAt),
    });
    try {
      const known = (): Known => ({ now: ports.now(), facts: upstream, counted });
      return ended(await exchange(ports, { ...asking, path }, deadline, upstream, (reply) => read(reply, deadline, known())));
    } catch (error) {
      return ended(err(interrupted(error)));
    } finally {
      deadline.end();
    }
  };
  return {
    ask: (asking, signal) =>
      send("/chat/completions", asking, signal, (reply, deadline, known) =>
        readWhole(reply.response, asking, known, sentIn(reply), deadline),
      ),
    open: (asking, signal) =>
      send<OpenedAnswer>("/chat/completions", asking, signal, async (reply, deadline, known) => {
        const { response, learn } = reply;
        const sent = sentIn(reply);
        const type = response.headers.get("content-type") ?? "";
        const opened = await openBody(response.body as ReadableStream<Uint8Array> | null, type, deadline);
        const { isStream, bytes } = opened;
        if (isStream && bytes !== null) {
          return ok({
            ...{ kind: "stream", bytes, ...sent },
            failureOf: (told) => failureOfTold(told, ports.now(), asking.body),
            learn: (told) => isRefusal(told.status) && learn(told.body),
          });
        }
        const whole = await readWhole(new Response(bytes, response), asking, known, sent, deadline);
        return "refused" in whole || !whole.ok ? whole : ok({ kind: "whole", ...whole.value });
      }),
    embed: (asking, signal) =>
      send("/embeddings", asking, signal, async ({ response }, deadline, known) => {
        const ceiling = asking.entry.context;
        const body = await readReply(response, { ...known, sent: asking.body, ceiling }, deadline, EMBEDDING_BYTES);
        if ("refused" in body || !body.ok) return body;
        const answer = readEmbeddingAnswer(body.value, asking.inputs, ceiling);
        if (answer.ok) return answer;
        known.counted.unread = unreadVectors(body.value, asking.inputs, ceiling);
        return err(failure("permanent", "output_invalid", "the vectors do not match the request"));
      }),
  };
}

/** What is known of an exchange so far. */
type Known = { readonly now: EpochMs; readonly facts: Facts; readonly counted: Counted };

type Sent = Pick<WholeAnswer, "secrets" | "leftOut">;
const sentIn = ({ bearer, leftOut }: Reply): Sent => ({ secrets: bearer === null ? [] : [bearer], leftOut });

/** Whether a body is a stream of events. Some servers send one as plain text or as JSON, or do not say: then its first bytes do. */
async function openBody(
  bytes: ReadableStream<Uint8Array> | null,
  type: string,
  deadline: Deadline,
): Promise<{ readonly isStream: boolean; readonly bytes: ReadableStream<Uint8Array> | null }> {
  if (/^text\/event-stream\b/i.test(type)) return { isStream: true, bytes };
  if (bytes === null) return { isStream: false, bytes };
  const reader = bytes.getReader();
  const first = await deadline.within(reader.read().catch(() => null));
  const begins = first?.value === undefined ? "" : new TextDecoder().decode(first.value.slice(0, 64)).trimStart();
  const again = new ReadableStream<Uint8Array>({
    start(controller) {
      if (first === null) controller.error(new TypeError("the connection broke"));
      else if (first.done) controller.close();
      else controller.enqueue(first.value);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (why) => reader.cancel(why),
  });
  return { isStream: isEvents(begins), bytes: again };
}

async function readWhole(
  response: Response,
  { entry, body: sent }: Asking,
  known: Known,
  how: Sent,
  deadline: Deadline,
): ReturnType<Read<WholeAnswer>> {
  const { now, facts } = known;
  const answer = await readAnswer(response, { ...known, sent, ceiling: entry.context }, deadline);
  if ("refused" in answer || !answer.ok) return answer;
  if (answer.value.finish !== null) note(facts, "finish_reason", answer.value.finish);
  if (answer.value.rehearsal) facts["rehearsal"] = "true";
  const { broke } = answer.value;
  return ok({ answer: answer.value, ...how, ...(broke === undefined ? {} : { broke: failureOfTold(broke, now, sent) }) });
}
