/**
 * How far a run's trace has left. The spans are in the journal; stored is only up to which event they have left. Spans that have ended are handed
 * over to the isolate's courier, at once where the run has ended, once in a while where it goes on. Where they do not leave that way, a message
 * names the run to the queue of traces, whose consumer asks for them and says when the collector has them; until then the message is sent again,
 * later each time.
 */
import type { RunEvent } from "../../core/run/machine/event.ts";
import { isFinal, type RunState } from "../../core/run/machine/state.ts";
import type { Machinery } from "../../core/run/machine/turn.ts";
import { endsSpans, isExported } from "../../core/run/outside/trace-export.ts";
import type { EpochMs } from "../../core/time.ts";
import type { TraceMessage } from "../../core/trace/message.ts";

/**
 * Spans that were handed over. `outcome` changes once and is looked at, never waited for: the request is sent on behalf of another run's object,
 * and a promise of an object that ends never settles.
 */
export type Handed = { readonly outcome: "under way" | "left" | "later" };

/** Where traces go; null in the ports: nowhere. */
export type TracesPort = {
  /** Takes spans (texts of OTLP/JSON) on the short way; null: not now, and the queue is told instead. Never throws. */
  readonly handOver: (org: string, spans: readonly string[]) => Handed | null;
  /** Throws when the queue does not take it. */
  readonly send: (message: TraceMessage) => Promise<void>;
  /** Spans have the names of the conventions of 1.36 too. */
  readonly olderNames: boolean;
};

/** What happened in a run that goes on leaves this much later at most, in ms: with the queue's own time less than a minute. */
const GOING_ON_MS = 45_000;
/** The queue has the message and tries again by itself; it is sent again in case it was lost. In ms, doubled each time. */
const NET_MS = { first: 2 * 60_000, cap: 60 * 60_000 };
/** Milliseconds after which a run looks what became of what it handed over, if nothing made it look before. */
export const LOOK_MS = 3_000;
/** The queue did not take the message. */
const UNSENT_MS = 15_000;
/** A consumer that asked for spans and says nothing for this long, in ms, is gone: an export takes less. */
const TAKEN_MS = 90_000;
/** A collector that takes nothing for this long, in ms, does not keep the run from being archived any more. */
const GIVEN_UP_MS = 7 * 24 * 60 * 60_000;

/** The trace of one run, as far as it has not left. */
export class LeavingTrace {
  readonly #sql: SqlStorage;
  readonly #of: Machinery;
  /** Everything that had ended by this event has left. */
  #left: number;
  /** The oldest end of a span that has not left, and the newest. null: there is none. */
  #since: EpochMs | null = null;
  #newest = 0;
  #attempts = 0;
  #dueAt: EpochMs = 0;
  #takenUntil: EpochMs = 0;
  /** What is on the short way: with it everything has left that had ended by event `upTo`. */
  #handed: { readonly spans: Handed; readonly upTo: number } | null = null;

  /** `events`: of earlier lives. */
  constructor(sql: SqlStorage, machinery: Machinery, events: readonly RunEvent[]) {
    this.#sql = sql;
    this.#of = machinery;
    this.#left = 0;
    if (machinery.birth.trace === undefined || events.length === 0) return;
    this.#left = sql.exec<{ traced: number }>("SELECT traced FROM confirmed").toArray()[0]?.traced ?? 0;
    for (const event of events) if (event.seq > this.#left) this.#note(event, event.at);
  }

  /** Everything up to this event has left. */
  get left(): number {
    return this.#left;
  }

  /** A turn was committed. */
  committed(events: readonly RunEvent[], at: EpochMs): void {
    if (this.#of.birth.trace === undefined) return;
    for (const event of events) this.#note(event, at);
  }

  #note(event: RunEvent, at: EpochMs): void {
    if (!endsSpans(event)) return;
    if (this.#since === null) {
      this.#since = at;
      this.#dueAt = at + GOING_ON_MS;
    }
    this.#newest = event.seq;
  }

  /** When the run's alarm looks after its trace; null: nothing waits, or nobody wants it. */
  dueAt(port: TracesPort | null, state: RunState): EpochMs | null {
    return port === null || this.#since === null || !isExported(this.#of, state) ? null : this.#dueAt;
  }

  /** True while the run has to be kept for its trace's sake. */
  isAwaited(port: TracesPort | null, state: RunState, now: EpochMs): boolean {
    return this.dueAt(port, state) !== null && now - (this.#since ?? now) < GIVEN_UP_MS;
  }

  /** Whether spans are to leave now, and on which way: the short one once, then by the queue. The end of a run is not put off. */
  due(port: TracesPort | null, state: RunState, now: EpochMs): "hand over" | "tell" | null {
    const dueAt = this.dueAt(port, state);
    if (dueAt === null) return null;
    if (this.#attempts > 0) return dueAt <= now ? "tell" : null;
    return dueAt <= now || isFinal(state) ? "hand over" : null;
  }

  /** They are on the short way, as `take` gave them. */
  handedOver(spans: Handed, upTo: number, now: EpochMs): void {
    this.#handed = { spans, upTo };
    this.#attempted(now);
  }

  /** True while it is not written down what became of what was handed over, and it may still be heard of. */
  isUnderWay(now: EpochMs): boolean {
    return this.#handed !== null && now < this.#takenUntil;
  }

  /** How the short way ended, once: up to which event they have left, or `later`. null: nothing was on it, or still is. */
  landed(): number | "later" | null {
    const { spans, upTo } = this.#handed ?? { spans: { outcome: "under way" }, upTo: 0 };
    if (spans.outcome === "under way") return null;
    this.#handed = null;
    return spans.outcome === "left" ? upTo : "later";
  }

  /** Tells the queue. A failed send is not an error of the caller. */
  async tell({ send }: TracesPort, now: EpochMs): Promise<void> {
    const { id: run, org } = this.#of.birth;
    this.#attempted(now);
    try {
      await send({ v: 1, kind: "run", org, run });
    } catch {
      this.#dueAt = now + UNSENT_MS;
    }
  }

  #attempted(now: EpochMs): void {
    this.#dueAt = now + Math.min(NET_MS.first * 2 ** this.#attempts, NET_MS.cap);
    this.#attempts += 1;
  }

  /** False: a consumer is at it, or nothing waits. Otherwise nobody else gets the spans before this one has said what became of them. */
  take(port: TracesPort | null, state: RunState, now: EpochMs): "busy" | "nothing" | "take" {
    if (this.dueAt(port, state) === null) return "nothing";
    if (now < this.#takenUntil) {
      this.#dueAt = Math.max(this.#dueAt, this.#takenUntil); // until then the alarm would ring for nothing, again and again
      return "busy";
    }
    this.#takenUntil = now + TAKEN_MS;
    return "take";
  }

  /** They could not be delivered: whoever asks next gets them. */
  release(): void {
    this.#takenUntil = 0;
    this.#handed = null;
  }

  /** The collector has everything that had ended by event `upTo`, or will never take it. */
  confirm(upTo: number, state: RunState, now: EpochMs): void {
    this.release();
    if (upTo <= this.#left) return;
    this.#left = upTo;
    this.#sql.exec("INSERT INTO confirmed (id, seq, traced) VALUES (1, 0, ?1) ON CONFLICT (id) DO UPDATE SET traced = ?1", upTo);
    this.#attempts = 0;
    this.#since = this.#newest > upTo ? now : null;
    this.#dueAt = isFinal(state) ? now : now + GOING_ON_MS;
  }
}
