/**
 * A run as the fold of its journal knows it: plain JSON, immutable, with structural sharing.
 *
 * A *step* is a node of the definition; an *activity* is something under way outside: a tool call, a model call, a question to
 * a person. A step's activity has the step's id; its compensation is the activity `{step}/compensate`.
 */
import type { Json } from "../json.ts";
import type { ModelCandidate } from "../model/entry.ts";
import type { MicroUsd } from "../money.ts";
import type { EpochMs } from "../time.ts";
import type { ToolFacts } from "../tool/manifest.ts";
import type { RunError, StepError } from "./event.ts";
import type { RunFlag, RunStatus } from "./view.ts";

export type Usage = {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly microUsd: MicroUsd;
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly cacheHits: number;
};

export type StepState = {
  readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "skipped" | "compensated";
  /** Needs that are not settled yet; 0: ready. */
  readonly blockedBy: number;
  readonly attempts: number;
  readonly output: Json;
  readonly error: StepError | null;
  readonly usage: Usage | null;
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  /** Set on a step that runs only to take over for this one (`on_error.step`). */
  readonly rescues: string | null;
};

export type Activity = {
  readonly id: string;
  readonly step: string;
  readonly kind: "tool" | "model" | "review";
  readonly purpose: "step" | "compensation";
  /**
   * `deciding`: authority is being asked. `approving`: a person is asked. `ready`: allowed, not sent. `calling`: sent.
   * `backing-off`: until `resumeAt`.
   */
  readonly phase: "deciding" | "approving" | "ready" | "calling" | "backing-off";
  readonly attempt: number;
  readonly tool: string | null;
  readonly input: Json;
  readonly facts: ToolFacts | null;
  readonly candidates: readonly ModelCandidate[];
  /** Index into `candidates` of the model in use. */
  readonly candidate: number;
  readonly corrections: readonly { readonly answer: string; readonly errors: readonly string[] }[];
  readonly reserved: { readonly microUsd: MicroUsd; readonly tokens: number };
  readonly review: {
    readonly key: string;
    readonly id: string | null;
    readonly digest: string;
    readonly until: EpochMs | null;
    readonly reason: "step" | "policy" | "unknown-outcome";
  } | null;
  /** How many questions to people this activity has asked. */
  readonly questions: number;
  /** The digest that a person approved, or null. */
  readonly approved: string | null;
  readonly resumeAt: EpochMs | null;
  /** Number of the event that sent the call out: an answer to another call is late and changes nothing. */
  readonly call: number | null;
};

export type RunState = {
  readonly v: 1;
  readonly status: RunStatus;
  /** Number of the last event. */
  readonly seq: number;
  readonly steps: { readonly [id: string]: StepState };
  readonly activities: { readonly [id: string]: Activity };
  /** Tool steps that completed, in that order: compensation walks it backwards. */
  readonly done: readonly string[];
  readonly usage: Usage;
  /** Reserved by calls in flight, and held for calls of which nobody told what they cost. */
  readonly reserved: { readonly microUsd: MicroUsd; readonly tokens: number };
  readonly executions: number;
  readonly flags: readonly RunFlag[];
  /** Time in `running` and `compensating` so far, and since when it counts; null: it stands still. */
  readonly clock: { readonly ranMs: number; readonly since: EpochMs | null };
  readonly stopping: { readonly why: "failure" | "cap" | "cancel"; readonly error: RunError } | null;
  /** Steps still to be undone, last first. null: not compensating. */
  readonly undoing: readonly string[] | null;
  /** Steps that could not be undone, or of whose write nobody knows. */
  readonly undone: readonly string[];
  /** Cases that people can still see open for this run. */
  readonly openReviews: readonly string[];
  readonly pausedBy: { readonly scope: string; readonly epoch: number } | null;
  readonly statusSince: EpochMs;
  readonly output: Json;
  readonly error: RunError | null;
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  readonly deadLetter: {
    readonly id: string;
    readonly status: "open" | "redriven" | "discarded" /** The run that continues this one, while it may not exist yet. */;
    readonly owes: string | null;
  } | null;
};

export const NO_USAGE: Usage = { tokensIn: 0, tokensOut: 0, microUsd: 0, modelCalls: 0, toolCalls: 0, cacheHits: 0 };

export const FINAL: readonly RunStatus[] = ["completed", "failed", "cancelled", "dead_lettered"];
export const isFinal = (state: RunState): boolean => FINAL.includes(state.status);

/** Something is to be done without a person: it is decided, called or waited out. */
export const isBusy = (activity: Activity): boolean => activity.phase !== "approving" || activity.review?.id === null;

/** Its outcome is awaited before a run that stops may go on to its end. */
export const isInFlight = (activity: Activity): boolean => activity.phase === "calling";
