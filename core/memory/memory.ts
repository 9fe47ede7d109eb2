/** What is remembered of a person beyond a run: its tiers, how long it is kept, and how callers see it. Pure. */
import type { Holder } from "../access/person.ts";
import type { DataClass, Label } from "../label/label.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";

/** `episodic`: what happened; `semantic`: facts and preferences. */
export const MEMORY_TIERS = ["episodic", "semantic"] as const;
/** A tier of memory. */
export type MemoryTier = (typeof MEMORY_TIERS)[number];

/** One memory. PERSISTED: fields may be added. */
export type Memory = {
  readonly id: string;
  readonly subject: string;
  readonly tier: MemoryTier;
  /** Personal data in it is a placeholder of the vault under the memory's own id: it resolves in no run. */
  readonly text: string;
  readonly pinned: boolean;
  readonly sensitivity: DataClass;
  /** `person`: of themselves; `app`: a key that may speak for others. */
  readonly source: "person" | "app";
  readonly trust: Label["trust"];
  readonly status: "active" | "quarantined";
  readonly by: Holder;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly expiresAt: EpochMs;
};

const DAY_MS = 86_400_000;
/** Days that a memory is kept where nobody says, by its class: the more confidential, the shorter. Nothing is kept without end. */
const KEPT_DAYS: { readonly [C in DataClass]: number } = { public: 365, internal: 180, confidential: 90, restricted: 30 };

/** When a memory ends. `days` null: the default of its class. */
export const expiryOf = (sensitivity: DataClass, days: number | null, at: EpochMs): EpochMs =>
  at + (days ?? KEPT_DAYS[sensitivity]) * DAY_MS;

/** A memory as callers see it. */
export const memoryView = (one: Memory) => ({
  id: one.id,
  subject: one.subject,
  tier: one.tier,
  text: one.text,
  pinned: one.pinned,
  sensitivity: one.sensitivity,
  source: one.source,
  trust: one.trust,
  status: one.status,
  created_at: toRfc3339(one.createdAt),
  updated_at: toRfc3339(one.updatedAt),
  expires_at: toRfc3339(one.expiresAt),
});

/** Objects that an org's memories are spread over, by subject. PERSISTED: a memory's id ends with the letter of its object. */
const SHARDS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The letter of a subject's object. */
export function shardOfSubject(subject: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < subject.length; at++) hash = Math.imul(hash ^ subject.charCodeAt(at), 0x01000193);
  return SHARDS.charAt((hash >>> 3) % SHARDS.length);
}

/** An id in the subject's object. */
export const idInShard = (id: string, subject: string): string => `${id.slice(0, -1)}${shardOfSubject(subject)}`;
/** The letter of the object that holds a memory. */
export const shardOfMemory = (id: string): string => id.slice(-1);
