/** A span, before it has a wire format; how its id is derived; how a trace goes along with a call. Knows ids and headers, no run and no chat. */
import type { JsonObject } from "../json.ts";
import type { EpochMs } from "../time.ts";

type Hash = (text: string) => string;

/** Something that happened at one instant of a span. */
export type SpanEvent = { readonly at: EpochMs; readonly name: string; readonly attributes: JsonObject };

/** OTLP's `SpanKind`: 1 internal, 2 server, 3 client. */
export type SpanKind = 1 | 2 | 3;

/** One span. `parent` null: the trace begins with it. */
export type Span = {
  readonly traceId: string;
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly failed: boolean;
  readonly attributes: JsonObject;
  readonly events: readonly SpanEvent[];
  /** Events that were left out because there are too many. */
  readonly droppedEvents: number;
  /** Spans that belong to it without being above or below it. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string; readonly attributes: JsonObject }[];
};

/** Span ids derive from what they name, so every export gives the same ones. W3C Trace Context section 3.2.2.4: 8 bytes, hex, not all zero. */
const idOf = (sha256: Hash, name: string): string => {
  const id = sha256(`span/${name}`).slice(0, 16);
  return /[^0]/.test(id) ? id : "0000000000000001";
};

/** The root span of a run. */
export const runSpanId = (sha256: Hash, run: string): string => idOf(sha256, run);
/** The span of a step, or of an activity that is none (`refund/compensate`): the same for the same run and activity. */
export const stepSpanId = (sha256: Hash, run: string, activity: string): string => idOf(sha256, `${run}/${activity}`);
/** The span that event number `seq` of a run begins or is: of a call, the `tool.called` or `model.calling` that sent it out, so each attempt has its own. */
export const callSpanId = (sha256: Hash, run: string, seq: number): string => idOf(sha256, `${run}#${seq}`);

/** An attempt of a chat, by the id of its audit record. */
export const chatSpanId = (sha256: Hash, record: string): string => idOf(sha256, record);

/** `isUnsampled`: whoever is called need not record either. Absent: it should. */
export type TraceContext = { readonly traceId: string; readonly spanId: string; readonly isUnsampled?: true };

/** The header `traceparent`, W3C Trace Context section 3.2. `baggage` and `tracestate` of a caller are never passed on. */
export const traceparentOf = ({ traceId, spanId, isUnsampled }: TraceContext): string =>
  `00-${traceId}-${spanId}-${isUnsampled ? "00" : "01"}`;
