/** What is remembered of a person beyond a run: its tiers, how long it is kept, and how callers see it. Pure. */
import { authorOf, type Speaker, speaksFor } from "../access/person.ts";
import type { DataClass, Label } from "../label/label.ts";
import { type EpochMs, orNullRfc3339, toRfc3339 } from "../time.ts";
import { type Fact, isSameFact } from "./facts.ts";

/** `episodic`: what happened; `semantic`: facts and preferences. */
export const MEMORY_TIERS = ["episodic", "semantic"] as const;
/** A tier of memory. */
export type MemoryTier = (typeof MEMORY_TIERS)[number];

/**
 * Who said it. `person`: of themselves; `app`: a key that may speak for others; `other`: an admin, or a key that another person made; `agent`: a model, by a tool; `workflow`: a step that the definition
 * fixes; `summary`: the platform, of a run.
 */
export const MEMORY_SOURCES = ["person", "app", "other", "agent", "workflow", "summary"] as const;
/** See `MEMORY_SOURCES`. */
export type MemorySource = (typeof MEMORY_SOURCES)[number];

/** One memory. PERSISTED: fields may be added. */
export type Memory = {
  readonly id: string;
  readonly subject: string;
  readonly tier: MemoryTier;
  /** Personal data in it is a placeholder of the vault under the memory's own id: it resolves in no run. */
  readonly text: string;
  readonly pinned: boolean;
  readonly sensitivity: DataClass;
  readonly source: MemorySource;
  /** As it was stored; whether it counts is for `trustOf` to say. */
  readonly trust: Label["trust"];
  readonly status: "active" | "quarantined";
  /** Who said its text; of a run's, who started the run. */
  readonly by: Speaker;
  /** What it says, where it is a fact in a fixed form (facts.ts). Absent: it is a text. */
  readonly fact?: Fact;
  /** The newer memory that closed this one: it stays visible, and is recalled no more. Absent: none did. */
  readonly supersededBy?: string;
  readonly closedAt?: EpochMs;
  /** The run that stored it. Absent: no run did. */
  readonly run?: string;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly expiresAt: EpochMs;
};

/** True when the text has at least one visible character. */
export const saysSomething = (text: string): boolean => /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\s\u2800]/u.test(text);

const DAY_MS = 86_400_000;
/** Days that a memory is kept where nobody says, by its class: the more confidential, the shorter. Nothing is kept without end. */
const KEPT_DAYS: { readonly [C in DataClass]: number } = { public: 365, internal: 180, confidential: 90, restricted: 30 };

/** When a memory ends. `days` null: the default of its class. */
export const expiryOf = (sensitivity: DataClass, days: number | null, at: EpochMs): EpochMs =>
  at + (days ?? KEPT_DAYS[sensitivity]) * DAY_MS;

/**
 * When a corrected memory ends: after `days`, where the correction names them. Another class alone may end it sooner and never later: it was
 * given for so long.
 */
export function correctedExpiry(
  before: Pick<Memory, "expiresAt">,
  change: { readonly sensitivity?: DataClass | undefined; readonly days?: number | null | undefined },
  sensitivity: DataClass,
  at: EpochMs,
): EpochMs {
  if (change.days != null) return expiryOf(sensitivity, change.days, at);
  return change.sensitivity === undefined ? before.expiresAt : Math.min(before.expiresAt, expiryOf(sensitivity, null, at));
}

/** What a run stored is no person's word, whoever started the run. */
const OF_PEOPLE: ReadonlySet<MemorySource> = new Set(["person", "app", "other"]);

/** Who said it, as a source: the person, a key that speaks for others, or somebody else. */
export const sourceOf = (by: Speaker, subject: string): MemorySource => {
  if (!speaksFor(by, subject)) return "other";
  return by.user === subject ? "person" : "app";
};

/** Whose word it is, and whether it counts as the person's own: what people say is told by who said it, whatever was stored. */
export function standingOf(one: Pick<Memory, "subject" | "source" | "trust" | "by">): Pick<Memory, "source" | "trust"> {
  const { subject, source, trust, by } = one;
  if (!OF_PEOPLE.has(source) || speaksFor(by, subject)) return { source, trust };
  return { source: "other", trust: "untrusted" };
}

/** A memory with other words: they are of whoever says them now. */
export function reworded(memory: Memory, text: string, by: Speaker): Memory {
  const isOwn = speaksFor(by, memory.subject);
  const source = OF_PEOPLE.has(memory.source) ? sourceOf(by, memory.subject) : memory.source;
  const trust = isOwn && OF_PEOPLE.has(memory.source) ? "trusted" : isOwn ? memory.trust : "untrusted";
  return { ...memory, text, by, source, trust };
}

/** A memory as callers see it. */
export const memoryView = (one: Memory) => ({
  id: one.id,
  subject: one.subject,
  tier: one.tier,
  text: one.text,
  pinned: one.pinned,
  sensitivity: one.sensitivity,
  source: standingOf(one).source,
  author: authorOf(one.by),
  ...(one.fact === undefined
    ? {}
    : { fact: { subject: one.fact.subject, predicate: one.fact.predicate, object: one.fact.object, confidence: one.fact.confidence } }),
  ...(one.supersededBy === undefined ? {} : { superseded_by: one.supersededBy, closed_at: orNullRfc3339(one.closedAt ?? null) }),
  ...(one.run === undefined ? {} : { run: one.run }),
  trust: standingOf(one).trust,
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

/** What a fact that is let in does to the others of its person. */
export type Supersession = {
  /** Some memory says so already: nothing is stored. */
  readonly known: Memory | null;
  /** Older facts that it closes. */
  readonly closes: readonly Memory[];
  /** A newer fact that closes it. */
  readonly closedBy: string | null;
};

/** `others`: what is remembered of the same person. Nothing in quarantine closes anything, and what is untrusted closes and replaces nothing that is trusted. */
export function supersession(memory: Memory, others: readonly Memory[]): Supersession {
  const { fact } = memory;
  if (fact === undefined || memory.status !== "active" || memory.supersededBy !== undefined)
    return { known: null, closes: [], closedBy: null };
  const same = others.flatMap((other) =>
    other.id !== memory.id &&
    other.fact !== undefined &&
    other.fact.predicate === fact.predicate &&
    other.status === "active" &&
    other.supersededBy === undefined
      ? [{ other, said: other.fact }]
      : [],
  );
  const known = same.find(({ said, other }) => isSameFact(said, fact) && weighs(other, memory))?.other ?? null;
  if (known !== null || !fact.single) return { known, closes: [], closedBy: null };
  const newer = same.find(({ other }) => other.createdAt > memory.createdAt && weighs(other, memory))?.other.id ?? null;
  const closes = newer === null ? same.filter(({ other }) => weighs(memory, other)).map(({ other }) => other) : [];
  return { known: null, closes, closedBy: newer };
}

/** True when the first is trusted at least as much as the second. */
const weighs = (one: Memory, other: Memory): boolean => standingOf(one).trust === "trusted" || standingOf(other).trust === "untrusted";
