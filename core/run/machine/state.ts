/**
 * A run as the fold of its journal knows it: plain JSON, immutable, with structural sharing.
 *
 * A *step* is a node of the definition; an item of a `map` is a node of its own. An *activity* is something under way: a tool
 * call, a model call, a question to a person, a wait, a child run. Each has an id that says whose it is.
 */

import type { Holder } from "../../access/person.ts";
import type { Role } from "../../access/principal.ts";
import type { Layer } from "../../audit/layer.ts";
import type { Amount } from "../../budget/amount.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import type { Citation } from "../../guardrail/grounded/grounding.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Label } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import type { LongList } from "../../long-list.ts";
import type { Intent } from "../../memory/intent.ts";
import type { Fitted } from "../../memory/snippets.ts";
import type { ModelCandidate } from "../../model/entry.ts";
import type { MicroUsd } from "../../money.ts";
import type { Risk } from "../../risk/risk.ts";
import type { SessionContent } from "../../session/session.ts";
import type { EpochMs } from "../../time.ts";
import type { ToolCompensate, ToolFacts } from "../../tool/manifest.ts";
import type { JsonSchema } from "../../workflow/definition.ts";
import type { Correction, Failure, Reached } from "../calls/call.ts";
import type { HandOverState } from "../hand-over/state.ts";
import { FINAL_STATUSES, type RunFlag, type RunStatus } from "../outside/view.ts";

/** The usage of calls: tokens as upstreams counted them, money in micro-dollars. Kept answers count as cache hits, not as calls. */
export type Usage = {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly microUsd: MicroUsd;
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly cacheHits: number;
};

/** One step of the definition. An item of a `map` has no such state of its own: see `MapState`. */
export type StepState = {
  readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "skipped" | "compensated";
  /** Number of needs that are not settled yet; at 0 the step is ready. */
  readonly blockedBy: number;
  readonly attempts: number;
  readonly output: Json;
  readonly error: StepError | null;
  /** The class of `error`, kept while another step takes over. */
  readonly errorClass?: Failure["class"];
  readonly usage: Usage | null;
  /** The sum of the worst cases of the step's calls of unreported cost. */
  readonly held?: Amount;
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  /** The id of the failed step that this step takes over for (`on_error.step`), or null. */
  readonly rescues: string | null;
  /** Where the chunks stand that its answer rests on. Absent: it does not have to rest on anything. */
  readonly citations?: readonly Citation[];
};

/** One piece of work under way for a node. It is removed from the state when it has ended. */
export type Activity = {
  /** `refund`, `refund/compensate`, `each/3`, `desk/2` (the model in iteration 2), `desk/2.1` (its first call). */
  readonly id: string;
  /** The step of the definition that it belongs to. */
  readonly step: string;
  /** The step, or the item of a `map`, whose work it does: `refund`, `each/3`, `desk`. */
  readonly node: string;
  readonly kind: "tool" | "model" | "review" | "wait" | "run";
  /** What the outcome is for: the node itself, a model or tool call of its agent, the summary of the turns that its agent drops, or undoing `undoes`. */
  readonly purpose: "node" | "agent" | "summary" | "compensation";
  /**
   * `deciding`: authority is being asked. `approving`: a person is asked. `ready`: allowed, not sent. `calling`: sent.
   * `looking`: a read tool is asked for the write's outcome. `backing-off`: waits until `resumeAt`. `waiting`: waits for a time or a signal.
   */
  readonly phase: "deciding" | "approving" | "ready" | "calling" | "looking" | "backing-off" | "waiting";
  readonly attempt: number;
  readonly tool: string | null;
  readonly input: Json;
  /** Labels of the input, if the definition fixed it. Absent if a model chose the input or the journal predates labels. */
  readonly labels?: Labels;
  readonly facts: ToolFacts | null;
  readonly candidates: readonly ModelCandidate[];
  /** Index into `candidates` of the model in use. */
  readonly candidate: number;
  readonly corrections: readonly Correction[];
  readonly reserved: Amount;
  /** A sending of this attempt broke off: its tool may have charged for it, whatever becomes of the sending after it. */
  readonly mayHavePaid?: boolean;
  /** What is held for each sending of this write whose cost nobody told, in micro-dollars, oldest first. Absent: nothing. */
  readonly untold?: readonly MicroUsd[];
  /** A look-up said that no sending before the next one happened, so none of them cost anything. */
  readonly isRuledOut?: true;
  /** The ledger once refused money for this activity, so the cheapest candidate answers. */
  readonly isThrifty?: true;
  readonly review: {
    readonly key: string;
    readonly id: string | null;
    readonly digest: string;
    readonly until: EpochMs | null;
    readonly reason: QuestionReason;
    readonly proposal: Json;
    /** The value in which an instruction was found and about which a person decides, with and without the instruction. */
    readonly held?: Held;
    readonly policy?: AskedBecause;
  } | null;
  /** As its call was decided last. Absent: it was not, or the journal predates risk. */
  readonly risk?: Risk;
  /** Number of questions that this activity has asked people. */
  readonly questions: number;
  /** The digest that a person approved, or null. */
  readonly approved: string | null;
  /** When the activity continues, in the phases `backing-off`, `waiting` and `looking`; otherwise null. */
  readonly resumeAt: EpochMs | null;
  /** The `seq` of the event that sent the call. An answer to any other call is late and changes nothing. */
  readonly call: number | null;
  /** The write may have happened, because one of its calls was cut short; a later failure does not clear this. */
  readonly doubt: boolean;
  /** How often its calls, or the look-ups about it, were cut short on our side. Absent: never. */
  readonly interruptions?: number;
  /** What is sent next is the same attempt again, since it was cut short. */
  readonly isRepeated?: true;
  /** When its last call was sent; for a queued call, when the consumer took it. */
  readonly sentAt?: EpochMs;
  /** How far its last call came. Absent before the first answer. */
  readonly reached?: Reached;
  /** Number of its attempts that certainly did not reach the tool. */
  readonly unreached?: number;
  /** The last call was not sent: the tool's rate or its breaker did not let it out. */
  readonly isUnasked?: true;
  /** The last answer is older than the tool's `max_age_ms`. */
  readonly isStale?: true;
  /** Whose word the last answer is. Absent: the tool's. */
  readonly answerLabel?: Label;
  /** The tool that failed before, for which `tool` stands in. */
  readonly insteadOf?: { readonly tool: string; readonly version: number; readonly effect: ToolFacts["effect"] };
  /** Number of times that a read tool was asked for the outcome. */
  readonly lookups?: number;
  /** `owed`: the call waits for a queue consumer. `taken`: a consumer makes it. null: the object makes the call itself. */
  readonly queued: "owed" | "taken" | null;
  /** When a queued call counts as lost. */
  readonly lostAt: EpochMs | null;
  /** The signal that a `wait` waits for; otherwise null. */
  readonly signal: string | null;
  /** The child run of a `run`; otherwise null. */
  readonly child: Child | null;
  /** What its child run must still be told of a person's pause of this run. Absent: nothing. */
  readonly owes?: ChildHold;
  /** The id of the activity that this compensation undoes; otherwise null. */
  readonly undoes: string | null;
};

/** A pause (`on`) or its end that a child run is told of. `hold`: the number of the event that paused or resumed the parent. */
export type ChildHold = { readonly on: boolean; readonly hold: number; readonly by: string; readonly reason: string };

/** See `Activity.review`. `withheld` is absent for a model's answer, which passes unchanged or not at all. */
export type Held = { readonly output: Json; readonly withheld?: Json };

/** The answer of the policies because of which a person is asked. */
export type AskedBecause = { readonly version: string; readonly reasons: readonly string[]; readonly guarded: boolean };

/** Why a person is asked: because of the definition, the policy, the cost (`limits.confirm_over_usd`), a guardrail, a write of unknown outcome, or a hand-over. */
export type QuestionReason = "step" | "policy" | "budget" | "guardrail" | "unknown-outcome" | "hand_over";

/** The child run of a `run` step: its id, and the definition that it was started with. */
export type Child = { readonly run: string; readonly workflow: string; readonly version: number; readonly digest: string };

/** The run's lease from the org's ledger (lease.ts). It covers only the run's own calls: a child run has its own lease. */
export type LeaseState = {
  /** The cost of the run's calls, as reported by upstreams. */
  readonly spent: Amount;
  /** The sum of the worst cases of calls of unreported cost. */
  readonly held: Amount;
  /** The maximum that `spent`, `held` and the calls under way may reach together, until `until`. */
  readonly ceiling: Amount;
  readonly until: EpochMs;
  /** The used share, 0 to 1, of the fullest org cap that applies to the run, as the ledger last reported it. */
  readonly pressure: number;
  /** Number of requests made so far. */
  readonly n: number;
  /** The amounts that the last request reported. */
  readonly told: { readonly spent: Amount; readonly held: Amount };
  /** The unanswered request, or null. `mayBeCheaper`: it was made for a candidate other than the cheapest. */
  readonly asking: {
    readonly n: number;
    readonly spent: Amount;
    readonly held: Amount;
    readonly need: Amount;
    readonly want: Amount;
    readonly activity: string | null;
    readonly mayBeCheaper: boolean;
  } | null;
};

/** A `map` under way. */
export type MapState = {
  readonly items: LongList<ItemState>;
  /** Number of completed items. */
  readonly completed: number;
  /** The list that the map runs over. */
  readonly over: readonly Json[];
  /** Labels of `over`. */
  readonly labels?: Labels;
  /** Index of the next item to start. */
  readonly next: number;
  /** A failed item that nothing absorbed: no further item starts, those in flight are awaited, then the step fails. */
  readonly failing: StepError | null;
  /** Whose word it is that the item failed. */
  readonly failingLabel?: Label;
};
/** One item of a `map`. A failed one stays `running`; `failing` of its map says why. */
export type ItemState = {
  readonly status: "running" | "completed";
  readonly output: Json;
  readonly error: StepError | null;
  /** Labels of the output. */
  readonly labels?: Labels;
};

/** An agent under way. The conversation is stored once, here and in the journal; each request is built from it. */
export type AgentState = {
  readonly iteration: number;
  readonly slots: Json;
  /** The label of everything that the agent's model has seen. Absent if the journal predates labels. */
  readonly label?: Label;
  readonly tools: readonly AgentTool[];
  readonly turns: readonly AgentTurn[];
  /** Number of occurrences of each digest of model text and tool answers: a call that repeatedly gets the same answer is a loop. */
  readonly seen: { readonly [digest: string]: number };
  /** Number of consecutive iterations without a new result. */
  readonly stale: number;
  /** Context window of the model that answered last, in tokens. */
  readonly window?: number;
  /** Indexes of the turns that the model no longer sees, and the summary in their place. */
  readonly condensed?: { readonly dropped: readonly number[]; readonly summary: string | null };
  /** Indexes of the turns that are dropped once they are summarised. */
  readonly dropping?: readonly number[];
  /** Why the agent gives up, or null. It first waits for its calls in flight. */
  readonly failing: StepError | null;
};
/** A tool as it is described to the agent's model. */
export type AgentTool = { readonly name: string; readonly description: string; readonly input: JsonSchema };
/** The model's text and requested calls in one iteration. It is not a turn of the machine (turn.ts). */
export type AgentTurn = {
  readonly text: string | null;
  readonly calls: readonly AgentCall[];
  /** Fields that the model expects back unchanged with this turn. */
  readonly opaque?: JsonObject;
};
/** A call that the model requested. `answer` is null while the call is under way. */
export type AgentCall = {
  readonly id: string;
  readonly tool: string;
  readonly input: Json;
  readonly answer: AgentAnswer | null;
  readonly opaque?: JsonObject;
};
/** The result of a call as the model sees it: its output, or why it failed. */
export type AgentAnswer =
  | { readonly ok: true; readonly output: Json }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly field?: string;
      readonly error?: string;
      /** As in `StepError`; the model is not shown it. */
      readonly layer?: Layer;
    };

/** The whole run. PERSISTED in recorded histories (test/histories): fields may be added, never renamed. */
export type RunState = {
  readonly v: 1;
  readonly status: RunStatus;
  /** Number of the last event. */
  readonly seq: number;
  readonly steps: { readonly [id: string]: StepState };
  readonly activities: { readonly [id: string]: Activity };
  readonly maps: { readonly [step: string]: MapState };
  readonly agents: { readonly [node: string]: AgentState };
  /** The bodies of signals that arrived before a step waited for them, by name, oldest first. */
  readonly signals: { readonly [name: string]: readonly Json[] };
  /** The label of each body in `signals`, in the same order. */
  readonly signalLabels?: { readonly [name: string]: readonly Label[] };
  /** Labels of the outputs of settled steps, by step. Like all labels here, they are absent if the journal predates labels. */
  readonly labels?: { readonly [step: string]: Labels };
  /** Labels of the run's output. */
  readonly outputLabels?: Labels;
  /** An instruction was found in a tool's answer in this run or in a child run. */
  readonly seenInstruction?: true;
  /** Absent: nothing yet. */
  readonly past?: Past;
  /** The run's last hand-over to a person. Absent: there was none. */
  readonly handOver?: HandOverState;
  /** Failed attempts by step, in runs whose rules count them, since a person last looked. */
  readonly failedAttempts?: { readonly [step: string]: number };
  /** Where the run stands in its session. Absent: it has none, or has not had its turn. */
  readonly session?: SessionState;
  /** What the run recalled of its person before its first step. Absent: it did not ask. */
  readonly recalled?: RecallState;
  /** The run owes nobody what is to be remembered of it. */
  readonly remembered?: true;
  /** The risk of the riskiest call that was decided so far. Absent: none was, or the journal predates risk. */
  readonly risk?: Risk;
  /** Successful tool calls in order; compensation walks the list backwards. */
  readonly done: LongList<Done>;
  readonly usage: Usage;
  /** The amount reserved by calls in flight plus the amount held for calls of unreported cost. */
  readonly reserved: { readonly microUsd: MicroUsd; readonly tokens: number };
  readonly lease: LeaseState;
  /** A person agreed to spend more than `limits.confirm_over_usd`. */
  readonly isConfirmed: boolean;
  /** The largest ratio, at least 1, of a call's cost to its reserved worst case. Later reservations are multiplied by it. */
  readonly overrun: { readonly microUsd: number; readonly tokens: number };
  readonly executions: number;
  readonly flags: readonly RunFlag[];
  /** Milliseconds spent in `running` and `compensating` so far, and since when the clock runs; `since` is null while it is stopped. */
  readonly clock: { readonly ranMs: number; readonly since: EpochMs | null };
  readonly stopping: { readonly why: "failure" | "cap" | "cancel"; readonly error: RunError } | null;
  /** Ids of the calls still to be undone, the last call first; null if the run is not compensating. */
  readonly undoing: LongList<string> | null;
  /** A compensation gave up, so the run ends as a dead letter whatever the reason for its end. */
  readonly isStuck: boolean;
  /** Writes that are *not* undone (the contract uses this name): their compensation failed, or their outcome is unknown. */
  readonly undone: readonly string[];
  /** Ids of the most recent signals, so that a signal that is delivered twice counts once. */
  readonly signalIds: readonly string[];
  /** The pending callback of an ended run: the attempts made, and when the next one is due; null if none is pending. */
  readonly callback: { readonly attempts: number; readonly dueAt: EpochMs } | null;
  /** The parent run must still be notified that this run has ended. */
  readonly owesParent: boolean;
  /** Ids of the review cases that are still open for this run. */
  readonly openReviews: readonly string[];
  readonly pausedBy: { readonly scope: string; readonly epoch: number } | null;
  /** A person paused the run: it goes on when a person says so, and not with the kill switch. Absent: nobody did. */
  readonly hold?: { readonly by: string; readonly reason: string; readonly at: EpochMs; readonly outranks?: true };
  /** A person paused the parent run: this run goes on when the parent does. `hold`: the parent's event. Absent: nobody did. */
  readonly heldAbove?: {
    readonly by: string;
    readonly reason: string;
    readonly at: EpochMs;
    readonly parent: string;
    readonly hold: number;
  };
  readonly statusSince: EpochMs;
  readonly output: Json;
  readonly error: RunError | null;
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  readonly deadLetter: {
    readonly id: string;
    readonly status: "open" | "redriven" | "discarded" /** The run that continues this one, while it may not exist yet. */;
    readonly owes: string | null;
    /** The run that continues this one, permanently. Absent: none does, or it was redriven before this was kept. */
    readonly continuedBy?: string;
    /** Who redrove the run, and the roles of its user since then. */
    readonly redrivenBy?: Holder;
    readonly roles?: readonly Role[];
    /** From where it was redriven, and with which inputs (event `dead_letter.redriven`). */
    readonly from?: string;
    readonly changes?: { readonly [step: string]: Json };
  } | null;
};

/** The run's place in its session. */
export type SessionState = {
  /** `in`: it has the turn. `apart`: it waits for a person, or did, and the next may go on. `left`: it has said its last word. */
  readonly phase: "in" | "apart" | "left";
  /** The id under which the vault keeps the personal data of the session. Absent: its turn has not come. */
  readonly owner?: string;
  /** What was said before. Absent: its turn has not come. */
  readonly content?: SessionContent;
};

/** What the run recalls of its person (core/memory). */
export type RecallState = {
  readonly intent: Intent;
  /** What was looked for. */
  readonly query: string;
  /** Absent: it was not needed, or is on its way. */
  readonly found?: Fitted & { readonly label: Label; readonly failed?: true };
};

/** What a run and its child runs did and saw (fold/past.ts). */
export type Past = {
  /** Names of the tools that were called, sorted. */
  readonly tools: readonly string[];
  /** Number of calls of writing tools. A call that is sent again counts once. */
  readonly writes: number;
  /** The lowest trust and the highest class of everything that reached the run. */
  readonly seen: Pick<Label, "trust" | "class">;
};

/** A successful tool call with its answer, which a compensation's expressions see as `output`, or a child run that made writes. */
export type Done = {
  readonly activity: string;
  readonly step: string;
  readonly node: string;
  readonly output: Json;
  /** Labels of the output. */
  readonly labels?: Labels;
  /** Set if the definition does not name the call: an agent's call of a writing tool, or a child run that made writes. */
  readonly wrote?: boolean;
  /** The compensation from the manifest of the called tool, with the parts of the call that its expressions see. */
  readonly undo?: { readonly compensate: ToolCompensate; readonly input: Json; readonly labels?: Labels };
  /** The call's input, where the step's own `compensate` reads it. */
  readonly call?: { readonly input: Json; readonly labels?: Labels };
  /** A fallback made the call: its own manifest says first how it is undone. */
  readonly instead?: true;
  /** A search of a collection by an agent: its results can be cited. */
  readonly search?: true;
  /** The completed child run that made writes; it undoes its own steps. */
  readonly child?: Child;
};

/** No call was made. */
export const NO_USAGE: Usage = { tokensIn: 0, tokensOut: 0, microUsd: 0, modelCalls: 0, toolCalls: 0, cacheHits: 0 };

/** True if the run has ended and accepts only clean-up inputs. */
export const isFinal = (state: RunState): boolean => FINAL_STATUSES.includes(state.status);

/** True if the activity's call was sent; a stopping run waits for the outcome before it ends. */
export const isInFlight = (activity: Activity): boolean => activity.phase === "calling";

/** Why a step failed: a code of the error table (core/errors/codes.ts) and a message of ours, without secrets or personal data. */
export type StepError = {
  readonly code: ErrorCode;
  readonly message: string;
  /** The word of the tool that failed, where its manifest documents it (`errors`). */
  readonly error?: string;
  /** The field of the call's input that the failure is about. */
  readonly field?: string;
  /** What refused, where the code stands for another layer (core/audit/layer.ts). */
  readonly layer?: Layer;
};
/** Why a run failed. `step` is the step that failed first, or null if the run itself failed. */
export type RunError = StepError & { readonly step: string | null };
