/**
 * The entries for ever: segments in R2, JSON lines and gzip, under the bucket's lock. What a checkpoint covers is sealed in portions; D1 keeps
 * a window, and drops a page only when R2 has its entries. What is sealed is the chain: hashes and links are computed again before.
 */
import { createHash } from "node:crypto";
import { belongsTo } from "../../core/audit/belongs.ts";
import { type AuditEntry, entryText, GENESIS_HASH, hashedText } from "../../core/audit/entry.ts";
import { isObject, type Json } from "../../core/json.ts";
import { type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { forgetTypes } from "./types-index.ts";

/** What keeping segments needs. */
export type SegmentPorts = { readonly db: D1Database; readonly bucket: R2Bucket; readonly now: () => EpochMs; readonly log: Log };

/** Entries that fill a segment. */
const SEGMENT_ENTRIES = 4_096;
/** UTF-16 units of pages that fill one too: it is made in memory. */
const SEGMENT_CHARACTERS = 4_000_000;
/** What does not fill a segment is sealed when its first entry is this old. */
const SEAL_AFTER_MS = 24 * 60 * 60_000;
/** Segments that are sealed, or dropped from D1, at once. */
const AT_ONCE = 20;
/** D1 keeps entries this long, and less where it is larger than `D1_BYTES`: a database ends at 10 GB (developers.cloudflare.com/d1/platform/limits, 2026-10). */
const WINDOW_MS = 30 * 24 * 60 * 60_000;
const D1_BYTES = 5_000_000_000;

/** PERSISTED: the key of a segment in R2. */
export const segmentKey = (org: string, firstSeq: number): string => `sealed/${org}/segment/${String(firstSeq).padStart(16, "0")}.jsonl.gz`;

type Sealed = { readonly last_seq: number; readonly last_hash: string };
type Page = { readonly entries: string };

/**
 * Seals what is due of the first `covered` entries. `leafOf`: the hash that the tree has for a number. Answers up to which number R2 has
 * everything. What is not the chain is told and not sealed. Throws when D1 or R2 is out of reach.
 */
export async function sealSegments(
  ports: SegmentPorts,
  org: string,
  covered: number,
  leafOf: (seq: number) => Promise<string>,
): Promise<number> {
  const { db } = ports;
  const query = "SELECT last_seq, last_hash FROM audit_segments WHERE org = ? ORDER BY first_seq DESC LIMIT 1";
  let sealed: Sealed = (await db.prepare(query).bind(org).first<Sealed>()) ?? { last_seq: 0, last_hash: GENESIS_HASH };
  for (let turn = 0; turn < AT_ONCE; turn++) {
    const { results } = await db.prepare(UNSEALED).bind(org, sealed.last_seq, covered).all<Page>();
    const entries = results.flatMap((page) => JSON.parse(page.entries) as AuditEntry[]);
    const [first] = entries;
    const last = entries.at(-1);
    if (first === undefined || last === undefined || !isFull(entries, results, ports.now())) break;
    const wrong = firstUnlinked(entries, sealed);
    if (wrong !== null || (await leafOf(last.seq)) !== last.hash) {
      ports.log(logLine("audit.chain_broken", { org, seqs: [wrong ?? last.seq] }));
      break;
    }
    if (!(await keepSegment(ports, org, entries))) break;
    sealed = { last_seq: last.seq, last_hash: last.hash };
  }
  return sealed.last_seq;
}

/** The next pages, as many as make a segment; one at least. */
const UNSEALED = `
  SELECT entries FROM (
    SELECT *, SUM(LENGTH(entries)) OVER (ORDER BY first_seq) - LENGTH(entries) AS characters_before,
      SUM(last_seq - first_seq + 1) OVER (ORDER BY first_seq) - (last_seq - first_seq + 1) AS entries_before
    FROM (SELECT * FROM audit_pages WHERE org = ?1 AND first_seq > ?2 AND last_seq <= ?3 ORDER BY first_seq LIMIT ${SEGMENT_ENTRIES}))
  WHERE characters_before < ${SEGMENT_CHARACTERS} AND entries_before < ${SEGMENT_ENTRIES} ORDER BY first_seq`;

function isFull(entries: readonly AuditEntry[], pages: readonly Page[], at: EpochMs): boolean {
  if (entries.length >= SEGMENT_ENTRIES || pages.reduce((sum, page) => sum + page.entries.length, 0) >= SEGMENT_CHARACTERS) return true;
  return at - Date.parse(entries[0]?.timestamp ?? "") >= SEAL_AFTER_MS;
}

/** The number of the first entry that does not follow the one before; null: all do. */
function firstUnlinked(entries: readonly AuditEntry[], before: Sealed): number | null {
  let { last_seq: seq, last_hash: hash } = before;
  for (const entry of entries) {
    const own = createHash("sha256")
      .update(hashedText(entry as unknown as Parameters<typeof hashedText>[0]))
      .digest("hex");
    if (entry.seq !== seq + 1 || entry.prev_hash !== hash || entry.hash !== own) return seq + 1;
    [seq, hash] = [entry.seq, own];
  }
  return null;
}

/** False: R2 has something else under this key, which is told and never overwritten. */
async function keepSegment({ db, bucket, log }: SegmentPorts, org: string, entries: readonly AuditEntry[]): Promise<boolean> {
  const [first, last] = [entries[0] as AuditEntry, entries.at(-1) as AuditEntry];
  const key = segmentKey(org, first.seq);
  const text = `${entries.map(entryText).join("\n")}\n`;
  const packed = await new Response(new Response(text).body?.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  const options = { httpMetadata: { contentType: "application/gzip" }, onlyIf: { etagDoesNotMatch: "*" } };
  if ((await bucket.put(key, packed, options)) === null && (await readSegment(bucket, key)) !== text) {
    log(logLine("audit.segment_differs", { org, seqs: [first.seq] }));
    return false;
  }
  const runs = [...new Set(entries.map((entry) => belongsTo(entry).run).filter((run) => run !== null))];
  await db.batch([
    db
      .prepare("INSERT INTO audit_segments (org, first_seq, last_seq, last_hash, last_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .bind(org, first.seq, last.seq, last.hash, Date.parse(last.timestamp)),
    db
      .prepare(
        "INSERT INTO audit_segment_runs (org, run, first_seq) SELECT ?1, value, ?2 FROM json_each(?3) WHERE TRUE ON CONFLICT DO NOTHING",
      )
      .bind(org, first.seq, JSON.stringify(runs)),
  ]);
  return true;
}

async function readSegment(bucket: R2Bucket, key: string): Promise<string | null> {
  const object = await bucket.get(key);
  return object === null ? null : new Response(object.body.pipeThrough(new DecompressionStream("gzip"))).text();
}

/** Drops from D1 what R2 has and what is older than the window: the oldest first, a few at once. Answers how many segments that were. */
export async function trimPages({ db, bucket, now, log }: SegmentPorts): Promise<number> {
  const { meta } = await db.prepare("SELECT 1").all();
  const before = (meta.size_after ?? 0) > D1_BYTES ? Number.MAX_SAFE_INTEGER : now() - WINDOW_MS;
  const query = "SELECT org, first_seq, last_seq FROM audit_segments WHERE trimmed_at IS NULL AND last_at < ? ORDER BY last_at LIMIT ?";
  const { results } = await db.prepare(query).bind(before, AT_ONCE).all<{ org: string; first_seq: number; last_seq: number }>();
  let trimmed = 0;
  for (const { org, first_seq: first, last_seq: last } of results) {
    if ((await bucket.head(segmentKey(org, first))) === null) {
      log(logLine("audit.segment_differs", { org, seqs: [first] }));
      continue;
    }
    await db.batch([
      db.prepare("DELETE FROM audit_pages WHERE org = ? AND first_seq BETWEEN ? AND ?").bind(org, first, last),
      forgetTypes(db, org, first, last),
      db.prepare("UPDATE audit_segments SET trimmed_at = ? WHERE org = ? AND first_seq = ?").bind(now(), org, first),
    ]);
    trimmed++;
  }
  return trimmed;
}

/** Segments that one question reads at most: each is some thousand entries. */
const READ_AT_ONCE = 12;

/** Which entries of the segments are asked for. */
export type SegmentFilter = {
  readonly after: number;
  readonly run: string | null;
  readonly users: readonly string[] | null;
  readonly type: string | null;
};

/**
 * Entries that D1 has dropped, ascending. `goesOn`: after which number the next question starts, when this one read as much as one may;
 * null: there is no more of them. Throws when R2 has lost a segment.
 */
export async function readSegments(
  { db, bucket }: Pick<SegmentPorts, "db" | "bucket">,
  org: string,
  { after, run, users, type }: SegmentFilter,
  limit: number,
): Promise<{ readonly entries: Json[]; readonly goesOn: number | null }> {
  // Of a run by its own segments: the log of years has a hundred thousand others.
  const from =
    run === null
      ? "audit_segments AS s WHERE s.org = ?1"
      : "audit_segment_runs AS it CROSS JOIN audit_segments AS s ON s.org = it.org AND s.first_seq = it.first_seq WHERE it.org = ?1 AND it.run = ?4";
  const { results } = await db
    .prepare(
      `SELECT s.first_seq AS first_seq, s.last_seq AS last_seq FROM ${from}
       AND s.trimmed_at IS NOT NULL AND s.pruned_at IS NULL AND s.last_seq > ?2 ORDER BY s.first_seq LIMIT ?3`,
    )
    .bind(org, after, READ_AT_ONCE + 1, ...(run === null ? [] : [run]))
    .all<{ first_seq: number; last_seq: number }>();
  const entries: Json[] = [];
  for (const { first_seq: first } of results.slice(0, READ_AT_ONCE)) {
    const text = await readSegment(bucket, segmentKey(org, first));
    if (text === null) throw new Error("a segment of the audit log is not in R2");
    for (const line of text.split("\n")) {
      if (line === "") continue;
      const entry = JSON.parse(line) as Json;
      if (!isObject(entry) || Number(entry["seq"]) <= after || (type !== null && entry["event_type"] !== type)) continue;
      const belongs = belongsTo(entry as unknown as AuditEntry);
      if ((run !== null && belongs.run !== run) || (users !== null && !users.includes(belongs.user ?? ""))) continue;
      entries.push(entry);
      if (entries.length === limit) return { entries, goesOn: null };
    }
  }
  const lastRead = results[READ_AT_ONCE - 1];
  return { entries, goesOn: results.length > READ_AT_ONCE && lastRead !== undefined ? lastRead.last_seq : null };
}
