/** The erasure of a person: what went, what goes within days, and what stays and why. Data and their view; nothing here erases. */
import { type Gone, STORES } from "../keeping/stores.ts";
import { type EpochMs, toRfc3339 } from "../time.ts";

/** PERSISTED: a line of D1. */
export type ErasureRecord = {
  /** `era_…` */
  readonly id: string;
  readonly org: string;
  /** The org's own id for the person, as long as something is still to be looked for; null: it is complete, and nothing leads to the person. */
  readonly subject: string | null;
  readonly status: "running" | "completed";
  /** The user who asked. */
  readonly askedBy: string;
  /** Runs that began later are not touched. */
  readonly askedAt: EpochMs;
  readonly completedAt: EpochMs | null;
  readonly gone: Gone;
};

/** The index of runs may show a run some seconds after it began; for this long, in ms, an erasure looks again. */
export const LOOKS_AGAIN_FOR_MS = 60_000;

/** What is deleted at once and still lies in copies, and until when. */
const WITHIN_30_DAYS: readonly { readonly what: string; readonly by: string }[] = [
  {
    what: "copies from which the platform restores Durable Objects and D1 (point-in-time recovery); values of the vault in them do not open any more",
    by: "30 days",
  },
  { what: "messages in the queues of records, with ids, and a run's status and metadata", by: "14 days" },
  { what: "kept answers that a location of KV remembers", by: "1 minute" },
  { what: "runs that were under way: each ends as `cancelled`, and goes once its records are in the audit log", by: "1 day" },
];

/** An erasure as HTTP shows it. */
export type ErasureView = {
  id: string;
  org: string;
  status: "running" | "completed";
  asked_by: string;
  asked_at: string;
  completed_at: string | null;
  gone: { store: string; entries: number }[];
  /** Runs about the person that are still to go. */
  runs_left: number;
  within_30_days: { what: string; by: string }[];
  stays: { store: string; why: string }[];
};

/** What an erasure leaves, store by store. */
const staying = (): { store: string; why: string }[] =>
  Object.entries(STORES).flatMap(([store, { erasure }]) => (erasure.by === "nothing" ? [{ store, why: erasure.why }] : []));

/** `runsLeft`: as the index has them now. */
export const erasureView = (record: ErasureRecord, runsLeft: number): ErasureView => ({
  id: record.id,
  org: record.org,
  status: record.status,
  asked_by: record.askedBy,
  asked_at: toRfc3339(record.askedAt),
  completed_at: record.completedAt === null ? null : toRfc3339(record.completedAt),
  gone: Object.entries(record.gone).map(([store, entries]) => ({ store, entries })),
  runs_left: runsLeft,
  within_30_days: WITHIN_30_DAYS.map((one) => ({ ...one })),
  stays: staying(),
});

/** Adds what a further look found. */
export function together(gone: Gone, more: Gone): Gone {
  const sums = new Map(Object.entries(gone));
  for (const [store, entries] of Object.entries(more)) sums.set(store, (sums.get(store) ?? 0) + entries);
  return Object.fromEntries(sums);
}
