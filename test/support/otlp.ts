/**
 * A consumer of OTLP: what arrives goes through the generated protobuf classes of OpenTelemetry's own package, so that a field which the schema
 * does not have, or a value of another type, is an error.
 */
import { createRequire } from "node:module";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";

type Message = {
  verify(message: object): string | null;
  fromObject(message: object): object;
  encode(message: object): { finish(): Uint8Array };
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): JsonObject;
};
const root = createRequire(import.meta.url)("@opentelemetry/otlp-transformer/build/src/generated/root.js") as {
  opentelemetry: { proto: { collector: { trace: { v1: { ExportTraceServiceRequest: Message } } } } };
};
const { ExportTraceServiceRequest } = root.opentelemetry.proto.collector.trace.v1;

/** A span as it arrives. */
export type ReadSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
  readonly attributes: { readonly [key: string]: Json };
  readonly events: readonly { readonly name: string; readonly attributes: { readonly [key: string]: Json } }[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
};

/** Reads a request as a collector does. Throws when the schema does not have it. */
export function readOtlp(body: unknown): ReadSpan[] {
  if (spansIn(body as JsonObject).length === 0) return [];
  const asBytes = withIds(body as Json, (hex) => Buffer.from(hex, "hex").toString("base64"));
  const message = ExportTraceServiceRequest.fromObject(asBytes as object);
  const flaw = ExportTraceServiceRequest.verify(message);
  if (flaw !== null) throw new Error(`not OTLP: ${flaw}`);
  const read = ExportTraceServiceRequest.toObject(ExportTraceServiceRequest.decode(ExportTraceServiceRequest.encode(message).finish()), {
    longs: String,
    bytes: String,
  });
  const back = withIds(read, (base64) => Buffer.from(base64, "base64").toString("hex"));
  if (canonical(back) !== canonical(body as Json))
    throw new Error(`the schema lost something of ${canonical(body as Json)}: ${canonical(back)}`);
  return spansIn(body as JsonObject);
}

function spansIn({ resourceSpans }: JsonObject): ReadSpan[] {
  const scopes = (resourceSpans as JsonObject[]).flatMap(({ scopeSpans }) => scopeSpans as JsonObject[]);
  return scopes.flatMap(({ spans }) => (spans as JsonObject[]).map(readSpan));
}

const readSpan = (span: JsonObject): ReadSpan => ({
  traceId: span["traceId"] as string,
  spanId: span["spanId"] as string,
  parentSpanId: (span["parentSpanId"] as string | undefined) ?? null,
  name: span["name"] as string,
  kind: span["kind"] as number,
  start: Number(BigInt(span["startTimeUnixNano"] as string) / 1_000_000n),
  end: Number(BigInt(span["endTimeUnixNano"] as string) / 1_000_000n),
  failed: (span["status"] as JsonObject)["code"] === 2,
  attributes: readAttributes(span["attributes"] as JsonObject[]),
  events: ((span["events"] ?? []) as JsonObject[]).map(({ name, attributes }) => ({
    name: name as string,
    attributes: readAttributes((attributes ?? []) as JsonObject[]),
  })),
  links: ((span["links"] ?? []) as JsonObject[]).map(({ traceId, spanId }) => ({ traceId: traceId as string, spanId: spanId as string })),
});

const readAttributes = (attributes: readonly JsonObject[]): { [key: string]: Json } =>
  Object.fromEntries(attributes.map(({ key, value }) => [key as string, readValue(value as JsonObject)]));

function readValue(value: JsonObject): Json {
  if ("intValue" in value) return Number(value["intValue"]);
  if ("arrayValue" in value) return ((value["arrayValue"] as JsonObject)["values"] as JsonObject[]).map(readValue);
  return Object.values(value)[0] ?? null;
}

const IDS = new Set(["traceId", "spanId", "parentSpanId"]);
function withIds(value: Json, change: (id: string) => string): Json {
  if (Array.isArray(value)) return value.map((one) => withIds(one, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, IDS.has(key) && typeof one === "string" ? change(one) : withIds(one, change)]),
  );
}

/** Keys in order; what protobuf does not send because it is a default is no difference. */
const canonical = (value: Json): string =>
  JSON.stringify(value, (_key, one: Json) =>
    isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
  );
