/** Sequenced entries into D1, oldest first. A row that is there already must be byte-equal: what differs is told, never overwritten. */
import type { AuditEntry } from "../../core/audit/entry.ts";
import type { Result } from "../../core/result.ts";
import { err, ok } from "../../core/result.ts";
import { differences, ENTRY_COLUMNS, type EntryRow, toRow } from "./rows.ts";

/** What D1 holds is not what was sequenced: the chain is broken there. */
export type BrokenChain = { readonly code: "chain_broken"; readonly seqs: readonly number[] };

/** A D1 value is at most 2 MB (developers.cloudflare.com/d1/platform/limits, 2026-10); the rows of one statement travel as one JSON parameter, so that their number does not meet the limit of 100 parameters. */
const STATEMENT_CHARACTERS = 400_000;

/**
 * `entries` ascending. Each statement pair is one transaction, and the next begins after it: D1 holds a chain without gaps at every
 * moment. Throws when D1 is out of reach.
 */
export async function writeEntries(db: D1Database, org: string, entries: readonly AuditEntry[]): Promise<Result<void, BrokenChain>> {
  const broken: number[] = [];
  for (const rows of inStatements(entries.map(toRow))) {
    const parameter = JSON.stringify(rows);
    const [, stored] = await db.batch<EntryRow>([INSERT, SELECT].map((statement) => db.prepare(statement).bind(org, parameter)));
    const found = new Map((stored?.results ?? []).map((row) => [row.seq, row]));
    for (const row of rows) {
      const there = found.get(row.seq);
      if (there === undefined || differences(row, there).length > 0) broken.push(row.seq);
    }
    if (broken.length > 0) return err({ code: "chain_broken", seqs: broken });
  }
  return ok(undefined);
}

const columns = ENTRY_COLUMNS.join(", ");
const INSERT = `INSERT INTO audit_entries (org, ${columns})
  SELECT ?1, ${ENTRY_COLUMNS.map((column) => `value ->> '$.${column}'`).join(", ")} FROM json_each(?2) WHERE true
  ON CONFLICT DO NOTHING`;
const SELECT = `SELECT ${columns} FROM audit_entries WHERE org = ?1 AND seq IN (SELECT value ->> '$.seq' FROM json_each(?2))`;

function inStatements(rows: readonly EntryRow[]): EntryRow[][] {
  const statements: EntryRow[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    if (size + row.entry.length > STATEMENT_CHARACTERS) {
      statements.push([]);
      size = 0;
    }
    statements.at(-1)?.push(row);
    size += row.entry.length + 200;
  }
  return statements;
}
