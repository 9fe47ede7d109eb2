/** The outside of the whole platform: the network, the clock, chance, and where log lines go. Tests bring their own. */

import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";

/** Everything that is not the platform. */
export type Outside = {
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  /** The span that the request under way has at the HTTP edge. Absent, or null: nobody traces the edge. */
  readonly edgeSpan?: () => EdgeSpanIds | null;
  /** The org of the request under way samples its trace out: the span leaves only if the end of its run says so. */
  readonly sampleOutEdge?: () => void;
  /** Spans of runs and chats, as texts, are on their way to the collector: those of the edge that were sampled out go with them. Never throws. */
  readonly keepEdgeWith?: (spans: readonly string[]) => Promise<void>;
};

/** Ids of a span as W3C Trace Context writes them. */
export type EdgeSpanIds = { readonly traceId: string; readonly spanId: string };
