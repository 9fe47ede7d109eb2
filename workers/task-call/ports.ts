/** What other rooms ask of a model of a task, and what the call needs of them. */
import type { JsonObject } from "../../core/json.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { Message } from "../../core/model/message.ts";
import type { MicroUsd } from "../../core/money.ts";
import type { Result } from "../../core/result.ts";
import type { CallContext, ModelCall } from "../../core/run/calls/call.ts";
import type { EpochMs } from "../../core/time.ts";
import type { JsonSchema } from "../../core/workflow/definition.ts";
import type { OpenGovernedCall } from "../governed-call/governed-call.ts";
import type { HelperAsker, HelperModels } from "../governed-call/helper-models.ts";
import type { BreakOff } from "../kill-switch/break-off.ts";
import type { Askings } from "../model-gateway/asking.ts";

/** For whom a model is asked, in what, and what of it may cost. */
export type TaskAsker = HelperAsker &
  Pick<CallContext, "activity" | "traceId" | "spanId"> & {
    /** Whom the text is about. Absent: the user. */
    readonly subject?: string;
    /** The most that the call may cost, beside the caps of the org. Absent: these alone. */
    readonly left?: { readonly microUsd: MicroUsd; readonly tokens: number };
  };

/** One short question to a model of a task. `messages`: redacted. */
export type TaskQuestion<T> = {
  readonly messages: readonly Message[];
  readonly schema: { readonly name: string; readonly schema: JsonSchema };
  readonly maxTokens: number;
  /** Milliseconds for all models together, from when the question was put. */
  readonly timeoutMs: number;
  /** What the answer means; null: it is not what was asked for, and none of it is believed. */
  readonly read: (text: string) => T | null;
};

/** Why nothing came of asking. `unavailable`: none may see the text, or none answered. `unpaid`: the money left does not cover it. `stopped`: the kill switch. */
export type TaskFailure = "timeout" | "garbage" | "unavailable" | "unpaid" | "stopped";
/** What calls cost: already taken from the org's budget, for whoever asked to count. */
export type TaskSpent = { readonly tokens_in: number; readonly tokens_out: number; readonly micro_usd: MicroUsd };
/** What came of asking. */
export type TaskAnswer<T> = {
  readonly said: Result<{ readonly model: string; readonly value: T }, TaskFailure>;
  readonly spent: TaskSpent;
};

/**
 * Asks the org's model of a task. `put`: the question; it is called only where there is such a model. null: there is none, or nothing to ask. Throws
 * only where one of our own rooms does.
 */
export type AskTask = <T>(asker: TaskAsker, task: string, put: () => TaskQuestion<T> | null) => Promise<TaskAnswer<T> | null>;

/** The models of tasks. */
export type TaskModels = {
  readonly ask: AskTask;
  /** The org has a model for the task, by name or by its own route. */
  readonly isRegistered: (org: string, task: string) => Promise<boolean>;
};

/** What asking a model of a task needs from other rooms. */
export type TaskCallPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly helpers: HelperModels;
  readonly governed: OpenGovernedCall;
  readonly breakOff: BreakOff;
  /** What is asked, as it goes over the wire to this model. */
  readonly body: (entry: ModelEntry, call: Pick<ModelCall, "messages" | "schema" | "tools" | "maxTokens" | "temperature">) => JsonObject;
  readonly ask: Askings["ask"];
};
