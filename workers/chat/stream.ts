/**
 * An answer as it is written: guarded piece by piece, its caller's own values put back, tools' calls held until they are whole and
 * checked. Until the first text may be sent, another model may still take over; after it, trouble ends the stream with an error
 * and without `[DONE]`.
 */

import { chunksOf, type Said } from "../../core/chat/completion.ts";
import { toOpenAiError } from "../../core/chat/error.ts";
import type { ChatMessage } from "../../core/chat/messages.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { type ChunkHead, DONE_FRAME, formatChunk, formatFrame, formatUsage, type SentChunk } from "../../core/model/stream/frame.ts";
import { settledUsage, unreadUsage } from "../../core/model-call/usage.ts";
import type { Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { OpenedAnswer } from "../model-gateway/asking.ts";
import type { Facts } from "../model-gateway/exchange.ts";
import { answerHeaders, type CacheNote, headOf, usdText } from "./answer.ts";
import type { Attempt, Chosen } from "./attempt.ts";
import type { Call } from "./call.ts";
import { guardStream, type Piece } from "./guarded-stream.ts";
import { judgeChat } from "./judge.ts";
import { type Again, climb, killed, refusalOf, type Step } from "./ladder.ts";
import { BLOCKED, BROKEN_RULE, converse, type Given, misfit, onRecord, saidBy } from "./plain.ts";
import type { ChatPorts } from "./ports.ts";
import { findingRecords } from "./records.ts";
import type { Talk } from "./talk.ts";

const STREAM_HEADERS = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store, no-transform" };

/** The answer of the first candidate that begins one, as server-sent events. */
export function answerStream(ports: ChatPorts, call: Call, talk: Talk, candidates: readonly Chosen[]): Promise<Result<Response, Refusal>> {
  return climb(ports, call, candidates, talk, (attempt, again, isLast) => {
    talk.restart();
    return streamOn(ports, call, talk, attempt, again, isLast);
  });
}

/** How often a model may be asked again that refuses a field of the request as the first event of its stream. */
const MOST_LESSONS = 3;

async function streamOn(
  ports: ChatPorts,
  call: Call,
  talk: Talk,
  attempt: Attempt,
  again: Again,
  isLast: boolean,
  round = 0,
): Promise<Step<Response>> {
  const { chosen } = attempt;
  const input = talk.input();
  const body = talk.bodyFor(chosen, true);
  const startedAt = ports.now();
  const asking = { entry: chosen.entry, body, context: call.exchange, timeoutMs: ports.timeouts.attemptMs, own: talk.own };
  const { result, upstream, unread, durationMs } = await ports.upstream.open(asking, call.signal);
  if (!result.ok) {
    attempt.end({ failure: result.error, usage: unreadUsage(unread, () => input), upstream, durationMs });
    if (result.error.class === "safety") return { kind: "refuse", refusal: refuse("content_blocked", result.error.message) };
    return { kind: "next", failure: result.error };
  }
  talk.leaveOut(result.value.leftOut);
  if (result.value.kind === "whole")
    return wholeAfterAll(ports, call, talk, attempt, { input, opened: result.value, upstream, durationMs, again, isLast });

  const pieces = guardStream(ports, call, talk.sent, result.value, chosen);
  const end = (failure: Failure | null, note?: string): void => {
    const owed = pieces.owed();
    const usage = owed === "answer" ? settledUsage(pieces.answer(), () => input).tokens : null;
    // Whatever status it began with.
    const unbilled = owed === "nothing" ? { status: String(pieces.told()?.status ?? 502) } : {};
    const records = findingRecords(ports, call, "model_output", pieces.findings());
    const durationMs = Math.max(0, ports.now() - startedAt);
    attempt.end({
      failure,
      usage,
      upstream: { ...pieces.facts(upstream), ...unbilled },
      durationMs,
      records,
      ...saidBy(pieces.redacted()),
      ...(note === undefined ? {} : { note }),
    });
  };
  const first = await pieces.next();
  if (first.kind === "broken") {
    end(first.failure);
    if (round === MOST_LESSONS || !pieces.teaches()) return { kind: "next", failure: first.failure };
    const next = await again();
    return next.ok ? streamOn(ports, call, talk, next.value, again, isLast, round + 1) : next.error;
  }
  if (first.kind === "invalid") {
    end(null, "does not fit what was asked");
    return askAgain(ports, call, talk, first.correction, again, isLast);
  }
  const unrecorded = await onRecord(attempt);
  const refusal = unrecorded ?? (first.kind === "unfit" ? refuse("output_invalid", first.why) : null);
  if (refusal !== null) {
    pieces.cancel();
    end(null, "withheld");
    return { kind: "refuse", refusal };
  }
  const model = chosen.candidate.id;
  const head = { ...headOf(call, model, pieces.isRehearsal()), includeUsage: talk.sent.includeUsage };
  const headers = { ...answerHeaders(call, model, "miss", { cost: false, ignored: talk.ignoredBy(chosen) }), ...STREAM_HEADERS };
  return { kind: "done", value: new Response(bodyOf(call, head, first, pieces, end), { status: 200, headers }) };
}

/** Nothing was sent yet: it is asked for again, whole. */
async function askAgain(
  ports: ChatPorts,
  call: Call,
  talk: Talk,
  correction: readonly ChatMessage[],
  again: Again,
  isLast: boolean,
): Promise<Step<Response>> {
  talk.correct(correction);
  const next = await again();
  if (!next.ok) return next.error;
  const given = await converse(ports, call, talk, next.value, again, isLast, 1);
  return given.kind === "done" ? { kind: "done", value: asStream(call, talk, given.value) } : given;
}

type Pieces = ReturnType<typeof guardStream>;

/** Pulled by the client: what it does not read is not read from the upstream. */
function bodyOf(
  call: Call,
  head: ChunkHead,
  first: Piece,
  pieces: Pieces,
  end: (failure: Failure | null, note?: string) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const frame = (chunk: SentChunk): string => formatFrame(formatChunk(head, chunk));
  let next: Piece | null = first;
  let hasBegun = false;
  let isOver = false;
  const close = (note?: string, failure: Failure | null = null): void => {
    if (isOver) return;
    isOver = true;
    pieces.cancel();
    end(failure, note);
    call.end();
  };
  /** What a stream that was cut off while nobody read still has to say. */
  let parting: string | null = null;
  // A client that goes is noticed here or there, whichever the runtime tells first.
  call.signal.addEventListener("abort", () => (call.isStopped() ? undefined : close("the client disconnected")), { once: true });
  void pieces.cutOff.then((failure) => {
    if (isOver) return;
    parting = errorFrame(failure);
    close(undefined, failure);
  });
  const errorFrame = (failure: Failure): string => formatFrame(toOpenAiError(call.isStopped() ? killed() : told(failure)));
  const framesOf = (piece: Piece): { readonly text: string; readonly last: boolean } => {
    const begin = hasBegun ? "" : frame({ kind: "role", isSilent: piece.kind === "end" && piece.said.text === null });
    hasBegun = true;
    if (piece.kind === "text") return { text: begin + frame({ kind: "text", text: piece.text }), last: false };
    if (piece.kind === "broken") {
      close(undefined, piece.failure);
      return { text: begin + errorFrame(piece.failure), last: true };
    }
    if (piece.kind === "invalid" || piece.kind === "unfit") {
      close("does not fit what was asked");
      const refusal = piece.kind === "unfit" ? refuse("output_invalid", piece.why) : misfit(piece.errors);
      return { text: begin + formatFrame(toOpenAiError(refusal)), last: true };
    }
    close(piece.kind === "stopped" ? "refused by the guardrails" : undefined);
    const said = piece.kind === "stopped" ? BLOCKED : piece.said;
    const [, ...chunks] = chunksOf(said);
    return { text: [begin, ...chunks.map(frame), ...usageFrames(call, head), DONE_FRAME].join(""), last: true };
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = next ?? (isOver ? null : await pieces.next());
      next = null;
      // The text that was held for the client is still its own; then comes the error.
      if (parting !== null && (piece === null || piece.kind !== "text")) {
        controller.enqueue(encoder.encode(parting));
        controller.close();
        return;
      }
      if (piece === null || (isOver && parting === null)) return;
      const { text, last } = framesOf(piece);
      controller.enqueue(encoder.encode(text));
      if (last) controller.close();
    },
    cancel: () => close("the client disconnected"),
  });
}

/** A failure in the client's words. A client that read too slowly is told so by the code that fits best. */
const told = (failure: Failure): Refusal => (failure.code === "cancelled" ? refuse("timeout", failure.message) : refusalOf([failure]));

/** The usage when the caller asked for it; the cost always. */
function usageFrames(call: Call, head: ChunkHead): readonly string[] {
  const { usage, microUsd, attempts } = call.tally;
  const cost = `: bulkhead-cost-usd ${usdText(microUsd)}\n\n`;
  if (!head.includeUsage) return [cost];
  const chunk = formatChunk(head, { kind: "usage", usage });
  const more = { bulkhead: { cost_usd: Number(usdText(microUsd)), model: head.model, attempts, run: call.run } };
  return [formatFrame({ ...chunk, usage: { ...formatUsage(usage), ...more } })];
}

/** An upstream that does not stream: its answer is judged like any whole one, and given as a stream all the same. */
async function wholeAfterAll(
  ports: ChatPorts,
  call: Call,
  talk: Talk,
  attempt: Attempt,
  {
    input,
    opened,
    upstream,
    durationMs,
    again,
    isLast,
  }: {
    readonly input: number;
    readonly opened: Extract<OpenedAnswer, { kind: "whole" }>;
    readonly upstream: Facts;
    readonly durationMs: number;
    readonly again: Again;
    readonly isLast: boolean;
  },
): Promise<Step<Response>> {
  if (opened.broke !== undefined) {
    attempt.end({ failure: opened.broke, usage: settledUsage(opened.answer, () => input).tokens, upstream, durationMs });
    return { kind: "next", failure: opened.broke };
  }
  const judged = await judgeChat(call.guard, call.guardContext, talk.sent, opened.answer, opened.secrets, call.rules.output, (inquire) =>
    call.moderate("redacted", inquire),
  ).catch(() => null);
  const records = findingRecords(ports, call, "model_output", judged?.findings ?? []);
  const redacted = saidBy(judged?.redacted ?? null);
  attempt.end({ failure: null, usage: settledUsage(opened.answer, () => input).tokens, upstream, durationMs, records, ...redacted });
  const unrecorded = await onRecord(attempt);
  if (unrecorded !== null) return { kind: "refuse", refusal: unrecorded };
  if (judged?.kind === "broken") return { kind: "refuse", refusal: BROKEN_RULE };
  if (judged?.kind === "invalid") {
    return call.isStopped() ? { kind: "refuse", refusal: killed() } : askAgain(ports, call, talk, judged.correction, again, isLast);
  }
  if (judged?.kind === "unfit") return { kind: "refuse", refusal: refuse("output_invalid", judged.why) };
  const said: Said = judged?.kind === "said" ? judged.said : BLOCKED;
  const facts = opened.answer.rehearsal ? { ...upstream, rehearsal: "true" } : upstream;
  return { kind: "done", value: asStream(call, talk, { said, chosen: attempt.chosen, upstream: facts, isPlain: false }) };
}

/** An answer that is all there, for a caller that asked for a stream. */
export function asStream(call: Call, talk: Talk, { said, chosen, upstream }: Given, cache: CacheNote = "miss"): Response {
  const model = chosen.candidate.id;
  const head = { ...headOf(call, model, upstream["rehearsal"] === "true"), includeUsage: talk.sent.includeUsage };
  const frames = chunksOf(said).map((chunk) => formatFrame(formatChunk(head, chunk)));
  const text = [...frames, ...usageFrames(call, head), DONE_FRAME].join("");
  call.end();
  const headers = answerHeaders(call, model, cache, { cost: true, ignored: talk.ignoredBy(chosen) });
  return new Response(text, { status: 200, headers: { ...headers, ...STREAM_HEADERS } });
}
