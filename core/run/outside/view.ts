/** A run as the HTTP contract shows it (docs/contract.md, "Runs"). Placeholders stand where personal data was. */

import type { ErrorCode } from "../../errors/codes.ts";
import type { HandOverReason } from "../../guardrail/hand-over/hand-over.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { RiskFactor } from "../../risk/risk.ts";
import type { StepKind } from "../../workflow/definition.ts";

/** Every status of a run, in the order of its life. */
export const RUN_STATUSES = [
  "queued",
  "running",
  "waiting",
  "paused",
  "compensating",
  "completed",
  "failed",
  "cancelled",
  "dead_lettered",
] as const;
/** PERSISTED: in the index of runs, and in recorded histories. */
export type RunStatus = (typeof RUN_STATUSES)[number];
/** A run in one of these has ended: it never leaves it. */
export const FINAL_STATUSES: readonly RunStatus[] = ["completed", "failed", "cancelled", "dead_lettered"];

/**
 * What a client should know about a result: `degraded`: something was put in the place of a failure; `partial`: a cap cut it short;
 * `stale`: a kept answer past its time is in it, or a tool's answer older than its manifest allows.
 */
export type RunFlag = "degraded" | "partial" | "budget_exceeded" | "stale" | "truncated";
/** PERSISTED: in recorded histories. */
export type StepStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "skipped" | "compensated";

/** What calls used. `usd`: dollars. */
export type UsageView = { tokens_in: number; tokens_out: number; usd: number; model_calls: number; tool_calls: number; cache_hits: number };

/** A place in a document of a collection. `start`, `end`: UTF-16 units of its text. */
export type CitationView = {
  document: string;
  revision: number;
  chunk: string;
  start: number;
  end: number;
  title?: string;
  source?: string | null;
};

/** One step of a run. */
export type StepView = {
  id: string;
  kind: StepKind;
  status: StepStatus;
  attempts: number;
  output: Json;
  /** Where the passages stand that its answer rests on, for a step under `grounded_in`. Absent: it is under no such rule, or has not completed. */
  citations?: CitationView[];
  /** `error`: the tool's own word, where its manifest documents it. `field`: of the call's input. */
  error: { code: ErrorCode; message: string; error?: string; field?: string } | null;
  /** Its output derives from a tool's answer that was older than the tool's `max_age_ms`. Absent: no. */
  stale?: true;
  usage: UsageView | null;
  started_at: string | null;
  ended_at: string | null;
};

/**
 * A hand-over as the run's user sees it. `status`: `confirming` (the user is asked: `signal`), `raised` (a person is asked), `replied`, `handed_back`,
 * `released` (the draft went out), `rejected`, `declined` (the user wanted no person), `withdrawn` (the run ended first). `until`: when the answer is due. `message`: all of it as a sentence.
 */
export type HandOverView = {
  status: "confirming" | "raised" | "replied" | "handed_back" | "released" | "rejected" | "declined" | "withdrawn";
  reason: HandOverReason;
  priority: "normal" | "high";
  to: string | null;
  at: string;
  until?: string;
  review?: string;
  signal?: string;
  /** Writes of which nobody knows whether they happened, left as they are by the reply. Absent: none. */
  undone?: string[];
  message: string;
};

/** A run. Times are RFC 3339, money is in dollars. */
export type RunView = {
  id: string;
  org: string;
  user: string;
  subject: string;
  workflow: string;
  version: number;
  status: RunStatus;
  input: Json;
  output: Json;
  error: { code: ErrorCode; message: string; step: string | null; error?: string; field?: string } | null;
  flags: RunFlag[];
  usage: UsageView;
  budget: { usd: number; tokens: number };
  risk_score: number | null;
  /** Of the riskiest call that was decided so far; the points sum to the score. Absent in archived runs from before risk. */
  risk?: { score: number; factors: RiskFactor[] };
  steps: StepView[];
  /** The run's last hand-over to a person. Absent: there was none. */
  hand_over?: HandOverView;
  waiting_for: { kind: string; id?: string; since: string; until?: string } | null;
  /** A person paused it. `parent`: by pausing this parent run. Absent: nobody did. */
  paused?: { by: string; reason: string; at: string; parent?: string };
  /** Absent: it is in none. */
  session?: string;
  metadata: JsonObject;
  trace_id: string;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
  redrive_of?: string;
  /** The run whose step this one is. */
  parent?: string;
  /** When the run's person was erased, and all content with them. Absent: they were not. */
  erased_at?: string;
  /** Set when the run's end is a dead letter. */
  dead_letter?: { id: string; status: "open" | "redriven" | "discarded"; undone: string[] };
};

/** An event as clients see it: SSE `id` is `seq`, `event` is `type`. */
export type EventView = { seq: number; type: string; at: string; step?: string; data: Json };

/** A run folded again from its journal; models and tools are not called. */
export type RunReplay = {
  readonly identical: boolean;
  /** `seq` of the first event after which the two differ; null when they do not. */
  readonly divergedAt: number | null;
  /** The run as its journal gives it. */
  readonly run: RunView;
};

/** A run that ended without keeping its promise, until a person redrives or discards it. */
export type DeadLetterView = {
  id: string;
  run: string;
  workflow: string;
  step: string | null;
  reason: { code: string; message: string };
  undone: string[];
  status: "open" | "redriven" | "discarded";
  created_at: string;
};

/** What a person thinks of a run. */
export type FeedbackView = { id: string; run: string; user: string; score: number; comment: string | null; created_at: string };
