/**
 * One attempt of a chat or an embedding on one model: a governed call (workers/governed-call), with what it means for the call that
 * it is an attempt of. Whoever opened it calls, and ends it exactly once with what came of it; the client hears nothing before the
 * attempt is on record.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Amount } from "../../core/budget/amount.ts";
import type { LeaseRefusal } from "../../core/budget/lease.ts";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { scopeText } from "../../core/kill-switch/stops.ts";
import type { ModelCandidate, ModelEntry } from "../../core/model/entry.ts";
import { NO_USAGE, plusUsage } from "../../core/model-call/usage.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import type { CallEnd, GovernedCall, NotMade } from "../governed-call/governed-call.ts";
import type { Call } from "./call.ts";
import type { ChatPorts } from "./ports.ts";
import { attemptRecord, outcomeRecord, refusedBudgetRecord } from "./records.ts";

/** A model that may answer, with its entry. */
export type Chosen = { readonly candidate: ModelCandidate; readonly entry: ModelEntry };

/** What an attempt came to; `note`: what became of the answer, where it was not simply given. */
export type End = CallEnd & { readonly records?: readonly AuditRecord[]; readonly note?: string };

/** An open attempt. Whoever opened it MUST end it exactly once. */
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

/** `Retry-After` of a call that the kill switch stopped, in seconds. */
export const KILLED_RETRY_SECONDS = 60;

/** `isPressed` is asked once the money is reserved: true gives it back, for a cheaper model to take. */
export async function openAttempt(
  ports: ChatPorts,
  call: Call,
  chosen: Chosen,
  { worst, prompt }: { readonly worst: Amount; readonly prompt: GovernedCall["content"]["prompt"] },
  isPressed: (pressure: number) => boolean,
): Promise<Result<Attempt, NoAttempt | { readonly kind: "pressed" } | { readonly kind: "cap"; readonly refusal: Refusal }>> {
  const { org, user } = call.asked.principal;
  const { tally } = call;
  const model = chosen.candidate.id;
  let attempt = 0;
  const opened = await ports.governed({
    user,
    costs: {
      ...{ run: call.run, workflow: call.exchange.workflow, trace: call.asked.trace.traceId },
      kind: call.exchange.activity === "embed" ? "embedding" : "llm",
    },
    subject: { org, model },
    entry: chosen.entry,
    model: chosen.candidate,
    worst,
    timeoutMs: ports.timeouts.attemptMs,
    settles: "soon",
    content: { run: call.run, subject: user, prompt },
    reserve: (promptSha256) => {
      attempt = ++tally.attempts;
      // One call may take several attempts, and the ledger counts each id once.
      return {
        id: `${call.run}/${++tally.reservations}`,
        records: [...call.records, attemptRecord(ports, call, model, worst, promptSha256)],
      };
    },
    isPressed,
    unused: (why) => {
      const nothing = {
        model,
        attempt,
        failure: null,
        answerSha256: null,
        usage: NO_USAGE,
        microUsd: 0,
        durationMs: 0,
        upstream: {},
        note: UNUSED[why],
      };
      tally.attempts--;
      return [outcomeRecord(ports, call, nothing)];
    },
  });
  if (!opened.ok) return err(await refused(ports, call, model, opened.error));
  call.records = [];
  tally.model = model;
  const { pressure, onRecord } = opened.value;
  let ended = false;
  return ok({
    chosen,
    pressure,
    onRecord,
    end({ records: more = [], note, ...end }) {
      if (ended) return;
      ended = true;
      tally.model = null;
      const settled = opened.value.end(end, ({ microUsd }, _spent, answerSha256) => {
        if (end.usage !== null) tally.usage = plusUsage(tally.usage, end.usage);
        tally.microUsd += microUsd;
        return [
          ...more,
          outcomeRecord(ports, call, { model, attempt, ...end, answerSha256, microUsd, ...(note === undefined ? {} : { note }) }),
        ];
      });
      finish(ports, call, settled);
    },
  });
}

const UNUSED = { pressed: "a cheaper model is taken", resting: "the upstream rests" } as const;

/** Goes on after the answer. */
function finish(ports: ChatPorts, call: Call, settled: Promise<void>): void {
  const { asked, run } = call;
  const log = (error: unknown): void =>
    ports.log(logLine("chat.not_settled", { run, trace_id: asked.trace.traceId, error: errorName(error) }));
  asked.waitUntil(settled.catch(log));
}

/** What follows for the call from an attempt that was not made. */
async function refused(
  ports: ChatPorts,
  call: Call,
  model: string,
  why: NotMade,
): Promise<NoAttempt | { readonly kind: "pressed" } | { readonly kind: "cap"; readonly refusal: Refusal }> {
  switch (why.kind) {
    case "unreadable":
      return { kind: "refuse", refusal: refuse("overloaded", `the ${why.what} cannot be read; no new work is accepted until it can`) };
    case "stopped":
      return stoppedAt(why.by.kind === "model", scopeText(why.by));
    case "cap": {
      call.tally.attempts--;
      const record = refusedBudgetRecord(ports, call, model, why.refusal);
      for (const lost of [...call.records, record]) await ports.record(call.asked.principal.org, lost);
      call.records = [];
      return { kind: "cap", refusal: refusalOf(why.refusal, ports.now()) };
    }
    case "pressed":
    case "resting":
      call.records = [];
      finish(ports, call, why.givenBack);
      // A chat's client hears `overloaded`: nobody was asked, and it may come again.
      return why.kind === "pressed" ? { kind: "pressed" } : { kind: "next", failure: { ...why.failure, code: "overloaded" } };
  }
}

function stoppedAt(isModel: boolean, scope: string): NoAttempt {
  const detail = `the kill switch is active for \`${scope}\``;
  const refusal: Refusal = { ...refuse("kill_switch_active", detail), retryAfterSeconds: KILLED_RETRY_SECONDS };
  if (!isModel) return { kind: "refuse", refusal };
  return {
    kind: "next",
    failure: { class: "transient", code: "kill_switch_active", message: detail, retryAfterMs: KILLED_RETRY_SECONDS * 1_000 },
  };
}

function refusalOf(refusal: LeaseRefusal, now: number): Refusal {
  if (refusal.why === "stale") return refuse("overloaded", "the budget cannot be read right now; try again");
  const { scope, cap, resetsAt } = refusal;
  const until = resetsAt === null ? "" : `; it is renewed at ${new Date(resetsAt).toISOString()}`;
  const refused = refuse("budget_exceeded", `the remainder of \`${cap}\` for \`${scope}\` does not cover this call${until}`);
  return resetsAt === null ? refused : { ...refused, retryAfterSeconds: Math.max(1, Math.ceil((resetsAt - now) / 1_000)) };
}
