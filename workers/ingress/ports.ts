/** What the ingress asks of the other rooms. `workers/composition/edge.ts` fits them together; tests may fit others. */
import type { Principal } from "../../core/access/principal.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Caps } from "../../core/budget/account.ts";
import type { BudgetScope } from "../../core/budget/lease.ts";
import type { BudgetView } from "../../core/budget/view.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import type { PastCost } from "../../core/estimate/estimate.ts";
import type { RunId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import type { StopScope, Stops } from "../../core/kill-switch/stops.ts";
import type { SwitchesView, SwitchView } from "../../core/kill-switch/view.ts";
import type { ModelCandidate, ModelEntry } from "../../core/model/entry.ts";
import type { ModelTool } from "../../core/model/message.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import type { Result } from "../../core/result.ts";
import type { ReviewDecision, ReviewStatus } from "../../core/review/case.ts";
import type { ReviewView } from "../../core/review/view.ts";
import type { ToolOutcome } from "../../core/run/calls/call.ts";
import type { RunStart } from "../../core/run/machine/birth.ts";
import type { RunSignal } from "../../core/run/machine/signal.ts";
import type { DeadLetterView, EventView, RunReplay, RunStatus, RunView } from "../../core/run/outside/view.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { AgentStep, ModelStep } from "../../core/workflow/definition.ts";
import type { AccessPort } from "../access/ports.ts";
import type { StoredVerdict } from "../audit/verify-stored.ts";
import type { Auth } from "../auth/auth.ts";
import type { ChatPort } from "../chat/ports.ts";
import type { KeysPort } from "../credential-broker/ports.ts";
import type { Admitted, Guard } from "../guardrail/ports.ts";
import type { StorePort } from "../store/ports.ts";
import type { RateLimit } from "./rate-limit.ts";

export type RunsPort = {
  /** Idempotent by id: the same start again answers with the run as it is. `waitMs`: how long to wait for its end. */
  start(start: RunStart, stops: Stops, waitMs: number): Promise<RunView>;
  get(id: RunId): Promise<RunView | null>;
  /** Events after `seq`; when there are none yet, waits up to `waitMs` for the next. `done`: the run is final. */
  events(id: RunId, after: number, waitMs: number): Promise<{ events: EventView[]; done: boolean; status: RunStatus } | null>;
  cancel(id: RunId, by: string, reason: string): Promise<Result<RunView, Refusal>>;
  /** OTLP JSON, derived from the journal. */
  trace(id: RunId): Promise<Json | null>;
  /** What a new run needs to take up where this dead-lettered one ended; marks the dead letter. */
  redrive(id: RunId, by: string, newId: RunId): Promise<Result<RunView, Refusal>>;
  discard(id: RunId, by: string, reason: string): Promise<Result<DeadLetterView, Refusal>>;
  /** Kept until a step awaits it; `conflict` when the run has ended or holds too many already. */
  signal(id: RunId, signal: RunSignal): Promise<Result<RunView, Refusal>>;
  replay(id: RunId): Promise<Result<RunReplay, Refusal>>;
};

export type ReviewsPort = {
  list(org: string, status: ReviewStatus | null, page: PageRequest): Promise<Page<ReviewView>>;
  get(org: string, id: string): Promise<ReviewView | null>;
  decide(
    org: string,
    id: string,
    decision: { by: string; action: ReviewDecision["action"] | "escalate"; reason: string; changes: Json | null; digest: string | null },
  ): Promise<Result<ReviewView, Refusal>>;
};

export type KillSwitchPort = {
  /** At most two seconds old. Throws when the object is out of reach: the caller then refuses. */
  stops(): Promise<Stops>;
  throwSwitch(scope: StopScope, by: Principal, reason: string): Promise<SwitchView>;
  status(org: string, platformAdmin: boolean): Promise<SwitchesView>;
  requestRecovery(scope: StopScope, by: Principal, reason: string): Promise<Result<{ id: string }, Refusal>>;
  approveRecovery(id: string, by: Principal): Promise<Result<SwitchView, Refusal>>;
};

/** What `POST /v1/runs/estimate` looks up. Nothing of it starts, keeps or calls anything. */
export type EstimatesPort = {
  /** As the guard would admit an input; with placeholders that nobody keeps. */
  preview(value: Json): Promise<Admitted>;
  /** The models that routing would try for a step, and the tools that its model is told of; none where nobody may answer. */
  route(caller: Principal, workflow: string, step: ModelStep | AgentStep, holdsPersonalData: boolean): Promise<Routed>;
  /** Completed runs of this version. */
  pastCosts(org: string, workflow: string, version: number): Promise<readonly PastCost[]>;
};

export type Routed = { readonly candidates: readonly ModelCandidate[]; readonly tools: readonly ModelTool[] };

/** The org's ledger (durable-objects/budget-ledger). */
export type BudgetsPort = {
  /** Replaces the caps; durable, and to be read by `list`, when it answers. */
  set(org: string, scope: BudgetScope, caps: Caps, record: AuditRecord): Promise<BudgetView>;
  list(org: string, page: PageRequest): Promise<Page<BudgetView>>;
};

export type IngressPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly settings: {
    readonly adminApiKey: string;
    readonly allowPrivateHosts: boolean;
    readonly version: string;
  };
  readonly runs: RunsPort;
  readonly reviews: ReviewsPort;
  readonly killSwitch: KillSwitchPort;
  readonly store: StorePort;
  /** The models that an org may use: those it registered, else the deployment's own. */
  readonly models: (org: string) => Promise<readonly ModelEntry[]>;
  readonly guard: Guard;
  /** Chats and embeddings of apps, governed like a run's calls. */
  readonly chat: ChatPort;
  readonly estimates: EstimatesPort;
  readonly access: AccessPort;
  readonly auth: Auth;
  readonly budgets: BudgetsPort;
  readonly keys: KeysPort;
  /** Recomputes the org's audit chain from raw rows. */
  readonly verifyAudit: (org: string) => Promise<StoredVerdict>;
  readonly rateLimit: RateLimit;
  /** One governed call of a tool outside a run, for `POST /v1/tools/{name}/test`. */
  readonly testTool: (
    principal: Principal,
    manifest: ToolManifest,
    /** Redacted. */
    input: Json,
    /** `run`: under which its placeholders resolve. */
    under: { readonly run: string; readonly traceId: string },
  ) => Promise<ToolOutcome>;
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** The console's files; null when the path is none of them. */
  readonly console: (request: Request) => Response | null;
  readonly log: Log;
};
