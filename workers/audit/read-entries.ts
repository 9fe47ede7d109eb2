/** Entries as the HTTP contract lists them (`GET /v1/audit/entries`): ascending, after a number, filtered; from R2 where D1 has dropped them. */
import type { Json } from "../../core/json.ts";
import { readSegments } from "./segments.ts";
import { STRETCH } from "./types-index.ts";

/** Which entries are asked for. */
export type EntryFilter = {
  readonly after: number;
  readonly run: string | null;
  /** The names of one person; null: everybody. */
  readonly users: readonly string[] | null;
  readonly type: string | null;
  readonly limit: number;
};

/** Whom an entry is listed under: core/audit/belongs.ts in SQL. An empty name is nobody's. */
const USER = `NULLIF(CASE
  WHEN entry.value ->> '$.actor.type' = 'user' THEN entry.value ->> '$.actor.id'
  WHEN json_type(entry.value, '$.data.user') = 'text' THEN entry.value ->> '$.data.user' END, '')`;

/** `goesOn`: the number after which to ask again, when as much was read as one question may; null: there is no more before the next entry. */
export type EntryPage = { readonly entries: readonly Json[]; readonly goesOn: number | null };

/** One page of entries, wherever they lie. */
export async function readThrough(
  ports: { readonly db: D1Database; readonly bucket: R2Bucket },
  org: string,
  filter: EntryFilter,
): Promise<EntryPage> {
  const dropped = await readSegments(ports, org, filter, filter.limit);
  if (dropped.goesOn !== null || dropped.entries.length === filter.limit) return dropped;
  const kept = await readKept(ports.db, org, { ...filter, limit: filter.limit - dropped.entries.length });
  return { entries: [...dropped.entries, ...kept.entries], goesOn: kept.goesOn };
}

/** Entries that D1 has, as many as asked for. */
export async function readEntries(db: D1Database, org: string, filter: EntryFilter): Promise<readonly Json[]> {
  const entries: Json[] = [];
  for (let after: number | null = filter.after; after !== null && entries.length < filter.limit; ) {
    const page: EntryPage = await readKept(db, org, { ...filter, after, limit: filter.limit - entries.length });
    entries.push(...page.entries);
    after = page.goesOn;
  }
  return entries;
}

/** Entries wherever they lie, as many as asked for. */
export async function readWherever(
  ports: { readonly db: D1Database; readonly bucket: R2Bucket },
  org: string,
  filter: EntryFilter,
): Promise<readonly Json[]> {
  const entries: Json[] = [];
  for (let after: number | null = filter.after; after !== null && entries.length < filter.limit; ) {
    const page: EntryPage = await readThrough(ports, org, { ...filter, after, limit: filter.limit - entries.length });
    entries.push(...page.entries);
    after = page.goesOn;
  }
  return entries;
}

/** Numbers that one question about a user reads through, where no run narrows it: there may be thousands of users, and no index by them. */
const READ_THROUGH = 20_000;

/**
 * One page of the entries that D1 has. By run it goes through the pages of the run, by type through the stretches in which the type is, and otherwise
 * from the number on, so that it costs what it gives and not what the log has.
 */
async function readKept(db: D1Database, org: string, filter: EntryFilter): Promise<EntryPage> {
  const { type, run, after } = filter;
  if (type !== null && run === null) return { entries: await readOfType(db, org, { ...filter, type }), goesOn: null };
  if (filter.users === null || run !== null) return { entries: await readFrom(db, org, filter, null), goesOn: null };
  const until = after + READ_THROUGH;
  const entries = await readFrom(db, org, filter, until);
  if (entries.length === filter.limit) return { entries, goesOn: null };
  const more = await db.prepare("SELECT 1 FROM audit_pages WHERE org = ? AND first_seq > ? LIMIT 1").bind(org, until).first();
  return { entries, goesOn: more === null ? null : until };
}

/** Entries after a number, and up to another one. */
async function readFrom(db: D1Database, org: string, filter: EntryFilter, until: number | null): Promise<Json[]> {
  const conditions = conditionsOf(filter);
  return entriesOf(
    db
      .prepare(fromStatement(conditions.map(([condition]) => condition)))
      .bind(org, filter.after, filter.limit, until ?? Number.MAX_SAFE_INTEGER, ...conditions.map(([, value]) => value)),
  );
}

/** What is from before types were noted is read through, the rest by the index. */
async function readOfType(db: D1Database, org: string, filter: EntryFilter & { readonly type: string }): Promise<Json[]> {
  const typed = await db.prepare("SELECT first_seq FROM audit_typed WHERE org = ?").bind(org).first<{ first_seq: number }>();
  const notedFrom = typed?.first_seq ?? Number.MAX_SAFE_INTEGER;
  const older = filter.after < notedFrom - 1 ? await readFrom(db, org, filter, notedFrom - 1) : [];
  if (typed === null || older.length === filter.limit) return older;
  const byUser = filter.users === null ? [] : [JSON.stringify(filter.users)];
  const after = Math.max(filter.after, notedFrom - 1);
  const statement = db.prepare(typeStatement(byUser.length > 0)).bind(org, after, filter.limit - older.length, filter.type, ...byUser);
  return [...older, ...(await entriesOf(statement))];
}

async function entriesOf(statement: D1PreparedStatement): Promise<Json[]> {
  const { results } = await statement.all<{ entry: string }>();
  return results.map((row) => JSON.parse(row.entry) as Json);
}

const BY_USER = `${USER} IN (SELECT value FROM json_each(?))`;

const conditionsOf = ({ run, users, type }: EntryFilter): [string, string][] =>
  (
    [
      ["page.run = ?", run],
      [BY_USER, users === null ? null : JSON.stringify(users)],
      ["entry.value ->> '$.event_type' = ?", type],
    ] as const
  ).flatMap(([condition, wanted]): [string, string][] => (wanted === null ? [] : [[condition, wanted]]));

/** Pages do not overlap: what comes after a number is in the last page that begins at or before it, and in those that follow. */
const FIRST_PAGE = "COALESCE((SELECT MAX(first_seq) FROM audit_pages WHERE org = ?1 AND first_seq <= ?2), 0)";

/** Of org ?1 after ?2, ?3 at most, up to ?4; the values of the conditions follow. */
export const fromStatement = (conditions: readonly string[]): string => `
  SELECT entry.value AS entry FROM audit_pages AS page, json_each(page.entries) AS entry
  WHERE page.org = ?1 AND page.first_seq >= ${FIRST_PAGE} AND page.first_seq <= ?4
    AND entry.value ->> '$.seq' > ?2 AND entry.value ->> '$.seq' <= ?4
    ${conditions.map((condition, index) => `AND ${condition.replace("?", `?${index + 5}`)}`).join(" ")}
  ORDER BY page.first_seq, entry.key LIMIT ?3`;

/** Of org ?1 after ?2, ?3 at most, of type ?4, and of user ?5. CROSS: the order of the loops is the order of the entries. */
export const typeStatement = (byUser: boolean): string => `
  SELECT entry.value AS entry FROM audit_types AS it CROSS JOIN audit_pages AS page CROSS JOIN json_each(page.entries) AS entry
  WHERE it.org = ?1 AND it.type = ?4 AND it.stretch >= ${FIRST_PAGE} / ${STRETCH}
    AND page.org = ?1 AND page.first_seq >= MAX(it.stretch * ${STRETCH}, ${FIRST_PAGE}) AND page.first_seq < (it.stretch + 1) * ${STRETCH}
    AND entry.value ->> '$.seq' > ?2 AND entry.value ->> '$.event_type' = ?4 ${byUser ? `AND ${BY_USER.replace("?", "?5")}` : ""}
  ORDER BY it.stretch, page.first_seq, entry.key LIMIT ?3`;
