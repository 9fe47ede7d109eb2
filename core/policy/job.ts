/**
 * A replay of recorded decisions, or an analysis, under an org's policies: what was asked, how far it is, what came out. Work that takes longer
 * than a request may is a job, which is kept and gone on with from its state. Pure.
 */
import type { Json } from "../json.ts";
import { type EpochMs, orNullRfc3339, toRfc3339 } from "../time.ts";
import type { Permission } from "../workflow/authority.ts";
import type { Point } from "./domain.ts";

/** What is to be done. PERSISTED. `runs`: the org's newest so many. */
export type PolicyTask = { readonly kind: "replay"; readonly runs: number } | { readonly kind: "analysis" };

/** A recorded decision that the version would make otherwise. PERSISTED. */
export type ChangedDecision = {
  readonly run: string;
  readonly step: string | null;
  readonly action: string;
  readonly resource: string;
  readonly before: Permission["decision"];
  readonly after: Permission["decision"];
  readonly policies: readonly string[];
};

/** An act that one set decides otherwise than the other. PERSISTED. */
export type PolicyExample = Omit<Point, "context"> & {
  readonly context: Json;
  readonly before: Permission["decision"];
  readonly after: Permission["decision"];
  readonly policies: readonly string[];
};

/** `truncated`: there are more decisions than were made again, or more changes than are listed. */
export type PolicyReplay = { readonly decisions: number; readonly changed: readonly ChangedDecision[]; readonly truncated: boolean };

/** See docs/policies.md. */
export type PolicyAnalysis = {
  /** Ids of the policies that decide nothing anywhere in the domain. */
  readonly never_applies: readonly string[];
  readonly widened: readonly PolicyExample[];
  readonly narrowed: readonly PolicyExample[];
  /** The analysis sampled at least one policy's combinations, so `never_applies` may list a policy that does apply. */
  readonly sampled: boolean;
};

/**
 * PERSISTED: how far a replay is. `shipped`: the version of the shipped policies that it goes by. `runs`: whose decisions are made again, newest first;
 * `done` of them are through. `after`: the page of the audit log, and the entry in it, of the last decision of the runs that are next; null: none was made.
 */
export type ReplayState = {
  readonly v: 1;
  readonly kind: "replay";
  readonly shipped: string;
  readonly runs: readonly string[];
  readonly done: number;
  readonly after: readonly [number, number] | null;
  readonly bytes: number;
} & PolicyReplay;

/** PERSISTED: how far an analysis is. `done` of `of` questions are asked. */
export type AnalysisState = {
  readonly v: 1;
  readonly kind: "analysis";
  readonly shipped: string;
  readonly done: number;
  readonly of: number;
  readonly bytes: number;
} & PolicyAnalysis;

/** PERSISTED: how far a task is. */
export type PolicyTaskState = ReplayState | AnalysisState;

/** PERSISTED: a row of `policy_jobs`. */
export type PolicyJob = {
  /** `job_…` */
  readonly id: string;
  readonly org: string;
  /** The version that is tried. */
  readonly version: string;
  readonly task: PolicyTask;
  /** The versions in force when it was asked: what it is compared with, whatever comes into force meanwhile. */
  readonly against: { readonly policies: string | null; readonly permissions: string | null };
  readonly askedBy: string;
  readonly askedAt: EpochMs;
  readonly status: "running" | "completed" | "failed";
  readonly state: PolicyTaskState;
  readonly completedAt: EpochMs | null;
};

/** How long a job and its result are kept, in ms. */
export const JOB_LIFETIME_MS = 7 * 24 * 60 * 60_000;
/** Jobs of one org that run at once; a further one is refused. */
export const MOST_RUNNING_JOBS = 4;
/** Jobs of one org that are kept; with a further one the oldest that has ended goes. */
export const MOST_KEPT_JOBS = 50;
/** Bytes of a result, as JSON in UTF-8; what would make it larger is left out, and the result says so. */
export const MOST_RESULT_BYTES = 700_000;

/** What a replay has found, as HTTP shows it. */
export const replayView = ({ decisions, changed, truncated }: PolicyReplay) => ({
  decisions,
  changed: changed.map((one) => ({ ...one, policies: [...one.policies] })),
  truncated,
});

/** What an analysis has found, as HTTP shows it. */
export const analysisView = ({ never_applies, widened, narrowed, sampled }: PolicyAnalysis) => ({
  never_applies: [...never_applies],
  widened: widened.map(shownExample),
  narrowed: narrowed.map(shownExample),
  sampled,
});
const shownExample = (example: PolicyExample) => ({ ...example, policies: [...example.policies] });

/** A job as lists show it. */
export const policyJobLine = (
  { id, version, task, askedBy, askedAt, status, completedAt }: Omit<PolicyJob, "state">,
  progress: JobProgress,
) => ({
  id,
  kind: task.kind,
  version,
  status,
  progress,
  asked_by: askedBy,
  asked_at: toRfc3339(askedAt),
  completed_at: orNullRfc3339(completedAt),
  expires_at: toRfc3339(askedAt + JOB_LIFETIME_MS),
});

/** How far a job is: runs of a replay, questions of an analysis. */
export type JobProgress = { readonly done: number; readonly of: number };

/** How far a task is. */
export const progressOf = (state: PolicyTaskState): JobProgress => ({
  done: state.done,
  of: state.kind === "replay" ? state.runs.length : state.of,
});

/** Why a job failed, as HTTP shows it. */
const FAILED = { code: "internal", message: "it could not be ended; ask again" } as const;

/** A job as HTTP shows it. */
export const policyJobView = (job: PolicyJob) => ({
  ...policyJobLine(job, progressOf(job.state)),
  result: job.status !== "completed" ? null : job.state.kind === "replay" ? replayView(job.state) : analysisView(job.state),
  error: job.status === "failed" ? FAILED : null,
});

/** See `policyJobView`. */
export type PolicyJobView = ReturnType<typeof policyJobView>;
