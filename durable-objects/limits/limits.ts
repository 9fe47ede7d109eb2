/**
 * `Limits`: how often the keys, users and tools of one org may act, counted for all isolates together, and what its credentials are used
 * for. The decisions are core/limits'; this is where the books lie, one row for each scope that was in use in the last minute, and one for
 * each tool that a credential was made for. It needs no alarm: what is over is deleted when somebody asks.
 */
import { DurableObject } from "cloudflare:workers";
import { type Book, bookEnds, EMPTY, type Grant, grant, type Wish } from "../../core/limits/book.ts";
import {
  admitUse,
  type CredentialRules,
  type CredentialUse,
  FORGOTTEN_MS,
  noteUse,
  type UseAnswer,
  type UseWish,
} from "../../core/limits/credential-use.ts";
import type { EpochMs } from "../../core/time.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { SCHEMA } from "./schema.ts";

/** Everything this room needs from outside. */
export type LimitsPorts = { readonly now: () => EpochMs };

/** Rows of scopes that nobody uses any more, deleted at each asking. */
const SWEEP_ROWS = 20;

/** The runtime constructs the object, so ports come in through the class, not through the constructor. */
export function defineLimits(portsFor: (env: Cloudflare.Env) => LimitsPorts) {
  return class Limits extends DurableObject {
    readonly #ports: LimitsPorts;

    constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
      super(ctx, env);
      this.#ports = portsFor(env);
      if (isMigrated(ctx.storage.sql)) migrate(ctx.storage, SCHEMA);
    }

    /** The wishes of one isolate, each answered; one write for all. */
    async ask(isolate: string, wishes: readonly Wish[]): Promise<Grant[]> {
      const { storage } = this.ctx;
      const { sql } = storage;
      if (!isMigrated(sql)) migrate(storage, SCHEMA);
      const at = this.#ports.now();
      return storage.transactionSync(() => {
        const grants = wishes.map((wish) => {
          const [row] = sql.exec<{ body: string }>("SELECT body FROM book WHERE scope = ?", wish.scope).toArray();
          const { book, grant: granted } = grant(row === undefined ? EMPTY : (JSON.parse(row.body) as Book), isolate, wish, at);
          sql.exec(
            "INSERT INTO book (scope, body, until) VALUES (?1, ?2, ?3) ON CONFLICT (scope) DO UPDATE SET body = ?2, until = ?3",
            wish.scope,
            JSON.stringify(book),
            bookEnds(book),
          );
          return granted;
        });
        sql.exec("DELETE FROM book WHERE scope IN (SELECT scope FROM book WHERE until <= ? LIMIT ?)", at, SWEEP_ROWS);
        return grants;
      });
    }

    /** One credential is wanted, and `wish.made` were made since the last word. */
    async noteCredential(wish: UseWish, rules: CredentialRules): Promise<UseAnswer> {
      return this.#change(wish.tool, (before, at) => {
        const { use, answer } = noteUse(before, wish, rules, at);
        return { use, result: answer };
      });
    }

    /** What is new about a use is usual from now on. */
    async admitCredential(wish: Pick<UseWish, "tool" | "destinations" | "scopes">): Promise<void> {
      this.#change(wish.tool, (before, at) => ({ use: admitUse(before, wish, at), result: undefined }));
    }

    /** What the tool's credentials are used for; null: none was made for 90 days. */
    async credentialUse(tool: string): Promise<CredentialUse | null> {
      return isMigrated(this.ctx.storage.sql) ? this.#useOf(tool) : null;
    }

    #useOf(tool: string): CredentialUse | null {
      const [row] = this.ctx.storage.sql.exec<{ body: string }>("SELECT body FROM credential_use WHERE tool = ?", tool).toArray();
      return row === undefined ? null : (JSON.parse(row.body) as CredentialUse);
    }

    #change<T>(
      tool: string,
      decide: (before: CredentialUse | null, at: EpochMs) => { readonly use: CredentialUse; readonly result: T },
    ): T {
      const { storage } = this.ctx;
      if (!isMigrated(storage.sql)) migrate(storage, SCHEMA);
      const at = this.#ports.now();
      return storage.transactionSync(() => {
        const { use, result } = decide(this.#useOf(tool), at);
        storage.sql.exec(
          "INSERT INTO credential_use (tool, body, until) VALUES (?1, ?2, ?3) ON CONFLICT (tool) DO UPDATE SET body = ?2, until = ?3",
          tool,
          JSON.stringify(use),
          at + FORGOTTEN_MS,
        );
        storage.sql.exec(
          "DELETE FROM credential_use WHERE tool IN (SELECT tool FROM credential_use WHERE until <= ? LIMIT ?)",
          at,
          SWEEP_ROWS,
        );
        return result;
      });
    }
  };
}

/** The object, as its stub sees it. */
export type Limits = InstanceType<ReturnType<typeof defineLimits>>;
