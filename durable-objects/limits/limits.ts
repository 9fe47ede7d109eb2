/**
 * `Limits`: how often the keys, users and tools of one org may act, counted for all isolates together. The decisions are core/limits';
 * this is where the books lie, one row for each scope that was in use in the last minute. It needs no alarm: what is over is deleted
 * when somebody asks.
 */
import { DurableObject } from "cloudflare:workers";
import { type Book, bookEnds, EMPTY, type Grant, grant, type Wish } from "../../core/limits/book.ts";
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
  };
}

/** The object, as its stub sees it. */
export type Limits = InstanceType<ReturnType<typeof defineLimits>>;
