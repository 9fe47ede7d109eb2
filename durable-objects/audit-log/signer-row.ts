/**
 * Which key signs a log, in SQL, and what happens when the deployment's key is another one: the log's next entry names both and is signed by
 * the one that it retires. Synchronous; runs inside the transaction that numbers.
 */
import { createHash } from "node:crypto";
import { type AuditEntry, link, signEntry } from "../../core/audit/entry.ts";
import { rotationRecord } from "../../core/audit/key-rotation.ts";
import type { EpochMs } from "../../core/time.ts";

/** Signs the 32 bytes of a hash (Ed25519), synchronously: a signature that needed an `await` would let two appends interleave. */
export type AuditSigner = {
  readonly keyId: string;
  readonly sign: (hash: Uint8Array) => Uint8Array;
  /** The key of checkpoints that goes with it. */
  readonly checkpointKeyId?: string;
  /** The key that this one replaces, as long as it may sign its own retirement; null or absent: there is none. */
  readonly replaced?: AuditSigner | null;
};

/** The key in force, and those before it. */
export type KeptSigner = { readonly kid: string; readonly retired: readonly string[] };

/** null: no entry yet, or all are from before keys were noted. */
export function readSigner(sql: SqlStorage): KeptSigner | null {
  const row = sql.exec<{ kid: string; retired: string }>("SELECT kid, retired FROM signer").toArray()[0];
  return row === undefined ? null : { kid: row.kid, retired: JSON.parse(row.retired) as string[] };
}

/** Takes the place of the one before. */
export function keepSigner(sql: SqlStorage, { kid, retired }: KeptSigner): void {
  const text = JSON.stringify(retired);
  sql.exec("INSERT INTO signer (id, kid, retired) VALUES (1, ?1, ?2) ON CONFLICT (id) DO UPDATE SET kid = ?1, retired = ?2", kid, text);
}

/**
 * The entry about a change of keys, following `head`; none where the key is the same. Throws when the deployment signs with a key that this
 * log has retired: an isolate of before the change must not sign on.
 */
export function rotated(
  sql: SqlStorage,
  org: string,
  head: { readonly seq: number; readonly hash: string },
  signer: AuditSigner,
  at: EpochMs,
): AuditEntry[] {
  const known = readSigner(sql);
  if (known?.kid === signer.keyId) return [];
  if (known === null) {
    keepSigner(sql, { kid: signer.keyId, retired: [] });
    return [];
  }
  const replaced = signer.replaced?.keyId === known.kid ? signer.replaced : null;
  if (replaced === null && known.retired.includes(signer.keyId)) throw new Error("audit.key_retired");
  const rotation = {
    retired: known.kid,
    current: signer.keyId,
    checkpoints: signer.checkpointKeyId ?? null,
    introduced: replaced !== null,
  };
  const unique = createHash("sha256")
    .update(JSON.stringify([org, head.seq, known.kid, signer.keyId]))
    .digest();
  const record = rotationRecord(rotation, at, new Uint8Array(unique.subarray(0, 10)));
  const entry = link(record, head.seq + 1, head.hash, sha256Hex);
  const { keyId, sign } = replaced ?? signer;
  const retired = [...known.retired.filter((kid) => kid !== signer.keyId), known.kid];
  keepSigner(sql, { kid: signer.keyId, retired });
  return [signEntry(entry, keyId, sign)];
}

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");
