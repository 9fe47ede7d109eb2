/**
 * What calls cost, one by one, as it leaves the place that paid for them: a run's object, or the org's ledger for chats and embeddings. Each
 * call has an id, so that a message that comes twice counts once. The sum of an org's calls is what its ledger has as spent.
 */
import type { ErrorCode } from "../errors/codes.ts";
import type { JsonObject } from "../json.ts";
import type { MicroUsd } from "../money.ts";
import type { EpochMs } from "../time.ts";

/** What kind of call the ledger paid for: a model's text, a model's vectors, a tool. */
export type CostKind = "llm" | "embedding" | "tool";
/** What a run costs beside its calls, which no ledger pays: the platform itself, estimated, and people's time. */
export type BesideKind = "storage" | "people";

/**
 * PERSISTED in outboxes and queue messages: one call that was made. A call that nobody made (an open breaker, a kept answer) is none; one whose
 * cost nobody reported costs nothing here, and stays held in the ledger. What has a `BesideKind` is no call, and in no ledger.
 */
export type CostCall = {
  /** Unique in its run. */
  readonly id: string;
  readonly at: EpochMs;
  readonly kind: CostKind | BesideKind;
  /** Of the model or the tool; of `storage` how the run ended, of `people` nothing. */
  readonly name: string;
  readonly ok: boolean;
  readonly micro_usd: MicroUsd;
  readonly tokens_in: number;
  readonly tokens_out: number;
  /** Duration. Absent in messages from before it was told. */
  readonly ms?: number;
  /** Why it failed. Absent: it succeeded, or the message is from before it was told. */
  readonly code?: ErrorCode;
};

/** PERSISTED in outboxes and queue messages: calls of one run, or of one chat, and to whom they are attributed. */
export type CostsOf = {
  /** `run_…` */
  readonly run: string;
  readonly user: string;
  /** null: a chat or an embedding of an app. */
  readonly workflow: string | null;
  readonly version: number | null;
  readonly session: string | null;
  /** Absent in messages from before it was told. */
  readonly trace?: string;
  /** As the run has it, redacted. */
  readonly metadata: JsonObject;
  readonly calls: readonly CostCall[];
};
