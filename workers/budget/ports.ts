/**
 * The desk: how this isolate pays for calls that no run's lease covers (chat, embeddings, a second opinion about a text). It holds slices
 * of the org's ledger, one for each user and workflow, so that most calls wait for nobody; a call's attempt is on record before its answer is told to anybody.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Amount } from "../../core/budget/amount.ts";
import type { BudgetAlert, LeaseAnswer, LeaseRefusal } from "../../core/budget/lease.ts";
import type { DeskNote } from "../../core/budget/note.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import type { Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";

/** A call that wants money. */
export type DeskRequest = {
  readonly org: string;
  readonly user: string;
  /** The workflow of the run that the call serves: its caps bind the call too. null: none. */
  readonly workflow: string | null;
  /** `run_…` of the call. */
  readonly call: string;
  readonly worst: Amount;
  /** What goes on record of the attempt, in the ledger's own transaction. */
  readonly records: readonly AuditRecord[];
};

/** Money that is held for a call until it is settled. */
export type Reservation = {
  /** As in `LeaseAnswer`. */
  readonly pressure: number;
  readonly alerts: readonly BudgetAlert[];
  /** Resolves when the attempt and its records are durable. No answer may reach the client before; rejects when they cannot be. */
  readonly onRecord: Promise<void>;
  /**
   * The end of the call, told once. `spent` null: nobody told what it cost, so the worst case stays taken. Resolves when it is
   * durable; hand it to `waitUntil`. `soon`: it may ride with the next call's attempt. A desk that dies before leaves the worst case taken until the lease comes back.
   * `cost`: to whom the call is attributed; null: no call was made.
   */
  settle(spent: Amount | null, records: readonly AuditRecord[], when?: "soon" | "now", cost?: CostsOf | null): Promise<void>;
  /** Gives back what nobody has used for some seconds; after `settle`, in `waitUntil`. Never rejects. */
  tidy(): Promise<void>;
};

/** Money for calls that no run's lease covers. */
export type Desk = {
  /** Durably covered by money when it answers. Throws when the ledger is out of reach: then nothing may be called. */
  reserve(request: DeskRequest): Promise<Result<Reservation, LeaseRefusal>>;
};

/** What a desk needs from outside. */
export type DeskPorts = {
  readonly now: () => EpochMs;
  /** As many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  readonly wait: (ms: number) => Promise<void>;
  /** The org's ledger, by a stub of its own for each call. */
  readonly note: (org: string, note: DeskNote) => Promise<LeaseAnswer>;
};
