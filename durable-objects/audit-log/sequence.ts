/** Gives records their numbers in SQL. Synchronous from end to end: numbering, hashing, signing and storing are one transaction. */
import { createHash } from "node:crypto";
import { belongsTo } from "../../core/audit/belongs.ts";
import { type AuditEntry, GENESIS_HASH, hexBytes, link, signEntry, type UnsignedEntry } from "../../core/audit/entry.ts";
import type { AuditRecord, RecordsMessage } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";
import { KnownRows, type SourcedRow } from "./known-rows.ts";
import { keepEntries, readChain } from "./segments.ts";
import { type AuditSigner, rotated } from "./signer-row.ts";
import { TreeRows } from "./tree-rows.ts";

/**
 * A row none of whose records got a number: it cannot stand beside those of its source that have theirs, or one of its records has
 * no canonical form. Both are bugs of its writer.
 */
export type RefusedRow = {
  readonly source: RecordsMessage["source"];
  readonly row: string;
  readonly code: "row_misplaced" | "not_canonical";
};

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** MUST run inside one `transactionSync`: when signing throws, nothing of it stays. */
export function sequence(sql: SqlStorage, org: string, rows: readonly SourcedRow[], signer: AuditSigner, at: EpochMs): RefusedRow[] {
  const owner = sql.exec<{ org: string }>("SELECT org FROM log").toArray()[0]?.org;
  if (owner === undefined) sql.exec("INSERT INTO log (id, org, pruned_at) VALUES (1, ?, ?)", org, at);
  else if (owner !== org) throw new Error("an audit log numbers the records of one org");
  const known = new KnownRows(sql, at);
  const refused: RefusedRow[] = [];
  let head = readChain(sql) ?? { seq: 0, hash: GENESIS_HASH };
  const entries: AuditEntry[] = rotated(sql, org, head, signer, at);
  head = entries.at(-1) ?? head;
  const tree = new TreeRows(sql);
  const isWhole = tree.size() + entries.length === head.seq; // else it catches up (catch-up.ts), and takes these in with the others
  for (const row of byRun(rows)) {
    const kind = known.look(row);
    if (kind === "known") continue;
    const linked = kind === "new" ? linkAll(row.records, head) : null;
    if (linked === null) {
      refused.push({ source: row.source, row: row.id, code: kind === "misplaced" ? "row_misplaced" : "not_canonical" });
      continue;
    }
    for (const entry of linked) entries.push(signEntry(entry, signer.keyId, signer.sign));
    head = linked.at(-1) ?? head;
    known.note(row);
  }
  keepEntries(sql, entries);
  if (isWhole) tree.grow(entries.map(({ hash }) => hexBytes(hash)));
  known.write();
  return refused;
}

/** Rows of one run stand together, so that they make one page; within a run, and of the runs, the order stays. */
const byRun = (rows: readonly SourcedRow[]): SourcedRow[] => [...Map.groupBy(rows, runOf).values()].flat();

function runOf({ records: [first] }: SourcedRow): string | null {
  try {
    return first === undefined ? null : belongsTo(first).run;
  } catch {
    return null; // it is no record, which `linkAll` finds
  }
}

/** null when one of them has no canonical form, or not that of a record. */
function linkAll(records: readonly AuditRecord[], head: { readonly seq: number; readonly hash: string }): UnsignedEntry[] | null {
  const linked: UnsignedEntry[] = [];
  let { seq, hash } = head;
  try {
    for (const record of records) {
      const entry = link(record, seq + 1, hash, sha256Hex);
      belongsTo(entry); // throws on what could not be listed
      linked.push(entry);
      ({ seq, hash } = entry);
    }
  } catch {
    return null;
  }
  return linked;
}
