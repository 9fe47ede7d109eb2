/**
 * How the HTTP edge's spans leave: those of a second in one request, whoever made them. They are a help for looking at requests and no record:
 * what the collector does not take is dropped, and what does not fit is left out. A run's own trace leaves in another way (workers/traces).
 */
import { type EdgeSpan, withoutPersonalData } from "./edge-spans.ts";

/** What is needed of an ended span here. */
type Ended = EdgeSpan & { spanContext(): { readonly traceFlags: number } };
/** Sends spans; a failure is told by the callback. */
type SpanExporter = { export(spans: never[], done: (result: { readonly code: number }) => void): void };

/** Milliseconds for which spans are gathered. */
const GATHER_MS = 1_000;
/** Spans that wait at most: a collector that is slow costs no memory. */
const MOST_WAITING = 2_000;
/** W3C Trace Context section 3.2.2.5: the flag `sampled`. */
const SAMPLED = 1;

/** The processor of the edge's spans, one for each isolate. `forceFlush` is called after each request, which stays for it. */
export function edgeProcessor(exporter: SpanExporter, wait: (ms: number) => Promise<void>, now: () => number) {
  let waiting: Ended[] = [];
  /** A request that gathers may be cut short with its client: another takes over then. */
  let gatheringUntil = 0;
  return {
    onStart(): void {},
    onEnd(span: unknown): void {
      const ended = span as Ended;
      if ((ended.spanContext().traceFlags & SAMPLED) !== 0 && waiting.length < MOST_WAITING) waiting.push(ended);
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
