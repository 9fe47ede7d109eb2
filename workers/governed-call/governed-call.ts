/**
 * A call of a model that belongs to no run (an attempt of a chat, an embedding), governed: kill switch, money, breaker, the call
 * itself, settled; in this order, whoever makes it. Money is reserved and the attempt on its way to the record before anything
 * leaves, and what the call came to is settled and recorded exactly once.
 *
 * A run's call passes the same gates, but the run has its own order of them: core/run/calls/dispatch.ts asks for stops and money
 * as events of a journal, so that a call survives the death of the object that made it, and composition/rooms.ts puts the answer
 * cache and the breaker around the call. What it costs, when a budget is nearly used up and what an answer's usage is, both take
 * from core/model-call. When you change the order here, look there too.
 */
import { createHash } from "node:crypto";
import { ContentTexts, contentDigest, type PromptContent } from "../../core/audit/content.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import { type Amount, NOTHING } from "../../core/budget/amount.ts";
import type { LeaseRefusal } from "../../core/budget/lease.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import { type CallOf, costOfCall, workflowOfCall } from "../../core/costs/of-call.ts";
import { isObject, type Json } from "../../core/json.ts";
import { type StopScope, type StopSubject, type Stops, stoppedBy } from "../../core/kill-switch/stops.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { TokenUsage } from "../../core/model/message.ts";
import { type Priced, spentOn } from "../../core/model-call/cost.ts";
import { restingFailure } from "../../core/model-call/resting.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure } from "../../core/run/calls/call.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Health } from "../breaker/health.ts";
import type { Desk } from "../budget/ports.ts";
import type { OpenCallBook } from "../kill-switch/open-calls.ts";

/** What a governed call needs: the kill switch, money, and the health of upstreams. */
export type GovernedPorts = {
  /** At most two seconds old. Throws when the switch is out of reach: nothing is called then. */
  readonly stops: () => Promise<Stops>;
  readonly desk: Desk;
  readonly now: () => EpochMs;
  readonly health: Health;
  /** The call is in the isolate's register from its opening to its end. */
  readonly hold: OpenCallBook["hold"];
  /** Keeps the redacted texts that the records name by digest (workers/audit/texts.ts). */
  readonly keepTexts: (of: TextsOf, name: string, lines: readonly string[]) => Promise<void>;
  readonly log: Log;
};

type TextsOf = { readonly org: string; readonly subject: string; readonly run: string };

/** What is to be called, for whom, and what goes on record. */
export type GovernedCall = {
  readonly user: string;
  /** To whom its cost is attributed, and whose caps it counts against. */
  readonly costs: Omit<CallOf, "user">;
  /** What of it a kill switch may stop. */
  readonly subject: StopSubject;
  /** Who breaks the call off has it in the register already. Absent: it is put there. */
  readonly isRegistered?: true;
  readonly entry: ModelEntry;
  /** The model's price as it was when the model was chosen. */
  readonly model: Priced;
  readonly worst: Amount;
  readonly timeoutMs: number;
  /** What the model is asked, redacted, and about whom, in which run or call. */
  readonly content: {
    readonly run: string;
    readonly subject: string;
    readonly prompt: PromptContent | { readonly inputs: readonly string[] };
  };
  /** `soon`: the end may ride with the next call's attempt, and money that nobody uses goes back after a while; `now`: it is awaited. */
  readonly settles: "soon" | "now";
  /** Once nothing stops the call: the reservation's id, which the ledger counts once, and what goes on record with it. */
  readonly reserve: (promptSha256: string) => { readonly id: string; readonly records: readonly AuditRecord[] };
  /** Once the money is reserved: true gives it back, for a cheaper model to take. */
  readonly isPressed: (pressure: number) => boolean;
  /** What goes on record where the money goes back unused. */
  readonly unused: (why: "pressed" | "resting") => readonly AuditRecord[];
};

/** Why nothing was called. `givenBack`: the reserved money is the ledger's again, on record. */
export type NotMade =
  | { readonly kind: "unreadable"; readonly what: "kill switch" | "budget" }
  | { readonly kind: "stopped"; readonly by: StopScope }
  | { readonly kind: "cap"; readonly refusal: LeaseRefusal }
  | { readonly kind: "pressed"; readonly givenBack: Promise<void> }
  | { readonly kind: "resting"; readonly failure: Failure; readonly givenBack: Promise<void> };

/** What a call came to. `usage` null: nobody told. `upstream`: small facts, its `status` among them. */
export type CallEnd = {
  readonly failure: Failure | null;
  readonly usage: TokenUsage | null;
  readonly upstream: { readonly [name: string]: string };
  readonly durationMs: number;
  /** What the model said, redacted. `isText` false: numbers, of which the digest alone is kept. Absent: it said nothing. */
  readonly answer?: { readonly value: Json; readonly isText: boolean };
};

/** A call that may be made. */
export type OpenCall = {
  /** How full the fullest cap is that this call counts against, 0 to 1. */
  readonly pressure: number;
  /** Resolves when the attempt is on record; rejects when it cannot be. Nobody hears of the answer before. */
  readonly onRecord: Promise<void>;
  /** MUST be called once, whatever came of it. Resolves when the end is durable; `soon`: some seconds after. Rejects when it cannot be: the worst case stays taken. */
  end(end: CallEnd, recordsOf: (taken: Amount, spent: Amount | null, answerSha256: string | null) => readonly AuditRecord[]): Promise<void>;
};

/** Opens a call. It is made only when this succeeds, and MUST then be ended once. */
export type OpenGovernedCall = (call: GovernedCall) => Promise<Result<OpenCall, NotMade>>;

/** Passes the gates in their order. The caller MUST make and end the call that it opens. */
export const defineGovernedCalls =
  (ports: GovernedPorts): OpenGovernedCall =>
  (call) =>
    open(ports, call);

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

async function open(
  { stops, desk, health, hold, keepTexts, now, log }: GovernedPorts,
  call: GovernedCall,
): Promise<Result<OpenCall, NotMade>> {
  const { subject, user, worst, entry, timeoutMs, settles } = call;
  const unreadable = (what: "kill switch" | "budget") => (error: unknown) => {
    log(logLine("call.not_opened", { question: what, org: subject.org, upstream: entry.id, error: errorName(error) }));
    return null;
  };
  const current = await stops().catch(unreadable("kill switch"));
  if (current === null) return err({ kind: "unreadable", what: "kill switch" });
  const stop = stoppedBy(current, subject);
  if (stop !== null) return err({ kind: "stopped", by: stop });

  const { run, subject: about, prompt } = call.content;
  const asked = new ContentTexts(sha256Hex);
  const stored = JSON.parse(JSON.stringify(prompt)) as typeof prompt;
  const { id, records } = call.reserve("messages" in stored ? asked.addPrompt(stored) : asked.add({ inputs: [...stored.inputs] }));
  const keep = (what: string, { lines }: ContentTexts): Promise<void> =>
    persistently(() => keepTexts({ org: subject.org, subject: about, run }, `${id.replaceAll("/", "-")}-${what}`, [...lines.values()]));
  // Beside the call, which would wait for it otherwise; nobody hears of the answer before.
  const promptKept = keep("prompt", asked);
  promptKept.catch((error: unknown) =>
    log(logLine("call.texts_not_kept", { org: subject.org, upstream: entry.id, error: errorName(error) })),
  );
  const payer = { org: subject.org, user, workflow: workflowOfCall(call.costs) };
  const reserved = await desk.reserve({ ...payer, call: id, worst, records }).catch(unreadable("budget"));
  if (reserved === null) return err({ kind: "unreadable", what: "budget" });
  if (!reserved.ok) return err({ kind: "cap", refusal: reserved.error });
  const { pressure, onRecord: noted, ...reservation } = reserved.value;
  const onRecord = Promise.all([noted, promptKept]).then(() => undefined);
  onRecord.catch(() => undefined); // awaited before the answer; a call that fails first does not wait for it
  const settle = (spent: Amount | null, left: readonly AuditRecord[], cost: CostsOf | null = null): Promise<void> => {
    const settled = reservation.settle(spent, left, settles, cost);
    return settles === "now" ? settled : settled.then(() => reservation.tidy());
  };
  if (call.isPressed(pressure)) return err({ kind: "pressed", givenBack: settle(NOTHING, call.unused("pressed")) });
  const admission = await health.admit(subject.org, entry, timeoutMs);
  if (!admission.allowed) {
    const failure = restingFailure(admission.retryAfterMs);
    return err({ kind: "resting", failure, givenBack: settle(NOTHING, call.unused("resting")) });
  }
  const close = call.isRegistered === true ? () => undefined : hold(subject);
  return ok({
    pressure,
    onRecord,
    async end({ failure, usage, upstream, durationMs, answer }, recordsOf) {
      close();
      const told = admission.ended(failure, upstream, durationMs);
      const spent = spentOn(call.model, failure, usage, upstream["status"]);
      const cost = costOfCall(
        { ...call.costs, user },
        { id, at: now(), name: entry.id, code: failure?.code ?? null, microUsd: spent?.microUsd ?? 0, usage, ms: durationMs },
      );
      const digest = answer === undefined ? null : contentDigest(answer.value, sha256Hex);
      const left = recordsOf(spent ?? worst, spent, digest);
      if (answer?.isText !== true) return void (await Promise.all([told, settle(spent, left, cost)]));
      const said = new ContentTexts(sha256Hex);
      said.add(answer.value);
      const settled = keep("answer", said).then(
        () => settle(spent, left, cost),
        () => settle(spent, left.map(withoutText), cost), // what it cost is to be told in any case
      );
      await Promise.all([told, settled]);
    },
  });
}

/** The text of the answer could not be kept, and the entry says so. */
const withoutText = (record: AuditRecord): AuditRecord =>
  isObject(record.data) && record.data["answer_sha256"] ? { ...record, data: { ...record.data, text_lost: true } } : record;

const PAUSES_MS = [100, 500];

async function persistently(work: () => Promise<void>): Promise<void> {
  for (const pause of PAUSES_MS) {
    try {
      return await work();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return work();
}
