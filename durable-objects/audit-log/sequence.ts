/** Gives records their numbers in SQL. Synchronous from end to end: numbering, hashing, signing and storing are one transaction. */
import { createHash } from "node:crypto";
import { type AuditEntry, entryText, GENESIS_HASH, link, signEntry } from "../../core/audit/entry.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { EpochMs } from "../../core/time.ts";
import { KEPT_MS } from "./schema.ts";

/** Signs the 32 bytes of a hash (Ed25519), synchronously: a signature that needed an `await` would let two appends interleave. */
export type AuditSigner = { readonly keyId: string; readonly sign: (hash: Uint8Array) => Uint8Array };

/** Why a record cannot have a number: it differs from the one that had its id before, or it has no canonical form. Both are bugs of the writer. */
export type RefusedRecord = { readonly event_id: string; readonly code: "event_id_reused" | "not_canonical" };

export type AppendAnswer = { readonly entries: AuditEntry[]; readonly refused: RefusedRecord[] };

export type Chain = { readonly org: string; readonly seq: number; readonly hash: string; readonly integratedSeq: number };

type StoredEntry = { seq: number; prev_hash: string; hash: string; key_id: string; signature: string };

export const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

export function readChain(sql: SqlStorage): Chain | null {
  const row = sql
    .exec<{ org: string; seq: number; hash: string; integrated_seq: number }>("SELECT org, seq, hash, integrated_seq FROM chain")
    .toArray()[0];
  return row === undefined ? null : { org: row.org, seq: row.seq, hash: row.hash, integratedSeq: row.integrated_seq };
}

/** MUST run inside one `transactionSync`: when signing throws, nothing of it stays. */
export function sequence(sql: SqlStorage, org: string, records: readonly AuditRecord[], signer: AuditSigner, at: EpochMs): AppendAnswer {
  const chain = readChain(sql) ?? { org, seq: 0, hash: GENESIS_HASH, integratedSeq: 0 };
  if (chain.org !== org) throw new Error("an audit log numbers the records of one org");
  let { seq, hash } = chain;
  const entries: AuditEntry[] = [];
  const refused: RefusedRecord[] = [];
  for (const record of records) {
    const known = storedEntry(sql, record.event_id);
    if (known !== null) {
      const again = linkOrNull(record, known.seq, known.prev_hash);
      if (again?.hash === known.hash) entries.push({ ...again, key_id: known.key_id, signature: known.signature });
      else refused.push({ event_id: record.event_id, code: "event_id_reused" });
      continue;
    }
    const unsigned = linkOrNull(record, seq + 1, hash);
    if (unsigned === null) {
      refused.push({ event_id: record.event_id, code: "not_canonical" });
      continue;
    }
    const entry = signEntry(unsigned, signer.keyId, signer.sign);
    keep(sql, entry, at);
    entries.push(entry);
    ({ seq, hash } = entry);
  }
  sql.exec(
    `INSERT INTO chain (id, org, seq, hash, integrated_seq) VALUES (1, ?1, ?2, ?3, 0)
     ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
    org,
    seq,
    hash,
  );
  return { entries, refused };
}

/** Forgets which records had a number, long after anybody can deliver them again. Bounded, so that an append stays quick. */
export function forgetOld(sql: SqlStorage, at: EpochMs): void {
  sql.exec(
    "DELETE FROM entries WHERE seq IN (SELECT seq FROM entries WHERE body IS NULL AND sequenced_at < ? ORDER BY seq LIMIT 500)",
    at - KEPT_MS,
  );
}

function storedEntry(sql: SqlStorage, eventId: string): StoredEntry | null {
  const query = "SELECT seq, prev_hash, hash, key_id, signature FROM entries WHERE event_id = ?";
  return sql.exec<StoredEntry>(query, eventId).toArray()[0] ?? null;
}

function keep(sql: SqlStorage, entry: AuditEntry, at: EpochMs): void {
  sql.exec(
    "INSERT INTO entries (seq, event_id, prev_hash, hash, key_id, signature, sequenced_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    entry.seq,
    entry.event_id,
    entry.prev_hash,
    entry.hash,
    entry.key_id,
    entry.signature,
    at,
    entryText(entry),
  );
}

/** null when the record has no canonical form. */
function linkOrNull(record: AuditRecord, seq: number, prevHash: string) {
  try {
    return link(record, seq, prevHash, sha256Hex);
  } catch {
    return null;
  }
}
