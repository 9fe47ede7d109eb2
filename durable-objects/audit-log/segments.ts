/** The chain's newest end in SQL: its head, and the pages that D1 does not have yet. */
import type { AuditEntry } from "../../core/audit/entry.ts";
import { type AuditPage, pagesOf } from "../../core/audit/page.ts";
import type { Json } from "../../core/json.ts";

/** The head of the chain, and how far D1 has it. */
export type Chain = { readonly org: string; readonly seq: number; readonly hash: string; readonly integratedSeq: number };

/** Of one answer: characters, for a message over RPC holds 32 MiB (developers.cloudflare.com/workers/runtime-apis/rpc, 2026-10), and pages. */
const ANSWER = { characters: 4_000_000, pages: 500 };

type Newest = { id: number; last_seq: number; last_hash: string; emptied: number };

/** null before the first number. */
export function readChain(sql: SqlStorage): Chain | null {
  const org = sql.exec<{ org: string }>("SELECT org FROM log").toArray()[0]?.org;
  const newest = newestOf(sql);
  if (org === undefined || newest === null) return null;
  const oldest = sql
    .exec<{ first_seq: number }>("SELECT first_seq FROM segments WHERE entries IS NOT NULL ORDER BY id LIMIT 1")
    .toArray()[0];
  return {
    org,
    seq: newest.last_seq,
    hash: newest.last_hash,
    integratedSeq: oldest === undefined ? newest.last_seq : oldest.first_seq - 1,
  };
}

/** `entries` ascending, following the head. */
export function keepEntries(sql: SqlStorage, entries: readonly AuditEntry[]): void {
  const hashes = new Map(entries.map(({ seq, hash }) => [seq, hash]));
  const newest = newestOf(sql);
  // An emptied segment stands alone, so it is overwritten: one row written instead of two.
  let id = newest === null ? 1 : newest.emptied ? newest.id : newest.id + 1;
  for (const page of pagesOf(entries)) {
    sql.exec(
      `INSERT INTO segments (id, first_seq, last_seq, last_hash, run, entries) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (id) DO UPDATE SET first_seq = ?2, last_seq = ?3, last_hash = ?4, run = ?5, entries = ?6`,
      id++,
      page.first_seq,
      page.last_seq,
      hashes.get(page.last_seq) ?? null,
      page.run,
      page.entries,
    );
  }
}

/** What D1 does not have yet, oldest first: the first of it, when it is much. */
export function pendingPages(sql: SqlStorage): AuditPage[] {
  const pages: AuditPage[] = [];
  let characters = 0;
  const query = "SELECT first_seq, last_seq, run, entries FROM segments WHERE entries IS NOT NULL ORDER BY id";
  for (const page of sql.exec<{ first_seq: number; last_seq: number; run: string | null; entries: string }>(query)) {
    characters += page.entries.length;
    if (pages.length === ANSWER.pages || (pages.length > 0 && characters > ANSWER.characters)) break;
    pages.push(page);
  }
  return pages;
}

/** Entries after a number, of those that D1 may not have yet. */
export function keptEntries(sql: SqlStorage, after: number): Json[] {
  const query = "SELECT entries FROM segments WHERE entries IS NOT NULL AND last_seq > ? ORDER BY id";
  const entries = sql
    .exec<{ entries: string }>(query, after)
    .toArray()
    .flatMap((row) => JSON.parse(row.entries) as AuditEntry[]);
  return entries.filter(({ seq }) => seq > after) as unknown as Json[];
}

/** D1 has every entry up to this number. */
export function dropPages(sql: SqlStorage, upToSeq: number): void {
  const newest = newestOf(sql);
  if (newest === null) return;
  sql.exec("DELETE FROM segments WHERE id < ? AND last_seq <= ?", newest.id, upToSeq);
  if (!newest.emptied && newest.last_seq <= upToSeq) sql.exec("UPDATE segments SET entries = NULL WHERE id = ?", newest.id);
}

function newestOf(sql: SqlStorage): Newest | null {
  const query = "SELECT id, last_seq, last_hash, entries IS NULL AS emptied FROM segments ORDER BY id DESC LIMIT 1";
  return sql.exec<Newest>(query).toArray()[0] ?? null;
}
