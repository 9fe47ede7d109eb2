/** What use cases ask of other rooms. `workers/composition` fits them together; tests may fit others. */
import type { AuditRecord } from "../../core/audit/record.ts";
import type { PastCost } from "../../core/estimate/estimate.ts";
import type { InputRules } from "../../core/guardrail/rules/merge.ts";
import type { TimelineEntry } from "../../core/incident/incident.ts";
import type { Json } from "../../core/json.ts";
import type { CredentialUse } from "../../core/limits/credential-use.ts";
import type { Memory, MemoryTier } from "../../core/memory/memory.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { Notice } from "../../core/notice/notice.ts";
import type { SetContent } from "../../core/policy/set.ts";
import type { ToolCall, ToolOutcome } from "../../core/run/calls/call.ts";
import type { StoredSession } from "../../core/session/session.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolRule } from "../../core/tool/check.ts";
import type { AuthorityAnswer, AuthorityQuestion, Caller, Permission } from "../../core/workflow/authority.ts";
import type { ReviewQueueRpc } from "../../durable-objects/review-queue/stub.ts";
import type { RunEngineRpc } from "../../durable-objects/run-engine/stub.ts";
import type { Access } from "../access/access.ts";
import type { AccessPort } from "../access/ports.ts";
import type { KeysPort } from "../credential-broker/ports.ts";
import type { ReadDocument } from "../documents/documents.ts";
import type { Admitted, Guard } from "../guardrail/ports.ts";
import type { KillSwitchPort } from "../kill-switch/kill-switch.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import type { Moderate } from "../moderation/ports.ts";
import type { StorePort } from "../store/ports.ts";
import type { TaskModels } from "../task-call/ports.ts";
import type { ToolSources } from "../tool-gateway/sources.ts";

/** One run, live or archived: what is read of it and done to it. */
export type RunObject = Pick<
  RunEngineRpc,
  | "start"
  | "awaitBirth"
  | "view"
  | "stepOutput"
  | "news"
  | "events"
  | "cancel"
  | "pause"
  | "resume"
  | "spans"
  | "explain"
  | "context"
  | "redrive"
  | "discard"
  | "signal"
  | "replay"
  | "starters"
>;

/** A stub for each call: one that broke stays broken. */
export type RunsPort = (id: string, org: string) => RunObject;

/** An org's review queue; a stub for each call. */
export type ReviewsPort = (
  org: string,
) => Pick<
  ReviewQueueRpc,
  "decide" | "read" | "suggestionOf" | "askSuggestion" | "suggest" | "callOf" | "operationsOf" | "tallies" | "oversight" | "list"
>;

/** What an estimate looks up. Nothing of it starts, keeps or calls anything. */
export type EstimatesPort = {
  /** As the guard would admit an input; with placeholders that nobody keeps. */
  preview(value: Json, rules: Pick<InputRules, "names" | "injection">): Promise<Admitted>;
  /** What routing and the policy would answer a step that asks for a model. */
  authorize(question: AuthorityQuestion, killEpoch: number): Promise<AuthorityAnswer>;
  /** Completed runs of this version. */
  pastCosts(org: string, workflow: string, version: number): Promise<readonly PastCost[]>;
};

/** Places for starts that are on their way to their birth. */
export type StartPlaces = {
  /** 0: `who` has a place until it leaves, or for `heldMs` at most. Otherwise the milliseconds after which to ask again. */
  enter(who: object, org: string, at: EpochMs, heldMs: number): number;
  leave(who: object): void;
};

/** Policies as data. */
export type PoliciesPort = Pick<Access, "flawsOf"> & { versionOf(content: SetContent): string };

/** What an org remembers of a part of its people. `remove`: its values in the vault go as well. */
export type MemoriesPort = {
  put(memory: Memory, record: AuditRecord): Promise<boolean>;
  get(id: string): Promise<Memory | null>;
  list(subject: string, tier: MemoryTier | null, query: string | null, before: string | null, limit: number): Promise<readonly Memory[]>;
  remove(id: string, record: AuditRecord): Promise<boolean>;
};

/** The sessions of one person. `join`: `full` when too many runs wait already. */
export type SessionsPort = {
  join(session: string, run: string): Promise<"joined" | "full">;
  read(session: string): Promise<(StoredSession & { readonly owner: string }) | null>;
  list(after: string, limit: number): Promise<readonly string[]>;
  remove(session: string, record: AuditRecord): Promise<boolean>;
};

/** What use cases need from other rooms. */
export type UseCasePorts = {
  readonly now: () => EpochMs;
  /** Chance: as many bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  /** What the deployment allows of tools. */
  readonly settings: ToolRule;
  /** True when a collector takes traces. */
  readonly exportsTraces: boolean;
  readonly runs: RunsPort;
  readonly reviews: ReviewsPort;
  readonly killSwitch: Pick<KillSwitchPort, "stops">;
  readonly store: StorePort;
  readonly starts: StartPlaces;
  readonly guard: Guard;
  /** What a model says of a text, where the org has one for it. */
  readonly moderate: Moderate;
  /** Asks a model of a task, where the org has one for it. */
  readonly taskModels: TaskModels;
  readonly access: AccessPort;
  /** The models that an org may use: those it registered, else the deployment's own. */
  readonly models: (org: string) => Promise<readonly ModelEntry[]>;
  readonly keys: Pick<KeysPort, "mintRunId" | "parseRunId" | "mac">;
  readonly estimates: EstimatesPort;
  /** What the policies say to a call, as a run asks them. */
  readonly authorize: (question: AuthorityQuestion, killEpoch: number) => Promise<AuthorityAnswer>;
  /** Tells the addresses in the org's `notify`, in the background: nobody waits for them, and the audit chain has it anyway. */
  readonly alert: (org: string, notice: Notice) => void;
  /** What the audit log says of a time, for incidents. */
  readonly timeline: (org: string, from: EpochMs, to: EpochMs) => Promise<TimelineEntry[]>;
  /** Whether the policies let a caller start this workflow. Throws when the org's cannot be read. */
  readonly mayStart: (
    start: { readonly caller: Caller; readonly workflow: string; readonly own: boolean },
    killEpoch: number,
  ) => Promise<Permission>;
  /** Whether the policies let a caller search or fill this collection. Throws when the org's cannot be read. */
  readonly mayKnow: (
    about: { readonly caller: Caller; readonly action: "knowledge.search" | "knowledge.write"; readonly collection: string },
    killEpoch: number,
  ) => Promise<Permission>;
  /** Reads policies (workers/access). */
  readonly policies: PoliciesPort;
  /** One governed call of a tool. */
  readonly callTool: (call: ToolCall) => Promise<ToolOutcome>;
  /** What an org remembers of a part of its people (core/memory/memory.ts); a stub for each call. */
  readonly memories: (org: string, shard: string) => MemoriesPort;
  /** The sessions of a person (core/session/session.ts); a stub for each call. */
  readonly sessions: (org: string, subject: string) => SessionsPort;
  /** Collections of documents, over their index objects. */
  readonly knowledge: Knowledge;
  readonly readDocument: ReadDocument;
  /** Where tools are imported from. */
  readonly sources: ToolSources;
  /** What an org's credentials are used for (core/limits/credential-use.ts); a stub for each call. */
  readonly credentialUse: (org: string) => {
    credentialUse(tool: string): Promise<CredentialUse | null>;
    admitCredential(use: {
      readonly tool: string;
      readonly destinations: readonly string[];
      readonly scopes: readonly string[];
    }): Promise<void>;
  };
};
