/**
 * The entry that names the key which signs from here on. It is signed with the key that it retires, so whoever trusts that one can follow to
 * the next. Where the retired key is lost nobody can sign it: the entry then says that nothing introduces the new key.
 */
import { mintId } from "../ids.ts";
import { isObject, type Json } from "../json.ts";
import type { EpochMs } from "../time.ts";
import { type AuditRecord, auditRecord } from "./record.ts";

/** A change of the key that signs a log. Ids are `kid`s in `/.well-known/jwks.json`. */
export type KeyRotation = {
  readonly retired: string;
  readonly current: string;
  /** Signs checkpoints from here on; null: not known. */
  readonly checkpoints: string | null;
  /** False: the retired key did not sign the entry. */
  readonly introduced: boolean;
};

const TYPE = "audit.key_rotated";

/** `unique`: 10 bytes that no other rotation of this log has. */
export function rotationRecord({ retired, current, checkpoints, introduced }: KeyRotation, at: EpochMs, unique: Uint8Array): AuditRecord {
  return auditRecord({
    id: mintId("evt", at, unique),
    at,
    type: TYPE,
    actor: { type: "system", id: "audit-log" },
    action: "audit.sign",
    resource: "audit",
    data: { retired_key_id: retired, key_id: current, checkpoint_key_id: checkpoints, introduced },
  });
}

/** Which keys an entry retires and introduces; null: it is about something else. */
export function rotationIn(entry: Json): Pick<KeyRotation, "retired" | "current"> | null {
  if (!isObject(entry) || entry["event_type"] !== TYPE || !isObject(entry["data"])) return null;
  const { retired_key_id: retired, key_id: current } = entry["data"];
  return typeof retired === "string" && typeof current === "string" ? { retired, current } : null;
}
