/**
 * An upstream's stream, read piece by piece: events, deltas, the answer that they add up to. Bounded in bytes, in silence and in
 * time. Guards nothing and sends nothing.
 */
import type { ChatAnswer } from "../../core/model/answer.ts";
import { isNoWork } from "../../core/model/no-answer.ts";
import type { ReportedUsage } from "../../core/model/reported-usage.ts";
import { openAssembly } from "../../core/model/stream/assemble.ts";
import { type ChatChunk, readEvent } from "../../core/model/stream/chunk.ts";
import { openSse, type SseEvent } from "../../core/model/stream/sse.ts";
import { isEvents } from "../../core/model/stream/whole.ts";
import type { ToldError } from "../../core/model/told-error.ts";
import { type Owed, owedFor } from "../../core/model/unread.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { EpochMs } from "../../core/time.ts";
import { turn } from "../../kit/turn.ts";

/** Frames around the text included. */
const STREAM_BYTES = 64 * 1024 * 1024;
/** How long the counts of a stream are waited for that is no answer, in milliseconds. */
const READ_ON_MS = 2_000;
/** Events that are read before others in the isolate are served: some 50 ms of work. */
const EVENTS_WITHOUT_PAUSE = 200;

/** The answer of an upstream while it arrives. */
export type UpstreamStream = {
  /** The text of the next piece, `""` where it has none; null: the stream is at its end. Not to be called again after a failure. */
  next(): Promise<Result<string | null, Failure>>;
  /** What has come so far. */
  answer(): ChatAnswer;
  /** The error that the upstream told; null: it told none. */
  told(): ToldError | null;
  /** What is owed for what has come so far. */
  owed(): Owed;
  /** Lets go of the upstream. */
  cancel(): void;
  /** Resolves when the stream is over before its end, whether or not anybody reads; the upstream has been let go of by then. */
  readonly cutOff: Promise<Failure>;
};

/** `idleMs`: of one silence, the upstream's or the client's. `streamMs`: of the whole stream. */
export type StreamBounds = { readonly idleMs: number; readonly streamMs: number; readonly ceiling: number; readonly now: () => EpochMs };

/** `failureOf`: what an error means that the stream tells. `pause`: lets others in the isolate be served. */
export function readUpstream(
  { bytes, failureOf }: { readonly bytes: ReadableStream<Uint8Array>; readonly failureOf: (told: ToldError) => Failure },
  bounds: StreamBounds,
  signal: AbortSignal,
  pause: () => Promise<void> = turn,
): UpstreamStream {
  const reader = bytes.getReader();
  let decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  const sse = openSse();
  const assembly = openAssembly();
  const over = openWatch(bounds, signal);
  let total = 0;
  let unpaused = 0;
  let isDone = false;
  let hasEnded = false;
  let told: ToldError | null = null;
  let hasParts = false;
  /** Nothing that came shows a sign that a model worked. */
  let isSilent = true;
  /** Its server has ended it. */
  let hasClosed = false;
  /** What is wrong with it: what comes behind that is no part of the answer, but may count. */
  let odd: Failure | null = null;
  let isCounted = false;
  let isUnreadable = false;

  const count = (usage: ReportedUsage): void => {
    assembly.note(usage);
    isCounted ||= usage.kind === "reported";
  };
  const take = (chunk: ChatChunk): Result<string, Failure> => {
    if (chunk.kind === "done") isDone = true;
    if (chunk.kind === "error") {
      count(chunk.usage);
      if (odd !== null) return err(odd);
      told = chunk.told;
      return err(failureOf(chunk.told));
    }
    if (chunk.kind !== "delta") return ok("");
    hasParts ||= chunk.parts.length > 0;
    if (odd !== null) {
      count(chunk.usage);
      return ok("");
    }
    isCounted ||= chunk.usage.kind === "reported";
    const taken = assembly.take(chunk);
    return taken.ok ? taken : err(tooLong());
  };

  /** Some servers close with `[DONE]` and no finish reason: what they said is whole all the same, if they said anything. */
  const answer = (): ChatAnswer => {
    const said = assembly.answer();
    if (!isDone || said.finish !== null) return said;
    return { ...said, finish: said.calls.length > 0 ? "tool_calls" : (said.text ?? "") !== "" || said.refused ? "stop" : null };
  };
  const isWhole = (): boolean => assembly.isFinished() || (isDone && answer().finish !== null);

  const takeAll = (events: readonly SseEvent[]): Result<string, Failure> => {
    let said = "";
    for (const event of events) {
      const chunk = readEvent(event, bounds.ceiling);
      isSilent &&= isNoWork(event.data);
      const taken = chunk.ok ? take(chunk.value) : err(otherFormat());
      if (taken.ok) said += taken.value;
      else odd ??= taken.error;
    }
    return odd === null ? ok(said) : err(odd);
  };
  /** Cut after its last word, an answer is whole. An upstream that nobody read from for long may rightly have hung up. */
  const atEnd = (): Result<string | null, Failure> => (isWhole() ? ok(null) : err(over.isClientSlow() ? slowClient() : cutShort()));
  /** The last event, where it came without its blank line; one that was cut in itself says nothing. */
  const takeRest = (): Result<string | null, Failure> => {
    hasEnded = true;
    const events = sse.end();
    const rest = events.ok ? takeAll(events.value) : ok("");
    if (rest.ok && rest.value !== "") return rest;
    return rest.ok || told === null ? atEnd() : rest;
  };

  const takeBytes = async (bytes: Uint8Array): Promise<Result<string, Failure>> => {
    const isFirst = total === 0;
    total += bytes.byteLength;
    if (total > STREAM_BYTES) return unreadable(tooLong());
    let text = decode(decoder, bytes);
    if (text === null) {
      odd ??= otherFormat();
      decoder = new TextDecoder();
      text = decode(decoder, bytes) ?? "";
    }
    if (isFirst) isSilent &&= text.trim() === "" || isEvents(text);
    const events = sse.push(text);
    if (!events.ok) return unreadable(tooLong());
    const taken = takeAll(events.value);
    // What an upstream sends faster than it is read is always there: without a pause nobody else would be served until it ends.
    unpaused += events.value.length;
    if (unpaused >= EVENTS_WITHOUT_PAUSE) {
      unpaused = 0;
      await pause();
    }
    return taken;
  };
  const unreadable = (why: Failure): Result<never, Failure> => {
    isSilent = false;
    isUnreadable = true;
    odd ??= why;
    return err(why);
  };

  const receive = async () => {
    over.awaitsUpstream(true);
    const piece = await Promise.race([reader.read().catch(() => "cut" as const), over.promise]);
    over.awaitsUpstream(false);
    return piece;
  };
  const read = async (): Promise<Result<string | null, Failure>> => {
    const piece = await receive();
    if (typeof piece === "string" && piece !== "cut") return err(ENDINGS[piece]());
    if (piece === "cut" || piece.done) {
      hasClosed ||= piece !== "cut";
      return hasEnded ? atEnd() : takeRest();
    }
    const taken = await takeBytes(piece.value);
    if (!taken.ok && told === null) await readOn();
    return taken;
  };
  /** What is odd is no answer any more, but a server counts at its end what it cost. */
  const readOn = async (): Promise<void> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), Math.min(READ_ON_MS, bounds.idleMs));
    });
    while (!isCounted && !isDone && !isUnreadable) {
      const piece = await Promise.race([receive(), late]);
      if (typeof piece === "string") break;
      if (piece.done) {
        const rest = sse.end();
        if (rest.ok) takeAll(rest.value);
        break;
      }
      await takeBytes(piece.value);
    }
    clearTimeout(timer);
  };

  const cancel = (): void => {
    over.end();
    void reader.cancel().catch(() => undefined);
  };
  const cutOff = over.promise.then((why) => {
    cancel();
    return ENDINGS[why]();
  });
  return {
    async next() {
      if (isDone || hasEnded) {
        cancel();
        return atEnd();
      }
      const result = await read();
      if (!result.ok || result.value === null) cancel();
      return result;
    },
    answer,
    told: () => told,
    owed: () => owedFor(assembly.answer(), { told, isDone, hasEnded: hasClosed, hasParts, isSilent }),
    cancel,
    cutOff,
  };
}

const broken = (code: Failure["code"], message: string): Failure => ({
  class: code === "output_invalid" ? "permanent" : "transient",
  code,
  message,
  retryAfterMs: null,
});
const cutShort = (): Failure => broken("upstream_unavailable", "the model's answer was cut short");
/** Blames nobody but the client: no breaker counts it (workers/breaker/health.ts). */
const slowClient = (): Failure => broken("cancelled", "the client did not read the answer in time");
const ENDINGS: { readonly [W in Ending]: () => Failure } = {
  idle: () => broken("timeout", "the model stopped in the middle of its answer"),
  long: () => broken("timeout", "the model's answer took too long"),
  slow: slowClient,
  gone: () => broken("cancelled", "the call was cancelled"),
};
const tooLong = (): Failure => broken("output_invalid", "the model's answer is too long");
const otherFormat = (): Failure => broken("upstream_unavailable", "the model's upstream answered in another format");

function decode(decoder: TextDecoder, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes, { stream: true });
  } catch {
    return null;
  }
}

/** Why a stream was cut off: the upstream was silent, it took too long, the client did not read, or the call was ended. */
type Ending = "idle" | "long" | "slow" | "gone";

/** A client that held the stream up for less than this is not to blame. */
const SLOW_MS = 1_000;

/**
 * One timer for all pieces: a silence is noticed after one to two times `idleMs`, and blamed on whom the stream waits for. The upstream
 * is to answer while a read is pending; between two reads the client is to read.
 */
function openWatch({ idleMs, streamMs, now }: StreamBounds, signal: AbortSignal) {
  const waited = { upstream: 0, client: 0 };
  let since = now();
  let awaiting: keyof typeof waited = "client";
  let touched = true;
  let resolve: (why: Ending) => void = () => undefined;
  const promise = new Promise<Ending>((settle) => {
    resolve = settle;
  });
  const count = (): void => {
    const at = now();
    waited[awaiting] += Math.max(0, at - since);
    since = at;
  };
  const isClientSlow = (): boolean => {
    count();
    return waited.client >= Math.min(SLOW_MS, streamMs / 2) && waited.client > waited.upstream;
  };
  const idle = setInterval(() => {
    if (!touched) resolve(awaiting === "client" ? "slow" : "idle");
    touched = false;
  }, idleMs);
  const whole = setTimeout(() => resolve(isClientSlow() ? "slow" : "long"), streamMs);
  const leave = (): void => resolve("gone");
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return {
    promise,
    isClientSlow,
    awaitsUpstream: (does: boolean) => {
      count();
      awaiting = does ? "upstream" : "client";
      touched = true;
    },
    end: () => {
      clearInterval(idle);
      clearTimeout(whole);
      signal.removeEventListener("abort", leave);
    },
  };
}
