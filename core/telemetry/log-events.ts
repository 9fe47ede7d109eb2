/**
 * The closed list of log events, and what each may carry: names, ids and numbers. There is no field for a prompt, a payload, a secret or
 * a person's data. docs/logs.md is this list for readers.
 */
import type { JsonObject } from "../json.ts";

/** How much a line matters. */
export type LogLevel = "info" | "warn" | "error";

/**
 * What each field may hold. `name`: an id, a name, a route or a code, without blanks, 200 units at most. `words`: one of our own fixed
 * sentences. `counts`: numbers by name.
 */
export const LOG_FIELDS = {
  trace_id: "name",
  span_id: "name",
  org: "name",
  run: "name",
  step: "name",
  child: "name",
  workflow: "name",
  version: "number",
  model: "name",
  tool: "name",
  activity: "name",
  upstream: "name",
  credential: "name",
  key_id: "name",
  erasure: "name",
  method: "name",
  route: "name",
  action: "name",
  policy_version: "name",
  code: "name",
  error: "name",
  source: "name",
  source_id: "name",
  row: "name",
  message_id: "name",
  chore: "name",
  deed: "name",
  effect: "name",
  input: "name",
  question: "name",
  result: "name",
  outcome: "name",
  kind: "name",
  scope: "name",
  cap: "name",
  severity: "name",
  channel: "name",
  cached: "name",
  run_status: "name",
  from: "name",
  to: "name",
  variable: "name",
  why: "words",
  problems: "frames",
  frames: "frames",
  status: "number",
  duration_ms: "number",
  rest_ms: "number",
  attempt: "number",
  attempts: "number",
  tokens_in: "number",
  tokens_out: "number",
  usd: "number",
  findings: "number",
  messages: "number",
  runs: "number",
  seqs: "numbers",
  counts: "counts",
} as const satisfies Record<string, FieldKind>;

/** What a field may hold. */
export type FieldKind = "name" | "words" | "frames" | "number" | "numbers" | "counts";
type FieldValue = {
  readonly name: string | null;
  readonly words: string | null;
  readonly frames: readonly string[];
  readonly number: number;
  readonly numbers: readonly number[];
  readonly counts: JsonObject;
};
/** Name of a field that some event carries. */
export type LogField = keyof typeof LOG_FIELDS;
/** The value of a field. */
export type ValueOf<F extends LogField> = FieldValue[(typeof LOG_FIELDS)[F]];

type EventSpec = {
  readonly level: LogLevel;
  /** What happened, for docs/logs.md. */
  readonly says: string;
  readonly fields: readonly LogField[];
};

/** Fields about a thrown error. Its message is never logged, since it may quote data. */
const THROWN = ["error", "code", "frames", "trace_id", "route"] as const;
/** Fields of every line about a run's life, and of those about one of its steps. */
const OF_RUN = ["trace_id", "span_id", "org", "run"] as const;
const OF_STEP = [...OF_RUN, "step"] as const;

/** Every event that may be logged, with its level and its fields. */
export const LOG_EVENTS = {
  "request.answered": {
    level: "info",
    says: "A request was answered; level `error` where the status is 500, `warn` for other 5xx.",
    fields: ["method", "route", "status", "code", "duration_ms", "trace_id", "span_id", "org", "credential"],
  },
  "request.failed": { level: "error", says: "A bug or broken infrastructure ended a request with 5xx.", fields: THROWN },
  "request.repeated": { level: "warn", says: "A read reached a part that was restarting; it is retried once.", fields: THROWN },
  "stream.failed": { level: "error", says: "A stream of a run's events ended early.", fields: THROWN },
  "review.not_suggested": {
    level: "warn",
    says: "A model could not be asked what it suggests of a review; the review works without.",
    fields: THROWN,
  },
  "kill_switch.unreadable": { level: "error", says: "The kill switch could not be read, so new work is refused.", fields: THROWN },
  "kill_switch.unchecked": {
    level: "error",
    says: "A kill switch was thrown although the existence of its target could not be checked.",
    fields: THROWN,
  },
  "kill_switch.unclaimed": {
    level: "error",
    says: "A kill switch was thrown although its idempotency key could not be stored.",
    fields: THROWN,
  },
  "policy.invalid": {
    level: "error",
    says: "The policy set cannot be parsed; every request is denied until it can.",
    fields: ["policy_version", "why", "error"],
  },
  "policy.failed": {
    level: "error",
    says: "A policy request could not be evaluated and was denied.",
    fields: ["policy_version", "action", "error", "trace_id"],
  },
  "authority.failed": {
    level: "error",
    says: "The platform could not decide whether a run may make a call or start a child run; the step is retried.",
    fields: ["question", "org", "run", "error"],
  },
  "breaker.resting": { level: "warn", says: "An upstream failed too often; its circuit breaker opened.", fields: ["upstream", "rest_ms"] },
  "breaker.out_of_reach": {
    level: "warn",
    says: "A circuit breaker cannot be reached; calls are sent without it.",
    fields: ["upstream", "error"],
  },
  "call.not_opened": {
    level: "error",
    says: "A model call outside a run was refused because the kill switch or the budget could not be read.",
    fields: ["question", "org", "upstream", "error"],
  },
  "chat.not_settled": {
    level: "error",
    says: "The cost of a call could not be booked; its worst case stays reserved.",
    fields: ["run", "trace_id", "error"],
  },
  "trace.variables": { level: "error", says: "Variables of the trace exporter cannot be read as they are.", fields: ["problems"] },
  "trace.collector_resting": {
    level: "warn",
    says: "The collector does not take traces; they are sent again after `rest_ms`. `status` 0: it did not answer.",
    fields: ["status", "rest_ms", "runs"],
  },
  "trace.refused": {
    level: "error",
    says: "The collector refused spans of one run for good; they are given up, and the trace is still in the run.",
    fields: ["org", "status", "counts"],
  },
  "trace.partly_refused": { level: "warn", says: "The collector took a request but not all of its spans.", fields: ["runs", "counts"] },
  "trace.chats_dropped": {
    level: "warn",
    says: "Spans of chats could not be handed to the queue of traces; they are not exported.",
    fields: ["org", "error"],
  },
  "trace.not_read": {
    level: "warn",
    says: "A run could not be asked for its spans; the queue tries again.",
    fields: ["org", "run", "error"],
  },
  "trace.not_confirmed": {
    level: "warn",
    says: "A run could not be told that its spans have left; it sends them again under the same ids.",
    fields: ["org", "error"],
  },
  "trace.unknown_message": {
    level: "error",
    says: "The queue of traces has a message that this version does not know.",
    fields: ["message_id"],
  },
  "notice.not_delivered": {
    level: "warn",
    says: "A destination did not take a notice; `result` says whether it is tried again.",
    fields: ["org", "message_id", "result", "why"],
  },
  "notice.dropped": {
    level: "error",
    says: "Too many notices of the org wait, or its watch is out of reach: this one is dropped. The audit log has what it tells.",
    fields: ["org", "message_id"],
  },
  "callback.not_delivered": {
    level: "warn",
    says: "A callback was not delivered; `result` says whether it is retried.",
    fields: ["org", "message_id", "result", "why"],
  },
  "answers.not_looked_up": {
    level: "warn",
    says: "The answer cache could not be read; the model is called.",
    fields: ["org", "run", "error"],
  },
  "answers.not_looked_around": {
    level: "warn",
    says: "The search for a similar question failed; only an exact match is used.",
    fields: ["org", "run", "error"],
  },
  "answers.not_kept": { level: "warn", says: "An answer could not be kept.", fields: ["org", "run", "error"] },
  "guardrail.not_moderated": {
    level: "warn",
    says: "A model of the task `moderate` could not be asked about a text because of an error on our side.",
    fields: ["org", "run", "error"],
  },
  "knowledge.not_embedded": {
    level: "warn",
    says: "The call of a collection's embedding model failed, so its documents are found by their words alone.",
    fields: ["org", "upstream", "error"],
  },
  "knowledge.not_indexed": {
    level: "warn",
    says: "Indexing a document failed because of an error on our side; it is tried again after a pause, six times at most.",
    fields: ["org", "error"],
  },
  "answers.not_embedded": {
    level: "warn",
    says: "The call of the org's embedding model failed, so no similar question is found.",
    fields: ["org", "run", "error"],
  },
  "answers.out_of_reach": { level: "warn", says: "The store of kept answers did not answer in time.", fields: ["deed", "error"] },
  "tool_results.not_looked_up": {
    level: "warn",
    says: "Kept results of a tool could not be read; the tool is called.",
    fields: ["org", "run", "tool", "error"],
  },
  "slow_call.unknown_message": { level: "error", says: "A message of the queue of slow calls cannot be read.", fields: ["message_id"] },
  "slow_call.failed": {
    level: "error",
    says: "A slow call failed on our side; its message is redelivered.",
    fields: ["run", "activity", "attempts", "error"],
  },
  "sandbox.not_started": { level: "error", says: "No container could be started.", fields: ["error"] },
  "sandbox.not_destroyed": {
    level: "warn",
    says: "A container could not be destroyed; it ends by itself when its lease runs out.",
    fields: ["error"],
  },
  "sandbox.cut_short": { level: "warn", says: "A container was gone before it answered its call.", fields: ["error"] },
  "metrics.not_added": {
    level: "warn",
    says: "How requests were answered could not be added to the metrics; it is tried again.",
    fields: ["error"],
  },
  "sweep.done": { level: "info", says: "A task of the scheduled sweep did some work.", fields: ["chore", "counts"] },
  "sweep.failed": { level: "error", says: "A task of the scheduled sweep failed; the other tasks continue.", fields: ["chore", "error"] },
  "run.started": { level: "info", says: "A run began its first step.", fields: [...OF_RUN, "workflow", "version"] },
  "run.waiting": {
    level: "info",
    says: "A run waits; `kind` says for what: a review, a signal, a time or a child run.",
    fields: [...OF_RUN, "kind"],
  },
  "run.paused": { level: "warn", says: "The kill switch (`scope`) or a person (`person`) paused a run.", fields: [...OF_RUN, "scope"] },
  "run.resumed": { level: "info", says: "A waiting or paused run went on.", fields: [...OF_RUN, "from"] },
  "run.ended": {
    level: "info",
    says: "A run ended; level `warn` unless it completed or was cancelled. `usd` and tokens are those of the whole run.",
    fields: [...OF_RUN, "workflow", "outcome", "code", "duration_ms", "tokens_in", "tokens_out", "usd"],
  },
  "step.ended": { level: "info", says: "A step ended.", fields: [...OF_STEP, "outcome", "code", "duration_ms"] },
  "step.retrying": { level: "info", says: "An attempt failed; the step is tried again.", fields: [...OF_STEP, "attempt", "code"] },
  "step.compensated": { level: "info", says: "The write of a step was undone, or could not be.", fields: [...OF_STEP, "outcome"] },
  "model.called": {
    level: "info",
    says: "A model answered a run, or failed; `cached` says which kept answer took its place.",
    fields: [...OF_STEP, "model", "attempt", "outcome", "code", "cached", "duration_ms", "tokens_in", "tokens_out", "usd"],
  },
  "tool.called": {
    level: "info",
    says: "A tool answered a run, or failed; `cached` says that a kept answer took its place.",
    fields: [...OF_STEP, "tool", "attempt", "outcome", "code", "cached", "duration_ms", "usd"],
  },
  "child.ended": { level: "info", says: "A child run ended.", fields: [...OF_STEP, "child", "outcome"] },
  "policy.decided": {
    level: "info",
    says: "A policy refused a call (`deny`), or wants a person to decide (`ask`).",
    fields: [...OF_STEP, "outcome", "policy_version"],
  },
  "guardrail.flagged": { level: "info", says: "The guardrails found something in a run.", fields: [...OF_STEP, "channel", "findings"] },
  "budget.refused": { level: "warn", says: "The ledger refused a run money or tokens.", fields: [...OF_RUN, "cap"] },
  "review.requested": { level: "info", says: "A run asks a person to decide.", fields: [...OF_STEP, "severity"] },
  "review.decided": { level: "info", says: "A person decided.", fields: [...OF_STEP, "outcome"] },
  "escalation.raised": {
    level: "warn",
    says: "A review became more urgent, or a run was handed over to a person.",
    fields: [...OF_STEP, "severity"],
  },
  "run.lost": { level: "error", says: "A run in the index has no object.", fields: ["run", "org", "run_status"] },
  "run.unstuck": {
    level: "warn",
    says: "A run was stuck, and the watchdog restarted it.",
    fields: ["run", "org", "workflow", "from", "to"],
  },
  "run.out_of_reach": { level: "error", says: "The watchdog could not reach a run.", fields: ["run", "error"] },
  "run.not_archived": { level: "error", says: "A run could not be archived; the next sweep tries again.", fields: ["run", "error"] },
  "erasure.failed": {
    level: "error",
    says: "The erasure of a person was interrupted; the next sweep goes on.",
    fields: ["org", "erasure", "error"],
  },
  "compliance.failed": {
    level: "error",
    says: "An export of evidence was interrupted; the next sweep goes on.",
    fields: ["org", "source_id", "error"],
  },
  "policy.job_interrupted": {
    level: "error",
    says: "A replay or an analysis of policies was interrupted; the next sweep goes on.",
    fields: ["org", "source_id", "error"],
  },
  "inventory.not_noted": {
    level: "warn",
    says: "What ran could not be noted for the inventory; the next records note it.",
    fields: ["error"],
  },
  "erasure.run_failed": {
    level: "error",
    says: "A run could not be erased; the next sweep tries again.",
    fields: ["org", "run", "error"],
  },
  "run.without_record": { level: "error", says: "An ended run has no record and is not in the archive.", fields: ["run", "org"] },
  "run.input_refused": {
    level: "info",
    says: "A run refused a late or duplicate input.",
    fields: ["run", "input", "why"],
  },
  "run.effect_failed": {
    level: "warn",
    says: "An effect of a run threw; the alarm retries it.",
    fields: ["run", "effect", "error"],
  },
  "run.texts_not_kept": {
    level: "warn",
    says: "The texts that audit entries of a run name could not be stored; its records wait for them.",
    fields: ["run", "error"],
  },
  "call.texts_not_kept": {
    level: "error",
    says: "What a model was asked could not be stored; the answer is withheld.",
    fields: ["org", "upstream", "error"],
  },
  "run.turn_failed": {
    level: "error",
    says: "A run's state machine threw; the step concerned fails, or the run ends.",
    fields: ["run", "input", "error"],
  },
  "run.alarm_failed": { level: "error", says: "The alarm of a run threw; it is set again.", fields: ["run", "error"] },
  "records.unknown_version": {
    level: "error",
    says: "A message of the records queue has an unknown version; it is returned to the queue.",
    fields: ["message_id"],
  },
  "records.unknown_source": {
    level: "error",
    says: "A message of the records queue comes from an unknown kind of source; it is returned to the queue.",
    fields: ["message_id"],
  },
  "records.index_failed": { level: "error", says: "Lines of the run index could not be written.", fields: ["runs", "error"] },
  "records.not_integrated": {
    level: "error",
    says: "Records could not be added to the audit chain; their messages are redelivered.",
    fields: ["org", "messages", "error"],
  },
  "records.not_confirmed": {
    level: "warn",
    says: "A source could not be notified that its records are in the chain; the message is redelivered.",
    fields: ["org", "source", "error"],
  },
  "egress.refused": {
    level: "warn",
    says: "A request of a tool's sandboxed code was refused; `code` says why, `result` is the class of its host.",
    fields: ["org", "run", "tool", "activity", "code", "result"],
  },
  "tool.source_unchecked": {
    level: "warn",
    says: "Imported tools could not be compared with what their server says of them; they are compared again in an hour.",
    fields: ["org", "error"],
  },
  "limits.out_of_reach": {
    level: "warn",
    says: "The object that keeps an org's limits cannot be reached; each isolate enforces them by itself until it can.",
    fields: ["org", "error"],
  },
  "config.refused": {
    level: "error",
    says: "A variable of the deployment is invalid and is ignored until it is corrected.",
    fields: ["variable", "problems"],
  },
  "credential.unnoted": { level: "warn", says: "The last use of a credential could not be stored.", fields: ["credential"] },
  "audit.row_refused": {
    level: "error",
    says: "A row of records can never become part of the chain.",
    fields: ["org", "source", "source_id", "row", "code"],
  },
  "audit.chain_broken": {
    level: "error",
    says: "A stored page of the audit chain differs from the sequenced page; it is never overwritten.",
    fields: ["org", "seqs"],
  },
  "audit.forked": {
    level: "error",
    says: "An audit log does not agree with its last published checkpoint: it numbers and signs nothing.",
    fields: ["org", "result", "counts"],
  },
  "audit.broken": {
    level: "error",
    says: "What is stored of an audit log is not what was sequenced; `code` says what, at which number.",
    fields: ["org", "seqs", "code"],
  },
  "audit.key_not_introduced": {
    level: "error",
    says: "An audit log is signed with a key that the one before did not introduce: set `AUDIT_KEY_PREVIOUS` when `AUDIT_KEY` is replaced.",
    fields: ["org", "key_id"],
  },
  "witness.not_cosigned": {
    level: "warn",
    says: "A witness did not cosign a checkpoint; the checkpoint is published without its cosignature.",
    fields: ["org", "source", "result", "error"],
  },
  "audit.segment_differs": {
    level: "error",
    says: "A segment of the audit chain in R2 differs from the chain, or is not there; D1 keeps its entries.",
    fields: ["org", "seqs"],
  },
  "audit.not_alerted": { level: "warn", says: "An alert about an audit log could not be recorded or sent.", fields: ["org", "error"] },
  "audit.not_pruned": {
    level: "warn",
    says: "Segments of the audit log whose org's retention is over could not be deleted; the next sweep tries again.",
    fields: ["org", "seqs", "error"],
  },
  "audit.persons_unknown": {
    level: "warn",
    says: "Who is behind pseudonyms of the audit log could not be read from the vault; the entries were shown without.",
    fields: ["org", "error"],
  },
} as const satisfies Record<string, EventSpec>;

/** Name of an event. */
export type LogEvent = keyof typeof LOG_EVENTS;
/** Events that carry these fields and no others. */
export type ThrownEvent = { [E in LogEvent]: (typeof LOG_EVENTS)[E]["fields"] extends typeof THROWN ? E : never }[LogEvent];
