/**
 * A fact with its number: the entry of the audit chain as the HTTP contract shows it (docs/contract.md, "Evidence"). Knows what is hashed
 * and what is signed; free of keys and of hash functions, which come in as arguments.
 */
import { canonicalJson } from "../canonical-json.ts";
import type { Json, JsonObject } from "../json.ts";
import { toBase64Url } from "./base64.ts";
import type { AuditRecord } from "./record.ts";

/** SHA-256 of a text's UTF-8 bytes, lower-case hex. */
export type Sha256Hex = (text: string) => string;

/** PERSISTED: as canonical JSON in a page (page.ts), in the audit log until D1 has it, then in D1. */
export type AuditEntry = UnsignedEntry & {
  /** The `kid` of the key in `/.well-known/jwks.json`. */
  readonly key_id: string;
  /** Ed25519 (RFC 8032) over the 32 bytes of `hash`, base64url. */
  readonly signature: string;
};

/** An entry with its number and its link, before it is hashed and signed. */
export type UnsignedEntry = AuditRecord & {
  /** Counts the entries of one org from 1, without gaps. */
  readonly seq: number;
  /** `hash` of the entry before; 64 zeros before the first. */
  readonly prev_hash: string;
  /** SHA-256, hex, of the RFC 8785 canonical JSON of the entry without `hash`, `key_id` and `signature`. */
  readonly hash: string;
};

/** `prev_hash` of the first entry: 64 zeros. */
export const GENESIS_HASH = "0".repeat(64);

/** The record with its number and its link. Fields the contract does not know are left out; a missing source is null and hashed as null. */
export function link(record: AuditRecord, seq: number, prevHash: string, sha256Hex: Sha256Hex): UnsignedEntry {
  const body = {
    event_id: record.event_id,
    ...(record.version === undefined ? {} : { version: record.version }),
    seq,
    timestamp: record.timestamp,
    trace_id: record.trace_id ?? null,
    event_type: record.event_type,
    actor: { type: record.actor.type, id: record.actor.id },
    action: record.action,
    resource: record.resource,
    decision: record.decision ?? null,
    policy_version: record.policy_version ?? null,
    risk_score: record.risk_score ?? null,
    data: record.data ?? null,
    prev_hash: prevHash,
  };
  return { ...body, hash: sha256Hex(canonicalJson(body)) };
}

/** `sign` takes the 32 bytes of the hash. */
export function signEntry(entry: UnsignedEntry, keyId: string, sign: (hash: Uint8Array) => Uint8Array): AuditEntry {
  return { ...entry, key_id: keyId, signature: toBase64Url(sign(hexBytes(entry.hash))) };
}

/** What `hash` covers: everything but itself and the signature. Takes any object, so that a verifier hashes fields it does not know too. */
export function hashedText(entry: JsonObject): string {
  const { hash: _hash, key_id: _keyId, signature: _signature, ...body } = entry;
  return canonicalJson(body);
}

/** The bytes as D1 keeps them. */
export const entryText = (entry: AuditEntry): string => canonicalJson(entry as unknown as Json);

/** Bytes of a hex text of even length; the caller checks the form. */
export function hexBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let index = 0; index < bytes.length; index++) bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}
