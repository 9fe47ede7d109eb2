/** A typed client of the HTTP API: one method for each route that clients need. Its types are the contract's own (`schema.ts`). */
import { type FollowOptions, followEvents } from "./follow-events.ts";
import type * as Api from "./schema.ts";
import { type ClientOptions, createTransport, query } from "./transport.ts";

export type { FollowOptions } from "./follow-events.ts";
export type * as Api from "./schema.ts";
export { BulkheadError, type ClientOptions, type ErrorCode } from "./transport.ts";

/** A run with its steps. */
export type RunView = Api.Run;
/** A run as lists show it: without input, output and steps. */
export type RunLine = Api.RunLine;
/** An event of a run, numbered by `seq` from 1. */
export type EventView = Api.Event;
/** A question to a person that a run waits for. */
export type ReviewView = Api.Review;
/** A kill switch. */
export type SwitchView = Api.Switch;
/** An entry of the audit chain. */
export type AuditEntry = Api.AuditEntry;
/** An API key without its secret. */
export type ApiKey = Api.ApiKey;
/** A version of a workflow with its definition. */
export type WorkflowVersion = Api.WorkflowVersion;
/** A tool's manifest with every default filled in. */
export type Tool = Api.Tool;
/** A run that left something for a person. */
export type DeadLetter = Api.DeadLetter;
/** A person's decision about a review. */
export type Decision = Api.Decision;
/** The body that creates an API key. */
export type NewApiKey = Api.CreateApiKey;
/** The body that starts a run. */
export type StartRun = Api.StartRun;

/** A page of a list. `next_cursor` is null on the last page. */
export type Page<T> = { readonly data: readonly T[]; readonly next_cursor: string | null };
/** `limit`: 1 to 200, 50 by default. `cursor`: `next_cursor` of the page before. */
export type PageOptions = { readonly limit?: number; readonly cursor?: string };
/** The same key and body give the first answer again, for 24 hours. */
export type Repeatable = { readonly idempotencyKey?: string };
/** Options of a start. */
export type StartOptions = Repeatable & {
  /** Seconds to wait for the run's end, 30 at most. */
  readonly wait?: number;
};

/** The client that `createClient` returns. */
export type Client = ReturnType<typeof createClient>;

/** Creates a client. Every method throws `BulkheadError` when the platform refuses, and whatever `fetch` throws when it is out of reach. */
export function createClient(options: ClientOptions) {
  const http = createTransport(options);
  const at = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join("/")}`;
  return {
    runs: {
      /** Answers at once with the run; with `wait`, when it has ended or the time is up. */
      start: (run: StartRun, { wait, ...repeat }: StartOptions = {}) =>
        http.json<RunView>("POST", "/v1/runs", {
          body: run,
          ...repeat,
          ...(wait === undefined ? {} : { headers: { prefer: `wait=${wait}` } }),
        }),
      get: (id: string) => http.json<RunView>("GET", at("v1", "runs", id)),
      list: (filter: PageOptions & { readonly status?: RunView["status"]; readonly workflow?: string; readonly user?: string } = {}) =>
        http.json<Page<RunLine>>("GET", `/v1/runs${query(filter)}`),
      /** Every event to the run's end, as it comes; connections that end in between are made again. */
      events: (id: string, follow: FollowOptions = {}) => followEvents(http, id, follow),
      /** The events there are now. */
      journal: (id: string, after?: number) => http.json<Page<EventView>>("GET", `${at("v1", "runs", id, "events")}${query({ after })}`),
      cancel: (id: string, reason: string) => http.json<RunView>("POST", at("v1", "runs", id, "cancel"), { body: { reason } }),
      /** News from outside; a signal that no step waits for yet is kept until one does. */
      signal: (id: string, name: string, body: Api.Json, repeat: Repeatable = {}) =>
        http.json<RunView>("POST", at("v1", "runs", id, "signals", name), { body, ...repeat }),
      /** What a person thinks of the run; given again, it replaces what the same person said before. */
      feedback: (id: string, feedback: Api.GiveFeedback, repeat: Repeatable = {}) =>
        http.json<Api.Feedback>("POST", at("v1", "runs", id, "feedback"), { body: feedback, ...repeat }),
      /** The risk of the run's riskiest call so far, factor by factor. */
      risk: (id: string) => http.json<Api.Risk>("GET", at("v1", "runs", id, "risk")),
      /** Holds the run until a person resumes it. */
      pause: (id: string, reason: string) => http.json<RunView>("POST", at("v1", "runs", id, "pause"), { body: { reason } }),
      resume: (id: string) => http.json<RunView>("POST", at("v1", "runs", id, "resume")),
      /** The run folded again from its journal; no model and no tool is called. */
      replay: (id: string) => http.json<Api.Replay>("POST", at("v1", "runs", id, "replay")),
      /** What the run would cost; nothing is started. */
      estimate: (run: StartRun) => http.json<Api.Estimate>("POST", "/v1/runs/estimate", { body: run }),
      /** Its spans, OTLP JSON. */
      trace: (id: string) => http.json<Api.RunTrace>("GET", at("v1", "runs", id, "trace")),
    },
    reviews: {
      list: (filter: PageOptions & { readonly status?: ReviewView["status"] } = {}) =>
        http.json<Page<ReviewView>>("GET", `/v1/reviews${query(filter)}`),
      get: (id: string) => http.json<ReviewView>("GET", at("v1", "reviews", id)),
      decide: (id: string, decision: Decision) => http.json<ReviewView>("POST", at("v1", "reviews", id, "decision"), { body: decision }),
    },
    /** Who decides about an operation, such as `tool:payments.refund`. */
    approvers: {
      put: (operation: string, entry: Api.PutApprovers) =>
        http.json<Api.ApproversSet>("PUT", at("v1", "approvers", operation), { body: entry }),
      get: (operation: string) => http.json<Api.Approvers>("GET", at("v1", "approvers", operation)),
      list: (page: PageOptions = {}) => http.json<Page<Api.Approvers>>("GET", `/v1/approvers${query(page)}`),
      remove: (operation: string) => http.json<void>("DELETE", at("v1", "approvers", operation)),
    },
    sessions: {
      /** What was said in a session of the caller, or of `subject`. */
      get: (id: string, of: { readonly subject?: string } = {}) => http.json<Api.Session>("GET", `${at("v1", "sessions", id)}${query(of)}`),
      remove: (id: string, of: { readonly subject?: string } = {}) => http.json<void>("DELETE", `${at("v1", "sessions", id)}${query(of)}`),
    },
    /** What really ran. */
    inventory: (page: PageOptions = {}) => http.json<Page<Api.InventoryItem>>("GET", `/v1/inventory${query(page)}`),
    compliance: {
      /** Begins an export of evidence; when it is completed, `/v1/compliance/exports/{id}` answers with a ZIP. */
      export: (framework: Api.ComplianceExport["framework"], period: Api.AskComplianceExport, repeat: Repeatable = {}) =>
        http.json<Api.ComplianceExport>("POST", at("v1", "compliance", framework), { body: period, ...repeat }),
      list: (page: PageOptions = {}) => http.json<Page<Api.ComplianceExport>>("GET", `/v1/compliance/exports${query(page)}`),
    },
    persons: {
      /** What is held of a person; `cursor` goes on where the last answer ended. */
      export: (subject: string, page: PageOptions = {}) =>
        http.json<Api.PersonExport>("GET", `${at("v1", "users", subject, "export")}${query(page)}`),
      /** Erases a person; `erasure` says by the answer's `id` how far that is, or what it did. */
      erase: (subject: string) => http.json<Api.Erasure>("DELETE", at("v1", "users", subject)),
      erasure: (id: string) => http.json<Api.Erasure>("GET", at("v1", "erasures", id)),
    },
    /** Lifts the risk block of a step of a run: one person asks, two others approve. */
    memories: {
      create: (memory: Api.NewMemory, repeat: Repeatable = {}) =>
        http.json<Api.Memory>("POST", "/v1/memories", { body: memory, ...repeat }),
      list: (filter: PageOptions & { readonly subject?: string; readonly tier?: Api.Memory["tier"]; readonly q?: string } = {}) =>
        http.json<Page<Api.Memory>>("GET", `/v1/memories${query(filter)}`),
      get: (id: string) => http.json<Api.Memory>("GET", at("v1", "memories", id)),
      change: (id: string, change: Api.MemoryChange) => http.json<Api.Memory>("PUT", at("v1", "memories", id), { body: change }),
      delete: (id: string) => http.json<void>("DELETE", at("v1", "memories", id)),
      release: (id: string, reason?: string) =>
        http.json<Api.Memory>("POST", at("v1", "memories", id, "release"), { body: reason === undefined ? {} : { reason } }),
    },
    knowledge: {
      put: (collection: string, settings: Api.CollectionSettings = {}) =>
        http.json<Api.Collection>("PUT", at("v1", "knowledge", collection), { body: settings }),
      get: (collection: string) => http.json<Api.Collection>("GET", at("v1", "knowledge", collection)),
      list: (page: PageOptions = {}) => http.json<Page<Api.Collection>>("GET", `/v1/knowledge${query(page)}`),
      delete: (collection: string) => http.json<void>("DELETE", at("v1", "knowledge", collection)),
      search: (collection: string, search: Api.Search) =>
        http.json<Api.SearchResults>("POST", at("v1", "knowledge", collection, "search"), { body: search }),
      upload: (collection: string, document: Api.NewDocument, repeat: Repeatable = {}) =>
        http.json<Api.Document>("POST", at("v1", "knowledge", collection, "documents"), { body: document, ...repeat }),
      documents: (collection: string, page: PageOptions = {}) =>
        http.json<Page<Api.Document>>("GET", `${at("v1", "knowledge", collection, "documents")}${query(page)}`),
      document: (collection: string, id: string) =>
        http.json<Api.DocumentWithText>("GET", at("v1", "knowledge", collection, "documents", id)),
      deleteDocument: (collection: string, id: string) => http.json<void>("DELETE", at("v1", "knowledge", collection, "documents", id)),
      release: (collection: string, id: string, reason: string) =>
        http.json<Api.Document>("POST", at("v1", "knowledge", collection, "documents", id, "release"), { body: { reason } }),
    },
    overrides: {
      ask: (override: Api.AskOverride, repeat: Repeatable = {}) =>
        http.json<Api.Override>("POST", "/v1/overrides", { body: override, ...repeat }),
      approve: (id: string) => http.json<Api.Override>("POST", at("v1", "overrides", id, "approve")),
      list: (page: PageOptions = {}) => http.json<Page<Api.Override>>("GET", `/v1/overrides${query(page)}`),
    },
    deadLetters: {
      list: (filter: PageOptions & { readonly status?: DeadLetter["status"] } = {}) =>
        http.json<Page<DeadLetter>>("GET", `/v1/dead-letters${query(filter)}`),
      /** `how`: from which step on, and with which inputs. */
      redrive: (id: string, repeat: Repeatable = {}, how: Api.Redrive = {}) =>
        http.json<RunView>("POST", at("v1", "dead-letters", id, "redrive"), { body: how, ...repeat }),
      discard: (id: string, reason: string) => http.json<DeadLetter>("POST", at("v1", "dead-letters", id, "discard"), { body: { reason } }),
    },
    workflows: {
      register: (definition: unknown, repeat: Repeatable = {}) =>
        http.json<Api.RegisteredWorkflow>("POST", "/v1/workflows", { body: definition, ...repeat }),
      list: (page: PageOptions = {}) => http.json<Page<WorkflowVersion>>("GET", `/v1/workflows${query(page)}`),
      get: (name: string, version?: number) =>
        http.json<WorkflowVersion>(
          "GET",
          version === undefined ? at("v1", "workflows", name) : at("v1", "workflows", name, "versions", String(version)),
        ),
      /** What a version can touch; `against`: how that differs from another version. */
      reach: (name: string, version: number, { against }: { readonly against?: number } = {}) =>
        http.json<Api.WorkflowReach>("GET", `${at("v1", "workflows", name, "versions", String(version), "reach")}${query({ against })}`),
      /** Newest first, with the share of users that each takes. */
      versions: (name: string, page: PageOptions = {}) =>
        http.json<Page<Api.WorkflowVersionLine>>("GET", `${at("v1", "workflows", name, "versions")}${query(page)}`),
      /** Splits users among versions; versions that are not named are retired. */
      traffic: (name: string, versions: Api.SplitTraffic["versions"]) =>
        http.json<Api.Traffic>("POST", at("v1", "workflows", name, "traffic"), { body: { versions } }),
    },
    tools: {
      register: (name: string, manifest: unknown) => http.json<Tool>("PUT", at("v1", "tools", name), { body: manifest }),
      list: (page: PageOptions = {}) => http.json<Page<Api.StoredTool>>("GET", `/v1/tools${query(page)}`),
      get: (name: string) => http.json<Api.ToolWithProposals>("GET", at("v1", "tools", name)),
      import: (source: Api.ImportRequest) => http.json<Api.ImportedTools>("POST", "/v1/tools/import", { body: source }),
      approve: (name: string, version: number) =>
        http.json<Api.StoredTool>("POST", at("v1", "tools", name, "approve"), { body: { version } }),
      credentials: (name: string) => http.json<Api.ToolCredentials>("GET", at("v1", "tools", name, "credentials")),
      admitCredentials: (name: string, version: number) =>
        http.json<Api.ToolCredentials>("POST", at("v1", "tools", name, "credentials"), { body: { version } }),
      test: (name: string, input: Api.Json) => http.json<Api.ToolTest>("POST", at("v1", "tools", name, "test"), { body: { input } }),
    },
    models: {
      /** `id`: `{provider}/{name}`; its slash is not encoded. */
      register: (id: string, entry: unknown) =>
        http.json<Api.RegisteredModel>("PUT", `/v1/models/${id.split("/").map(encodeURIComponent).join("/")}`, { body: entry }),
      list: () => http.json<Api.ModelList>("GET", "/v1/models"),
    },
    /** Which models answer for a task. */
    routes: {
      set: (route: Api.ModelRoute) =>
        http.json<Api.ModelRoute>("PUT", at("v1", "routes", route.task), { body: { models: route.models, strategy: route.strategy } }),
      list: (page: PageOptions = {}) => http.json<Page<Api.ModelRoute>>("GET", `/v1/routes${query(page)}`),
      get: (task: string) => http.json<Api.ModelRoute>("GET", at("v1", "routes", task)),
      remove: (task: string) => http.json<null>("DELETE", at("v1", "routes", task)),
    },
    /** The org's own policies. A version decides nothing until a second admin has approved its activation. */
    policies: {
      register: (policies: { readonly cedar: string; readonly note?: string }) =>
        http.json<Api.PolicyVersion>("POST", "/v1/policies", { body: policies }),
      list: (page: PageOptions = {}) => http.json<Page<Api.PolicyVersion>>("GET", `/v1/policies${query(page)}`),
      get: (version: string) => http.json<Api.PolicyVersion>("GET", at("v1", "policies", version)),
      /** A job where it takes longer than ten seconds: `job` says how far it is. */
      replay: (version: string, { idempotencyKey, ...options }: { readonly runs?: number } & Repeatable = {}) =>
        http.json<Api.PolicyReplay | Api.PolicyJob>("POST", at("v1", "policies", version, "replay"), {
          body: options,
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        }),
      /** A job where it takes longer than ten seconds: `job` says how far it is. */
      analyse: (version: string, repeat: Repeatable = {}) =>
        http.json<Api.PolicyAnalysis | Api.PolicyJob>("POST", at("v1", "policies", version, "analysis"), { ...repeat }),
      job: (id: string) => http.json<Api.PolicyJob>("GET", at("v1", "policy-jobs", id)),
      jobs: (page: PageOptions = {}) => http.json<Page<Api.PolicyJobLine>>("GET", `/v1/policy-jobs${query(page)}`),
      activate: (version: string, reason: string) =>
        http.json<{ readonly id: string }>("POST", at("v1", "policies", version, "activate"), { body: { reason } }),
      approve: (id: string) => http.json<Api.PolicyActivation>("POST", at("v1", "policies", "activations", id, "approve")),
      activations: (page: PageOptions = {}) => http.json<Page<Api.PolicyActivation>>("GET", `/v1/policies/activations${query(page)}`),
    },
    /** Who may call which tool; put in force like policies. */
    permissions: {
      set: (rules: readonly Api.PermissionRule[], reason?: string) =>
        http.json<Api.PermissionsRequested>("PUT", "/v1/permissions", { body: { rules, ...(reason === undefined ? {} : { reason }) } }),
      get: () => http.json<Api.Permissions>("GET", "/v1/permissions"),
    },
    keys: {
      /** The only answer that ever holds the key itself. */
      create: (key: NewApiKey) => http.json<ApiKey & { readonly key: string }>("POST", "/v1/api-keys", { body: key }),
      list: (page: PageOptions = {}) => http.json<Page<ApiKey>>("GET", `/v1/api-keys${query(page)}`),
      revoke: (id: string) => http.json<null>("DELETE", at("v1", "api-keys", id)),
    },
    budgets: {
      /** Replaces the caps of a scope: `org`, `user:ID` or `workflow:NAME`. */
      set: (scope: string, caps: Api.PutBudget) => http.json<Api.Budget>("PUT", at("v1", "budgets", scope), { body: caps }),
      list: (page: PageOptions = {}) => http.json<Page<Api.Budget>>("GET", `/v1/budgets${query(page)}`),
    },
    orgs: {
      /** What is absent stays as it is; null goes back to the default. */
      change: (org: string, settings: Api.PutOrg) => http.json<Api.ChangedOrg>("PUT", at("v1", "orgs", org), { body: settings }),
      get: (org: string) => http.json<Api.Org>("GET", at("v1", "orgs", org)),
      rotateCallbackSecret: (org: string, repeat: Repeatable = {}) =>
        http.json<Api.CallbackSecret>("POST", at("v1", "orgs", org, "callback-secret"), repeat),
    },
    secrets: {
      /** Written, never read. */
      set: (name: string, secret: Api.PutSecret) => http.json<Api.Secret>("PUT", at("v1", "secrets", name), { body: secret }),
    },
    killSwitch: {
      status: () => http.json<Api.Switches>("GET", "/admin/kill-switch"),
      throw: (scope: string, reason: string) => http.json<SwitchView>("POST", "/admin/kill-switch", { body: { scope, reason } }),
      requestRecovery: (scope: string, reason: string) =>
        http.json<{ readonly id: string }>("POST", "/admin/kill-switch/recovery", { body: { scope, reason } }),
      approveRecovery: (id: string) => http.json<SwitchView>("POST", at("admin", "kill-switch", "recovery", id, "approve")),
    },
    costs: {
      /** Why a run cost what it cost and took as long as it took. */
      explain: (run: string) => http.json<Api.Explanation>("GET", at("v1", "runs", run, "explain")),
      /** What was retrieved or recalled in the run, and which model call saw it. */
      context: (run: string) => http.json<Api.RunContext>("GET", at("v1", "runs", run, "context")),
      /** `by`: names with commas between them, as docs/costs.md lists them. */
      sums: (filter: { readonly from?: string; readonly to?: string; readonly by?: string } = {}) =>
        http.json<Api.Costs>("GET", `/v1/costs${query(filter)}`),
    },
    audit: {
      entries: (
        filter: {
          readonly after?: number;
          readonly run?: string;
          readonly user?: string;
          readonly type?: string;
          readonly limit?: number;
          readonly cursor?: string;
        } = {},
      ) => http.json<Page<AuditEntry>>("GET", `/v1/audit/entries${query(filter)}`),
      /** What is new since the last check; with `full` everything, in portions: ask with `next_cursor` until it is null. */
      verify: (how: { readonly full?: boolean; readonly cursor?: string } = {}) =>
        http.json<Api.AuditVerdict>(
          "POST",
          `/v1/audit/verify${query({ ...how, full: how.full === undefined ? undefined : String(how.full) })}`,
        ),
      /** The public keys that entries and tool credentials are checked with (RFC 7517). */
      jwks: () => http.json<{ readonly keys: readonly Api.JsonObject[] }>("GET", "/.well-known/jwks.json"),
    },
  };
}
