/** Segments of the audit log, as those look at them who end a retention; and how far the sweep of texts is. */
import { sql } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import { DEFAULT_ORG_SETTINGS } from "../../core/org/settings.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";

/** As for runs (run-keeping.ts): longer than 365 days, so that no lock of that many days is in the way. */
const YEAR_MS = 365.25 * 24 * 60 * 60_000;

/** A segment whose org's retention is over. `years`: the retention. */
export type OldSegment = {
  readonly org: string;
  readonly first_seq: number;
  readonly last_seq: number;
  readonly last_hash: string;
  readonly years: number;
};

/** The retention of the audit log in D1. */
export type AuditKeeping = {
  /** The oldest segments of orgs, each with all before it, that D1 has dropped and whose last entry is older than its org's retention. */
  old(at: EpochMs, leastYears: number, limit: number): Promise<readonly OldSegment[]>;
  /** From now on nobody reads the segments up to this number; with the audit record, once. */
  prune(org: string, upToSeq: number, record: AuditRecord): Promise<void>;
  /** Pruned segments that R2 may still have. */
  leaving(limit: number): Promise<readonly { readonly org: string; readonly first_seq: number }[]>;
  /** R2 has it no more. */
  removed(org: string, firstSeq: number): Promise<void>;
  /** The key after which the sweep of texts goes on; "": from the first. */
  textsAfter(): Promise<string>;
  setTextsAfter(key: string): Promise<void>;
};

/** The retention of the audit log over D1. */
export function storeAuditKeeping(db: Database, outbox: Outbox, now: () => EpochMs): AuditKeeping {
  return {
    old: (at, leastYears, limit) =>
      db.typed.all<OldSegment>(sql`
        WITH aged AS (
          SELECT s.org AS org, s.first_seq AS first_seq, s.last_seq AS last_seq, s.last_hash AS last_hash, s.last_at AS last_at,
            MAX(${leastYears}, COALESCE(orgs.settings->'retention'->>'audit_years', ${DEFAULT_ORG_SETTINGS.retention.audit_years})) AS years
          FROM audit_segments AS s INDEXED BY audit_segments_old LEFT JOIN orgs ON orgs.name = s.org
          WHERE s.trimmed_at IS NOT NULL AND s.pruned_at IS NULL AND s.last_at <= ${at} - ${YEAR_MS} * ${leastYears})
        SELECT org, first_seq, last_seq, last_hash, years FROM aged
        WHERE last_at <= ${at} - ${YEAR_MS} * years
          AND NOT EXISTS (
            SELECT 1 FROM audit_segments AS before WHERE before.org = aged.org AND before.first_seq < aged.first_seq AND before.pruned_at IS NULL
              AND (before.trimmed_at IS NULL OR before.last_at > ${at} - ${YEAR_MS} * aged.years))
        ORDER BY org, first_seq LIMIT ${limit}`),

    async prune(org, upToSeq, record) {
      const at = now();
      const kept = sql`org = ${org} AND last_seq <= ${upToSeq} AND pruned_at IS NULL`;
      await db.batch([
        outbox.statement(org, record, at, sql`EXISTS (SELECT 1 FROM audit_segments WHERE ${kept})`),
        sql`UPDATE audit_segments SET pruned_at = ${at} WHERE ${kept}`,
        sql`DELETE FROM audit_segment_runs WHERE org = ${org} AND first_seq <= ${upToSeq}`,
      ]);
      await outbox.flush(org, record);
    },

    leaving: (limit) =>
      db.typed.all<{ org: string; first_seq: number }>(sql`
        SELECT org, first_seq FROM audit_segments WHERE pruned_at IS NOT NULL AND removed_at IS NULL ORDER BY pruned_at LIMIT ${limit}`),

    async removed(org, firstSeq) {
      await db.typed.run(sql`UPDATE audit_segments SET removed_at = ${now()} WHERE org = ${org} AND first_seq = ${firstSeq}`);
    },

    async textsAfter() {
      const [row] = await db.typed.all<{ after: string }>(sql`SELECT after FROM text_sweep`);
      return row?.after ?? "";
    },

    async setTextsAfter(key) {
      await db.typed.run(sql`INSERT INTO text_sweep (id, after) VALUES (1, ${key}) ON CONFLICT (id) DO UPDATE SET after = ${key}`);
    },
  };
}
