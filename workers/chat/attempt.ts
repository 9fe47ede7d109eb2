/**
 * One attempt on one model: kill switch, money, breaker, in that order; then it is whoever opened it that calls, and ends it exactly
 * once with what came of it. Money is reserved before anything leaves and settled after; the client hears nothing before the
 * attempt is on record.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import { type Amount, NOTHING } from "../../core/budget/amount.ts";
import type { LeaseRefusal } from "../../core/budget/lease.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { scopeText, stoppedBy } from "../../core/kill-switch/stops.ts";
import type { ModelCandidate, ModelEntry } from "../../core/model/entry.ts";
import type { TokenUsage } from "../../core/model/message.ts";
import { mayHaveCost } from "../../core/model/untold.ts";
import { costOf } from "../../core/model-call/cost.ts";
import { NO_USAGE, plusUsage } from "../../core/model-call/usage.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { Call } from "./call.ts";
import type { ChatPorts, Facts } from "./ports.ts";
import { attemptRecord, outcomeRecord, refusedBudgetRecord } from "./records.ts";

export type Chosen = { readonly candidate: ModelCandidate; readonly entry: ModelEntry };

/** What a call came to. `usage` null: nobody told; the worst case then stays taken, unless nothing can have been used. */
export type End = {
  readonly failure: Failure | null;
  readonly usage: TokenUsage | null;
  readonly upstream: Facts;
  readonly durationMs: number;
  readonly records?: readonly AuditRecord[];
  readonly note?: string;
};

export type Attempt = {
  readonly chosen: Chosen;
  /** The fullest cap that this call counts against, 0 to 1. */
  readonly pressure: number;
  /** Resolves when the attempt is on record; rejects when it cannot be. */
  readonly onRecord: Promise<void>;
  end(end: End): void;
};

/** `next`: another model may do. `refuse`: no other would. */
export type NoAttempt = { readonly kind: "next"; readonly failure: Failure } | { readonly kind: "refuse"; readonly refusal: Refusal };

export const KILLED_RETRY_SECONDS = 60;

/** `isPressed` is asked once the money is reserved: true gives it back, for a cheaper model to take. */
export async function openAttempt(
  ports: ChatPorts,
  call: Call,
  chosen: Chosen,
  worst: Amount,
  isPressed: (pressure: number) => boolean,
): Promise<Result<Attempt, NoAttempt | { readonly kind: "pressed" } | { readonly kind: "cap"; readonly refusal: Refusal }>> {
  const { org, user } = call.asked.principal;
  const model = chosen.candidate.id;
  const stops = await ports.stops().catch(() => null);
  if (stops === null) return err(outOfReach("the kill switch cannot be read; no new work is accepted until it can"));
  const stop = stoppedBy(stops, { org, model });
  if (stop !== null) return err(stoppedAt(stop.kind === "model", scopeText(stop)));

  const attempt = ++call.tally.attempts;
  const records = [...call.records, attemptRecord(ports, call, model, worst)];
  // One call may take several attempts, and the ledger counts each id once.
  const id = `${call.run}/${++call.tally.reservations}`;
  const reserved = await ports.desk.reserve({ org, user, call: id, worst, records }).catch(() => null);
  if (reserved === null) return err(outOfReach("the budget cannot be read; no new work is accepted until it can"));
  if (!reserved.ok) {
    call.tally.attempts--;
    const record = refusedBudgetRecord(ports, call, model, reserved.error);
    for (const lost of [...call.records, record]) await ports.record(org, lost);
    call.records = [];
    return err({ kind: "cap", refusal: refusalOf(reserved.error, ports.now()) });
  }
  call.records = [];
  const reservation = reserved.value;
  const { pressure, onRecord } = reservation;
  onRecord.catch(() => undefined); // awaited before the answer; a call that fails first does not wait for it
  const settled = (spent: Amount | null, left: readonly AuditRecord[]): void => {
    const done = reservation.settle(spent, left).then(
      () => reservation.tidy(),
      (error: unknown) => ports.log(unsettled(call, error)),
    );
    call.asked.waitUntil(done);
  };
  const unused = (note: string): void => {
    call.tally.attempts--;
    settled(NOTHING, [
      outcomeRecord(ports, call, { model, attempt, failure: null, usage: NO_USAGE, microUsd: 0, durationMs: 0, upstream: {}, note }),
    ]);
  };
  if (isPressed(pressure)) {
    unused("a cheaper model is taken");
    return err({ kind: "pressed" });
  }
  const admission = await ports.health.admit(chosen.entry, ports.timeouts.attemptMs);
  if (!admission.allowed) {
    unused("the upstream rests");
    return err({ kind: "next", failure: resting(admission.retryAfterMs) });
  }
  let ended = false;
  call.tally.model = model;
  return ok({
    chosen,
    pressure,
    onRecord,
    end({ failure, usage, upstream, durationMs, records: more = [], note }) {
      if (ended) return;
      ended = true;
      call.tally.model = null;
      call.asked.waitUntil(admission.ended(failure, upstream, durationMs));
      const spent = usage === null ? (mayHaveCost(failure, upstream["status"]) ? null : NOTHING) : costOf(chosen.candidate, usage);
      if (usage !== null) call.tally.usage = plusUsage(call.tally.usage, usage);
      call.tally.microUsd += spent?.microUsd ?? worst.microUsd;
      const microUsd = spent?.microUsd ?? worst.microUsd;
      const outcome = { model, attempt, failure, usage, microUsd, durationMs, upstream, ...(note === undefined ? {} : { note }) };
      settled(spent, [...more, outcomeRecord(ports, call, outcome)]);
    },
  });
}

const outOfReach = (detail: string): NoAttempt => ({ kind: "refuse", refusal: refuse("overloaded", detail) });

function stoppedAt(isModel: boolean, scope: string): NoAttempt {
  const detail = `the kill switch is active for \`${scope}\``;
  const refusal: Refusal = { ...refuse("kill_switch_active", detail), retryAfterSeconds: KILLED_RETRY_SECONDS };
  if (!isModel) return { kind: "refuse", refusal };
  return {
    kind: "next",
    failure: { class: "transient", code: "kill_switch_active", message: detail, retryAfterMs: KILLED_RETRY_SECONDS * 1_000 },
  };
}

const resting = (retryAfterMs: number): Failure => ({
  class: "transient",
  code: "overloaded",
  message: "the model's upstream rests after many failures",
  retryAfterMs,
});

function refusalOf(refusal: LeaseRefusal, now: number): Refusal {
  if (refusal.why === "stale") return refuse("overloaded", "the budget cannot be read right now; try again");
  const { scope, cap, resetsAt } = refusal;
  const until = resetsAt === null ? "" : `; it is renewed at ${new Date(resetsAt).toISOString()}`;
  const refused = refuse("budget_exceeded", `what is left of \`${cap}\` for \`${scope}\` does not cover this call${until}`);
  return resetsAt === null ? refused : { ...refused, retryAfterSeconds: Math.max(1, Math.ceil((resetsAt - now) / 1_000)) };
}

const unsettled = ({ asked, run }: Call, error: unknown) =>
  logLine("chat.not_settled", { run, trace_id: asked.trace.traceId, error: errorName(error) });
