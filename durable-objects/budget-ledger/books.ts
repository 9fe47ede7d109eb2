/**
 * Accounts and holders in SQL, and what is leased of each scope. A holder that has a lease lies in `lease`, one that has none in
 * `settled`; where it lies in both, `lease` is the newer. Knows rows; decides nothing.
 *
 * INVARIANT: what is leased of a scope is the sum over the rows of `lease`. It is kept in memory and read again when the object wakes.
 */
import { type Account, newAccount } from "../../core/budget/account.ts";
import { type Amount, isNothing, minus, NOTHING, plus } from "../../core/budget/amount.ts";
import { type Standing, underDefault } from "../../core/budget/grant.ts";
import { type Holder, holderOfOrg, scopesOf } from "../../core/budget/holder.ts";
import { type BudgetScope, EVERY_USER, isUser } from "../../core/budget/lease.ts";
import { EMPTY_PURSE, type Purse } from "../../core/budget/purse.ts";
import type { EpochMs } from "../../core/time.ts";

type Row = { body: string };

/** What one transaction writes. `purse` null: it stays as it is. */
export type Changes = {
  readonly accounts: ReadonlyMap<BudgetScope, Account>;
  readonly holders: ReadonlyMap<string, Holder>;
  readonly purse: Purse | null;
  readonly at: EpochMs;
};

/** Kept in memory; an org has as many as it has users. */
const MOST_ACCOUNTS = 1_000;

/** A holder that may still spend, or of whose calls nobody told the end. */
const isOpen = (holder: Holder): boolean => !isNothing(holder.lease) || Object.keys(holder.calls).length > 0;

/** Accounts and holders in SQL, with open holders in memory. */
export class Books {
  readonly #sql: SqlStorage;
  readonly #open = new Map<string, Holder>();
  readonly #leased = new Map<BudgetScope, Amount>();
  /** Accounts as they are durable, those asked for last. */
  readonly #accounts = new Map<BudgetScope, Account>();
  #purse: Purse;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const { body } of sql.exec<Row>("SELECT body FROM lease")) this.#note(null, JSON.parse(body) as Holder);
    const purse = sql.exec<Row>("SELECT body FROM purse").toArray()[0];
    this.#purse = purse === undefined ? EMPTY_PURSE : (JSON.parse(purse.body) as Purse);
  }

  /** What this org has of the deployment. */
  get purse(): Purse {
    return this.#purse;
  }

  holder(id: string): Holder | null {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const row = this.#sql.exec<Row>("SELECT body FROM settled WHERE holder = ?", id).toArray()[0];
    return row === undefined ? null : (JSON.parse(row.body) as Holder);
  }

  account(scope: BudgetScope, at: EpochMs): Account {
    const known = this.#accounts.get(scope);
    if (known !== undefined) return known;
    const row = this.#sql.exec<Row>("SELECT body FROM account WHERE scope = ?", scope).toArray()[0];
    if (row === undefined) return newAccount(scope, at);
    const account = JSON.parse(row.body) as Account;
    this.#keep(account);
    return account;
  }

  leased(scope: BudgetScope): Amount {
    return this.#leased.get(scope) ?? NOTHING;
  }

  /** What the org has leased to all its holders together. */
  outstanding(): Amount {
    return this.leased("org");
  }

  /** Orgs that ever leased here, of the deployment's ledger. */
  orgHolders(): string[] {
    const first = holderOfOrg("");
    const settled = this.#sql
      .exec<{ holder: string }>("SELECT holder FROM settled WHERE holder >= ? AND holder < ?", first, `${first}\uffff`)
      .toArray();
    return [...new Set([...[...this.#open.keys()].filter((id) => id.startsWith(first)), ...settled.map(({ holder }) => holder)])];
  }

  /** Scopes after `after`, in their order, each under the caps that count for it. */
  list(after: string | null, limit: number, at: EpochMs): Standing[] {
    const line = this.account(EVERY_USER, at);
    return this.#sql
      .exec<Row>("SELECT body FROM account WHERE ?1 IS NULL OR scope > ?1 ORDER BY scope LIMIT ?2", after, limit)
      .toArray()
      .map(({ body }) => JSON.parse(body) as Account)
      .map((account) => ({ account, leased: this.leased(account.scope) }))
      .map((standing) => (isUser(standing.account.scope) ? underDefault(standing, line) : standing));
  }

  /** Leases whose time ended before `at`. */
  overdue(at: EpochMs): Holder[] {
    return [...this.#open.values()].filter(({ until }) => until < at);
  }

  /** When the first lease is to be taken back, `graceMs` after its end or at the time that `notBefore` says; null: there is none. */
  firstReturnAt(graceMs: number, notBefore: ReadonlyMap<string, EpochMs>): EpochMs | null {
    let first: EpochMs | null = null;
    for (const { id, until } of this.#open.values()) {
      const at = Math.max(until + graceMs + 1, notBefore.get(id) ?? 0);
      if (first === null || at < first) first = at;
    }
    return first;
  }

  /** MUST be called inside a transaction; `remember` afterwards, when it has held. One row each, two where a lease ends. */
  save({ accounts, holders, purse, at }: Changes): void {
    if (purse !== null)
      this.#sql.exec("INSERT INTO purse (id, body) VALUES (1, ?1) ON CONFLICT DO UPDATE SET body = ?1", JSON.stringify(purse));
    for (const account of accounts.values())
      this.#sql.exec(
        "INSERT INTO account (scope, body) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = ?2",
        account.scope,
        JSON.stringify(account),
      );
    for (const holder of holders.values()) {
      const body = JSON.stringify(holder);
      if (isOpen(holder))
        this.#sql.exec("INSERT INTO lease (holder, body) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = ?2", holder.id, body);
      else {
        this.#sql.exec(
          "INSERT INTO settled (holder, at, body) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?2, body = ?3",
          holder.id,
          at,
          body,
        );
        if (this.#open.has(holder.id)) this.#sql.exec("DELETE FROM lease WHERE holder = ?", holder.id);
      }
    }
  }

  remember({ accounts, holders, purse }: Changes): void {
    if (purse !== null) this.#purse = purse;
    for (const account of accounts.values()) this.#keep(account);
    for (const holder of holders.values()) this.#note(this.#open.get(holder.id) ?? null, holder);
  }

  /**
   * Holders without a lease whose ids lie after `after` and before `to`, in their order: `limit` are looked at, and those answered that told
   * nothing since `at`. `last`: the last that was looked at; null: there are no further ones.
   */
  quiet(after: string, to: string, at: EpochMs, limit: number): { readonly ids: readonly string[]; readonly last: string | null } {
    const rows = this.#sql
      .exec<{ holder: string; at: number }>(
        "SELECT holder, at FROM settled WHERE holder > ? AND holder < ? ORDER BY holder LIMIT ?",
        after,
        to,
        limit,
      )
      .toArray();
    const ids = rows.filter((row) => row.at < at && !this.#open.has(row.holder)).map(({ holder }) => holder);
    return { ids, last: rows.length < limit ? null : (rows.at(-1)?.holder ?? null) };
  }

  /** Forgets holders that have no lease and told nothing since `at`. */
  forget(ids: readonly string[], at: EpochMs): void {
    this.#sql.exec("DELETE FROM settled WHERE at < ? AND holder IN (SELECT value FROM json_each(?))", at, JSON.stringify(ids));
  }

  #keep(account: Account): void {
    this.#accounts.delete(account.scope);
    this.#accounts.set(account.scope, account);
    const [oldest] = this.#accounts.keys();
    if (this.#accounts.size > MOST_ACCOUNTS && oldest !== undefined) this.#accounts.delete(oldest);
  }

  #note(before: Holder | null, after: Holder): void {
    if (isOpen(after)) this.#open.set(after.id, after);
    else this.#open.delete(after.id);
    const change = minus(after.lease, before?.lease ?? NOTHING);
    if (isNothing(change)) return;
    for (const scope of scopesOf(after)) this.#leased.set(scope, plus(this.leased(scope), change));
  }
}
