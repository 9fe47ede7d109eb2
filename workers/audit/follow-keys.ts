/**
 * After the key that signs entries was replaced: every log puts that on record, also those in which nothing else happens, so that the old key
 * can be thrown away. A few logs at a time, in the order of their orgs' names; how far it came is kept by the key ring.
 */
import type { AuditPage } from "../../core/audit/page.ts";
import { writePages } from "./write-pages.ts";

/** What following a new key needs. */
export type FollowKeysPorts = {
  readonly db: D1Database;
  /** The change that logs may still have to follow; null: there is none. */
  readonly rotation: () => Promise<{ readonly kid: string; readonly reached: string | null } | null>;
  /** Logs of orgs up to this one have followed; null: all have. */
  readonly reached: (kid: string, org: string | null) => Promise<void>;
  /** Puts the change on record in this org's log. Answers what D1 lacks, oldest first. */
  readonly follow: (org: string) => Promise<readonly AuditPage[]>;
  /** D1 has everything up to this number. Answers what it still lacks. */
  readonly integrated: (org: string, upToSeq: number) => Promise<readonly AuditPage[]>;
};

/** Logs of one turn. */
const AT_ONCE = 50;

/** One turn; answers how many logs it went through. Throws at the first that is out of reach, or whose pages D1 has otherwise: the next turn begins there. */
export async function followKeys(ports: FollowKeysPorts): Promise<number> {
  const rotation = await ports.rotation();
  if (rotation === null) return 0;
  const { results } = await ports.db
    .prepare(NEXT_ORGS)
    .bind(rotation.reached ?? "")
    .all<{ org: string }>();
  for (const { org } of results) {
    let pending = await ports.follow(org);
    for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
      const written = await writePages(ports.db, org, pending);
      if (!written.ok) throw new Error("audit.chain_broken");
      pending = await ports.integrated(org, last.last_seq);
    }
    await ports.reached(rotation.kid, org);
  }
  if (results.length < AT_ONCE) await ports.reached(rotation.kid, null);
  return results.length;
}

/** The next orgs with a log, by name: a few steps in two indexes, however many entries they have. */
const NEXT_ORGS = `
  WITH RECURSIVE next (org) AS (
    SELECT ?1
    UNION ALL
    SELECT (SELECT MIN(org) FROM (
      SELECT MIN(org) AS org FROM audit_pages WHERE org > next.org
      UNION ALL SELECT MIN(org) FROM audit_segments WHERE org > next.org))
    FROM next WHERE next.org IS NOT NULL LIMIT ${AT_ONCE + 1})
  SELECT org FROM next WHERE org IS NOT NULL AND org > ?1`;
