/** Audit records of a chat or an embedding: names, digests and counts; never what was said. */
import { type Layer, layerIn, layerOfReasons } from "../../core/audit/layer.ts";
import { actingAs } from "../../core/audit/persons.ts";
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import type { Amount } from "../../core/budget/amount.ts";
import type { LeaseRefusal } from "../../core/budget/lease.ts";
import { FINDINGS_TOLD, type FindingSummary, toldFindings } from "../../core/guardrail/finding.ts";
import type { Trigger } from "../../core/guardrail/hand-over/hand-over.ts";
import { mintId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { TokenUsage } from "../../core/model/message.ts";
import { toUsd } from "../../core/money.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import type { AuthorityAnswer } from "../../core/workflow/authority.ts";
import type { Facts } from "../model-gateway/exchange.ts";
import type { Call } from "./call.ts";
import type { ChatPorts } from "./ports.ts";

type Fact = {
  readonly type: string;
  readonly action: string;
  readonly decision?: AuditRecord["decision"];
  readonly policyVersion?: string | null;
  readonly data: JsonObject;
  /** What refused. */
  readonly layer?: Layer | null;
};
type Clock = Pick<ChatPorts, "now" | "random">;

function recordOf({ now, random }: Clock, { asked, run, exchange }: Pick<Call, "asked" | "run" | "exchange">, fact: Fact): AuditRecord {
  const at = now();
  return auditRecord({
    id: mintId("evt", at, random(10)),
    at,
    traceId: asked.trace.traceId,
    type: fact.type,
    actor: actingAs(asked.principal.user, true),
    action: fact.action,
    resource: `run/${run}/${exchange.activity}`,
    decision: fact.decision ?? null,
    policyVersion: fact.policyVersion ?? null,
    data: fact.data,
    layer: fact.layer ?? null,
  });
}

/** An entry for each of the first findings, and one for each kind of those after them. */
export const findingRecords = (ports: Clock, call: Call, channel: string, findings: readonly FindingSummary[]): AuditRecord[] =>
  toldFindings(findings).map((finding) =>
    recordOf(ports, call, { type: "guardrail.flagged", action: "guardrail.scan", layer: "guard", data: { channel, ...finding } }),
  );

/** What the user says calls for a person: the app is told, and hands over itself. */
export const handOverRecord = (ports: Clock, call: Call, { reason, priority }: Trigger): AuditRecord =>
  recordOf(ports, call, {
    type: "escalation.raised",
    action: "chat.hand_over",
    data: { reason, priority, to: call.rules.hand_over?.to ?? null },
  });

/** The guardrails refused the content of a request or of an answer. */
export const blockedRecord = (ports: Clock, call: Call, code: string, findings: readonly FindingSummary[]): AuditRecord =>
  recordOf(ports, call, {
    type: "guardrail.blocked",
    action: "guardrail.scan",
    decision: "deny",
    layer: "guard",
    data: {
      channel: "user",
      code,
      findings: findings.slice(0, FINDINGS_TOLD).map(({ type, detector, count, pointer }) => ({ type, detector, count, pointer })),
    },
  });

type Routed = Extract<AuthorityAnswer, { kind: "model" }>;

/** Which models the policy and the route allow, and which they reject. */
export const routeRecord = (ports: Clock, call: Call, { permission, candidates, rejected }: Routed): AuditRecord =>
  recordOf(ports, call, {
    type: "model.routed",
    action: "model.route",
    decision: permission.decision,
    layer: permission.decision === "allow" ? null : layerOfReasons(permission.reasons),
    policyVersion: permission.policyVersion,
    data: {
      reasons: [...permission.reasons],
      ...(permission.asked === undefined ? {} : { asked: permission.asked as unknown as JsonObject }),
      candidates: candidates.map(({ id, price }) => ({ id, price: { ...price } })),
      rejected: rejected.map(({ id, why }) => ({ id, why })),
    },
  });

/** The intent to call a model; on its way to the chain before the call leaves. `worst`: what is reserved. */
export const attemptRecord = (ports: Clock, call: Call, model: string, worst: Amount, promptSha256: string): AuditRecord =>
  recordOf(ports, call, {
    type: "model.calling",
    action: "budget.reserve",
    decision: "allow",
    data: {
      model,
      attempt: call.tally.attempts,
      prompt_sha256: promptSha256,
      reserved_usd: toUsd(worst.microUsd),
      reserved_tokens: worst.tokens,
    },
  });

/** The ledger refused the money for a call. */
export const refusedBudgetRecord = (ports: Clock, call: Call, model: string, refusal: LeaseRefusal): AuditRecord =>
  recordOf(ports, call, {
    type: "budget.refused",
    action: "budget.check",
    decision: "deny",
    layer: "budget",
    data: { model, ...(refusal.why === "cap" ? { scope: refusal.scope, cap: refusal.cap } : { why: refusal.why }) },
  });

/** How an attempt ended. */
export type Outcome = {
  readonly model: string;
  readonly attempt: number;
  readonly failure: Pick<Failure, "code" | "layer"> | null;
  readonly usage: TokenUsage | null;
  readonly microUsd: number;
  readonly durationMs: number;
  readonly upstream: Facts;
  /** Of what it said, redacted; null: nothing. */
  readonly answerSha256: string | null;
  /** What became of the answer, where it was not simply given. */
  readonly note?: string;
};

/** The outcome of an attempt: model, usage, cost, and the code of a failure. */
export const outcomeRecord = (ports: Clock, call: Call, outcome: Outcome): AuditRecord =>
  recordOf(ports, call, {
    type: "model.called",
    action: "model.call",
    data: {
      model: outcome.model,
      attempt: outcome.attempt,
      ok: outcome.failure === null,
      answer_sha256: outcome.answerSha256,
      duration_ms: outcome.durationMs,
      tokens_in: outcome.usage?.input ?? 0,
      tokens_out: outcome.usage?.output ?? 0,
      usd: toUsd(outcome.microUsd),
      ...(outcome.usage === null && outcome.failure === null ? { held: true } : {}),
      ...(outcome.failure === null ? {} : { code: outcome.failure.code, ...layerIn(outcome.failure) }),
      ...(outcome.note === undefined ? {} : { note: outcome.note }),
      upstream: { ...outcome.upstream },
    },
  });
