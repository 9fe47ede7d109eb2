/**
 * How the HTTP edge's spans leave: those of a second in one request, whoever made them. They are a help for looking at requests and no record:
 * what the collector does not take is dropped, and what does not fit is left out. Those whose org samples their trace out are held for a while, in
 * case the end of their run says that its trace must not be missing. A run's own trace leaves in another way (workers/traces).
 */
import { type EdgeSpan, withoutPersonalData } from "./edge-spans.ts";

/** What is needed of an ended span here. */
type Ended = EdgeSpan & { spanContext(): { readonly traceFlags: number; readonly traceId: string } };
/** Sends spans; a failure is told by the callback. */
type SpanExporter = { export(spans: never[], done: (result: { readonly code: number }) => void): void };

/** Milliseconds for which spans are gathered. */
const GATHER_MS = 1_000;
/** Spans that wait at most: a collector that is slow costs no memory. */
const MOST_WAITING = 2_000;
/** Spans that are held at most until it is known whether their runs are kept, the newest. */
const MOST_HELD = 2_000;
/** Set on the span of a request whose org samples its trace out; it never leaves (edge-spans.ts). */
export const SAMPLED_OUT = "bulkhead.sampled_out";
const TRACE_ID = /"traceId":"([0-9a-f]{32})"/;
/** W3C Trace Context section 3.2.2.5: the flag `sampled`. */
const SAMPLED = 1;

/** The processor of the edge's spans, one for each isolate. `forceFlush` is called after each request, which stays for it. */
export function edgeProcessor(exporter: SpanExporter, wait: (ms: number) => Promise<void>, now: () => number) {
  let waiting: Ended[] = [];
  const held = new Map<Ended, string>();
  /** Traces whose spans left last: the request of a run may end after it. */
  const kept = new Set<string>();
  /** A request that gathers may be cut short with its client: another takes over then. */
  let gatheringUntil = 0;
  const enqueue = (span: Ended): void => {
    if (waiting.length < MOST_WAITING) waiting.push(span);
  };
  return {
    onStart(): void {},
    onEnd(span: unknown): void {
      const ended = span as Ended;
      const { traceFlags, traceId } = ended.spanContext();
      if ((traceFlags & SAMPLED) === 0) return;
      if (ended.attributes[SAMPLED_OUT] === undefined || kept.has(traceId)) return enqueue(ended);
      held.set(ended, traceId);
      const [oldest] = held.keys();
      if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
    },
    /** Spans of runs and chats leave, as texts of OTLP/JSON: what is held of the same traces leaves too. Resolves when it was sent. */
    async keepWith(texts: readonly string[]): Promise<void> {
      for (const text of texts) {
        const traceId = TRACE_ID.exec(text)?.[1];
        if (traceId !== undefined) kept.add(traceId);
      }
      for (const traceId of kept) {
        if (kept.size <= MOST_HELD) break;
        kept.delete(traceId);
      }
      if (held.size === 0) return;
      for (const [span, traceId] of held) {
        if (!kept.has(traceId)) continue;
        held.delete(span);
        enqueue(span);
      }
      await this.forceFlush();
    },
    /** The first request of a second sends for all of it; the others have nothing to wait for. */
    async forceFlush(): Promise<void> {
      if (now() < gatheringUntil || waiting.length === 0) return;
      gatheringUntil = now() + 2 * GATHER_MS;
      await wait(GATHER_MS);
      gatheringUntil = 0;
      const spans = withoutPersonalData(waiting);
      waiting = [];
      if (spans.length > 0) await new Promise<void>((resolve) => exporter.export(spans as never[], () => resolve()));
    },
    async shutdown(): Promise<void> {},
  };
}
