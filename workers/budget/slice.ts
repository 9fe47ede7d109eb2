/**
 * One holder's slice of the ledger, in one isolate, for one user and workflow: what may be spent without asking, what calls under way may cost
 * of it, and what the ledger is still to hear. Talks to nobody: `exchange.ts` carries its notes.
 *
 * INVARIANT: calls under way, at their worst, never exceed what the ledger leased, less what was settled since.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import { type Amount, beyond, fits, isNothing, larger, minus, NOTHING, plus, total } from "../../core/budget/amount.ts";
import type { BudgetAlert, LeaseAnswer, LeaseRefusal } from "../../core/budget/lease.ts";
import type { DeskNote } from "../../core/budget/note.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import type { EpochMs } from "../../core/time.ts";

/** A note's row of news, and whether the ledger has it. */
type News<T> = T & { onRecord: boolean };
/** News of an attempt for the ledger. */
export type Attempt = News<DeskNote["attempts"][number]>;
/** `taken`: what it takes from the slice. */
export type Outcome = News<DeskNote["outcomes"][number]> & { readonly taken: Amount };
/** A call that waits for money. */
export type Waiter = {
  readonly call: string;
  readonly worst: Amount;
  readonly records: readonly AuditRecord[];
  answer: { readonly attempt: Attempt } | { readonly refusal: LeaseRefusal } | null;
};

/** A desk asks for the worth of this many calls beyond those in progress, or for what it used in the last `PACE_MS`, whichever is more. */
const CALLS_AHEAD = 4;
const PACE_MS = 4_000;
/** Clocks differ: nothing begins under a slice so shortly before its end. */
const MARGIN_MS = 5_000;
/** A slice in use is renewed this many milliseconds before its end. */
const RENEW_MS = 90_000;
const MOST_NEWS = 200;
/** A refusal for what one call may cost holds this many milliseconds after the ledger spoke; then the ledger is asked again. */
const PER_CALL_MS = 1_000;

const times = ({ microUsd, tokens }: Amount, n: number): Amount => ({ microUsd: microUsd * n, tokens: tokens * n });

/** Money that a desk has leased and hands out without asking. */
export class Slice {
  readonly holder: string;
  readonly user: string;
  readonly workflow: string | null;
  #n = 0;
  /** Leased by the ledger, less what was settled. */
  #left: Amount = NOTHING;
  #until: EpochMs = 0;
  #perCall: { readonly scope: Extract<LeaseRefusal, { why: "cap" }>["scope"]; readonly limit: number } | null = null;
  /** When the ledger last answered. */
  #answeredAt: EpochMs = 0;
  #pressure = 0;
  #alerts: BudgetAlert[] = [];
  #attempts: Attempt[] = [];
  #outcomes: Outcome[] = [];
  #waiters: Waiter[] = [];
  readonly #underWay = new Map<string, Amount>();
  #unanswered: { readonly note: DeskNote; readonly news: readonly { onRecord: boolean }[]; readonly waiter: Waiter | null } | null = null;
  /** The note on its way may take from the slice, or the last one failed: nothing begins before an answer. */
  #isClosed = false;
  /** It is to go back, or is on its way. */
  isGivingBack = false;
  /** The ledger knows more than this slice: it is of no use any more. */
  isStale = false;
  usedAt: EpochMs;
  #pace = { since: 0, now: NOTHING, before: NOTHING, last: NOTHING };

  constructor(holder: string, { user, workflow }: Pick<Slice, "user" | "workflow">, at: EpochMs) {
    this.holder = holder;
    this.user = user;
    this.workflow = workflow;
    this.usedAt = at;
  }

  get pressure(): number {
    return this.#pressure;
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0 && !this.hasNews;
  }

  get holdsMoney(): boolean {
    return !isNothing(this.#left);
  }

  /** Something is to be told, or somebody waits. */
  get hasNews(): boolean {
    return this.#unanswered !== null || this.#attempts.length + this.#outcomes.length + this.#waiters.length > 0;
  }

  takeAlerts(): readonly BudgetAlert[] {
    const alerts = this.#alerts;
    this.#alerts = [];
    return alerts;
  }

  /** First come, first served: a call behind one that waits waits too. */
  ask(call: string, worst: Amount, records: readonly AuditRecord[], at: EpochMs): Waiter {
    const waiter: Waiter = { call, worst, records, answer: null };
    this.usedAt = at;
    this.#measure(worst, at);
    this.#waiters.push(waiter);
    this.#serve(at);
    return waiter;
  }

  /** Nobody waits for this answer any more. */
  withdraw(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
  }

  /** The end of a call. `spent` null: nobody told what it cost. `cost` null: no call was made. */
  settle(call: string, spent: Amount | null, records: readonly AuditRecord[], at: EpochMs, cost: CostsOf | null = null): Outcome {
    const taken = spent ?? this.#underWay.get(call) ?? NOTHING;
    const outcome: Outcome = { call, spent, records, onRecord: false, taken, ...(cost === null ? {} : { cost }) };
    this.#left = beyond(this.#left, taken);
    this.#underWay.delete(call);
    this.#outcomes.push(outcome);
    this.usedAt = at;
    return outcome;
  }

  giveBack(): void {
    if (this.isIdle) this.isGivingBack = true;
  }

  /** What the ledger is to be told next: the note that it did not answer yet, else a new one. */
  next(at: EpochMs): DeskNote {
    if (this.#unanswered !== null) return this.#unanswered.note;
    const attempts = this.#attempts.splice(0, MOST_NEWS);
    const outcomes = this.#attempts.length > 0 ? [] : this.#outcomes.splice(0, MOST_NEWS);
    const waiter = this.#waiters[0] ?? null;
    const wish = this.#wish(waiter, at);
    const note: DeskNote = {
      holder: this.holder,
      user: this.user,
      ...(this.workflow === null ? {} : { workflow: this.workflow }),
      n: this.#n + 1,
      attempts: attempts.map(({ call, worst, records }) => ({ call, worst, records })),
      outcomes: outcomes.map(({ taken: _taken, onRecord: _onRecord, ...outcome }) => outcome),
      wish,
    };
    this.#unanswered = { note, news: [...attempts, ...outcomes], waiter };
    return note;
  }

  /** An answer that came twice counts once. */
  take(note: DeskNote, answer: LeaseAnswer, at: EpochMs): void {
    if (this.#unanswered?.note.n !== note.n) return;
    const { news, waiter } = this.#unanswered;
    if (!answer.ok && answer.refusal.why === "stale") {
      this.isStale = true;
      return;
    }
    this.#unanswered = null;
    this.#isClosed = false;
    this.isGivingBack = false;
    this.#n = note.n;
    this.#answeredAt = at;
    for (const item of news) item.onRecord = true;
    if (answer.ok) {
      // What was settled while the note was on its way is not in the answer yet.
      this.#left = beyond(answer.lease, total(this.#outcomes.map(({ taken }) => taken)));
      this.#until = answer.until;
      this.#pressure = answer.pressure;
      this.#perCall = answer.perCall ?? null;
      this.#alerts.push(...answer.alerts);
    } else if (answer.refusal.why === "cap") {
      this.#alerts.push(...answer.refusal.alerts);
      this.#refuse(waiter, answer.refusal);
    }
    this.#serve(at);
  }

  /** The ledger did not answer: until it does, nothing begins. */
  failed(): void {
    this.#isClosed = true;
  }

  /** Gives the calls that wait what there is, in their order. */
  #serve(at: EpochMs): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const { call, worst, records } = waiter;
      if (this.#perCall !== null && worst.microUsd > this.#perCall.limit) {
        // The cap may have been raised or removed since: a refusal tells the ledger nothing, so only asking can find out.
        if (at - this.#answeredAt > PER_CALL_MS) return;
        const refusal = { why: "cap", scope: this.#perCall.scope, cap: "usd_per_run", resetsAt: null, alerts: [] } as const;
        waiter.answer = { refusal };
      } else {
        if (this.#isClosed || !this.#isLive(at) || !fits(worst, minus(this.#left, this.#inFlight()))) return;
        const attempt: Attempt = { call, worst, records, onRecord: false };
        waiter.answer = { attempt };
        this.#underWay.set(call, worst);
        this.#attempts.push(attempt);
      }
      this.#waiters.shift();
    }
  }

  /** Who needs as much as the one that was refused, or more, is refused too. */
  #refuse(waiter: Waiter | null, refusal: LeaseRefusal): void {
    if (waiter === null) return;
    for (const other of this.#waiters) if (fits(waiter.worst, other.worst)) other.answer = { refusal };
    this.#waiters = this.#waiters.filter(({ answer }) => answer === null);
  }

  #isLive(at: EpochMs): boolean {
    return at < this.#until - MARGIN_MS;
  }

  #inFlight(): Amount {
    return total(this.#underWay.values());
  }

  /** null: the slice does as it is. A wish for less closes the slice until it is answered: nothing begins on what may be gone. */
  #wish(waiter: Waiter | null, at: EpochMs): DeskNote["wish"] {
    const inFlight = this.#inFlight();
    const ahead = plus(inFlight, this.#ahead());
    const live = this.#isLive(at);
    const kept = live ? larger(this.#left, inFlight) : inFlight;
    if (waiter !== null) {
      const need = larger(kept, plus(inFlight, waiter.worst));
      return { need, want: larger(need, plus(ahead, total(this.#waiters.map(({ worst }) => worst)))) };
    }
    if (this.isGivingBack) {
      this.#isClosed = true;
      return { need: NOTHING, want: NOTHING };
    }
    if (!live) return null;
    if (!fits(this.#left, times(ahead, 3))) {
      this.#isClosed = true;
      return { need: inFlight, want: ahead };
    }
    const isLow = !fits(this.#ahead(), times(minus(this.#left, inFlight), 2));
    return isLow || this.#until - at < RENEW_MS ? { need: kept, want: larger(kept, ahead) } : null;
  }

  #measure(worst: Amount, at: EpochMs): void {
    const { since, now } = this.#pace;
    const isOver = at - since >= PACE_MS;
    const before = at - since < 2 * PACE_MS ? now : NOTHING;
    this.#pace = isOver ? { since: at, now: worst, before, last: worst } : { ...this.#pace, now: plus(now, worst), last: worst };
  }

  #ahead(): Amount {
    const { now, before, last } = this.#pace;
    return larger(times(last, CALLS_AHEAD), larger(now, before));
  }
}
