/**
 * What one commit changes: the requests that came at the same time are decided one after the other, each on what the ones before
 * it changed, and written together. An account that all of them share is one row.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Account } from "../../core/budget/account.ts";
import { type Amount, minus, NOTHING, plus } from "../../core/budget/amount.ts";
import { type Standing, underDefault } from "../../core/budget/grant.ts";
import { type Holder, kindOf, scopesOf } from "../../core/budget/holder.ts";
import { type BudgetScope, EVERY_USER, isUser } from "../../core/budget/lease.ts";
import type { Facts, Turn } from "../../core/budget/ledger.ts";
import type { Purse, PurseRefusal } from "../../core/budget/purse.ts";
import { alertData, alertRecord } from "../../core/budget/record.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Books } from "./books.ts";
import type { Notice } from "./notices.ts";

/** Accounts and holders as one transaction changes them. */
export class Batch {
  readonly at: EpochMs;
  readonly accounts = new Map<BudgetScope, Account>();
  readonly holders = new Map<string, Holder>();
  readonly records: AuditRecord[] = [];
  /** What the calls cost whose ends this commit counts. */
  readonly costs: CostsOf[] = [];
  readonly notices: Notice[] = [];
  /** null: it stays as it is. */
  purse: Purse | null = null;
  readonly #books: Books;
  readonly #mintEventId: () => string;
  readonly #leased = new Map<BudgetScope, Amount>();

  constructor(books: Books, at: EpochMs, mintEventId: () => string) {
    this.#books = books;
    this.at = at;
    this.#mintEventId = mintEventId;
  }

  /** `refusal`: the deployment was asked for more just now, and refused. Who leases from the deployment's own ledger has no purse. */
  facts(who: { readonly id: string; readonly user: string; readonly workflow: string | null }, refusal: PurseRefusal | null = null): Facts {
    return {
      holder: this.holder(who.id),
      standings: scopesOf(who).map((scope) => this.underItsCaps(scope)),
      purse: kindOf(who) === "org" ? null : { purse: this.purseNow, refusal },
    };
  }

  get purseNow(): Purse {
    return this.purse ?? this.#books.purse;
  }

  /** The scope's standing under the caps that count for it: a user without a line of their own has the default's. */
  underItsCaps(scope: BudgetScope): Standing {
    const standing = this.standing(scope);
    return isUser(scope) ? underDefault(standing, this.standing(EVERY_USER).account) : standing;
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
    for (const account of turn.accounts) {
      // A user under the default has no line of their own, and gets none by spending.
      const { caps } = this.standing(account.scope).account;
      this.accounts.set(account.scope, { ...account, caps });
    }
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
