/** The Worker: the platform with the real outside around it, traced at its HTTP edge where an OTLP endpoint is set. */
import { instrument } from "@microlabs/otel-cf-workers";
import { isSpanContextValid, trace } from "@opentelemetry/api";
import { shapeLine } from "../core/telemetry/log-line.ts";
import { definePlatform } from "./platform.ts";
import { withoutPersonalData } from "./telemetry/edge-spans.ts";

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
});

export const {
  RunEngine,
  ReviewQueue,
  KillSwitch,
  Vault,
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

/** The HTTP edge's own spans (a run's trace comes from its journal: core/run/outside/trace.ts). */
const traced = instrument({ fetch: handler.fetch }, (env: Cloudflare.Env) => ({
  service: { name: "bulkhead" },
  exporter: { url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces` },
  postProcessor: withoutPersonalData,
}));

export default {
  ...handler,
  fetch: (request, env, context) => {
    const edge = env.OTEL_EXPORTER_OTLP_ENDPOINT && traced.fetch ? traced.fetch : handler.fetch;
    return edge(request, env, context);
  },
} satisfies ExportedHandler<Cloudflare.Env, import("../core/audit/record.ts").RecordsMessage>;
