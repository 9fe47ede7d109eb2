/**
 * What happened, before it has a number: a record is written in the transaction of what it records, leaves through an
 * outbox, and becomes an `AuditEntry` (entry.ts) when the audit log has sequenced it.
 *
 * PERSISTED: rows of every outbox and messages of the records queue carry this shape.
 */
import type { CostsOf } from "../costs/call.ts";
import { isObject, type Json } from "../json.ts";
import type { DataClass } from "../label/label.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";
import type { Layer } from "./layer.ts";

/** Who acted. `id`: a user, a room of the platform, or the run of an agent. */
export type AuditActor = {
  readonly type: "user" | "system" | "agent" | "dashboard";
  readonly id: string;
  /** Of a record on its way: the actor only called. They are a person whose data is processed, and get a pseudonym (persons.ts). */
  readonly caller?: true;
};

/** The version of entries whose persons are pseudonyms. An entry without a version is of version 1: it has names. */
const ENTRY_VERSION = 2;

/** A fact to be put on record, before it has a number in the chain. */
export type AuditRecord = {
  /** `evt_…`; the same record delivered twice has the same id. */
  readonly event_id: string;
  /** Absent: version 1. */
  readonly version?: typeof ENTRY_VERSION;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly trace_id: string | null;
  /** `run.created`, `tool.called`, `policy.decided`, `key.created` … */
  readonly event_type: string;
  readonly actor: AuditActor;
  readonly action: string;
  /** `run/run_…`, `run/run_…/step`, `workflow/refund@2`, `api-key/key_…` */
  readonly resource: string;
  readonly decision: "allow" | "deny" | "ask" | null;
  readonly policy_version: string | null;
  readonly risk_score: number | null;
  /** Small: names, digests, counts. Never a prompt, a secret or personal data. */
  readonly data: Json;
};

/** Every kind of writer of records: what has an outbox, and hears when its rows are in the chain. PERSISTED: the names are in queue messages and in what audit logs remember. */
const SOURCE_KINDS = [
  "run",
  "review-queue",
  "kill-switch",
  "store",
  "budget-ledger",
  "knowledge-index",
  "memory-store",
  "sessions",
] as const;
/** A kind of place that audit records come from. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** False for a kind that only another version of this code has. */
export const isSourceKind = (kind: string): kind is SourceKind => SOURCE_KINDS.some((known) => known === kind);

/** What happened, as whoever records it says it. What is left out does not apply. */
export type AuditFact = {
  /** `evt_…` */
  readonly id: string;
  readonly at: EpochMs;
  readonly type: string;
  readonly actor: AuditActor;
  readonly action: string;
  readonly resource: string;
  readonly traceId?: string | null;
  readonly decision?: AuditRecord["decision"];
  readonly policyVersion?: string | null;
  /** 0 to 1; only a review's case has one. */
  readonly riskScore?: number | null;
  readonly data?: Json;
  /** What refused; goes into `data`. Absent: nothing was refused, or `data` says it. */
  readonly layer?: Layer | null;
};

/**
 * The record of a fact. The only place where one is built: every field is there, in one order, null where the fact does not say it; `data` is `{}` where it
 * says nothing, and has `layer` in it where something was refused.
 */
export const auditRecord = ({ traceId, decision, policyVersion, riskScore, data = {}, layer, ...fact }: AuditFact): AuditRecord => ({
  event_id: fact.id,
  version: ENTRY_VERSION,
  timestamp: toRfc3339(fact.at),
  trace_id: traceId ?? null,
  event_type: fact.type,
  actor: fact.actor,
  action: fact.action,
  resource: fact.resource,
  decision: decision ?? null,
  policy_version: policyVersion ?? null,
  risk_score: riskScore ?? null,
  data: layer && isObject(data) ? { ...data, layer } : data,
});

/**
 * PERSISTED: a message of the records queue. `rows` are outbox rows of one writer; the consumer confirms them to that writer
 * once their records are sequenced and in D1, and the writer sends again what was not confirmed.
 */
export type RecordsMessage = {
  readonly v: 1;
  readonly org: string;
  readonly source: { readonly kind: SourceKind; readonly id: string };
  readonly rows: readonly RecordsRow[];
};

/** A row of an outbox as it travels through the records queue. */
export type RecordsRow = {
  readonly id: string;
  /** Of a run: the row of the same run before it (ids are increasing decimal numbers); null: it is the first. */
  readonly after?: string | null;
  readonly records: readonly AuditRecord[];
  readonly run?: RunIndexRow;
  /** What the calls cost whose ends are in this row. Absent: none ended, or the row predates costs. */
  readonly costs?: readonly CostsOf[];
};

/** PERSISTED: one run's line in the index (D1 table `runs`); the line with the higher `seq` wins. */
export type RunIndexRow = {
  readonly id: string;
  readonly seq: number;
  readonly org: string;
  readonly user: string;
  readonly subject: string;
  readonly workflow: string;
  readonly version: number;
  readonly status: string;
  /** The run as lists show it, without input, output and steps (core/run/outside/view.ts). */
  readonly summary: Json;
  readonly created_at: number;
  readonly ended_at: number | null;
  /** The highest class of the data that it has seen. Absent: an older run, nobody noted it. */
  readonly class?: DataClass;
  /** Set when the run's end is a dead letter. */
  readonly dead_letter?: DeadLetterRow;
};

/** The line of a dead letter in D1. */
export type DeadLetterRow = {
  readonly id: string;
  readonly step: string | null;
  readonly reason: { readonly code: string; readonly message: string };
  readonly undone: readonly string[];
  readonly status: "open" | "redriven" | "discarded";
  readonly created_at: number;
};
