/**
 * What tells the queue of traces that spans may leave. A run's are read off its journal when the message arrives, so a message that is late or
 * comes twice says nothing that is old; what has no journal brings its spans along.
 *
 * PERSISTED: messages of the queue of traces.
 */
import { isObject, type JsonObject } from "../json.ts";

/** Spans of a run, or of chats: `texts` are spans as OTLP/JSON, and so are the `spans` that earlier versions sent. */
export type TraceMessage =
  | { readonly v: 1; readonly kind: "run"; readonly org: string; readonly run: string }
  | { readonly v: 1; readonly kind: "texts"; readonly org: string; readonly texts: readonly string[] }
  | { readonly v: 1; readonly kind: "spans"; readonly org: string; readonly spans: readonly JsonObject[] };

/** False for what only another version of this code sends. */
export function isTraceMessage(body: unknown): body is TraceMessage {
  if (!isObject(body) || body["v"] !== 1 || typeof body["org"] !== "string") return false;
  if (body["kind"] === "run") return typeof body["run"] === "string";
  if (body["kind"] === "texts") return Array.isArray(body["texts"]) && body["texts"].every((text) => typeof text === "string");
  return body["kind"] === "spans" && Array.isArray(body["spans"]) && body["spans"].every(isObject);
}
