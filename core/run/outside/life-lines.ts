/**
 * A run's life as log lines: one line an operation, written once its turn is committed. Names, ids and numbers only; what was said, asked
 * or answered is in the journal. Knows the events and the state that they gave, and nothing of where lines go.
 */
import { own } from "../../json.ts";
import { toUsd } from "../../money.ts";
import { type LogLine, logLine } from "../../telemetry/log-line.ts";
import { runSpanId, stepSpanId } from "../../trace/span.ts";
import type { EventOf, RunEvent } from "../machine/event.ts";
import type { RunState } from "../machine/state.ts";
import type { Machinery } from "../machine/turn.ts";

/** The lines that the events of one turn leave, in their order. `state`: after them. */
export function lifeLines(machinery: Machinery, state: RunState, events: readonly RunEvent[]): LogLine[] {
  return events.flatMap((event) => lineOf(machinery, state, event) ?? []);
}

function lineOf(machinery: Machinery, state: RunState, event: RunEvent): LogLine | null {
  const { birth, sha256 } = machinery;
  const run = { trace_id: birth.traceId, span_id: runSpanId(sha256, birth.id), org: birth.org, run: birth.id };
  const step = event.step ?? null;
  const at = { ...run, span_id: step === null ? run.span_id : stepSpanId(sha256, birth.id, step), step };
  switch (event.type) {
    case "run.started":
      return logLine("run.started", { ...run, workflow: birth.definition.name, version: birth.version });
    case "run.waiting":
      return logLine("run.waiting", { ...run, kind: event.data.kind });
    case "run.paused":
      return logLine("run.paused", { ...run, scope: event.data.scope });
    case "run.resumed":
      return logLine("run.resumed", { ...run, from: event.data.from });
    case "run.completed":
    case "run.cancelled":
      return ended(run, machinery, state, event, null);
    case "run.failed":
    case "run.dead_lettered":
      return ended(run, machinery, state, event, event.data.error.code);
    case "step.completed":
    case "step.failed":
      return stepEnded(at, state, event);
    case "step.retrying":
      return logLine("step.retrying", { ...at, attempt: event.data.attempt, code: event.data.error.code });
    case "step.compensated":
      return logLine("step.compensated", { ...at, outcome: event.data.undone === undefined ? "undone" : "not_undone" });
    case "model.called":
      return logLine("model.called", {
        ...at,
        model: event.data.model,
        attempt: event.data.attempt,
        ...outcomeOf(event.data),
        cached: event.data.cached ?? null,
        duration_ms: event.data.duration_ms,
        tokens_in: event.data.spent.tokens_in,
        tokens_out: event.data.spent.tokens_out,
        usd: toUsd(event.data.spent.micro_usd),
      });
    case "tool.answered":
      return logLine("tool.called", {
        ...at,
        tool: event.data.tool,
        attempt: event.data.attempt,
        ...outcomeOf(event.data),
        cached: event.data.cached ?? null,
        duration_ms: event.data.duration_ms,
        usd: toUsd(event.data.spent_micro_usd ?? 0),
      });
    case "child.ended":
      return logLine("child.ended", { ...at, child: event.data.run, outcome: event.data.ok ? "completed" : "failed" });
    case "policy.decided":
      if (event.data.decision === "allow") return null;
      return logLine("policy.decided", { ...at, outcome: event.data.decision, policy_version: event.data.policy_version });
    case "guardrail.flagged":
      return logLine("guardrail.flagged", { ...at, channel: event.data.channel, findings: event.data.findings.length });
    case "budget.refused":
      return logLine("budget.refused", { ...run, cap: event.data.cap });
    case "review.requested":
      return logLine("review.requested", { ...at, severity: event.data.severity });
    case "review.decided":
      return logLine("review.decided", { ...at, outcome: event.data.action });
    case "escalation.raised":
      return logLine("escalation.raised", { ...at, severity: event.data.severity });
    default:
      return null;
  }
}

type RunIds = { readonly trace_id: string; readonly span_id: string; readonly org: string; readonly run: string };
type StepIds = RunIds & { readonly step: string | null };

function ended(ids: RunIds, { birth }: Machinery, state: RunState, event: RunEvent, code: string | null): LogLine {
  return logLine(
    "run.ended",
    {
      ...ids,
      workflow: birth.definition.name,
      outcome: event.type.slice("run.".length),
      code,
      duration_ms: event.at - birth.createdAt,
      tokens_in: state.usage.tokensIn,
      tokens_out: state.usage.tokensOut,
      usd: toUsd(state.usage.microUsd),
    },
    code === null ? "info" : "warn",
  );
}

function stepEnded(ids: StepIds, state: RunState, event: EventOf<"step.completed"> | EventOf<"step.failed">): LogLine {
  const startedAt = own(state.steps, event.step ?? "")?.startedAt ?? event.at;
  const failed = event.type === "step.failed";
  return logLine("step.ended", {
    ...ids,
    outcome: failed ? "failed" : event.data.kept === true ? "kept" : "completed",
    code: failed ? event.data.error.code : null,
    duration_ms: event.at - startedAt,
  });
}

const outcomeOf = (data: {
  readonly ok: boolean;
  readonly interrupted?: true;
  readonly failure?: { readonly code: string };
}): { readonly outcome: string; readonly code: string | null } => ({
  outcome: data.ok ? "ok" : data.interrupted === true ? "interrupted" : "failed",
  code: data.failure?.code ?? null,
});
