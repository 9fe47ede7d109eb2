/**
 * The events of the journal. Every decision of a run is an event; folding the events gives the state (evolve.ts), and clients see
 * the same events (docs/contract.md, "Runs"). An event contains everything that the fold needs, so that code may change
 * while a run is in progress; it contains no personal data.
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
 * `…_sha256` are digests of what was said (core/audit/content.ts), for the audit entry; absent in journals that predate them. null: there
 * was nothing to hash, since the call failed.
 *
 * PERSISTED: a turn's events are one row of the journal. Fields may be added, never renamed or dropped.
 */
import type { Role } from "../../access/principal.ts";
import type { AccessQuestion } from "../../access/request.ts";
import type { Layer } from "../../audit/layer.ts";
import type { Amount } from "../../budget/amount.ts";
import type { BudgetAlert, BudgetScope, CapName } from "../../budget/lease.ts";
import type { FindingSummary } from "../../guardrail/finding.ts";
import type { Citation } from "../../guardrail/grounded/grounding.ts";
import type { HandOverReason } from "../../guardrail/hand-over/hand-over.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Label } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import type { Intent } from "../../memory/intent.ts";
import type { Complexity } from "../../model/complexity.ts";
import type { ModelCandidate } from "../../model/entry.ts";
import type { MicroUsd } from "../../money.ts";
import type { Severity } from "../../review/case.ts";
import type { Risk } from "../../risk/risk.ts";
import type { SessionContent } from "../../session/session.ts";
import type { EpochMs } from "../../time.ts";
import type { ToolFacts } from "../../tool/manifest.ts";
import type { StepKind } from "../../workflow/definition.ts";
import type { Correction, Failure, Opening, Reached } from "../calls/call.ts";
import type { HandOverFacts, HandOverOutcome } from "../hand-over/state.ts";
import type { RunFlag } from "../outside/view.ts";
import type {
  AgentAnswer,
  AgentCall,
  AgentTool,
  AskedBecause,
  Child,
  Held,
  Past,
  QuestionReason,
  RecallState,
  RunError,
  StepError,
  Usage,
} from "./state.ts";

/** The cost of one call: tokens as the upstream counted them, money in micro-dollars. */
export type Spent = { readonly tokens_in: number; readonly tokens_out: number; readonly micro_usd: MicroUsd };

/** An amount of money (micro-dollars) and tokens as journals have it: `Amount` of core/budget with the journal's spelling. */
export type Priced = { readonly micro_usd: MicroUsd; readonly tokens: number };

/** Labels of the event's value. They are absent if the journal predates labels or a model chose the value. */
type Labelled = { readonly labels?: Labels };

type ActivityRef = { readonly activity: string };

/** The data of each type of event, besides its number, its time and its step. */
export type EventData = {
  "run.created": {
    readonly workflow: string;
    readonly version: number;
    readonly digest: string;
    readonly user: string;
    readonly input: Json;
    readonly input_sha256?: string;
  };
  "run.started": JsonObject;
  "run.waiting": { readonly kind: "review" | "signal" | "wait" | "run"; readonly id: string; readonly until: string | null };
  /**
   * `by`: the person who let a paused run go on; what was allowed and not sent is decided again. Absent: news came, or the kill switch was
   * lifted. `parent`: the person resumed this parent run, and the run with it.
   */
  "run.resumed": { readonly from: "waiting" | "paused"; readonly by?: string; readonly parent?: string };
  /**
   * `by`: the person who paused it (`scope` is `person` then). Absent: the kill switch. `parent`: the person paused this parent run, and the
   * run with it (`scope` is `parent` then); `hold` is the number of the event that paused the parent.
   * `outranks`: the person may hold every run; absent: their own alone, or nobody noted it.
   */
  "run.paused": {
    readonly scope: string;
    readonly epoch: number;
    readonly by?: string;
    readonly reason?: string;
    readonly parent?: string;
    readonly hold?: number;
    readonly outranks?: true;
  };
  "run.cancelling": { readonly by: string; readonly reason: string };
  /** A cap was reached or a failure was not absorbed: nothing new starts, and the run waits for its calls in flight. */
  "run.stopping": { readonly why: "failure" | "cap"; readonly error: RunError };
  "run.compensating": { readonly steps: readonly string[] };
  /** `undone`: writes that a person's reply left in doubt. Absent: none. */
  "run.completed": Labelled & {
    readonly output: Json;
    readonly output_sha256?: string;
    readonly flags: readonly RunFlag[];
    readonly error: RunError | null;
    readonly undone?: readonly string[];
  };
  "run.failed": {
    readonly error: RunError;
    readonly flags: readonly RunFlag[];
    readonly undone: readonly string[];
    readonly dead_letter: string;
  };
  /** `undone` lists the writes that were *not* undone, as in the other two ends. `dead_letter` is null if there are none. */
  "run.cancelled": { readonly reason: string; readonly undone: readonly string[]; readonly dead_letter: string | null };
  "run.dead_lettered": {
    readonly error: RunError;
    readonly flags: readonly RunFlag[];
    readonly undone: readonly string[];
    readonly dead_letter: string;
  };
  /** `root` is the root of the credential (core/access/person.ts). `roles` are the current roles of the run's user; if absent, those of its birth apply. */
  "dead_letter.redriven": {
    readonly by: string;
    readonly root?: string | null;
    readonly run: string;
    readonly roles?: readonly Role[];
    /** The step from which on everything is done again. Absent: everything that was not kept. */
    readonly from?: string;
    /** Inputs with which steps start in place of those that their definition gives; redacted. */
    readonly changes?: { readonly [step: string]: Json };
  };
  /** The new run exists. */
  "dead_letter.handed_over": { readonly run: string };
  "dead_letter.discarded": { readonly by: string; readonly reason: string };

  /** `input` is the tool's input, the slots of an agent or a model, the list of a map, or the time or signal of a wait. */
  "step.started": Labelled & {
    readonly kind: StepKind;
    readonly input?: Json;
    readonly resume_at?: EpochMs | null;
    readonly signal?: string | null;
  };
  "item.started": Labelled & { readonly index: number; readonly kind: StepKind; readonly input?: Json };
  "item.completed": Labelled & { readonly index: number; readonly output: Json; readonly error?: StepError };
  /** `label`: whose word it is that the item failed. */
  "item.failed": { readonly index: number; readonly error: StepError; readonly unknown_outcome?: boolean; readonly label?: Label };
  /** The model's text in one iteration, and the tool calls that it requests. */
  "agent.answered": {
    readonly node: string;
    readonly iteration: number;
    readonly text: string | null;
    readonly calls: readonly AgentCall[];
    /** Fields that the model expects back unchanged with this turn. */
    readonly opaque?: JsonObject;
    readonly digest: string;
  };
  /** A tool's answer, as the model will see it. `wrote`: the call succeeded, and its tool writes. */
  "agent.observed": ActivityRef & {
    readonly node: string;
    readonly call: string;
    readonly answer: AgentAnswer;
    readonly digest: string;
    /** The label of everything that the agent's model has seen after this answer. */
    readonly label?: Label;
    readonly wrote?: true;
  };
  /** The agent gives up: it sends nothing new, waits for its calls in flight, then its node fails. `undone` is a write of unknown outcome, which was *not* undone. */
  "agent.stopping": { readonly node: string; readonly error: StepError; readonly undone?: string };
  /** The conversation is too long for the model's window; these turns are dropped once a model has summarised them. */
  "agent.condensing": { readonly node: string; readonly iteration: number; readonly dropped: readonly number[] };
  /** `summary` is null if no model could write one. */
  "agent.condensed": ActivityRef & { readonly node: string; readonly summary: string | null };
  "agent.continued": { readonly node: string; readonly iteration: number; readonly stale: number };
  "signal.received": {
    readonly id: string;
    readonly name: string;
    readonly body: Json;
    readonly by: string;
    readonly label?: Label;
    /** What asking a model about the body (`moderate`) cost; the org's ledger has it already. Absent: none was asked. */
    readonly moderated?: Spent;
  };
  /** The child run was told that this run is paused, or goes on again. `hold`: the number of the event that paused or resumed this run. */
  "child.paused": ActivityRef & { readonly run: string; readonly hold: number };
  "child.resumed": ActivityRef & { readonly run: string; readonly hold: number };
  /** Starting the same child twice creates only one run. */
  "child.called": ActivityRef & {
    readonly run: string;
    readonly workflow: string;
    readonly version: number;
    readonly digest: string;
    readonly input_sha256?: string;
    readonly reserved: Priced;
  };
  "child.ended": ActivityRef & {
    /** An instruction was found in the answer of one of its tools. */
    readonly instruction?: true;
    /** What the child did and saw. */
    readonly past?: Past;
    readonly run: string;
    readonly ok: boolean;
    readonly output: Json;
    readonly output_sha256?: string | null;
    readonly error: StepError | null;
    readonly flags: readonly RunFlag[];
    readonly usage: Usage;
    /** The amount that the child holds for calls of unreported cost; its parent continues to hold it. */
    readonly held: Priced;
    /** The child made writes, and nothing has undone them. */
    readonly wrote?: true;
    /** The child completed, so it can be asked to undo its writes. Absent if it did not, and in older journals. */
    readonly undoable?: true;
  };
  /** A queue consumer has taken the call. */
  "call.taken": ActivityRef & { readonly call: number };
  /** An attempt to send the callback; `refused`: it was not sent, as the org's `accepts.callbacks` does not accept the class of the run's data. `next_at` is the time of the next attempt, or null if there is none. */
  "callback.tried": {
    readonly attempt: number;
    readonly result: "delivered" | "retry" | "gone" | "refused";
    readonly next_at: EpochMs | null;
  };
  /** The parent run knows how this one ended. */
  "parent.told": JsonObject;
  /** `fallback`: the next attempt calls this tool instead. */
  "step.retrying": ActivityRef & {
    readonly attempt: number;
    readonly error: StepError;
    readonly resume_at: EpochMs;
    readonly fallback?: string;
    /** The call was cut short on our side, for the so-manieth time: the same attempt is made again. */
    readonly interruptions?: number;
  };
  /** `kept`: the step completed in the run that this one continues. `signal` is the signal that the step waited for. `citations`: of an answer that has to rest on something. A map's output is that of its items. */
  "step.completed": Labelled & {
    readonly output: Json;
    readonly kept?: true;
    readonly signal?: string;
    readonly citations?: readonly Citation[];
  };
  "step.failed": Labelled & {
    readonly error: StepError;
    /** `safety` if a guard, a policy or a person refused; otherwise the class that the failed call reported (calls/call.ts). Absent in older journals. */
    readonly class?: Failure["class"];
    readonly absorbed: "value" | "step" | null;
    /** The step that takes over. If absent, it is the only step that `on_error` names. */
    readonly rescuer?: string;
    readonly output?: Json;
    readonly unknown_outcome?: boolean;
  };
  /** The labels are those of its null, which says how its condition came out. */
  "step.skipped": Labelled;
  /** If `tool` is null, `child` is a completed child run, which undoes its own steps. */
  "step.compensating": ActivityRef &
    Labelled & { readonly undoes: string; readonly tool: string | null; readonly input: Json; readonly child?: Child };
  /** `undone` says why the call could *not* be undone; it is absent if it was undone. `left`: a child run made writes that nothing undoes. */
  "step.compensated": ActivityRef & { readonly undoes?: string; readonly undone?: StepError; readonly left?: true };

  "policy.decided": ActivityRef & {
    readonly decision: "allow" | "deny" | "ask";
    readonly policy_version: string;
    readonly reasons: readonly string[];
    /** What refused or asks, where it is no policy and the reasons do not say it. */
    readonly layer?: Layer;
    readonly subject: string;
    readonly facts: ToolFacts | null;
    /** The question as the policies were asked it, so that other policies can be asked it again. */
    readonly asked?: AccessQuestion;
    /** Of a call of a tool. Absent in older journals. */
    readonly risk?: Risk;
  };
  "model.routed": ActivityRef & {
    readonly candidates: readonly ModelCandidate[];
    readonly rejected: readonly { readonly id: string; readonly why: string }[];
    /** How hard the step is, and who says so. Absent: the step names a model; and in older journals. */
    readonly complexity?: Complexity;
    /** The tools that an agent may call; present only when they have changed. */
    readonly tools?: readonly AgentTool[];
  };
  /** The run's `n`th request to the org's ledger: everything spent and held so far, and the further amount wanted. A zero `want` returns the rest. */
  "budget.asked": {
    readonly n: number;
    readonly spent: Priced;
    readonly held: Priced;
    readonly need: Priced;
    readonly want: Priced;
    readonly activity: string | null;
    /** Another candidate costs less, so a refusal does not end the attempt. */
    readonly may_be_cheaper: boolean;
  };
  "budget.leased": { readonly n: number; readonly lease: Priced; readonly until: EpochMs; readonly pressure: number };
  /** `scope` is null if the ledger has already answered a later request. */
  "budget.refused": {
    readonly n: number;
    readonly scope: BudgetScope | null;
    readonly cap: CapName | null;
    readonly resets_at: EpochMs | null;
  };
  /** A threshold of a cap was crossed: the run's own, or one of the org's. Money is in dollars. */
  "budget.alert": BudgetAlert;
  /** `repeated`: the same attempt is made again because the call was interrupted on our side, `interruptions` times so far. */
  "model.calling": ActivityRef & {
    readonly attempt: number;
    readonly model: string;
    /** Of messages, schema and tools as one JSON object. */
    readonly prompt_sha256?: string;
    readonly reserved: Priced;
    readonly repeated?: true;
    readonly interruptions?: number;
    /** Set when a queue consumer makes the call; after this time the call counts as lost. */
    readonly lost_at?: EpochMs;
  };
  /** `held` is the reservation that stays taken because the call's cost was not reported; otherwise null. */
  "model.called": ActivityRef & {
    readonly attempt: number;
    readonly model: string;
    readonly ok: boolean;
    readonly answer_sha256?: string | null;
    readonly spent: Spent;
    readonly held: Priced | null;
    /** What asking a model about the answer (`moderate`) cost. The org's ledger has it already: it is no part of the run's lease. */
    readonly moderated?: Spent;
    readonly duration_ms: number;
    readonly failure?: Failure;
    readonly correction?: Correction;
    /** The call was cut short on our side: it does not count as an attempt and causes no fallback. */
    readonly interrupted?: true;
    readonly interruptions?: number;
    /** The circuit breaker of its upstream was open: no call was made. */
    readonly unasked?: true;
    /** A kept answer took the place of the call; it cost nothing. */
    readonly cached?: "exact" | "semantic" | "stale";
    /** `degraded`: a model other than the first choice answered. `stale`: an expired kept answer was used. */
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
    /** The most that the call costs. Absent: it costs nothing. */
    readonly reserved?: Priced;
    /** The tool that failed, for which this one stands in. */
    readonly instead_of?: string;
    readonly repeated?: true;
    readonly interruptions?: number;
    /** Set when a queue consumer makes the call; after this time the call counts as lost. */
    readonly lost_at?: EpochMs;
  };
  "tool.answered": ActivityRef & {
    readonly attempt: number;
    readonly tool: string;
    readonly ok: boolean;
    readonly output_sha256?: string | null;
    /** How far the call came. Absent in journals that predate the second kind of tool; there the fold reads `status`. */
    readonly reached?: Reached;
    readonly status: number | null;
    readonly duration_ms: number;
    readonly openings: readonly Opening[];
    /** A kept answer took the place of the call. */
    readonly cached?: "exact";
    /** The tool's rate or its circuit breaker did not let the call out. */
    readonly unasked?: true;
    /** What the call cost, in micro-dollars. Absent: the tool has no price. */
    readonly spent_micro_usd?: MicroUsd;
    /** The reservation that stays taken because nobody knows whether the call cost something, in micro-dollars. */
    readonly held_micro_usd?: MicroUsd;
    /** `degraded`: a fallback answered. `stale`: the answer is older than the tool's `max_age_ms`. */
    readonly flags?: readonly RunFlag[];
    /** Whose word the answer is. Absent: the tool's, who is untrusted. */
    readonly label?: Label;
    readonly failure?: Failure;
  };
  /** The write's outcome is unknown; this read tool is asked at `resume_at`, for the `time`th time. The same `time` again: the look-up was cut short. */
  "tool.looking_up": ActivityRef & {
    readonly tool: string;
    /** Of the input of the write that is asked about. */
    readonly write_input_sha256?: string;
    readonly time: number;
    readonly resume_at: EpochMs;
    /** How often look-ups about this write were cut short on our side. Absent: never. */
    readonly interruptions?: number;
  };
  "tool.looked_up": ActivityRef & {
    readonly tool: string;
    readonly found: "yes" | "no" | "unsure";
    /** Of what the read tool was given. Absent: it was not asked. */
    readonly input_sha256?: string;
    readonly output_sha256?: string | null;
    /** What the write cost that was found to have happened, in micro-dollars. */
    readonly spent_micro_usd?: MicroUsd;
    /** What `tool.answered` held for the write and is held no longer, in micro-dollars. Absent: the answer settled nothing, or the journal predates it. */
    readonly freed_micro_usd?: MicroUsd;
    readonly duration_ms: number;
    readonly failure?: Failure;
  };
  /** `instruction`: a tool's answer contains an instruction. */
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
    /** No step reads the proposal, so a change to it would have no effect. */
    readonly unread?: true;
    /** The policy's answer because of which a person is asked. `guarded`: a value of somebody untrusted reaches a field that the tool guards. */
    readonly policy?: AskedBecause;
    /** For a review of a guardrail: the values that may become the output once a person has decided. */
    readonly held?: Held;
  };
  "review.opened": ActivityRef & { readonly id: string; readonly until: EpochMs | null };
  "review.decided": ActivityRef & {
    /** The digest of the approved call; null if the call was rejected or the question was not about a call. */
    readonly approved: string | null;
    readonly id: string;
    readonly action: "approve" | "reject" | "modify";
    readonly by: string;
    readonly proposal: Json;
    /** The person changed the call: authority is asked about it as it is now. Absent: it was not changed, and in older journals. */
    readonly recheck?: true;
  };
  /** A case became more urgent, or a run was handed over to a person: then `priority`, `reason` and `to` say how, and `until` when the answer is due. */
  "escalation.raised": ActivityRef & {
    readonly id: string;
    readonly severity: Severity;
    readonly priority?: "normal" | "high";
    readonly reason?: HandOverReason;
    readonly to?: string | null;
    readonly until?: string | null;
  };
  /** The user is asked whether a person is to take over, and answers by the signal `signal`; without an answer a person does at `until`. */
  "hand_over.proposed": { readonly facts: HandOverFacts; readonly signal: string; readonly until: EpochMs };
  /** `signal`: the one that said so; absent: the time was over. */
  "hand_over.confirmed": { readonly wanted: boolean; readonly signal?: string };
  /** A person takes over: nothing new begins in the run until they have answered. */
  "hand_over.raised": { readonly facts: HandOverFacts; readonly severity: Severity };
  /** `reply`: what the person wrote, which becomes the run's output. */
  "hand_over.settled": { readonly outcome: Exclude<HandOverOutcome, "declined">; readonly reply?: Json };
  /** The run's turn in its session has come: what was said before, with the run's own placeholders. */
  "session.entered": { readonly owner: string; readonly content: SessionContent };
  /** The run waits for a person, and the next of its session may go on. */
  "session.stepped_aside": JsonObject;
  /** Whether what is remembered of the run's person is needed, and why. */
  "memory.considered": { readonly intent: Intent; readonly query: string };
  /** What is remembered of the person, as far as it fits, with the run's own placeholders. `failed`: it could not be reached. */
  "memory.recalled": { readonly found: NonNullable<RecallState["found"]> };
  /** What is to be remembered of the run is stored. `ids`: the memories; `refused`: texts that carried an instruction, or found no room. */
  "memory.kept": { readonly ids: readonly string[]; readonly refused: number };
  /** The run has said its last word in its session. */
  "session.left": JsonObject;
  /** The run no longer waits for these cases. */
  "review.withdrawn": { readonly ids: readonly string[] };
};

/** The type of an event, as journals and clients see it. */
export type EventType = keyof EventData;
/** An event of one type. `seq` counts from 1 without gaps. `step` is the step of the definition that the event is about. */
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
/** An amount in the form that the budget code uses. */
export const amount = ({ micro_usd, tokens }: Priced): Amount => ({ microUsd: micro_usd, tokens });
