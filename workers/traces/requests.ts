/**
 * How spans of the HTTP edge leave: those of a second in one request to the collector. They are a help for looking at requests and no record: what
 * the collector does not take is dropped, and what does not fit is left out. An org's percentage of traces holds for them, too.
 */

import type { EpochMs } from "../../core/time.ts";
import { type AnsweredRequest, requestSpan } from "../../core/trace/of-request.ts";
import { spanText } from "../../core/trace/otlp.ts";
import { isSampled, type TraceSettings } from "../../core/trace/rule.ts";
import type { Delivery } from "./delivery.ts";

/** What it needs from outside. */
export type RequestTracesPorts = {
  readonly delivery: Delivery;
  readonly settings: (org: string) => Promise<TraceSettings>;
  readonly wait: (ms: number) => Promise<void>;
  /** Keeps the work going after the answer. */
  readonly waitUntil: (work: Promise<void>) => void;
  readonly now: () => EpochMs;
};

/** Takes an answered request. `org` null: nobody was authenticated. Never throws. */
export type TraceAnswered = (request: AnsweredRequest, org: string | null) => void;

/** Milliseconds for which spans are gathered. */
const GATHER_MS = 1_000;
/** Spans that wait at most: a collector that is slow costs no memory. */
const MOST_WAITING = 2_000;

/** One for each isolate. */
export function defineRequestTraces({ delivery, settings, wait, waitUntil, now }: RequestTracesPorts): TraceAnswered {
  let waiting: { readonly request: AnsweredRequest; readonly org: string | null }[] = [];
  /** A request that gathers may be cut short with its client: another takes over then. */
  let gatheringUntil = 0;

  /** Of an org whose share nobody can say, nothing is exported. */
  const shareOf = (org: string): Promise<number> =>
    settings(org).then(
      ({ percent }) => percent,
      () => 0,
    );
  const gather = async (): Promise<void> => {
    await wait(GATHER_MS);
    gatheringUntil = 0;
    const byOrg = Map.groupBy(waiting, ({ org }) => org);
    waiting = [];
    for (const [org, held] of byOrg) {
      const percent = org === null ? 100 : await shareOf(org);
      const kept = held.filter(({ request }) => request.status >= 500 || isSampled(request.traceId, percent));
      const spans = kept.map(({ request }) => spanText(requestSpan(request)));
      if (spans.length > 0) await delivery.send([{ org, spans, left: () => undefined, later: () => undefined }]);
    }
  };

  return (request, org) => {
    if (delivery.restMs() > 0 || waiting.length >= MOST_WAITING) return;
    waiting.push({ request, org });
    if (now() < gatheringUntil) return;
    gatheringUntil = now() + 2 * GATHER_MS;
    waitUntil(gather().catch(() => undefined));
  };
}
