/**
 * How a holder asks the org's ledger for money. A *holder* is a run, or a desk: the part of an isolate that makes chat calls
 * for one user. It leases a slice before it spends, spends from the slice without asking, and tells with its next request what
 * it has spent. An org's ledger is itself a holder: it leases from the deployment's ledger what the deployment's caps bound. All amounts that it tells are cumulative, and its requests are numbered: a request told twice counts once.
 */
import type { EpochMs } from "../time.ts";
import type { Amount } from "./amount.ts";

/** docs/contract.md, "Models and chat". `user:*` is every user's default; `deployment` is all orgs together. */
export type BudgetScope = "deployment" | "org" | `user:${string}` | `workflow:${string}`;
/** The line of caps that counts for every user without a line of their own. No user can have this name. */
export const EVERY_USER = "user:*" satisfies BudgetScope;
/** The name of the deployment's own ledger. No org can have it. PERSISTED: under this name its storage is found. */
export const DEPLOYMENT_LEDGER = "*";
/** True for the scope of one user. */
export const isUser = (scope: BudgetScope): boolean => scope.startsWith("user:") && scope !== EVERY_USER;
/** Name of a cap, as `PUT /v1/budgets` has it. */
export type CapName = "usd_per_day" | "usd_per_month" | "tokens_per_month" | "usd_per_run";

/** A holder's wish for money, with what it has spent so far. */
export type LeaseRequest = {
  /** `run_…`, `desk_…` or `org:NAME`. */
  readonly holder: string;
  /** "" of an org. */
  readonly user: string;
  /** null: no workflow (chat, an org). */
  readonly workflow: string | null;
  /** The holder's requests, from 1. The same number again is answered as the first time; a lower one is refused as stale. */
  readonly n: number;
  /** All that the holder has spent so far, as upstreams told it. */
  readonly spent: Amount;
  /** Worst cases of calls whose cost nobody reported: they stay held and are not spent. */
  readonly held: Amount;
  /** What it is to have beyond `spent` and `held`: at least `need` or nothing, at most `want`. Both nothing: the slice goes back. */
  readonly need: Amount;
  readonly want: Amount;
};

/** What the ledger leases, or why it refuses. */
export type LeaseAnswer =
  | {
      readonly ok: true;
      /** What the holder may spend beyond `spent` and `held` of its request. */
      readonly lease: Amount;
      /** No call may be under way under this lease after this time: it goes back by itself then. */
      readonly until: EpochMs;
      /** The fullest of all caps that concern the holder, 0 to 1, by what is spent and held (a lease may come back); 0: there is no cap. */
      readonly pressure: number;
      /** Thresholds that this request crossed. */
      readonly alerts: readonly BudgetAlert[];
      /** Told to desks: what one call may cost at most (the lowest `usd_per_run`), in micro-dollars. Absent: there is no such cap. */
      readonly perCall?: { readonly scope: BudgetScope; readonly limit: number };
      /** Told to orgs: the parts that no cap bounds. Of such a part the lease is a count, not a limit. */
      readonly open?: { readonly [Part in keyof Amount]: boolean };
    }
  /** The holder keeps what it had before, less what it has reported since, until that lease ends. */
  | { readonly ok: false; readonly refusal: LeaseRefusal };

/** Why the ledger refuses: a cap, or the holder itself. */
export type LeaseRefusal =
  | {
      readonly why: "cap";
      /** The line that has the cap: `user:*` where it is the default that binds. */
      readonly scope: BudgetScope;
      readonly cap: CapName;
      /** When the cap's period ends; null: it never does (`usd_per_run`). */
      readonly resetsAt: EpochMs | null;
      readonly alerts: readonly BudgetAlert[];
    }
  /** `stale`: a later request of this holder was answered already. */
  | { readonly why: "stale" };

/** One threshold of one cap in one period, crossed for the first time. */
export type BudgetAlert = {
  readonly scope: BudgetScope | "run";
  readonly cap: CapName | "usd" | "tokens";
  readonly percent: 50 | 80 | 95;
  /** `2026-11-20`, `2026-11`; null for a run's own cap. */
  readonly period: string | null;
  /** Spent, and held for calls whose cost nobody reported. Micro-dollars, or tokens for a cap of tokens; so is `limit`. */
  readonly spent: number;
  readonly limit: number;
};

/** Percentages of a cap at which an alert is raised, once for each period. */
export const ALERT_PERCENTS = [50, 80, 95] as const;
