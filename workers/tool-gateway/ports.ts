/** What the tool gateway needs from the rest of the platform. */

import type { Role } from "../../core/access/principal.ts";
import type { Admission, BreakerRule, CallOutcome } from "../../core/breaker/breaker.ts";
import type { Json } from "../../core/json.ts";
import type { Label } from "../../core/label/label.ts";
import type { UnusualKind } from "../../core/limits/credential-use.ts";
import type { MemoryTier } from "../../core/memory/memory.ts";
import type { CallContext } from "../../core/run/calls/call.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolEffect, ToolManifest } from "../../core/tool/manifest.ts";
import type { EmbeddingAsker } from "../embedding/embedding.ts";
import type { Guard } from "../guardrail/ports.ts";
import type { Body } from "../kit/body.ts";
import type { Deadline } from "../kit/deadline.ts";
import type { Sandboxes } from "../sandbox/sandboxes.ts";

/** `get`, `put` and `drop` neither throw nor take long: a store that is out of reach holds nothing. */
export type KeptResults = {
  get(name: string): Promise<Json | undefined>;
  put(name: string, value: Json, ttlMs: number, tag: { readonly subjects: readonly string[] }): Promise<void>;
  drop(name: string): Promise<void>;
  /** HMAC-SHA-256, hex, under a key of this deployment. */
  mac(text: string): Promise<string>;
  /** What stands for a person in a tag. */
  subjectTag(org: string, subject: string): Promise<string>;
  /** What placeholders of the call's run stand for; null each that the run never made. */
  values(context: CallContext, placeholders: readonly string[]): Promise<readonly (string | null)[]>;
};

/** What lets calls through: the org's rate for a tool, and the tool's circuit breaker. Neither throws. */
export type Gate = {
  /** Takes one of the minute's calls; null: the call may go, else the milliseconds until another try makes sense. */
  take(org: string, scope: string, perMinute: number): Promise<number | null>;
  /** May a call go out? One that is admitted MUST be reported. */
  admit(key: string, org: string, callMs: number): Promise<Admission>;
  report(key: string, org: string, outcome: CallOutcome, probe: number | null, rule: BreakerRule): Promise<void>;
};

/** A call of a tool's own code in an isolate (workers/isolate), with the gate of its requests (workers/egress). */
export type CodeCall = {
  readonly context: CallContext;
  readonly tool: string;
  readonly code: string;
  /** True: an isolate for this call alone. */
  readonly fresh: boolean;
  readonly hosts: readonly string[];
  readonly secrets: { readonly [host: string]: string };
  readonly input: Json;
  readonly ctx: Json;
  /** Milliseconds. */
  readonly timeoutMs: number;
  /** Maximum bytes of the output. */
  readonly outputBytes: number;
};

/**
 * How it ended. `sent`: requests that left through the gate. `answered`: with a status as HTTP has them: 200 the output, 422 an error that
 * the code documents, 413 an output that is too long, 500 anything else that it threw.
 */
export type CodeAnswer = { readonly sent: number } & (
  | { readonly kind: "answered"; readonly status: number; readonly body: Body }
  | { readonly kind: "not_started"; readonly message: string }
  | { readonly kind: "broken" | "crowded" | "overdue" | "unavailable" }
);

/** What a memory tool is answered; or why it is not. Throws when memory is out of reach. */
export type MemoryAnswer =
  | { readonly ok: true; readonly value: Json; readonly label: Label }
  | { readonly ok: false; readonly why: "empty" | "injection" | "full" | "rights" };

/** The memory of a run's person, as its tools reach it. Each may be repeated under the same key. */
export type MemoryService = {
  recall(context: CallContext, query: string, k: number): Promise<MemoryAnswer>;
  remember(
    context: CallContext,
    text: string,
    options: { readonly tier: MemoryTier; readonly ttlDays: number | null },
  ): Promise<MemoryAnswer>;
  forget(context: CallContext, id: string): Promise<MemoryAnswer>;
};

/**
 * The ports of the tool gateway. A guard, a credential or a secret that cannot be had MUST throw or give null: the call is not made then.
 */
export type ToolGatewayPorts = {
  readonly manifest: (org: string, name: string, version: number) => Promise<ToolManifest | null>;
  readonly guard: Guard;
  /** A credential for this one call; throws when none may be made. */
  readonly credential: (request: {
    readonly context: CallContext;
    readonly tool: string;
    readonly effect: ToolEffect;
    readonly scopes: readonly string[];
  }) => Promise<string>;
  /** Watches what credentials are used for; a kind: none may be made, before `retryMs` or before a person admits it. Absent: nothing is watched. */
  readonly watchCredential?: (use: {
    readonly context: CallContext;
    readonly tool: string;
    readonly destinations: readonly string[];
    readonly scopes: readonly string[];
  }) => Promise<{ readonly kind: UnusualKind; readonly retryMs: number } | null>;
  /** An MCP server was called; neither throws nor takes time. Absent: nobody wants to know. */
  readonly calledServer?: (called: { readonly org: string; readonly url: string; readonly secret: string | null }) => void;
  /** A secret's value and the hosts it may be sent to (`api.example.com`, `localhost:8080`); null: no such secret. */
  readonly secret: (org: string, name: string) => Promise<{ readonly value: string; readonly hosts: readonly string[] } | null>;
  /** Hosts that the org's tools may call; null: any that the deployment allows. */
  readonly egress: (org: string) => Promise<readonly string[] | null>;
  /** Throws a `DeadlineError` when the caller gave up, and nothing else. Absent: code cannot be run. */
  readonly runCode?: (call: CodeCall, deadline: Deadline) => Promise<CodeAnswer>;
  /** Absent: no rate and no breaker holds. */
  readonly gate?: Gate;
  /** Answers that may be given again; absent: nothing is kept. */
  readonly kept?: KeptResults;
  /** What is remembered of the run's person. Absent: nothing is. */
  readonly memory?: MemoryService;
  /** Searches a collection for a run; null: there is none that its user may read. Absent: nothing can be searched. */
  readonly searchKnowledge?: (search: {
    readonly collection: string;
    readonly query: string;
    readonly k: number;
    /** The user of the run, and the roles that it began with: those that they still have count. */
    readonly began: { readonly user: string; readonly roles: readonly Role[] };
    readonly asker: Omit<EmbeddingAsker, "roles" | "began" | "text">;
  }) => Promise<Json | null>;
  /** Containers for a tool's own code; absent: this deployment runs none. */
  readonly sandboxes?: Sandboxes;
  readonly log: Log;
  readonly fetch: typeof fetch;
  readonly now: () => EpochMs;
  readonly allowPrivateHosts: boolean;
};
