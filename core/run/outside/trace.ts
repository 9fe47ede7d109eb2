/**
 * The run's trace, derived from its journal, so that it cannot disagree with what happened: a span for the run, one for each
 * step, one for each call. OTLP/JSON (opentelemetry-proto 1.x, `ExportTraceServiceRequest`): ids in hex, times as decimal
 * strings of nanoseconds, enums as numbers.
 */
import { type Json, type JsonObject, own } from "../../json.ts";
import { toUsd } from "../../money.ts";
import type { EpochMs } from "../../time.ts";
import type { RunEvent } from "../machine/event.ts";
import { isFinal, type RunState } from "../machine/state.ts";
import type { Machinery } from "../machine/turn.ts";

type Hash = (text: string) => string;

type Span = {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
  readonly kind: 1 | 3;
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly failed: boolean;
  readonly attributes: JsonObject;
};

/** The run as one OTLP trace: a span for the run, each step and each call. */
export function toTrace(machinery: Machinery, state: RunState, events: readonly RunEvent[]): Json {
  const { birth } = machinery;
  const spans = [...callSpans(machinery, events), ...stepSpans(machinery, state), runSpan(machinery, state, events)];
  return {
    resourceSpans: [
      {
        resource: { attributes: attributes({ "service.name": "bulkhead" }) },
        scopeSpans: [{ scope: { name: "bulkhead.run" }, spans: spans.map((span) => otlp(span, birth.traceId)) }],
      },
    ],
  };
}

function runSpan({ birth, sha256 }: Machinery, state: RunState, events: readonly RunEvent[]): Span {
  return {
    id: runSpanId(sha256, birth.id),
    parent: birth.parentSpanId,
    name: `run ${birth.definition.name}`,
    kind: 1,
    start: birth.createdAt,
    end: state.endedAt ?? events.at(-1)?.at ?? birth.createdAt,
    failed: isFinal(state) && state.status !== "completed",
    attributes: {
      "run.id": birth.id,
      "workflow.version": `${birth.definition.name}@${birth.version}`,
      "org.id": birth.org,
      "user.id": birth.user,
      "gen_ai.operation.name": "invoke_workflow",
      "tokens.input": state.usage.tokensIn,
      "tokens.output": state.usage.tokensOut,
      "cost.usd": toUsd(state.usage.microUsd),
      success: state.status === "completed",
      ...(state.error !== null
        ? { "error.type": state.error.code }
        : isFinal(state) && state.status !== "completed"
          ? { "error.type": state.status }
          : {}),
    },
  };
}

function stepSpans({ birth, plan, sha256 }: Machinery, state: RunState): Span[] {
  return plan.order.flatMap((id) => {
    const step = own(state.steps, id);
    if (!step || step.startedAt === null) return [];
    const end = step.endedAt ?? state.endedAt ?? step.startedAt;
    const agentName = own(birth.definition.steps, id)?.kind === "agent" ? `${birth.definition.name}/${id}` : null;
    return [
      {
        id: stepSpanId(sha256, birth.id, id),
        parent: runSpanId(sha256, birth.id),
        name: agentName === null ? `step ${id}` : `invoke_agent ${agentName}`,
        kind: 1 as const,
        start: step.startedAt,
        end,
        failed: step.status === "failed",
        attributes: {
          "step.id": id,
          "step.kind": own(birth.definition.steps, id)?.kind ?? "",
          ...(agentName === null ? {} : { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agentName }),
          ...(step.status === "failed" ? { "error.type": step.error?.code ?? "internal" } : {}),
          "latency.ms": end - step.startedAt,
          success: step.status === "completed" || step.status === "compensated",
        },
      },
    ];
  });
}

function callSpans({ birth, sha256 }: Machinery, events: readonly RunEvent[]): Span[] {
  const open = new Map<string, RunEvent & { type: "tool.called" | "model.calling" }>();
  const spans: Span[] = [];
  for (const event of events) {
    if (event.type === "tool.called" || event.type === "model.calling") open.set(event.data.activity, event);
    if (event.type !== "tool.answered" && event.type !== "model.called") continue;
    const sent = open.get(event.data.activity);
    if (!sent) continue;
    const tool = event.type === "tool.answered";
    const common = {
      "latency.ms": event.data.duration_ms,
      attempt: event.data.attempt,
      success: event.data.ok,
      ...(event.data.ok ? {} : { "error.type": event.data.failure?.code ?? "output_invalid" }),
    };
    spans.push({
      id: callSpanId(sha256, birth.id, sent.seq),
      parent: stepSpanId(sha256, birth.id, event.step ?? ""),
      name: tool ? `execute_tool ${event.data.tool}` : `chat ${event.data.model}`,
      kind: 3,
      start: sent.at,
      end: event.at,
      failed: !event.data.ok,
      attributes: tool
        ? { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": event.data.tool, ...common }
        : {
            "gen_ai.operation.name": "chat",
            // Well-known providers are named as the conventions do; ids of models begin with the provider.
            "gen_ai.provider.name": event.data.model.split("/", 1)[0] ?? "",
            "gen_ai.request.model": event.data.model,
            "model.name": event.data.model,
            "gen_ai.usage.input_tokens": event.data.spent.tokens_in,
            "gen_ai.usage.output_tokens": event.data.spent.tokens_out,
            "tokens.input": event.data.spent.tokens_in,
            "tokens.output": event.data.spent.tokens_out,
            "cost.usd": toUsd(event.data.spent.micro_usd),
            ...common,
          },
    });
  }
  return spans;
}

const nanos = (at: EpochMs): string => `${at}000000`;

function otlp(span: Span, traceId: string): Json {
  return {
    traceId,
    spanId: span.id,
    ...(span.parent === null ? {} : { parentSpanId: span.parent }),
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: nanos(span.start),
    endTimeUnixNano: nanos(span.end),
    attributes: attributes(span.attributes),
    status: { code: span.failed ? 2 : 1 },
  };
}

function attributes(values: JsonObject): Json {
  return Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Json): Json {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { stringValue: typeof value === "string" ? value : JSON.stringify(value) };
}

/** Span ids derive from the journal, so every export gives the same ones. W3C Trace Context section 3.2.2.4: 8 bytes, hex. */
export const runSpanId = (sha256: Hash, run: string): string => sha256(`span/${run}`).slice(0, 16);
/** The id of a step's span: 16 hex digits, the same for the same run and activity. */
export const stepSpanId = (sha256: Hash, run: string, activity: string): string => sha256(`span/${run}/${activity}`).slice(0, 16);
/** `call`: number of the `tool.called` or `model.calling` event that sent the call out. */
export const callSpanId = (sha256: Hash, run: string, call: number): string => sha256(`span/${run}#${call}`).slice(0, 16);
