/**
 * A run as the fold of its journal knows it: plain JSON, immutable, with structural sharing.
 *
 * A *step* is a node of the definition; an item of a `map` is a node of its own. An *activity* is something under way: a tool
 * call, a model call, a question to a person, a wait, a child run. Each has an id that says whose it is.
 */

import type { Holder } from "../../access/person.ts";
import type { Role } from "../../access/principal.ts";
import type { Amount } from "../../budget/amount.ts";
import type { ErrorCode } from "../../errors/codes.ts";
import type { Json, JsonObject } from "../../json.ts";
import type { Label } from "../../label/label.ts";
import type { Labels } from "../../label/labels.ts";
import type { LongList } from "../../long-list.ts";
import type { ModelCandidate } from "../../model/entry.ts";
import type { MicroUsd } from "../../money.ts";
import type { EpochMs } from "../../time.ts";
import type { ToolCompensate, ToolFacts } from "../../tool/manifest.ts";
import type { JsonSchema } from "../../workflow/definition.ts";
import type { Correction, Failure } from "../calls/call.ts";
import { FINAL_STATUSES, type RunFlag, type RunStatus } from "../outside/view.ts";

/** What calls used: tokens as upstreams counted them, money in micro-dollars. Kept answers count as cache hits, not as calls. */
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
  /** Needs that are not settled yet; 0: ready. */
  readonly blockedBy: number;
  readonly attempts: number;
  readonly output: Json;
  readonly error: StepError | null;
  /** Of that error, while another step takes over. */
  readonly errorClass?: Failure["class"];
  readonly usage: Usage | null;
  /** Worst cases of its calls whose cost nobody reported. */
  readonly held?: Amount;
  readonly startedAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  /** Set on a step that runs only to take over for this one (`on_error.step`). */
  readonly rescues: string | null;
};

/** Something under way for a node. It leaves the state when it has ended. */
export type Activity = {
  /** `refund`, `refund/compensate`, `each/3`, `desk/2` (the model in iteration 2), `desk/2.1` (its first call). */
  readonly id: string;
  /** The step of the definition that it belongs to. */
  readonly step: string;
  /** The step, or the item of a `map`, whose work it does: `refund`, `each/3`, `desk`. */
  readonly node: string;
  readonly kind: "tool" | "model" | "review" | "wait" | "run";
  /** Whose outcome it is: the node's own, a word or a call of its agent, the summary of what its agent drops, or what undoes `undoes`. */
  readonly purpose: "node" | "agent" | "summary" | "compensation";
  /**
   * `deciding`: authority is being asked. `approving`: a person is asked. `ready`: allowed, not sent. `calling`: sent.
   * `looking`: a read tool is asked what became of it. `backing-off`: until `resumeAt`. `waiting`: for a time or a signal.
   */
  readonly phase: "deciding" | "approving" | "ready" | "calling" | "looking" | "backing-off" | "waiting";
  readonly attempt: number;
  readonly tool: string | null;
  readonly input: Json;
  /** Of the input, where the definition fixed it. Absent: a model chose it, or the journal is from before labels. */
  readonly labels?: Labels;
  readonly facts: ToolFacts | null;
  readonly candidates: readonly ModelCandidate[];
  /** Index into `candidates` of the model in use. */
  readonly candidate: number;
  readonly corrections: readonly Correction[];
  readonly reserved: Amount;
  /** The ledger refused money for it once: the cheapest candidate answers. */
  readonly isThrifty?: true;
  readonly review: {
    readonly key: string;
    readonly id: string | null;
    readonly digest: string;
    readonly until: EpochMs | null;
    readonly reason: QuestionReason;
    readonly proposal: Json;
    /** What an instruction was found in, and a person decides about: the value as it was answered, and without the instruction. */
    readonly held?: Held;
  } | null;
  /** How many questions to people this activity has asked. */
  readonly questions: number;
  /** The digest that a person approved, or null. */
  readonly approved: string | null;
  /** `backing-off`, `waiting`, `looking`: when it goes on. */
  readonly resumeAt: EpochMs | null;
  /** Number of the event that sent the call out: an answer to another call is late and changes nothing. */
  readonly call: number | null;
  /** The write may have happened: one of its calls broke off, whatever came back later. */
  readonly doubt: boolean;
  /** When its last call left: a queued one when it was taken up. */
  readonly sentAt?: EpochMs;
  /** How often a read tool was asked what became of it. */
  readonly lookups?: number;
  /** A queue consumer makes the call; until then it is owed one. */
  readonly queued: "owed" | "taken" | null;
  /** When a queued call is given up for lost. */
  readonly lostAt: EpochMs | null;
  /** `wait`: the signal that is awaited. */
  readonly signal: string | null;
  /** `run`: the child. */
  readonly child: Child | null;
  /** The activity that a compensation undoes. */
  readonly undoes: string | null;
};

/** See `Activity.review`. `withheld`: absent of a model's answer, which passes as it is or not at all. */
export type Held = { readonly output: Json; readonly withheld?: Json };

/** Why a person is asked: the definition says so, the policy does, the money does (`limits.confirm_over_usd`), a guardrail does, or nobody knows whether a write happened. */
export type QuestionReason = "step" | "policy" | "budget" | "guardrail" | "unknown-outcome";

/** The child run of a `run` step: its id, and the definition that it was started with. */
export type Child = { readonly run: string; readonly workflow: string; readonly version: number; readonly digest: string };

/** The run at the org's ledger (lease.ts). Only its own calls count: a child run has a lease of its own. */
export type LeaseState = {
  /** What its calls cost, as reported by upstreams. */
  readonly spent: Amount;
  /** Worst cases of calls whose cost nobody reported. */
  readonly held: Amount;
  /** What `spent`, `held` and the calls under way may reach together, until `until`. */
  readonly ceiling: Amount;
  readonly until: EpochMs;
  /** Share, 0 to 1, that is used of the fullest cap of the org that concerns the run, as the ledger last reported. */
  readonly pressure: number;
  /** Requests made so far. */
  readonly n: number;
  /** What the last request reported. */
  readonly told: { readonly spent: Amount; readonly held: Amount };
  /** The request that is not answered yet. `mayBeCheaper`: not the cheapest candidate was asked for. */
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
  /** How many of them are completed. */
  readonly completed: number;
  /** The values that are mapped over. */
  readonly over: readonly Json[];
  /** Of the values that are mapped over. */
  readonly labels?: Labels;
  /** Index of the next item to start. */
  readonly next: number;
  /** A failed item that nothing absorbed: no further item starts, those in flight are awaited, then the step fails. */
  readonly failing: StepError | null;
};
/** One item of a `map`. A failed one stays `running`; `failing` of its map says why. */
export type ItemState = {
  readonly status: "running" | "completed";
  readonly output: Json;
  readonly error: StepError | null;
  /** Of the output. */
  readonly labels?: Labels;
};

/** An agent under way. The conversation is kept once, here and in the journal; each request is made from it. */
export type AgentState = {
  readonly iteration: number;
  readonly slots: Json;
  /** Of everything that its model has seen. Absent: the journal is from before labels. */
  readonly label?: Label;
  readonly tools: readonly AgentTool[];
  readonly turns: readonly AgentTurn[];
  /** How often each digest of what was said and answered has occurred: a call that gets the same answer again and again is a loop. */
  readonly seen: { readonly [digest: string]: number };
  /** Iterations in a row that brought nothing new. */
  readonly stale: number;
  /** Context window of the model that answered last, in tokens. */
  readonly window?: number;
  /** Turns that its model no longer sees, and the summary in their place. */
  readonly condensed?: { readonly dropped: readonly number[]; readonly summary: string | null };
  /** Turns that go once they are summarised. */
  readonly dropping?: readonly number[];
  /** Why it gives up, once it does: what is in flight for it is awaited first. */
  readonly failing: StepError | null;
};
/** A tool as the agent's model is told about it. */
export type AgentTool = { readonly name: string; readonly description: string; readonly input: JsonSchema };
/** What the model said in one iteration and which calls it asked for. Not a turn of the machine (turn.ts). */
export type AgentTurn = {
  readonly text: string | null;
  readonly calls: readonly AgentCall[];
  /** What the model wants back unchanged with this turn. */
  readonly opaque?: JsonObject;
};
/** A call that the model asked for. `answer`: null while it is under way. */
export type AgentCall = {
  readonly id: string;
  readonly tool: string;
  readonly input: Json;
  readonly answer: AgentAnswer | null;
  readonly opaque?: JsonObject;
};
/** What the model is shown of a call: its output, or why it failed. */
export type AgentAnswer =
  | { readonly ok: true; readonly output: Json }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly field?: string };

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
  /** Signals that came and were not awaited yet, oldest first. */
  readonly signals: { readonly [name: string]: readonly Json[] };
  /** Of each of them, in the same order. */
  readonly signalLabels?: { readonly [name: string]: readonly Label[] };
  /** Of the outputs of settled steps, by step. Absent, like all labels here: the journal is from before labels. */
  readonly labels?: { readonly [step: string]: Labels };
  /** Of the run's output. */
  readonly outputLabels?: Labels;
  /** An instruction was found in the answer of a tool of this run, or of a child of it. */
  readonly seenInstruction?: true;
  /** Tool calls that succeeded, in that order: compensation walks it backwards. */
  readonly done: LongList<Done>;
  readonly usage: Usage;
  /** Reserved by calls in flight, and held for calls whose cost nobody told. */
  readonly reserved: { readonly microUsd: MicroUsd; readonly tokens: number };
  readonly lease: LeaseState;
  /** A person agreed to spend more than `limits.confirm_over_usd`. */
  readonly isConfirmed: boolean;
  /** By how much calls cost more than was reserved for them at worst, 1 at least: what is reserved next grows by it. */
  readonly overrun: { readonly microUsd: number; readonly tokens: number };
  readonly executions: number;
  readonly flags: readonly RunFlag[];
  /** Milliseconds in `running` and `compensating` so far, and since when the clock runs; null: it is stopped. */
  readonly clock: { readonly ranMs: number; readonly since: EpochMs | null };
  readonly stopping: { readonly why: "failure" | "cap" | "cancel"; readonly error: RunError } | null;
  /** Calls still to be undone, last first. null: not compensating. */
  readonly undoing: LongList<string> | null;
  /** A compensation gave up: the run ends as a dead letter whatever it ends for. */
  readonly isStuck: boolean;
  /** *Not* undone, as the contract names it: writes whose compensation failed, or whose outcome nobody knows. */
  readonly undone: readonly string[];
  /** Ids of the last signals: one that is delivered twice counts once. */
  readonly signalIds: readonly string[];
  /** The callback that is owed once the run has ended: attempts made, and when the next one is due. */
  readonly callback: { readonly attempts: number; readonly dueAt: EpochMs } | null;
  /** The parent run does not know yet that this one has ended. */
  readonly owesParent: boolean;
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
    /** The run that continues this one, for good. Absent: none does, or it was redriven before this was kept. */
    readonly continuedBy?: string;
    /** Who redrove it, and what the run's user may do since. */
    readonly redrivenBy?: Holder;
    readonly roles?: readonly Role[];
  } | null;
};

/** A tool call that succeeded, and what it answered: a compensation's expressions see it as `output`. Or a child run that wrote. */
export type Done = {
  readonly activity: string;
  readonly step: string;
  readonly node: string;
  readonly output: Json;
  /** Of the output. */
  readonly labels?: Labels;
  /** Set where the definition does not say what was called: an agent's call of a tool that writes, a child run that wrote. */
  readonly wrote?: boolean;
  /** How the manifest of the called tool says that the call is undone, with what its expressions see of the call. */
  readonly undo?: { readonly compensate: ToolCompensate; readonly input: Json; readonly labels?: Labels };
  /** The child run that wrote and completed: it undoes its own steps. */
  readonly child?: Child;
};

/** No call was made. */
export const NO_USAGE: Usage = { tokensIn: 0, tokensOut: 0, microUsd: 0, modelCalls: 0, toolCalls: 0, cacheHits: 0 };

/** The run has ended: only what tidies up after the end is taken. */
export const isFinal = (state: RunState): boolean => FINAL_STATUSES.includes(state.status);

/** Its call has left: a run that stops awaits the outcome before it ends. */
export const isInFlight = (activity: Activity): boolean => activity.phase === "calling";

/** Why a step failed: a code of the error table (core/errors/codes.ts) and a message of ours, without secrets or personal data. */
export type StepError = { readonly code: ErrorCode; readonly message: string };
/** Why a run failed; `step`: the step that failed first, null when the run itself did. */
export type RunError = StepError & { readonly step: string | null };
