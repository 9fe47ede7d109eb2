/** Everything the ingress needs from the other rooms. `workers/main.ts` fits them together; tests may fit others. */
import type { Principal, Role } from "../../core/access/principal.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Caps } from "../../core/budget/account.ts";
import type { BudgetScope } from "../../core/budget/lease.ts";
import type { BudgetView } from "../../core/budget/view.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import type { PastCost } from "../../core/estimate/estimate.ts";
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import type { RunId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { StopScope, StopSubject, Stops } from "../../core/kill-switch/stops.ts";
import type { SwitchesView, SwitchView } from "../../core/kill-switch/view.ts";
import type { ModelCandidate, ModelEntry } from "../../core/model/entry.ts";
import type { ModelTool } from "../../core/model/message.ts";
import type { TaskRoute } from "../../core/model/task-route.ts";
import type { OrgChange, OrgSettings } from "../../core/org/settings.ts";
import type { Result } from "../../core/result.ts";
import type { ReviewDecision, ReviewStatus } from "../../core/review/case.ts";
import type { ReviewView } from "../../core/review/view.ts";
import type { ToolOutcome } from "../../core/run/calls/call.ts";
import type { EventView, RunStatus, RunView } from "../../core/run/outside/view.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { AgentStep, Definition, ModelStep } from "../../core/workflow/definition.ts";
import type { Share } from "../../core/workflow/traffic.ts";
import type { ChatPort } from "../chat/ports.ts";
import type { Admitted, Guard } from "../guardrail/ports.ts";

export type Page<T> = { readonly data: readonly T[]; readonly next_cursor: string | null };
export type PageRequest = { readonly limit: number; readonly cursor: string | null };

/** A run's birth: everything it keeps for life. */
export type StartRun = {
  readonly id: RunId;
  readonly org: string;
  readonly user: string;
  readonly roles: readonly Role[];
  readonly subject: string;
  readonly definition: Definition;
  readonly version: number;
  readonly digest: string;
  /** Redacted. */
  readonly input: Json;
  readonly inputFindings: readonly FindingSummary[];
  readonly budget: { readonly usd: number; readonly tokens: number };
  readonly deadlineAt: EpochMs | null;
  readonly metadata: JsonObject;
  readonly traceId: string;
  readonly parentSpanId: string | null;
  readonly stops: Stops;
  readonly redriveOf: string | null;
  /** Where the finished run is sent; checked against the org's `callback_hosts`, and again at each delivery. */
  readonly callbackUrl: string | null;
};

/** A signal from outside, admitted by the guard under the run. */
export type RunSignal = {
  /** `sig_…`: the same signal told twice is one. */
  readonly id: string;
  readonly name: string;
  /** Redacted. */
  readonly body: Json;
  readonly findings: readonly FindingSummary[];
  readonly by: string;
};

/** A run folded again from its journal; models and tools are not called. */
export type RunReplay = {
  readonly identical: boolean;
  /** `seq` of the first event after which the two differ; null when they do not. */
  readonly divergedAt: number | null;
  /** As the journal tells it. */
  readonly run: RunView;
};

export type RunsPort = {
  /** Idempotent by id: the same start again answers with the run as it is. `waitMs`: how long to wait for its end. */
  start(start: StartRun, waitMs: number): Promise<RunView>;
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

export type DeadLetterView = {
  id: string;
  run: string;
  workflow: string;
  step: string | null;
  reason: { code: string; message: string };
  undone: string[];
  status: "open" | "redriven" | "discarded";
  created_at: string;
};

export type { ReviewView };

export type ReviewsPort = {
  list(org: string, status: ReviewStatus | null, page: PageRequest): Promise<Page<ReviewView>>;
  get(org: string, id: string): Promise<ReviewView | null>;
  decide(
    org: string,
    id: string,
    decision: { by: string; action: ReviewDecision["action"] | "escalate"; reason: string; changes: Json | null; digest: string | null },
  ): Promise<Result<ReviewView, Refusal>>;
};

export type { SwitchView };

export type KillSwitchPort = {
  /** At most two seconds old. Throws when the object is out of reach: the caller then refuses. */
  stops(): Promise<Stops>;
  throwSwitch(scope: StopScope, by: Principal, reason: string): Promise<SwitchView>;
  status(org: string, platformAdmin: boolean): Promise<SwitchesView>;
  requestRecovery(scope: StopScope, by: Principal, reason: string): Promise<Result<{ id: string }, Refusal>>;
  approveRecovery(id: string, by: Principal): Promise<Result<SwitchView, Refusal>>;
};

export type ApiKeyView = {
  id: string;
  org: string;
  user: string;
  roles: Role[];
  created_at: string;
  expires_at: string;
  allow_from: string[];
  for_others: boolean;
  last4: string;
};
export type ApiKeyRow = ApiKeyView & { hash: string; created_by: string | null };

export type WorkflowVersionView = {
  name: string;
  version: number;
  digest: string;
  status: "active" | "retired";
  created_at: string;
  definition: Definition;
};

/** A version as lists show it. */
export type WorkflowVersionLine = Omit<WorkflowVersionView, "definition"> & {
  /** Of the users, 0 to 100. */
  percent: number;
};

export type OrgView = OrgSettings & {
  org: string;
  jurisdiction: null;
  created_at: string;
  /** When its callback secret was made; null: there is none yet. */
  callback_secret_made_at: string | null;
};

export type NewCallbackSecret = {
  /** `sec_…` */
  readonly id: string;
  /** Encrypted by the credential broker. */
  readonly sealed: string;
};

export type FeedbackView = { id: string; run: string; user: string; score: number; comment: string | null; created_at: string };

/** D1. Every write takes the audit record of what it does and commits both in one batch. */
export type StorePort = {
  keys: {
    byHash(hash: string): Promise<(ApiKeyRow & { revoked_at: string | null }) | null>;
    create(key: ApiKeyRow, record: AuditRecord): Promise<void>;
    list(org: string, page: PageRequest): Promise<Page<ApiKeyView>>;
    get(org: string, id: string): Promise<ApiKeyView | null>;
    revoke(org: string, id: string, at: EpochMs, record: AuditRecord): Promise<boolean>;
    orgExists(org: string): Promise<boolean>;
  };
  workflows: {
    /** The same content (digest) gives the version it has. */
    put(
      org: string,
      definition: Definition,
      digest: string,
      record: (version: number) => AuditRecord,
    ): Promise<{ view: WorkflowVersionView; created: boolean }>;
    /** The newest active version, or the one asked for. */
    get(org: string, name: string, version: number | null): Promise<WorkflowVersionView | null>;
    list(org: string, page: PageRequest): Promise<Page<WorkflowVersionView>>;
    /** The version that this user's runs start with: by the org's split, else the newest active one. */
    choose(org: string, name: string, user: string): Promise<WorkflowVersionView | null>;
    /** Newest first. */
    versions(org: string, name: string, page: PageRequest): Promise<Page<WorkflowVersionLine>>;
    /** `unknown`: the first of these versions that does not exist; nothing is changed then. */
    setTraffic(
      org: string,
      name: string,
      shares: readonly Share[],
      record: AuditRecord,
    ): Promise<Result<readonly Share[], { readonly unknown: number }>>;
  };
  orgs: {
    /** With every default filled in; those of an org that does not exist are the defaults. */
    settings(org: string): Promise<OrgSettings>;
    get(org: string): Promise<OrgView | null>;
    /** Makes the org where there is none. `secret`: kept when there is no callback secret yet; `secretKept` says so. */
    put(
      org: string,
      change: OrgChange,
      secret: NewCallbackSecret | null,
      record: AuditRecord,
    ): Promise<{ view: OrgView; secretKept: boolean }>;
    /** A new secret; the one before it goes on signing beside it until the next. */
    rotateCallbackSecret(org: string, secret: NewCallbackSecret, record: AuditRecord): Promise<void>;
    /** Sealed, newest first. */
    callbackSecrets(org: string): Promise<readonly string[]>;
  };
  feedback: {
    /** One a person and run: the newest counts. */
    put(org: string, feedback: FeedbackView, record: AuditRecord): Promise<{ view: FeedbackView; created: boolean }>;
    of(org: string, run: string, user: string): Promise<FeedbackView | null>;
  };
  tools: {
    /** A new version when it changed. */
    put(org: string, manifest: Omit<ToolManifest, "version">, record: (version: number) => AuditRecord): Promise<ToolManifest>;
    get(org: string, name: string, version: number | null): Promise<ToolManifest | null>;
    list(org: string, page: PageRequest): Promise<Page<ToolManifest>>;
    /** Which of these names are registered. */
    known(org: string, names: readonly string[]): Promise<ReadonlySet<string>>;
  };
  models: {
    put(org: string, entry: ModelEntry, record: AuditRecord): Promise<void>;
    get(org: string, id: string): Promise<ModelEntry | null>;
    list(org: string): Promise<readonly ModelEntry[]>;
  };
  routes: {
    put(org: string, route: TaskRoute, record: AuditRecord): Promise<void>;
    /** False: the org has no route of its own for the task. */
    remove(org: string, task: string, record: AuditRecord): Promise<boolean>;
    get(org: string, task: string): Promise<TaskRoute | null>;
    /** By task. */
    list(org: string, page: PageRequest): Promise<Page<TaskRoute>>;
  };
  secrets: {
    /** `sealed`: encrypted by the credential broker. */
    put(org: string, name: string, sealed: string, hosts: readonly string[], record: AuditRecord): Promise<void>;
    get(org: string, name: string): Promise<{ sealed: string; hosts: readonly string[] } | null>;
  };
  runs: {
    list(
      org: string,
      filter: { status: RunStatus | null; workflow: string | null; user: string | null },
      page: PageRequest,
    ): Promise<Page<Json>>;
    /** Takes one of the org's `max_runs`; false when none is left. The same run again takes none. */
    reserve(org: string, run: string): Promise<boolean>;
    /** The run did not begin, or has ended: what it took is free again. */
    release(org: string, run: string): void;
  };
  deadLetters: { list(org: string, page: PageRequest): Promise<Page<DeadLetterView>> };
  audit: {
    entries(
      org: string,
      filter: { after: number; run: string | null; user: string | null; type: string | null; limit: number },
    ): Promise<readonly Json[]>;
    /** A fact of the edge that changes nothing in D1 (a refusal, an export): durable when it answers. */
    record(org: string, record: AuditRecord): Promise<void>;
  };
  idempotency: {
    /** Claims the key, or tells what it was claimed for. Atomic. */
    claim(claim: {
      scope: string;
      key: string;
      mac: string;
      id: string;
      at: EpochMs;
    }): Promise<{ claimed: true } | { claimed: false; mac: string; id: string; status: number | null }>;
    /** The first answer's status. */
    settle(scope: string, key: string, status: number): Promise<void>;
    /** The request was refused: the key is free again. */
    release(scope: string, key: string): Promise<void>;
  };
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

export type AccessPort = {
  /** Cedar decides; anything but a clear permit is a denial. */
  decide(
    principal: Principal,
    action: string,
    resource: { type: string; org: string; owner?: string; attributes?: JsonObject },
  ): { decision: "allow" | "deny"; policyVersion: string; reasons: readonly string[] };
};

export type KeysPort = {
  /** Public halves only. */
  jwks(): Promise<Json>;
  /** Mints and checks sealed run ids of this deployment. */
  mintRunId(org: string, at: EpochMs): Promise<RunId>;
  parseRunId(org: string, id: string): Promise<RunId | null>;
  /** HMAC-SHA-256, hex, under a key of this deployment: for what must be compared and not kept. */
  mac(purpose: "idempotency" | "user" | "session", text: string): Promise<string>;
  /** RFC 7662, for credentials made for tools. */
  introspect(token: string): Promise<JsonObject>;
  sealSecret(org: string, name: string, value: string): Promise<string>;
};

/** Credentials in, callers out (workers/auth). */
export type AuthPort = {
  /** The caller, or null: which part was wrong is not said. Throws only when storage is out of reach. */
  authenticate(request: Request): Promise<Principal | null>;
  /** A new API key: the text that its holder sees once, and what is kept of it. */
  mintApiKey(): Promise<{ readonly key: string; readonly hash: string; readonly last4: string }>;
  /** The `Set-Cookie` of a console session for the bearer key of this request; null when none came. */
  openSession(request: Request): Promise<{ readonly cookie: string; readonly expiresAt: EpochMs } | null>;
  /** The `Set-Cookie` that takes the session away. */
  closeSession(): string;
};

/** What the verifier found in an org's chain as it lies in D1. */
export type AuditVerification = {
  readonly ok: boolean;
  /** How many entries were looked at. */
  readonly checked: number;
  readonly problems: readonly { readonly seq: number; readonly code: string; readonly message: string }[];
  readonly head: { readonly seq: number; readonly hash: string } | null;
};

export type RateLimitPort = {
  take(key: string, at: EpochMs): { allowed: boolean; limit: number; remaining: number; resetSeconds: number };
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
  readonly auth: AuthPort;
  readonly budgets: BudgetsPort;
  readonly keys: KeysPort;
  /** Recomputes the org's audit chain from raw rows. */
  readonly verifyAudit: (org: string) => Promise<AuditVerification>;
  readonly rateLimit: RateLimitPort;
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
  readonly log: (line: JsonObject) => void;
};

export type { StopSubject };
