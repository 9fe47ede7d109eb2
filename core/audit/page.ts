/**
 * Entries of one run (or of none) with consecutive numbers, as they are stored together: a segment in the audit log, a page in D1,
 * byte for byte the same. Knows how a page is made of its entries, and so what it must be.
 */
import { belongsTo } from "./belongs.ts";
import { type AuditEntry, entryText } from "./entry.ts";

/** PERSISTED: audit log table `segments`, D1 table `audit_pages` (migrations/0002_audit.sql) without `org`. */
export type AuditPage = {
  readonly first_seq: number;
  readonly last_seq: number;
  /** The run that all its entries are listed under (belongs.ts); null: they are listed under none. */
  readonly run: string | null;
  /** Canonical JSON (RFC 8785) of the list of entries. */
  readonly entries: string;
};

/** UTF-16 units of `entries`: a page stays far below the 2 MB of a D1 value (developers.cloudflare.com/d1/platform/limits, 2026-10). */
export const PAGE_CHARACTERS = 200_000;

/** Columns of a page in D1. */
export const PAGE_COLUMNS = ["first_seq", "last_seq", "run", "entries"] as const satisfies readonly (keyof AuditPage)[];

/** Cuts consecutive entries into pages: a new one begins with another run, and where the page would grow too long. */
export function pagesOf(entries: readonly AuditEntry[]): AuditPage[] {
  const lists: { readonly run: string | null; readonly entries: AuditEntry[]; readonly texts: string[]; characters: number }[] = [];
  for (const entry of entries) {
    const { run } = belongsTo(entry);
    const text = entryText(entry);
    let list = lists.at(-1);
    if (list === undefined || list.run !== run || list.characters + text.length > PAGE_CHARACTERS) {
      list = { run, entries: [], texts: [], characters: 0 };
      lists.push(list);
    }
    list.entries.push(entry);
    list.texts.push(text);
    list.characters += text.length + 1;
  }
  return lists.flatMap(({ entries: [first, ...more], run, texts }) =>
    first === undefined ? [] : [{ first_seq: first.seq, last_seq: (more.at(-1) ?? first).seq, run, entries: listText(texts) }],
  );
}

/** The one page of these entries, whatever is said of its length; null when no page can be made of them, since they are of several runs. */
export function pageOf(entries: readonly AuditEntry[]): AuditPage | null {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return null;
  const { run } = belongsTo(first);
  if (entries.some((entry) => belongsTo(entry).run !== run)) return null;
  return { first_seq: first.seq, last_seq: last.seq, run, entries: listText(entries.map(entryText)) };
}

/** Canonical JSON of a list, of the canonical JSON of what is in it. */
const listText = (texts: readonly string[]): string => `[${texts.join(",")}]`;

/** The columns in which two pages differ: none when they are byte-equal. */
export const pageDifferences = (a: AuditPage, b: AuditPage): readonly (keyof AuditPage)[] =>
  PAGE_COLUMNS.filter((column) => a[column] !== b[column]);
