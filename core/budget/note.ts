/** How a desk tells the ledger of its calls: each attempt and each outcome by the call's id, several at once, numbered. */
import type { AuditRecord } from "../audit/record.ts";
import type { CostsOf } from "../costs/call.ts";
import type { Amount } from "./amount.ts";

/** A desk's report: attempts and outcomes since the last one, and its wish for money. */
export type DeskNote = {
  /** `desk_…` */
  readonly holder: string;
  readonly user: string;
  /** Whose caps its calls count against beside the org's and the user's. Absent: they serve no run. */
  readonly workflow?: string;
  /** The desk's notes, from 1, one at a time: the next one is made when this one is answered. A note told twice counts once. */
  readonly n: number;
  readonly attempts: readonly { readonly call: string; readonly worst: Amount; readonly records: readonly AuditRecord[] }[];
  /** `spent` null: nobody told what the call cost, so its worst case stays taken. */
  readonly outcomes: readonly {
    readonly call: string;
    readonly spent: Amount | null;
    readonly records: readonly AuditRecord[];
    /** To whom the call is attributed. Absent: no call was made. */
    readonly cost?: CostsOf;
  }[];
  /**
   * What the desk is to have beyond what is spent and held when this note is counted, its calls under way included. null: its
   * slice stays as it is. Both nothing: the slice goes back.
   */
  readonly wish: { readonly need: Amount; readonly want: Amount } | null;
};
