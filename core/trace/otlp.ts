/**
 * Spans as OTLP/JSON (opentelemetry-proto 1.x, `ExportTraceServiceRequest`): ids in hex, times as decimal strings of nanoseconds, enums as
 * numbers. Bounds what is written, so that no span is larger than a collector takes.
 */
import { isObject, type Json, type JsonObject } from "../json.ts";
import type { EpochMs } from "../time.ts";
import type { Span } from "./span.ts";

/** UTF-16 units of a name. */
const MOST_NAME = 1_024;
/** UTF-16 units of an attribute: of a prompt, an answer, or what a tool was given or gave, the beginning. */
const MOST_TEXT = 16_384;
/** Values of a list. */
const MOST_VALUES = 64;

/** Who exports: the same for every span of a deployment. */
export type TraceResource = { readonly service: string; readonly version: string | null };

/** What made the spans: the scope of every span of the platform. */
const SCOPE = "bulkhead.run";

/**
 * One request to a collector, `ExportTraceServiceRequest`. `spans`: as `spanText` gives them. Spans are texts from the moment they are made: on
 * their way between objects, queues and the collector a text is copied, and a tree of attributes taken apart and built again.
 */
export function requestText(spans: readonly string[], { service, version }: TraceResource): string {
  const attributes = attributesOf({ "service.name": service, ...(version === null ? {} : { "service.version": version }) });
  const [before, after] = [JSON.stringify({ attributes }), JSON.stringify({ name: SCOPE })];
  return `{"resourceSpans":[{"resource":${before},"scopeSpans":[{"scope":${after},"spans":[${spans.join(",")}]}]}]}`;
}

/** A span as OTLP/JSON has it. */
export const spanText = (span: Span): string => JSON.stringify(otlpSpan(span));

function otlpSpan(span: Span): JsonObject {
  return {
    traceId: span.traceId,
    spanId: span.id,
    ...(span.parent === null ? {} : { parentSpanId: span.parent }),
    name: wellFormed(span.name, MOST_NAME),
    kind: span.kind,
    startTimeUnixNano: nanos(span.start),
    endTimeUnixNano: nanos(Math.max(span.start, span.end)),
    attributes: attributesOf(span.attributes),
    ...(span.events.length === 0
      ? {}
      : {
          events: span.events.map(({ at, name, attributes }) => ({
            timeUnixNano: nanos(at),
            name,
            ...(Object.keys(attributes).length === 0 ? {} : { attributes: attributesOf(attributes) }),
          })),
        }),
    ...(span.droppedEvents === 0 ? {} : { droppedEventsCount: span.droppedEvents }),
    ...(span.links.length === 0
      ? {}
      : { links: span.links.map(({ traceId, spanId, attributes }) => ({ traceId, spanId, attributes: attributesOf(attributes) })) }),
    status: { code: span.failed ? 2 : 1 },
  };
}

const nanos = (at: EpochMs): string => (at < 1 ? "0" : `${Math.round(at)}000000`);

function attributesOf(values: JsonObject): JsonObject[] {
  const attributes: JsonObject[] = [];
  for (const key in values) {
    const value = values[key];
    if (value !== null && value !== undefined)
      attributes.push({ key, value: isMeasure(key) && typeof value === "number" ? { doubleValue: value } : anyValue(value) });
  }
  return attributes;
}

/** What is measured is a double also where it is whole: backends take an attribute's type from the first value that they see. */
const isMeasure = (key: string): boolean => key.endsWith(".usd") || key.endsWith(".ms") || key.endsWith(".cost");

function anyValue(value: Json): JsonObject {
  if (typeof value === "string") return { stringValue: wellFormed(value, MOST_TEXT) };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.slice(0, MOST_VALUES).map(anyValue) } };
  return { stringValue: wellFormed(isObject(value) ? JSON.stringify(value) : "", MOST_TEXT) };
}

/** UTF-8 has no lone surrogates, and protobuf refuses a text that has. */
const wellFormed = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`).toWellFormed();
