/** Sequenced pages into D1, oldest first. A page that is there already must be byte-equal: what differs is told, never overwritten. */
import { type AuditPage, PAGE_COLUMNS, pageDifferences } from "../../core/audit/page.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { noteTypes } from "./types-index.ts";

/** What D1 holds is not what was sequenced: the chain is broken at the pages that begin with these numbers. */
export type BrokenChain = { readonly code: "chain_broken"; readonly seqs: readonly number[] };

/** A statement has at most 100 parameters (developers.cloudflare.com/d1/platform/limits, 2026-10): four a page, one for the org. */
const STATEMENT = { pages: 24, characters: 1_000_000 };

/**
 * `pages` ascending. Each statement is a transaction, and the next begins after it: D1 holds a chain without gaps at every moment.
 * Throws when D1 is out of reach.
 */
export async function writePages(db: D1Database, org: string, pages: readonly AuditPage[]): Promise<Result<void, BrokenChain>> {
  for (const together of inStatements(pages)) {
    const values = together.flatMap((page) => PAGE_COLUMNS.map((column) => page[column]));
    const insert = db.prepare(insertOf(together.length)).bind(org, ...values);
    const [inserted] = await db.batch([insert, ...noteTypes(db, org, together)]);
    if (inserted?.meta.changes === together.length) continue;
    const broken = await brokenOf(db, org, together);
    if (broken.length > 0) return err({ code: "chain_broken", seqs: broken });
  }
  return ok(undefined);
}

/** Leaves out what begins at or before a number that a stored page has: the page is there already, or another is in its place. */
function insertOf(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `(${PAGE_COLUMNS.map((_, at) => `?${2 + index * 4 + at}`).join(", ")})`);
  return `
    WITH given (${columns}) AS (VALUES ${rows.join(", ")})
    INSERT INTO audit_pages (org, ${columns}) SELECT ?1, ${columns} FROM given
    WHERE COALESCE((SELECT stored.last_seq FROM audit_pages AS stored
      WHERE stored.org = ?1 AND stored.first_seq <= given.last_seq ORDER BY stored.first_seq DESC LIMIT 1), 0) < given.first_seq`;
}

/** The first numbers of the pages that D1 holds otherwise, or has not taken. */
async function brokenOf(db: D1Database, org: string, pages: readonly AuditPage[]): Promise<number[]> {
  const { results } = await db
    .prepare(`SELECT ${columns} FROM audit_pages WHERE org = ?1 AND first_seq IN (SELECT value FROM json_each(?2))`)
    .bind(org, JSON.stringify(pages.map((page) => page.first_seq)))
    .all<AuditPage>();
  const stored = new Map(results.map((page) => [page.first_seq, page]));
  const isBroken = (page: AuditPage): boolean => {
    const there = stored.get(page.first_seq);
    return there === undefined || pageDifferences(page, there).length > 0;
  };
  return pages.filter(isBroken).map((page) => page.first_seq);
}

const columns = PAGE_COLUMNS.join(", ");

function inStatements(pages: readonly AuditPage[]): AuditPage[][] {
  const statements: AuditPage[][] = [];
  let characters = 0;
  for (const page of pages) {
    const last = statements.at(-1);
    characters += page.entries.length;
    if (last === undefined || last.length === STATEMENT.pages || characters > STATEMENT.characters) {
      statements.push([page]);
      characters = page.entries.length;
    } else last.push(page);
  }
  return statements;
}
