/**
 * Spans of chats and embeddings: they have no journal, so each attempt at a model is read off its audit record on the way from the org's
 * ledger. One span an attempt, in the trace of its caller. Names, numbers and codes; what was said is not in the record.
 */
import type { AuditRecord, RecordsMessage } from "../audit/record.ts";
import { isObject, type Json, type JsonObject } from "../json.ts";
import { fromUsd } from "../money.ts";
import { olderCostNames, olderModelNames, providerOf } from "./gen-ai.ts";
import { isKeptByEnd, type TraceSettings, traceRuleOf } from "./rule.ts";
import { chatSpanId, type Span } from "./span.ts";

/** What the org's share and its bounds keep. The same message gives the same spans. */
export function chatSpans(message: RecordsMessage, settings: TraceSettings, olderNames: boolean, sha256: (text: string) => string): Span[] {
  if (message.source.kind !== "budget-ledger") return [];
  // What the platform asks a model beside a run's own calls is paid in the same way, and belongs to its run.
  const chats = new Set(message.rows.flatMap(({ costs = [] }) => costs.flatMap(({ run, workflow }) => (workflow === null ? [run] : []))));
  return message.rows.flatMap(({ records }) =>
    records.flatMap((record) => {
      const run = record.resource.split("/")[1] ?? "";
      if (record.event_type !== "model.called" || !chats.has(run)) return [];
      const span = spanOf(message.org, run, record, olderNames, sha256);
      return span === null || !isKept(span, settings) ? [] : [span];
    }),
  );
}

function isKept({ traceId, failed, start, end, attributes }: Span, settings: TraceSettings): boolean {
  const rule = traceRuleOf(settings, traceId);
  return (
    rule.sampled || isKeptByEnd(rule, { failed, flagged: false, ranMs: end - start, microUsd: fromUsd(Number(attributes["cost.usd"])) })
  );
}

function spanOf(org: string, run: string, record: AuditRecord, olderNames: boolean, sha256: (text: string) => string): Span | null {
  const { data, trace_id: traceId, event_id: id } = record;
  const end = Date.parse(record.timestamp);
  if (!isObject(data) || traceId === null || !Number.isFinite(end)) return null;
  const model = typeof data["model"] === "string" ? data["model"] : "";
  const number = (value: Json | undefined): number => (typeof value === "number" ? value : 0);
  const operation = record.resource.endsWith("/embed") ? "embeddings" : "chat";
  const latencyMs = Math.max(0, number(data["duration_ms"]));
  const [input, output] = [number(data["tokens_in"]), number(data["tokens_out"])];
  const isGood = data["ok"] === true;
  const provider = providerOf(model);
  const attributes: JsonObject = {
    "bulkhead.kind": "model",
    "run.id": run,
    "org.id": org,
    "user.id": record.actor.id,
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": provider,
    ...(olderNames ? { ...olderModelNames(provider, model), ...olderCostNames(number(data["usd"])) } : {}),
    "gen_ai.request.model": model,
    "model.name": model,
    attempt: number(data["attempt"]),
    "gen_ai.usage.input_tokens": input,
    "gen_ai.usage.output_tokens": output,
    "tokens.input": input,
    "tokens.output": output,
    "cost.usd": number(data["usd"]),
    "latency.ms": latencyMs,
    success: isGood,
    ...(isGood ? {} : { "error.type": typeof data["code"] === "string" ? data["code"] : "internal" }),
  };
  const name = `${operation} ${model}`;
  const times = { start: end - latencyMs, end };
  return {
    traceId,
    id: chatSpanId(sha256, id),
    parent: null,
    name,
    kind: 3,
    ...times,
    failed: !isGood,
    attributes,
    events: [],
    droppedEvents: 0,
    links: [],
  };
}
