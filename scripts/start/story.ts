/** A run as its events tell it: one line per step, folded event by event. Pure. */
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { StepStatus } from "../../core/run/outside/view.ts";
import type { EventView, RunView } from "../../sdk/client.ts";
import { dollars, duration } from "./text.ts";

export type StepLine = {
  readonly id: string;
  readonly kind: string;
  readonly status: StepStatus;
  readonly attempts: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly note: string;
};

export type Story = { readonly status: string; readonly steps: readonly StepLine[] };

/** The story before any event: every step of the run, pending. */
export function beginStory(run: RunView): Story {
  const steps = run.steps.map(({ id, kind }) => ({
    id,
    kind,
    status: "pending" as const,
    attempts: 0,
    startedAt: null,
    endedAt: null,
    note: "",
  }));
  return { status: "queued", steps };
}

const STATUS_OF_STEP: { readonly [type: string]: StepStatus } = {
  "step.started": "running",
  "step.retrying": "running",
  "step.completed": "completed",
  "step.failed": "failed",
  "step.skipped": "skipped",
  "step.compensated": "compensated",
  "review.requested": "waiting",
  "review.decided": "running",
};

const STATUS_OF_RUN: { readonly [type: string]: string } = {
  "run.created": "queued",
  "run.started": "running",
  "run.resumed": "running",
  "run.waiting": "waiting",
  "run.paused": "paused",
  "run.compensating": "compensating",
  "run.completed": "completed",
  "run.failed": "failed",
  "run.cancelled": "cancelled",
  "run.dead_lettered": "dead_lettered",
};

export function tell(story: Story, event: EventView): Story {
  const status = STATUS_OF_RUN[event.type] ?? story.status;
  if (event.step === undefined) return { ...story, status };
  return { status, steps: story.steps.map((step) => (step.id === event.step ? tellStep(step, event) : step)) };
}

function tellStep(step: StepLine, event: EventView): StepLine {
  const at = Date.parse(event.at);
  const status = STATUS_OF_STEP[event.type] ?? step.status;
  const started = event.type === "step.started";
  const called = event.type === "tool.called" || event.type === "model.called" || event.type === "model.calling";
  const attempt = number(event.data, "attempt");
  return {
    ...step,
    status,
    attempts: called && attempt !== null ? Math.max(step.attempts, attempt) : step.attempts,
    startedAt: started ? (step.startedAt ?? at) : step.startedAt,
    endedAt: ["completed", "failed", "skipped", "compensated"].includes(status) ? (status === step.status ? step.endedAt : at) : null,
    note: noteOf(event) ?? step.note,
  };
}

/** What an event adds to the line of its step, in a few words; null when it adds nothing. */
export function noteOf({ type, data }: EventView): string | null {
  switch (type) {
    case "model.calling":
      return `asking ${text(data, "model")}`;
    case "model.called":
      return modelNote(data);
    case "tool.called":
      return `calling ${text(data, "tool")}`;
    case "tool.answered":
      return toolNote(data);
    case "step.retrying":
      return `again, after ${codeOf(data)}`;
    case "step.failed":
      return codeOf(data);
    case "step.compensating":
      return `undoing with ${text(data, "tool")}`;
    case "step.skipped":
      return "its condition is false";
    case "review.requested":
      return "a person must approve";
    case "review.decided":
      return `${PAST[text(data, "action")] ?? text(data, "action")} by ${text(data, "by")}`;
    case "escalation.raised":
      return "nobody came: escalated";
    default:
      return null;
  }
}

const PAST: { readonly [action: string]: string } = { approve: "approved", reject: "rejected", modify: "changed and approved" };

function modelNote(data: Json): string {
  if (!isObject(data)) return "";
  const spent = isObject(data["spent"]) ? data["spent"] : {};
  const tokens = (number(spent, "tokens_in") ?? 0) + (number(spent, "tokens_out") ?? 0);
  const microUsd = number(spent, "micro_usd");
  const cost = microUsd === null ? "" : `, ${dollars(microUsd / 1e6)}`;
  if (data["ok"] === false) return `${text(data, "model")}: ${whyNot(data)}`;
  return `${text(data, "model")}: ${tokens} tokens${cost}`;
}

/** Why a model's answer was not taken: an answer that did not fit is told with its first flaw. */
function whyNot({ failure, correction }: JsonObject): string {
  if (isObject(failure)) return text(failure, "code");
  const errors = isObject(correction) && Array.isArray(correction["errors"]) ? correction["errors"] : null;
  if (errors === null) return "no answer";
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  return typeof errors[0] === "string" ? `its answer did not fit: ${errors[0]}${more}` : "its answer did not fit";
}

function toolNote(data: Json): string {
  if (!isObject(data)) return "";
  const failure = isObject(data["failure"]) ? `, ${text(data["failure"], "code")}` : "";
  const openings = Array.isArray(data["openings"]) ? data["openings"].filter(isObject).map((opening) => text(opening, "type")) : [];
  const opened = openings.length === 0 ? "" : `, ${[...new Set(openings)].join(" and ")} put in on the way out`;
  const status = number(data, "status");
  const answer = status ?? (data["ok"] === true ? "answered" : "no answer");
  return `${text(data, "tool")}: ${answer} in ${duration(number(data, "duration_ms") ?? 0)}${failure}${opened}`;
}

/** One line of prose for terminals that cannot redraw. */
export function eventLine(event: EventView, startedAt: number): string {
  const seconds = ((Date.parse(event.at) - startedAt) / 1000).toFixed(2);
  const note = noteOf(event) ?? extraNote(event);
  return `${seconds.padStart(7)} s  ${event.type.padEnd(20)} ${(event.step ?? "").padEnd(8)}  ${note}`.trimEnd();
}

function extraNote({ type, data }: EventView): string {
  if (type === "policy.decided") return text(data, "decision");
  if (type === "guardrail.flagged" && isObject(data) && Array.isArray(data["findings"])) {
    return data["findings"]
      .filter(isObject)
      .map((finding) => `${number(finding, "count") ?? 1} × ${text(finding, "type")}`)
      .join(", ");
  }
  return "";
}

function codeOf(data: Json): string {
  return isObject(data) && isObject(data["error"]) ? text(data["error"], "code") : "an error";
}

function text(data: Json, name: string): string {
  const value = isObject(data) ? (data as JsonObject)[name] : undefined;
  return typeof value === "string" ? value : "";
}

function number(data: Json, name: string): number | null {
  const value = isObject(data) ? (data as JsonObject)[name] : undefined;
  return typeof value === "number" ? value : null;
}
