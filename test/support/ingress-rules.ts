/** The rules of the world that tests of the ingress run in: who may do what, and what a run looks like when it begins. */
import type { Role } from "../../core/access/principal.ts";
import { toUsd } from "../../core/money.ts";
import type { RunStart } from "../../core/run/machine/birth.ts";
import type { RunStatus, RunView } from "../../core/run/outside/view.ts";
import { toRfc3339 } from "../../core/time.ts";

/** The run has ended. */
export const isFinal = (status: RunStatus): boolean => ["completed", "failed", "cancelled", "dead_lettered"].includes(status);

/** The policy in small: what a role may do. */
export function permits(role: Role, action: string, user: string, owner: string | undefined): boolean {
  if (role === "admin") return action !== "metrics.read";
  const staff = [
    "run.read",
    "run.feedback",
    "workflow.read",
    "tool.read",
    "model.read",
    "review.read",
    "dead_letter.read",
    "kill.read",
    "override.read",
    "incident.read",
    "alert.read",
    "guardrail.check",
    "policy.read",
    "health.read",
    "anomaly.read",
  ];
  const own: { [R in Role]: readonly string[] } = {
    admin: [],
    caller: [
      "run.start",
      "chat.complete",
      "chat.embed",
      "guardrail.check",
      "model.read",
      "credential.introspect",
      ...(owner === user ? ["run.read", "run.cancel", "run.pause", "run.resume", "run.signal", "run.feedback"] : []),
      "health.read",
      "anomaly.read",
      ...(owner === user ? ["run.read", "run.cancel", "run.signal", "run.feedback"] : []),
    ],
    developer: [...staff, "override.ask", "workflow.write", "tool.write", "tool.test", "tool.approve", "model.write", "secret.write"],
    reviewer: [...staff, "review.decide", "override.ask", "override.approve", "tool.approve"],
    operator: [
      ...staff,
      "incident.write",
      "override.ask",
      "run.cancel",
      "run.pause",
      "run.resume",
      "run.signal",
      "dead_letter.redrive",
      "dead_letter.discard",
      "kill.throw",
    ],
    auditor: [...staff, "audit.read", "audit.verify"],
    monitor: ["health.read"],
  };
  if ((action === "self.read" || action === "key.rotate") && owner === user) return true;
  return own[role].includes(action);
}

/** A run as it is shown before its first step. */
export function newRun(start: RunStart, at: number): RunView {
  return {
    id: start.id,
    org: start.org,
    user: start.user,
    subject: start.subject,
    workflow: start.definition.name,
    version: start.version,
    status: "queued",
    input: start.input,
    output: null,
    error: null,
    flags: [],
    usage: { tokens_in: 0, tokens_out: 0, usd: 0, model_calls: 0, tool_calls: 0, cache_hits: 0 },
    budget: { usd: toUsd(start.budget.usd), tokens: start.budget.tokens },
    risk_score: null,
    steps: [],
    waiting_for: null,
    metadata: start.metadata,
    trace_id: start.traceId,
    created_at: toRfc3339(at),
    started_at: null,
    ended_at: null,
  };
}
