/** Exports of evidence, and what ran. */
import { sql } from "drizzle-orm";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { ComplianceExport, ExportProgress, Framework } from "../../core/compliance/export.ts";
import { notOfDrill } from "../../core/kill-switch/of-drill.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import type { EpochMs } from "../../core/time.ts";
import { CURSOR_FORMS, readCursor, toPage } from "./cursor.ts";
import type { Database } from "./database.ts";
import type { Outbox } from "./outbox.ts";

/** A model, tool or version of a workflow that ran. */
export type UsedThing = {
  readonly kind: "model" | "tool" | "workflow";
  readonly name: string;
  /** "": it has none. */
  readonly version: string;
  readonly firstUsedAt: EpochMs;
  readonly lastUsedAt: EpochMs;
};

/** One that was seen now. */
type Sighting = Pick<UsedThing, "kind" | "name" | "version"> & { readonly org: string; readonly at: EpochMs };

/** Exports of evidence in D1, and what ran. */
export type ComplianceStore = {
  create(one: ComplianceExport, record: AuditRecord): Promise<void>;
  get(org: string, id: string): Promise<ComplianceExport | null>;
  /** The org's exports, newest first. */
  list(org: string, page: PageRequest): Promise<Page<ComplianceExport>>;
  /** Takes up to `limit` running ones that nobody went on with since `before`; two callers share them. */
  take(before: EpochMs, limit: number): Promise<readonly ComplianceExport[]>;
  /** Keeps how far it is. `record`: it is complete, once. */
  keep(one: ComplianceExport, record: AuditRecord | null): Promise<void>;
  /** Notes what ran. */
  note(sightings: readonly Sighting[]): Promise<void>;
  /** What ran, by kind, name and version; those after `after`. Lines of drills, which older versions noted, are left out. */
  used(org: string, after: string | null, limit: number): Promise<readonly (UsedThing & { readonly place: string })[]>;
};

type Row = {
  id: string;
  org: string;
  framework: Framework;
  asked_by: string;
  asked_at: number;
  from_at: number;
  to_at: number;
  status: ComplianceExport["status"];
  progress: string;
  completed_at: number | null;
};

const read = (row: Row): ComplianceExport => ({
  id: row.id,
  org: row.org,
  framework: row.framework,
  askedBy: row.asked_by,
  askedAt: row.asked_at,
  fromAt: row.from_at,
  toAt: row.to_at,
  status: row.status,
  progress: JSON.parse(row.progress) as ExportProgress,
  completedAt: row.completed_at,
});

/** Exports of evidence over D1. */
export function storeCompliance(db: Database, outbox: Outbox, now: () => EpochMs): ComplianceStore {
  return {
    async create({ id, org, framework, askedBy, askedAt, fromAt, toAt, status, progress }, record) {
      const none = sql`NOT EXISTS (SELECT 1 FROM compliance_exports WHERE id = ${id})`;
      await db.batch([
        outbox.statement(org, record, askedAt, none),
        sql`INSERT INTO compliance_exports (id, org, framework, asked_by, asked_at, from_at, to_at, status, progress, completed_at, looked_at)
          SELECT ${id}, ${org}, ${framework}, ${askedBy}, ${askedAt}, ${fromAt}, ${toAt}, ${status}, ${JSON.stringify(progress)}, NULL, ${askedAt}
          WHERE ${none}`,
      ]);
      await outbox.flush(org, record);
    },

    async get(org, id) {
      const [row] = await db.typed.all<Row>(sql`SELECT * FROM compliance_exports WHERE org = ${org} AND id = ${id}`);
      return row === undefined ? null : read(row);
    },

    async list(org, page) {
      const before = readCursor(page.cursor, CURSOR_FORMS.complianceExport);
      // Every id of an export is less than `exp_Z`.
      const rows = await db.typed.all<Row>(sql`
        SELECT * FROM compliance_exports WHERE org = ${org} AND id < ${before ?? "exp_Z"} ORDER BY id DESC LIMIT ${page.limit + 1}`);
      return toPage(rows, page.limit, ({ id }) => id, read);
    },

    async take(before, limit) {
      const rows = await db.typed.all<Row>(sql`
        UPDATE compliance_exports SET looked_at = ${now()} WHERE id IN (
          SELECT id FROM compliance_exports WHERE status = 'running' AND looked_at <= ${before} ORDER BY looked_at LIMIT ${limit})
        RETURNING *`);
      return rows.map(read);
    },

    async keep({ id, org, status, progress, completedAt }, record) {
      const running = sql`EXISTS (SELECT 1 FROM compliance_exports WHERE id = ${id} AND status = 'running')`;
      await db.batch([
        ...(record === null ? [] : [outbox.statement(org, record, now(), running)]),
        sql`UPDATE compliance_exports SET status = ${status}, progress = ${JSON.stringify(progress)}, completed_at = ${completedAt}, looked_at = ${now()}
          WHERE id = ${id} AND status = 'running'`,
      ]);
      if (record !== null) await outbox.flush(org, record);
    },

    async note(sightings) {
      if (sightings.length === 0) return;
      await db.batch([
        sql`INSERT INTO used_things (org, kind, name, version, workflow, first_used_at, last_used_at)
          SELECT value->>'org', value->>'kind', value->>'name', value->>'version', '', value->>'at', value->>'at'
          FROM json_each(${JSON.stringify(sightings)}) WHERE true
          ON CONFLICT (org, kind, name, version, workflow) DO UPDATE SET
            first_used_at = MIN(first_used_at, excluded.first_used_at), last_used_at = MAX(last_used_at, excluded.last_used_at)`,
      ]);
    },

    async used(org, after, limit) {
      const place = sql`kind || ' ' || name || ' ' || substr('0000000000' || version, -10)`;
      return db.typed.all<UsedThing & { place: string }>(sql`
        SELECT kind, name, version, first_used_at AS firstUsedAt, last_used_at AS lastUsedAt, ${place} AS place FROM used_things
        WHERE org = ${org} AND ${place} > ${after ?? ""} AND ${sql.raw(notOfDrill("name"))} ORDER BY ${place} LIMIT ${limit}`);
    },
  };
}
