/** What the archive needs from outside. */
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Json } from "../../core/json.ts";
import type { EventView, RunView } from "../../core/run/outside/view.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Seals } from "../kit/seals.ts";

/** The whole record of an ended run, redacted like everything a run keeps. */
export type RunRecord = {
  readonly birth: Json;
  /** All of them, in order; read once, and never all in memory. */
  readonly events: Iterable<EventView> | AsyncIterable<EventView>;
  readonly view: RunView;
  /** The subject under whose key it is sealed; absent: the run kept nothing of class `restricted`. */
  readonly sealedFor?: string;
};

/** What the archive needs from outside. */
export type ArchivePorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  /** R2. */
  readonly bucket: R2Bucket;
  /** Ended runs whose retention is over; those that could not be archived lately come last. */
  readonly overdue: (at: EpochMs, limit: number) => Promise<readonly { readonly id: string; readonly org: string }[]>;
  /** The run could not be archived now: it stands behind all others that are overdue. */
  readonly putOff: (org: string, id: string) => Promise<void>;
  readonly markArchived: (org: string, id: string, record: AuditRecord) => Promise<void>;
  /** null: it has not ended, or its object is empty. */
  readonly record: (id: string) => Promise<RunRecord | null>;
  /** OTLP JSON. */
  readonly trace: (id: string) => Promise<Json | null>;
  /** Empties the run's object when it still is as it was at event `seq` and owes nobody anything; says whether it did. */
  readonly empty: (id: string, seq: number) => Promise<boolean>;
  /** Removes the large values of a run whose object is empty. Safe to repeat. */
  readonly removeValues: (id: string) => Promise<void>;
  readonly seals: Seals;
  readonly log: Log;
};
