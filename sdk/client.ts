/** A typed client of the HTTP API: one method per route that clients need, and nothing that the API does not say itself. */
import type { Role } from "../core/access/principal.ts";
import type { AuditEntry } from "../core/audit/entry.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { SwitchesView, SwitchView } from "../core/kill-switch/view.ts";
import type { TaskRoute } from "../core/model/task-route.ts";
import type { ReviewStatus } from "../core/review/case.ts";
import type { ReviewView } from "../core/review/view.ts";
import type { EventView, RunStatus, RunView } from "../core/run/outside/view.ts";
import { type FollowOptions, followEvents } from "./follow-events.ts";
import { type ClientOptions, createTransport, query } from "./transport.ts";

export { BulkheadError, type ClientOptions } from "./transport.ts";
export type { AuditEntry, EventView, FollowOptions, ReviewView, RunView, SwitchView };

export type Page<T> = { readonly data: readonly T[]; readonly next_cursor: string | null };
export type PageOptions = { readonly limit?: number; readonly cursor?: string };

export type StartRun = {
  readonly workflow: string;
  readonly version?: number;
  readonly input: Json;
  readonly budget?: { readonly usd?: number; readonly tokens?: number };
  readonly deadline?: string;
  readonly subject?: string;
  readonly metadata?: JsonObject;
};
export type StartOptions = {
  readonly idempotencyKey?: string;
  /** Seconds to wait for the run's end, 30 at most. */
  readonly wait?: number;
};

export type NewApiKey = {
  readonly org?: string;
  readonly user: string;
  readonly roles: readonly Role[];
  readonly expires_at?: string;
  readonly allow_from?: readonly string[];
  readonly for_others?: boolean;
};
export type ApiKey = {
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly roles: readonly Role[];
  readonly created_at: string;
  readonly expires_at: string;
};

export type WorkflowVersion = { readonly name: string; readonly version: number; readonly digest: string; readonly status: string };
export type Tool = { readonly name: string; readonly version: number } & JsonObject;
export type DeadLetter = {
  readonly id: string;
  readonly run: string;
  readonly workflow: string;
  readonly step: string | null;
  readonly reason: { readonly code: string; readonly message: string };
  readonly undone: readonly string[];
  readonly status: "open" | "redriven" | "discarded";
  readonly created_at: string;
};
export type Decision = {
  readonly action: "approve" | "reject" | "modify" | "escalate";
  readonly reason: string;
  readonly changes?: Json;
  readonly digest?: string;
};

export type Client = ReturnType<typeof createClient>;

export function createClient(options: ClientOptions) {
  const http = createTransport(options);
  const at = (...parts: readonly string[]): string => `/${parts.map(encodeURIComponent).join("/")}`;
  return {
    runs: {
      /** Answers at once with the run; with `wait`, when it has ended or the time is up. */
      start: (run: StartRun, { idempotencyKey, wait }: StartOptions = {}) =>
        http.json<RunView>("POST", "/v1/runs", {
          body: run,
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
          ...(wait === undefined ? {} : { headers: { prefer: `wait=${wait}` } }),
        }),
      get: (id: string) => http.json<RunView>("GET", at("v1", "runs", id)),
      list: (filter: PageOptions & { readonly status?: RunStatus; readonly workflow?: string; readonly user?: string } = {}) =>
        http.json<Page<RunView>>("GET", `/v1/runs${query(filter)}`),
      /** Every event to the run's end, as it comes; connections that end in between are made again. */
      events: (id: string, follow: FollowOptions = {}) => followEvents(http, id, follow),
      /** The events there are now. */
      journal: (id: string, after?: number) => http.json<Page<EventView>>("GET", `${at("v1", "runs", id, "events")}${query({ after })}`),
      cancel: (id: string, reason: string) => http.json<RunView>("POST", at("v1", "runs", id, "cancel"), { body: { reason } }),
      /** Its spans, OTLP JSON. */
      trace: (id: string) => http.json<Json>("GET", at("v1", "runs", id, "trace")),
    },
    reviews: {
      list: (filter: PageOptions & { readonly status?: ReviewStatus } = {}) =>
        http.json<Page<ReviewView>>("GET", `/v1/reviews${query(filter)}`),
      get: (id: string) => http.json<ReviewView>("GET", at("v1", "reviews", id)),
      decide: (id: string, decision: Decision) => http.json<ReviewView>("POST", at("v1", "reviews", id, "decision"), { body: decision }),
    },
    deadLetters: {
      list: (page: PageOptions = {}) => http.json<Page<DeadLetter>>("GET", `/v1/dead-letters${query(page)}`),
      redrive: (id: string) => http.json<RunView>("POST", at("v1", "dead-letters", id, "redrive")),
      discard: (id: string, reason: string) => http.json<DeadLetter>("POST", at("v1", "dead-letters", id, "discard"), { body: { reason } }),
    },
    workflows: {
      register: (definition: unknown) => http.json<WorkflowVersion>("POST", "/v1/workflows", { body: definition }),
      list: (page: PageOptions = {}) => http.json<Page<WorkflowVersion>>("GET", `/v1/workflows${query(page)}`),
      get: (name: string, version?: number) =>
        http.json<WorkflowVersion>(
          "GET",
          version === undefined ? at("v1", "workflows", name) : at("v1", "workflows", name, "versions", String(version)),
        ),
    },
    tools: {
      register: (name: string, manifest: unknown) => http.json<Tool>("PUT", at("v1", "tools", name), { body: manifest }),
      list: (page: PageOptions = {}) => http.json<Page<Tool>>("GET", `/v1/tools${query(page)}`),
      get: (name: string) => http.json<Tool>("GET", at("v1", "tools", name)),
      test: (name: string, input: Json) => http.json<Json>("POST", at("v1", "tools", name, "test"), { body: { input } }),
    },
    models: {
      /** `id`: `{provider}/{name}`; its slash is not encoded. */
      register: (id: string, entry: unknown) =>
        http.json<Json>("PUT", `/v1/models/${id.split("/").map(encodeURIComponent).join("/")}`, { body: entry }),
      list: () => http.json<Json>("GET", "/v1/models"),
    },
    /** Which models answer for a task. */
    routes: {
      set: (route: TaskRoute) =>
        http.json<TaskRoute>("PUT", at("v1", "routes", route.task), { body: { models: route.models, strategy: route.strategy } }),
      list: (page: PageOptions = {}) => http.json<Page<TaskRoute>>("GET", `/v1/routes${query(page)}`),
      get: (task: string) => http.json<TaskRoute>("GET", at("v1", "routes", task)),
      remove: (task: string) => http.json<null>("DELETE", at("v1", "routes", task)),
    },
    keys: {
      /** The only answer that ever holds the key itself. */
      create: (key: NewApiKey) => http.json<ApiKey & { readonly key: string }>("POST", "/v1/api-keys", { body: key }),
      list: (page: PageOptions = {}) => http.json<Page<ApiKey>>("GET", `/v1/api-keys${query(page)}`),
      revoke: (id: string) => http.json<null>("DELETE", at("v1", "api-keys", id)),
    },
    killSwitch: {
      status: () => http.json<SwitchesView>("GET", "/admin/kill-switch"),
      throw: (scope: string, reason: string) => http.json<SwitchView>("POST", "/admin/kill-switch", { body: { scope, reason } }),
      requestRecovery: (scope: string, reason: string) =>
        http.json<{ readonly id: string }>("POST", "/admin/kill-switch/recovery", { body: { scope, reason } }),
      approveRecovery: (id: string) => http.json<SwitchView>("POST", at("admin", "kill-switch", "recovery", id, "approve")),
    },
    audit: {
      entries: (
        filter: {
          readonly after?: number;
          readonly run?: string;
          readonly user?: string;
          readonly type?: string;
          readonly limit?: number;
        } = {},
      ) => http.json<Page<AuditEntry>>("GET", `/v1/audit/entries${query(filter)}`),
      verify: () => http.json<Json>("POST", "/v1/audit/verify"),
      /** The public keys that entries and tool credentials are checked with (RFC 7517). */
      jwks: () => http.json<{ readonly keys: readonly JsonObject[] }>("GET", "/.well-known/jwks.json"),
    },
  };
}
