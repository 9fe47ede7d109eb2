/**
 * What one commit changes: the requests that came at the same time are decided one after the other, each on what the ones before
 * it changed, and written together. An account that all of them share is one row.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Account } from "../../core/budget/account.ts";
import { type Amount, minus, NOTHING, plus } from "../../core/budget/amount.ts";
import type { Standing } from "../../core/budget/grant.ts";
import { type Holder, scopesOf } from "../../core/budget/holder.ts";
import type { BudgetScope } from "../../core/budget/lease.ts";
import type { Facts, Turn } from "../../core/budget/ledger.ts";
import { alertData, alertRecord } from "../../core/budget/record.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Books } from "./books.ts";
import type { Notice } from "./notices.ts";

/** Accounts and holders as one transaction changes them. */
export class Batch {
  readonly at: EpochMs;
  readonly accounts = new Map<BudgetScope, Account>();
  readonly holders = new Map<string, Holder>();
  readonly records: AuditRecord[] = [];
  readonly notices: Notice[] = [];
  readonly #books: Books;
  readonly #mintEventId: () => string;
  readonly #leased = new Map<BudgetScope, Amount>();

  constructor(books: Books, at: EpochMs, mintEventId: () => string) {
    this.#books = books;
    this.at = at;
    this.#mintEventId = mintEventId;
  }

  facts(who: { readonly id: string; readonly user: string; readonly workflow: string | null }): Facts {
    return { holder: this.holder(who.id), standings: scopesOf(who).map((scope) => this.standing(scope)) };
  }

  holder(id: string): Holder | null {
    return this.holders.get(id) ?? this.#books.holder(id);
  }

  standing(scope: BudgetScope): Standing {
    return {
      account: this.accounts.get(scope) ?? this.#books.account(scope, this.at),
      leased: plus(this.#books.leased(scope), this.#leased.get(scope) ?? NOTHING),
    };
  }

  /** Takes over what a turn changed, with its alerts on record and on their way to the org. */
  take(turn: Turn): void {
    if (!turn.isNew) return;
    const change = minus(turn.holder.lease, this.holder(turn.holder.id)?.lease ?? NOTHING);
    for (const scope of scopesOf(turn.holder)) this.#leased.set(scope, plus(this.#leased.get(scope) ?? NOTHING, change));
    this.holders.set(turn.holder.id, turn.holder);
    for (const account of turn.accounts) this.accounts.set(account.scope, account);
    for (const alert of turn.alerts) {
      const id = this.#mintEventId();
      this.records.push(alertRecord(id, alert, turn.holder, this.at));
      this.notices.push({ id, type: "budget.alert", data: alertData(alert, turn.holder) });
    }
  }

  mintEventId(): string {
    return this.#mintEventId();
  }
}
