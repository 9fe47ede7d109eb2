/** What the chat room gives to the edge, and what it needs from the other rooms. */
import type { Principal } from "../../core/access/principal.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { FreshAnswer, GivenAnswer } from "../../core/cache/kept-answer.ts";
import type { Lookup } from "../../core/cache/question.ts";
import type { CallMemory } from "../../core/chat/call-memory.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import type { Rules } from "../../core/guardrail/rules/merge.ts";
import type { StreamOptions, TextStream } from "../../core/guardrail/stream/step.ts";
import type { RunId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Stops } from "../../core/kill-switch/stops.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { Result } from "../../core/result.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { AuthorityAnswer, AuthorityQuestion } from "../../core/workflow/authority.ts";
import type { OpenGovernedCall } from "../governed-call/governed-call.ts";
import type { Guard } from "../guardrail/ports.ts";
import type { Askings } from "../model-gateway/asking.ts";
import type { Moderate } from "../moderation/ports.ts";

/** One request of an app, as the edge hands it over: who asks is known and may chat; what is asked has not been read. */
export type Asked = {
  readonly principal: Principal;
  readonly body: JsonObject;
  readonly trace: { readonly traceId: string; readonly spanId: string };
  readonly at: EpochMs;
  /** Fires when the client goes. */
  readonly signal: AbortSignal;
  /** Keeps the isolate for what is to be settled after the answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
};

/** A stream, or a whole answer with its headers. */
export type Reply = Response | { readonly status: 200; readonly body: JsonObject; readonly headers: Readonly<Record<string, string>> };

/** What the edge asks of the room. Expected refusals are data; what is thrown is a bug or broken infrastructure. */
export type ChatPort = {
  complete(asked: Asked): Promise<Result<Reply, Refusal>>;
  embed(asked: Asked): Promise<Result<Reply, Refusal>>;
};

/** Kept answers (workers/answer-cache). Never throws. */
export type KeptAnswers = {
  find(lookup: Lookup): Promise<{
    readonly hit: GivenAnswer | null;
    readonly stale: () => Promise<GivenAnswer | null>;
    readonly keep: (answer: FreshAnswer) => Promise<void>;
  }>;
};

/** What the chat room needs from other rooms. What is said to be refused as data never throws. */
export type ChatPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly timeouts: {
    /** One whole answer; of a stream: its first byte. */
    readonly attemptMs: number;
    /** Between two pieces of a stream. */
    readonly idleMs: number;
    /** A whole stream. */
    readonly streamMs: number;
    /** How often the kill switch is asked while a call is under way: what it stops is drained within 30 s (docs/contract.md, "People and control"). */
    readonly watchMs: number;
  };
  readonly mintRunId: (org: string, at: EpochMs) => Promise<RunId>;
  /** The pipeline that runs use, over the memory of one call instead of a vault. */
  readonly guardOver: (memory: CallMemory) => Guard;
  /** The same pipeline over a text that is still being written. */
  readonly openText: (options: StreamOptions) => TextStream;
  /** At most two seconds old. Throws when the switch is out of reach: nothing is called then. */
  readonly stops: () => Promise<Stops>;
  readonly authorize: (question: AuthorityQuestion, killEpoch: number) => Promise<AuthorityAnswer>;
  readonly models: (org: string) => Promise<readonly ModelEntry[]>;
  readonly governed: OpenGovernedCall;
  readonly kept: KeptAnswers;
  /** The rules of the org's chats. Throws when they are out of reach: nothing is called then. */
  readonly rules: (org: string) => Promise<Rules>;
  /** True when the org lets its users get each other's kept answers. */
  readonly sharesAnswers: (org: string) => Promise<boolean>;
  readonly upstream: Askings;
  readonly moderate: Moderate;
  /** A refusal that no reservation carries: durable when it answers. */
  readonly record: (org: string, record: AuditRecord) => Promise<void>;
};
