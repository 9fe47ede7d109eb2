/** The Worker: the platform with the real outside around it, traced at its HTTP edge where an OTLP endpoint is set. */
import { env } from "cloudflare:workers";
import { createSampler, instrument, OTLPExporter, type ResolvedTraceConfig, type TraceConfig } from "@microlabs/otel-cf-workers";
import { isSpanContextValid, trace } from "@opentelemetry/api";
import { shapeLine } from "../core/telemetry/log-line.ts";
import { collectorFrom } from "./env.ts";
import { definePlatform } from "./platform.ts";
import { edgeProcessor, SAMPLED_OUT } from "./telemetry/edge-export.ts";

/** Of this isolate; null: no request has come. */
let edge: ReturnType<typeof edgeProcessor> | null = null;

const { handler, ...objects } = definePlatform({
  fetch: (...request) => fetch(...request),
  now: () => Date.now(),
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  log: (line) => {
    // The request's one line knows its route; its span has the path alone, which is not exported.
    if (line["event"] === "request.answered" && typeof line["route"] === "string")
      trace.getActiveSpan()?.setAttribute("http.route", line["route"]);
    console.log(JSON.stringify(shapeLine(line, Date.now())));
  },
  edgeSpan: () => {
    const span = trace.getActiveSpan()?.spanContext();
    return span !== undefined && isSpanContextValid(span) ? { traceId: span.traceId, spanId: span.spanId } : null;
  },
  sampleOutEdge: () => void trace.getActiveSpan()?.setAttribute(SAMPLED_OUT, true),
  keepEdgeWith: async (spans) => edge?.keepWith(spans),
});

export const {
  RunEngine,
  ReviewQueue,
  KillSwitch,
  Vault,
  ArchiveIndex,
  AuditLog,
  KeyRing,
  BudgetLedger,
  CircuitBreaker,
  Limits,
  KnowledgeIndex,
  MemoryStore,
  Sessions,
  Watch,
  ToolSandbox,
  SandboxPool,
  Egress,
} = objects;

/**
 * One for each isolate: the variables of an isolate do not change, and the instrumentation asks at each request. Outgoing calls and the cache get
 * no spans: a run's and a chat's calls have their own, from the journal and from the records.
 */
let configuration: TraceConfig | null = null;
function configured(bindings: Cloudflare.Env): TraceConfig {
  const { collector } = collectorFrom(bindings);
  if (collector === null) throw new TypeError("the edge is traced without a collector");
  edge = edgeProcessor(
    new OTLPExporter({ url: collector.url, headers: Object.fromEntries(collector.headers) }),
    (ms) => scheduler.wait(ms),
    () => Date.now(),
  );
  return {
    service: { name: "bulkhead" },
    spanProcessors: edge as unknown as ResolvedTraceConfig["spanProcessors"],
    sampling: { headSampler: createSampler({ ratio: 1 }) },
    instrumentation: { instrumentGlobalCache: false, instrumentGlobalFetch: false },
  };
}

/**
 * The HTTP edge's own spans (a run's trace comes from its journal: core/run/outside/trace.ts). The platform gets the isolate's own bindings, not
 * those of the instrumentation: objects and queues would be reached through its proxies for the life of the isolate.
 */
const traced = instrument({ fetch: (request, _proxied, context) => handler.fetch(request, env, context) }, (bindings: Cloudflare.Env) => {
  configuration ??= configured(bindings);
  return configuration;
});
let isTraced: boolean | null = null;

export default {
  ...handler,
  fetch: (request, bindings, context) => {
    isTraced ??= collectorFrom(bindings).collector !== null;
    return isTraced && traced.fetch ? traced.fetch(request, bindings, context) : handler.fetch(request, bindings, context);
  },
} satisfies ExportedHandler<Cloudflare.Env>;
