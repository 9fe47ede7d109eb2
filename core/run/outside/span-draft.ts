/**
 * A run's spans while they are read off its journal: each is opened, told what happened, and closed by the event that ended it. Knows no
 * kind of event: `trace.ts` says what each one means.
 */
import type { JsonObject } from "../../json.ts";
import type { EpochMs } from "../../time.ts";
import type { Span, SpanEvent, SpanKind } from "../../trace/span.ts";
import type { RunEvent } from "../machine/event.ts";

/** A run's span. `closedBy`: number of the event that ended it; null: it has not ended, and `end` is the last instant that the journal knows. */
export type RunSpan = Span & { readonly closedBy: number | null };

/** Events of one span: further ones are counted. */
const MOST_EVENTS = 128;

/** A span while it is being read off the journal. */
export type Draft = {
  readonly id: string;
  parent: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: EpochMs;
  end: EpochMs | null;
  closedBy: number | null;
  failed: boolean;
  readonly attributes: JsonObject;
  readonly events: SpanEvent[];
  dropped: number;
  readonly links: { readonly traceId: string; readonly spanId: string; readonly attributes: JsonObject }[];
};

/** What is known of a span when it begins. */
export type Opening = Pick<Draft, "id" | "parent" | "name" | "kind" | "start" | "attributes">;

/** A span that has begun. */
export const openSpan = (opening: Opening): Draft => ({
  ...opening,
  ...{ end: null, closedBy: null, failed: false, dropped: 0 },
  events: [],
  links: [],
});

/** Ends a span with the event that ended it, once. `error`: the code of what went wrong. */
export function closeSpan(draft: Draft, event: RunEvent, error: string | null): void {
  if (draft.end !== null) return;
  draft.end = event.at;
  draft.closedBy = event.seq;
  draft.failed = error !== null;
  Object.assign(draft.attributes, {
    "latency.ms": Math.max(0, event.at - draft.start),
    success: error === null,
    ...(error === null ? {} : { "error.type": error }),
  });
}

/** Adds an event to a span, or counts it once the span has its most. */
export function noteOn(draft: Draft, name: string, at: EpochMs, attributes: JsonObject = {}): void {
  if (draft.events.length < MOST_EVENTS) draft.events.push({ at, name, attributes });
  else draft.dropped += 1;
}

/** The span as it stands at `now`. */
export const finishedSpan = ({ dropped, end, ...draft }: Draft, traceId: string, now: EpochMs): RunSpan => ({
  ...draft,
  traceId,
  end: end ?? Math.max(now, draft.start),
  droppedEvents: dropped,
});
