/** An export of evidence for a framework of compliance: what was asked for, and how far it is. */
import { type EpochMs, orNullRfc3339, toRfc3339 } from "../time.ts";
import { type CountedEntry, type Kinds, withEntries } from "./entry-kind.ts";

/** Frameworks, as the path names them. */
export const FRAMEWORKS = ["soc2", "iso42001", "eu-ai-act", "nist-ai-rmf"] as const;
/** A framework. PERSISTED. */
export type Framework = (typeof FRAMEWORKS)[number];

/** PERSISTED: how far an export is. `after`: the `seq` of the last entry that was read, in the period or not; 0: none was. */
export type ExportProgress = {
  /** Absent in progress that counted types alone: such an export begins anew (`countedAnew`). */
  readonly v?: 2;
  readonly parts: number;
  readonly after: number;
  readonly entries: number;
  /** Entries of the period by kind (entry-kind.ts), with the `seq` of the last of each. Absent with `v`. */
  readonly kinds?: Kinds;
  /** The period has more entries than one export takes. */
  readonly isCut: boolean;
};

/** Before anything is written. */
export const NOTHING_YET: ExportProgress = { v: 2, parts: 0, after: 0, entries: 0, kinds: {}, isCut: false };

/** The progress as it can be gone on with: what was counted in another way is counted from the start; its files are written again. */
export const countedAnew = (progress: ExportProgress): ExportProgress => (progress.v === 2 ? progress : NOTHING_YET);

/** PERSISTED: a line of D1. */
export type ComplianceExport = {
  /** `exp_…` */
  readonly id: string;
  readonly org: string;
  readonly framework: Framework;
  readonly askedBy: string;
  readonly askedAt: EpochMs;
  readonly fromAt: EpochMs;
  readonly toAt: EpochMs;
  readonly status: "running" | "completed" | "failed";
  readonly progress: ExportProgress;
  readonly completedAt: EpochMs | null;
};

/** An export as HTTP shows it while it is made. */
export type ComplianceExportView = {
  id: string;
  framework: Framework;
  status: "running" | "completed" | "failed";
  from: string;
  to: string;
  asked_by: string;
  asked_at: string;
  completed_at: string | null;
  entries: number;
};

/** The view of an export. */
export const complianceExportView = (one: ComplianceExport): ComplianceExportView => ({
  id: one.id,
  framework: one.framework,
  status: one.status,
  from: toRfc3339(one.fromAt),
  to: toRfc3339(one.toAt),
  asked_by: one.askedBy,
  asked_at: toRfc3339(one.askedAt),
  completed_at: orNullRfc3339(one.completedAt),
  entries: one.progress.entries,
});

/** The progress with one more part: the entries of the period in what was read, up to the entry number `after`. */
export const withPart = (
  progress: ExportProgress,
  { entries, after }: { readonly entries: readonly CountedEntry[]; readonly after: number },
  isCut: boolean,
): ExportProgress => ({
  v: 2,
  parts: progress.parts + (entries.length > 0 ? 1 : 0),
  after,
  entries: progress.entries + entries.length,
  kinds: withEntries(progress.kinds ?? {}, entries),
  isCut,
});
