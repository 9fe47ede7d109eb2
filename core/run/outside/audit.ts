/**
 * Which events are evidence, and how they read in the audit chain (docs/contract.md, "Evidence": a run's start and end, every model and
 * tool call, each finding, policy or budget decision). Reviews are recorded by the queue that decides them.
 */
import { DIGESTS } from "../../audit/content.ts";
import { layerIn, layerOf, layerOfReasons } from "../../audit/layer.ts";
import { actingAs } from "../../audit/persons.ts";
import { type AuditActor, type AuditRecord, auditRecord } from "../../audit/record.ts";
import { canonicalJson } from "../../canonical-json.ts";
import { toldFindings } from "../../guardrail/finding.ts";
import { mintId } from "../../ids.ts";
import type { Json, JsonObject } from "../../json.ts";
import { toUsd } from "../../money.ts";
import type { RunEvent } from "../machine/event.ts";
import type { AgentAnswer } from "../machine/state.ts";
import type { Machinery } from "../machine/turn.ts";

type Evidence = Pick<AuditRecord, "action" | "decision" | "policy_version"> & {
  readonly risk_score?: number;
  readonly data: JsonObject;
  readonly actor?: AuditActor;
  readonly type?: string;
};

/** The records that these events leave in the audit log, in their order. */
export function auditRecords(machinery: Machinery, events: readonly RunEvent[]): AuditRecord[] {
  return events.flatMap((event) => evidence(machinery, event).map((fact, index) => record(machinery, event, fact, index)));
}

function record({ birth, sha256 }: Machinery, event: RunEvent, fact: Evidence, index: number): AuditRecord {
  return auditRecord({
    id: mintId("evt", event.at, bytesOf(sha256(`${birth.id}#${event.seq}.${index}`))),
    at: event.at,
    traceId: birth.traceId,
    type: fact.type ?? event.type,
    actor: fact.actor ?? { type: "agent", id: birth.id },
    action: fact.action,
    resource: event.step === undefined ? `run/${birth.id}` : `run/${birth.id}/${event.step}`,
    decision: fact.decision,
    policyVersion: fact.policy_version,
    riskScore: fact.risk_score ?? null,
    data: { user: birth.user, workflow: `${birth.definition.name}@${birth.version}`, seq: event.seq, ...fact.data },
  });
}

/** A call that an agent's model asked for and did not get. */
const refusedCall = (tool: string | null, answer: AgentAnswer | null): Evidence[] =>
  answer === null || answer.ok || layerOf(answer) === null
    ? []
    : [fact("agent.refuse", { ...(tool === null ? {} : { tool }), code: answer.code, ...layerIn(answer) }, "deny")];

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from({ length: 10 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));

const fact = (
  action: string,
  data: JsonObject = {},
  decision: Evidence["decision"] = null,
  policy_version: string | null = null,
): Evidence => ({
  action,
  data,
  decision,
  policy_version,
});

/** An event of an older journal has none of them. */
type Digests = { readonly [D in (typeof DIGESTS)[number]]?: string | null };

const digestsIn = (data: Digests): JsonObject =>
  Object.fromEntries(DIGESTS.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));

/** From where, and which steps with another input, by its digest. */
const redrivenFrom = (
  { from, changes }: { readonly from?: string; readonly changes?: { readonly [step: string]: Json } },
  sha256: Machinery["sha256"],
): JsonObject => ({
  ...(from === undefined ? {} : { from }),
  ...(changes === undefined
    ? {}
    : { changed: Object.fromEntries(Object.entries(changes).map(([step, input]) => [step, sha256(canonicalJson(input))])) }),
});

/** The parent run whose pause or resumption it was. */
const parentIn = ({ parent }: { readonly parent?: string }): JsonObject => (parent === undefined ? {} : { parent });

function evidence({ birth, sha256 }: Machinery, event: RunEvent): Evidence[] {
  // Of their own run the user is who it is about; anybody else operates it.
  const actor = (by: string): AuditActor => actingAs(by, by === birth.user);
  switch (event.type) {
    case "run.created":
      return [
        {
          ...fact("run.start", { digest: event.data.digest, subject: birth.subject, ...digestsIn(event.data) }),
          actor: actingAs(birth.user, true),
        },
      ];
    case "run.paused":
      if (event.data.by !== undefined) return [{ ...fact("run.pause", parentIn(event.data)), actor: actor(event.data.by) }];
      return [fact("run.pause", { scope: event.data.scope, epoch: event.data.epoch, layer: "switch" }, "deny")];
    case "run.resumed":
      if (event.data.by !== undefined) return [{ ...fact("run.resume", parentIn(event.data)), actor: actor(event.data.by) }];
      return event.data.from === "paused" ? [fact("run.resume")] : [];
    case "run.cancelling":
      return [{ ...fact("run.cancel"), actor: actor(event.data.by) }];
    case "run.stopping":
      return event.data.why === "cap"
        ? [fact("budget.check", { code: event.data.error.code, step: event.data.error.step, ...layerIn(event.data.error) }, "deny")]
        : [];
    case "run.completed":
      return [
        fact("run.end", {
          status: "completed",
          ...digestsIn(event.data),
          flags: [...event.data.flags],
          ...(event.data.undone === undefined ? {} : { undone: [...event.data.undone] }),
        }),
      ];
    case "run.failed":
    case "run.dead_lettered":
      return [
        fact("run.end", {
          status: event.type.slice(4),
          output_sha256: null,
          code: event.data.error.code,
          ...layerIn(event.data.error),
          step: event.data.error.step,
          undone: [...event.data.undone],
        }),
      ];
    case "run.cancelled":
      return [fact("run.end", { status: "cancelled", output_sha256: null, undone: [...event.data.undone] })];
    case "signal.received":
      return [{ ...fact("run.signal", { name: event.data.name }), actor: actor(event.data.by) }];
    case "callback.tried":
      return [
        event.data.result === "refused"
          ? fact("run.call_back", { attempt: event.data.attempt, result: event.data.result, layer: "egress" }, "deny")
          : fact("run.call_back", { attempt: event.data.attempt, result: event.data.result }),
      ];
    case "child.called":
      return [
        fact(
          "run.start_child",
          { child: event.data.run, workflow: `${event.data.workflow}@${event.data.version}`, ...digestsIn(event.data) },
          "allow",
        ),
      ];
    case "child.ended":
      return [fact("run.end_child", { child: event.data.run, ok: event.data.ok, ...digestsIn(event.data) })];
    case "agent.answered":
      return [
        fact("agent.choose", { iteration: event.data.iteration, tools: event.data.calls.map((call) => call.tool) }),
        ...event.data.calls.flatMap(({ tool, answer }) => refusedCall(tool, answer)),
      ];
    case "agent.observed":
      return refusedCall(null, event.data.answer);
    case "step.failed":
    case "item.failed":
      return layerOf(event.data.error) === null
        ? []
        : [fact("step.refuse", { code: event.data.error.code, ...layerIn(event.data.error) }, "deny")];
    case "agent.condensed":
      return [fact("agent.condense", { summarised: event.data.summary !== null })];
    case "dead_letter.redriven":
      return [
        {
          ...fact("dead_letter.redrive", { new_run: event.data.run, ...redrivenFrom(event.data, sha256) }),
          actor: { type: "user", id: event.data.by },
        },
      ];
    case "dead_letter.discarded":
      return [{ ...fact("dead_letter.discard"), actor: { type: "user", id: event.data.by } }];
    case "policy.decided":
      return [
        {
          ...fact(
            "call.authorize",
            {
              subject: event.data.subject,
              reasons: [...event.data.reasons],
              ...(event.data.decision === "allow" ? {} : { layer: event.data.layer ?? layerOfReasons(event.data.reasons) }),
              ...(event.data.asked === undefined ? {} : { asked: event.data.asked as unknown as JsonObject }),
            },
            event.data.decision,
            event.data.policy_version,
          ),
          ...(event.data.risk === undefined ? {} : { risk_score: event.data.risk.score }),
        },
      ];
    case "model.calling":
      return [
        fact(
          "budget.reserve",
          {
            model: event.data.model,
            ...digestsIn(event.data),
            reserved_usd: toUsd(event.data.reserved.micro_usd),
            reserved_tokens: event.data.reserved.tokens,
            attempt: event.data.attempt,
          },
          "allow",
        ),
      ];
    case "budget.refused":
      return [fact("budget.check", { scope: event.data.scope, cap: event.data.cap, layer: "budget" }, "deny")];
    case "budget.alert": {
      const { scope, cap, percent, spent, limit } = event.data;
      return scope === "run" ? [fact("budget.alert", { scope, cap, percent, spent, limit })] : []; // the ledger records its own
    }
    case "model.called": {
      const { model, attempt, ok, spent, failure, correction, interrupted, cached, duration_ms } = event.data;
      const cost = { tokens_in: spent.tokens_in, tokens_out: spent.tokens_out, usd: toUsd(spent.micro_usd) };
      return [
        fact("model.call", {
          model,
          attempt,
          ok,
          ...digestsIn(event.data),
          duration_ms,
          ...cost,
          ...(failure ? { code: failure.code, ...layerIn(failure) } : {}),
          ...(correction ? { asked_again: true, layer: correction.layer ?? (correction.rules ? "guard" : "schema") } : {}),
          ...(interrupted ? { interrupted } : {}),
          ...(cached ? { cached } : {}),
        }),
      ];
    }
    case "tool.called": {
      const { tool, version, effect, attempt, key, input_digest, repeated } = event.data;
      return [
        fact("tool.call", {
          tool,
          version,
          effect,
          attempt,
          key,
          input_digest,
          input_sha256: input_digest,
          ...(repeated ? { repeated } : {}),
        }),
      ];
    }
    case "tool.answered": {
      const { tool, attempt, ok, status, failure, openings, cached, duration_ms } = event.data;
      const opened = openings.map(
        ({ type, pointer }): Evidence => ({
          ...fact("personal_data.open", { tool, type, pointer }, "allow"),
          type: "personal_data.opened",
        }),
      );
      return [
        ...opened,
        fact("tool.answer", {
          tool,
          attempt,
          ok,
          ...digestsIn(event.data),
          status,
          duration_ms,
          ...(cached ? { cached } : {}),
          ...(failure ? { code: failure.code, ...layerIn(failure) } : {}),
        }),
      ];
    }
    case "tool.looking_up":
      return [fact("tool.look_up", { tool: event.data.tool, ...digestsIn(event.data), time: event.data.time })];
    case "tool.looked_up": {
      const { tool, found, duration_ms, failure } = event.data;
      return [
        fact("tool.answer", {
          tool,
          found,
          ...digestsIn(event.data),
          duration_ms,
          ...(failure ? { code: failure.code, ...layerIn(failure) } : {}),
        }),
      ];
    }
    case "guardrail.flagged":
      return toldFindings(event.data.findings).map((finding) =>
        fact("guardrail.scan", { channel: event.data.channel, layer: "guard", ...(finding as unknown as { [key: string]: Json }) }),
      );
    case "escalation.raised": {
      const { id, severity, priority, reason, to } = event.data;
      // The queue records how its cases rise by themselves.
      return reason === undefined
        ? []
        : [fact("run.hand_over", { review: id, severity, priority: priority ?? null, reason, to: to ?? null }, "ask")];
    }
    case "hand_over.proposed":
      return [fact("run.hand_over_proposed", { reason: event.data.facts.reason, priority: event.data.facts.priority })];
    case "hand_over.confirmed":
      return [fact("run.hand_over_confirmed", { wanted: event.data.wanted, said: event.data.signal !== undefined })];
    case "step.compensated":
      return [fact("step.compensate", event.data.undone ? { code: event.data.undone.code } : {})];
    default:
      return [];
  }
}
