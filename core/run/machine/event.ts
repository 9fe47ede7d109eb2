/**
 * The words of the journal. Every decision of a run is an event; folding the events gives the state (evolve.ts), and clients see
 * the same events (docs/contract.md, "Runs"). An event holds everything the fold needs, so that code may change
 * under a running run; it holds no personal data.
 *
 * A call leaves two events. The *intent* is stored before the call leaves, the *outcome* when it is back; the names do not say which is
 * which, and stay as they are because journals have them:
 *
 * | call | intent | outcome |
 * |---|---|---|
 * | of a model | `model.calling` | `model.called` |
 * | of a tool | `tool.called` | `tool.answered` |
 * | of a read tool, about a write in doubt | `tool.looking_up` | `tool.looked_up` |
 * | a child run | `child.called` | `child.ended` |
 * | a question to a person | `review.requested`; `review.opened` when people can see it | `review.decided` |
 * | a request to the org's ledger | `budget.asked` | `budget.leased` or `budget.refused` |
 * | a compensation | `step.compensating` | `step.compensated` |
 *
 * PERSISTED: a turn's events are one row of the journal. Fields may be added, never renamed or dropped.
 */
import type { Role } from "../../access/principal.ts";
import type { Amount } from "../../budget/amount.ts";
import type { BudgetAlert, BudgetScope, CapName } from "../../budget/lease.ts";
import type { FindingSummary } from "../../guardrail/finding.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Label } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import type { ModelCandidate } from "../../model/entry.ts";
import type { MicroUsd } from "../../money.ts";
import type { Severity } from "../../review/case.ts";
import type { EpochMs } from "../../time.ts";
import type { ToolFacts } from "../../tool/manifest.ts";
import type { StepKind } from "../../workflow/definition.ts";
import type { Correction, Failure, Opening, Reached } from "../calls/call.ts";
import type { RunFlag } from "../outside/view.ts";
import type { AgentAnswer, AgentCall, AgentTool, Child, Held, QuestionReason, RunError, StepError, Usage } from "./state.ts";

/** What one call cost: tokens as the upstream counted them, money in micro-dollars. */
export type Spent = { readonly tokens_in: number; readonly tokens_out: number; readonly micro_usd: MicroUsd };

/** An amount of money (micro-dollars) and tokens as journals have it: `Amount` of core/budget with the journal's spelling. */
export type Priced = { readonly micro_usd: MicroUsd; readonly tokens: number };

/** Whose word the value of the event is. Absent: the journal is from before labels, or a model chose the value. */
type Labelled = { readonly labels?: Labels };

type ActivityRef = { readonly activity: string };

/** What each type of event holds beside its number, its time and its step. */
export type EventData = {
  "run.created": {
    readonly workflow: string;
    readonly version: number;
    readonly digest: string;
    readonly user: string;
    readonly input: Json;
  };
  "run.started": JsonObject;
  "run.waiting": { readonly kind: "review" | "signal" | "wait" | "run"; readonly id: string; readonly until: string | null };
  "run.resumed": { readonly from: "waiting" | "paused" };
  "run.paused": { readonly scope: string; readonly epoch: number };
  "run.cancelling": { readonly by: string; readonly reason: string };
  /** A cap was reached or a failure was not absorbed: nothing new starts, what is in flight is awaited. */
  "run.stopping": { readonly why: "failure" | "cap"; readonly error: RunError };
  "run.compensating": { readonly steps: readonly string[] };
  "run.completed": Labelled & { readonly output: Json; readonly flags: readonly RunFlag[]; readonly error: RunError | null };
  "run.failed": {
    readonly error: RunError;
    readonly flags: readonly RunFlag[];
    readonly undone: readonly string[];
    readonly dead_letter: string;
  };
  /** `undone`: writes that were *not* undone, also in the other two ends. `dead_letter`: null unless there are some. */
  "run.cancelled": { readonly reason: string; readonly undone: readonly string[]; readonly dead_letter: string | null };
  "run.dead_lettered": {
    readonly error: RunError;
    readonly flags: readonly RunFlag[];
    readonly undone: readonly string[];
    readonly dead_letter: string;
  };
  /** `root`: of the credential (core/access/person.ts). `roles`: what the run's user may do by now; absent: the rights of its birth count. */
  "dead_letter.redriven": {
    readonly by: string;
    readonly root?: string | null;
    readonly run: string;
    readonly roles?: readonly Role[];
  };
  /** The new run exists. */
  "dead_letter.handed_over": { readonly run: string };
  "dead_letter.discarded": { readonly by: string; readonly reason: string };

  /** `input`: a tool's, an agent's or a model's slots, what is mapped over, what is waited for. */
  "step.started": Labelled & {
    readonly kind: StepKind;
    readonly input?: Json;
    readonly resume_at?: EpochMs | null;
    readonly signal?: string | null;
  };
  "item.started": Labelled & { readonly index: number; readonly kind: StepKind; readonly input?: Json };
  "item.completed": Labelled & { readonly index: number; readonly output: Json; readonly error?: StepError };
  "item.failed": { readonly index: number; readonly error: StepError; readonly unknown_outcome?: boolean };
  /** What the model said in one iteration, and which tools it asks for. */
  "agent.answered": {
    readonly node: string;
    readonly iteration: number;
    readonly text: string | null;
    readonly calls: readonly AgentCall[];
    /** What the model wants back unchanged with its turn. */
    readonly opaque?: JsonObject;
    readonly digest: string;
  };
  /** A tool's answer, as the model will see it. `wrote`: the call succeeded, and its tool writes. */
  "agent.observed": ActivityRef & {
    readonly node: string;
    readonly call: string;
    readonly answer: AgentAnswer;
    readonly digest: string;
    /** Of everything that its model has seen then. */
    readonly label?: Label;
    readonly wrote?: true;
  };
  /** The agent gives up: nothing new is sent for it, what is in flight is awaited, then its node fails. `undone`: a write whose outcome is unknown, so it was *not* undone. */
  "agent.stopping": { readonly node: string; readonly error: StepError; readonly undone?: string };
  /** The conversation is too long for the model's window: these turns are dropped, once a model has summarised them. */
  "agent.condensing": { readonly node: string; readonly iteration: number; readonly dropped: readonly number[] };
  /** `summary` null: no model could make one. */
  "agent.condensed": ActivityRef & { readonly node: string; readonly summary: string | null };
  "agent.continued": { readonly node: string; readonly iteration: number; readonly stale: number };
  "signal.received": { readonly id: string; readonly name: string; readonly body: Json; readonly by: string; readonly label?: Label };
  /** Starting the same child twice is one run. */
  "child.called": ActivityRef & {
    readonly run: string;
    readonly workflow: string;
    readonly version: number;
    readonly digest: string;
    readonly reserved: Priced;
  };
  "child.ended": ActivityRef & {
    /** An instruction was found in the answer of one of its tools. */
    readonly instruction?: true;
    readonly run: string;
    readonly ok: boolean;
    readonly output: Json;
    readonly error: StepError | null;
    readonly flags: readonly RunFlag[];
    readonly usage: Usage;
    /** What the child holds for calls whose cost nobody told: its parent goes on holding it. */
    readonly held: Priced;
    /** The child made writes, and nothing has undone them. */
    readonly wrote?: true;
    /** It completed, so it can be asked to undo what it wrote. Absent: not, or an older journal. */
    readonly undoable?: true;
  };
  /** A queue consumer has taken the call up. */
  "call.taken": ActivityRef & { readonly call: number };
  /** An attempt to send the callback. `next_at`: when the next one is made; null: there is none. */
  "callback.tried": { readonly attempt: number; readonly result: "delivered" | "retry" | "gone"; readonly next_at: EpochMs | null };
  /** The parent run knows how this one ended. */
  "parent.told": JsonObject;
  "step.retrying": ActivityRef & { readonly attempt: number; readonly error: StepError; readonly resume_at: EpochMs };
  /** `kept`: completed in the run that this one continues. `signal`: the one that was awaited. A map's output is that of its items. */
  "step.completed": Labelled & { readonly output: Json; readonly kept?: true; readonly signal?: string };
  "step.failed": Labelled & {
    readonly error: StepError;
    /** `safety`: a guard, a policy or a person said no; else as the failed call told it (calls/call.ts). Absent: an older journal. */
    readonly class?: Failure["class"];
    readonly absorbed: "value" | "step" | null;
    /** The step that takes over. Absent: the only one that `on_error` names. */
    readonly rescuer?: string;
    readonly output?: Json;
    readonly unknown_outcome?: boolean;
  };
  "step.skipped": JsonObject;
  /** `tool` null: `child` is a completed child run, which undoes its own steps. */
  "step.compensating": ActivityRef &
    Labelled & { readonly undoes: string; readonly tool: string | null; readonly input: Json; readonly child?: Child };
  /** `undone`: why the call could *not* be undone; absent: it was. `left`: a child run made writes that nothing undoes. */
  "step.compensated": ActivityRef & { readonly undoes?: string; readonly undone?: StepError; readonly left?: true };

  "policy.decided": ActivityRef & {
    readonly decision: "allow" | "deny" | "ask";
    readonly policy_version: string;
    readonly reasons: readonly string[];
    readonly subject: string;
    readonly facts: ToolFacts | null;
  };
  "model.routed": ActivityRef & {
    readonly candidates: readonly ModelCandidate[];
    readonly rejected: readonly { readonly id: string; readonly why: string }[];
    /** The tools that an agent may call; present only when they have changed. */
    readonly tools?: readonly AgentTool[];
  };
  /** A request to the org's ledger, the run's `n`th: all it spent and holds so far, and what it wants beyond. Nothing: the rest goes back. */
  "budget.asked": {
    readonly n: number;
    readonly spent: Priced;
    readonly held: Priced;
    readonly need: Priced;
    readonly want: Priced;
    readonly activity: string | null;
    /** Another candidate costs less: a refusal is not the end. */
    readonly may_be_cheaper: boolean;
  };
  "budget.leased": { readonly n: number; readonly lease: Priced; readonly until: EpochMs; readonly pressure: number };
  /** `scope` null: the ledger has answered a later request already. */
  "budget.refused": {
    readonly n: number;
    readonly scope: BudgetScope | null;
    readonly cap: CapName | null;
    readonly resets_at: EpochMs | null;
  };
  /** A threshold of a cap was crossed: the run's own, or one of the org's. Money is in dollars. */
  "budget.alert": BudgetAlert;
  /** `repeated`: the same attempt again, because the call was interrupted on our side. */
  "model.calling": ActivityRef & {
    readonly attempt: number;
    readonly model: string;
    readonly reserved: Priced;
    readonly repeated?: true;
    /** Set when a queue consumer makes the call; after this time the call counts as lost. */
    readonly lost_at?: EpochMs;
  };
  /** `held`: nobody told what the call cost, so its reservation stays taken. */
  "model.called": ActivityRef & {
    readonly attempt: number;
    readonly model: string;
    readonly ok: boolean;
    readonly spent: Spent;
    readonly held: Priced | null;
    readonly duration_ms: number;
    readonly failure?: Failure;
    readonly correction?: Correction;
    /** Cut short on our side: not an attempt, and no reason to fall back. */
    readonly interrupted?: true;
    /** The circuit breaker of its upstream was open: no call was made. */
    readonly unasked?: true;
    /** A kept answer took the place of the call; it cost nothing. */
    readonly cached?: "exact" | "semantic" | "stale";
    /** `degraded`: another model than the first choice answered; `stale`: a kept answer past its time did. */
    readonly flags?: readonly RunFlag[];
    readonly upstream: { readonly [name: string]: string };
    /** Running totals of the run. */
    readonly total_usd: number;
  };
  "tool.called": ActivityRef & {
    readonly attempt: number;
    readonly tool: string;
    readonly version: number;
    readonly effect: string;
    readonly key: string;
    readonly input_digest: string;
    readonly repeated?: true;
    /** Set when a queue consumer makes the call; after this time the call counts as lost. */
    readonly lost_at?: EpochMs;
  };
  "tool.answered": ActivityRef & {
    readonly attempt: number;
    readonly tool: string;
    readonly ok: boolean;
    /** Absent in journals from before there was more than one kind of tool: the fold reads their `status`. */
    readonly reached?: Reached;
    readonly status: number | null;
    readonly duration_ms: number;
    readonly openings: readonly Opening[];
    /** A kept answer took the place of the call. */
    readonly cached?: "exact";
    readonly failure?: Failure;
  };
  /** Nobody knows whether the write happened: this read tool is asked at `resume_at`, for the `time`th time. */
  "tool.looking_up": ActivityRef & { readonly tool: string; readonly time: number; readonly resume_at: EpochMs };
  "tool.looked_up": ActivityRef & {
    readonly tool: string;
    readonly found: "yes" | "no" | "unsure";
    readonly duration_ms: number;
    readonly failure?: Failure;
  };
  /** `instruction`: a tool's answer holds one. */
  "guardrail.flagged": {
    readonly channel: "user" | "tool_output" | "model_output";
    readonly findings: readonly FindingSummary[];
    readonly instruction?: true;
  };
  "review.requested": ActivityRef & {
    readonly reason: QuestionReason;
    readonly key: string;
    readonly severity: Severity;
    readonly proposal: Json;
    readonly digest: string;
    /** No step reads what the person decides on: a changed proposal would change nothing. */
    readonly unread?: true;
    /** Of a guardrail: what becomes the output once somebody has decided. */
    readonly held?: Held;
  };
  "review.opened": ActivityRef & { readonly id: string; readonly until: EpochMs | null };
  "review.decided": ActivityRef & {
    /** Digest of the approved call; null: it was rejected, or the question was not about a call. */
    readonly approved: string | null;
    readonly id: string;
    readonly action: "approve" | "reject" | "modify";
    readonly by: string;
    readonly proposal: Json;
  };
  "escalation.raised": ActivityRef & { readonly id: string; readonly severity: Severity };
  /** The run no longer waits for these cases. */
  "review.withdrawn": { readonly ids: readonly string[] };
};

/** The type of an event, as journals and clients have it. */
export type EventType = keyof EventData;
/** `seq`: numbers from 1 without a gap. `step`: the step of the definition that it is about. */
export type EventOf<T extends EventType> = {
  readonly seq: number;
  readonly type: T;
  readonly at: EpochMs;
  readonly step?: string;
  readonly data: EventData[T];
};
/** An event of any type. */
export type RunEvent = { [T in EventType]: EventOf<T> }[EventType];

/** An amount as journals write it. */
export const priced = ({ microUsd, tokens }: Amount): Priced => ({ micro_usd: microUsd, tokens });
/** An amount as the budget code reckons with it. */
export const amount = ({ micro_usd, tokens }: Priced): Amount => ({ microUsd: micro_usd, tokens });
