/** What each store has of an org's log, as it lies there: for whoever compares them from outside (`npm run audit:fsck`). Believes and mends nothing. */
import type { AuditPage } from "../../core/audit/page.ts";
import type { Standing } from "../../durable-objects/audit-log/audit-log.ts";

/** A segment, as D1 knows of it. `trimmed`: D1 has dropped its pages; `pruned`: its entries' retention is over, and R2 has dropped them. */
export type RawSegment = {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly last_hash: string;
  readonly trimmed: boolean;
  readonly pruned: boolean;
};

/** Where the log's object stands, and the newest checkpoint in R2; null: it has none. */
export type RawStanding = Standing & { readonly published: string | null };

/** The stores of one org's log. */
export type RawStores = {
  standing(org: string): Promise<RawStanding>;
  /** Pages that begin after a number, ascending: the first of them. */
  pages(org: string, after: number): Promise<readonly AuditPage[]>;
  /** Segments that begin after a number, ascending: the first of them. */
  segments(org: string, after: number): Promise<readonly RawSegment[]>;
  /** An object of the bucket. `place`: its key without the org, like `sealed/tile/0/000`. null: there is none. */
  object(org: string, place: string): Promise<ReadableStream | null>;
};

/** Of one answer. */
const MOST = { pages: 200, characters: 4_000_000, segments: 1_000 };
const PLACE = /^(sealed|open)\/([\w./-]{1,200})$/;

/** The stores over the bindings. */
export function defineRawStores(ports: {
  readonly db: D1Database;
  readonly bucket: R2Bucket;
  readonly standing: (org: string) => Promise<Standing>;
}): RawStores {
  const { db, bucket } = ports;
  return {
    async standing(org) {
      const standing = await ports.standing(org);
      const published = await bucket.get(`open/${org}/checkpoint`);
      return { ...standing, published: published === null ? null : await published.text() };
    },
    async pages(org, after) {
      const { results } = await db.prepare(PAGES).bind(org, after).all<AuditPage>();
      return results;
    },
    async segments(org, after) {
      const { results } = await db
        .prepare(
          `SELECT first_seq, last_seq, last_hash, trimmed_at IS NOT NULL AS trimmed, pruned_at IS NOT NULL AS pruned FROM audit_segments
           WHERE org = ? AND first_seq > ? ORDER BY first_seq LIMIT ${MOST.segments}`,
        )
        .bind(org, after)
        .all<RawSegment>();
      return results.map((row) => ({ ...row, trimmed: Boolean(row.trimmed), pruned: Boolean(row.pruned) }));
    },
    async object(org, place) {
      const [, kind, rest] = PLACE.exec(place) ?? [];
      return kind === undefined ? null : ((await bucket.get(`${kind}/${org}/${rest}`))?.body ?? null);
    },
  };
}

const PAGES = `
  SELECT first_seq, last_seq, run, entries FROM (
    SELECT *, SUM(LENGTH(entries)) OVER (ORDER BY first_seq) - LENGTH(entries) AS characters_before
    FROM (SELECT * FROM audit_pages WHERE org = ?1 AND first_seq > ?2 ORDER BY first_seq LIMIT ${MOST.pages}))
  WHERE characters_before < ${MOST.characters} ORDER BY first_seq`;
