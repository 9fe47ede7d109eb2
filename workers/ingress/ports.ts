/** What the ingress asks of the other rooms. `workers/composition/edge.ts` fits them together; tests may fit others. */
import type { Principal } from "../../core/access/principal.ts";
import type { PastCost } from "../../core/estimate/estimate.ts";
import type { Json } from "../../core/json.ts";
import type { ModelCandidate, ModelEntry } from "../../core/model/entry.ts";
import type { ModelTool } from "../../core/model/message.ts";
import type { ToolOutcome } from "../../core/run/calls/call.ts";
import type { Log } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { AgentStep, ModelStep } from "../../core/workflow/definition.ts";
import type { BudgetLedgerRpc } from "../../durable-objects/budget-ledger/stub.ts";
import type { AccessPort } from "../access/ports.ts";
import type { StoredVerdict } from "../audit/verify-stored.ts";
import type { Auth } from "../auth/auth.ts";
import type { ChatPort } from "../chat/ports.ts";
import type { KeysPort } from "../credential-broker/ports.ts";
import type { Admitted, Guard } from "../guardrail/ports.ts";
import type { KillSwitchPort } from "../kill-switch/kill-switch.ts";
import type { StorePort } from "../store/ports.ts";
import type { ReviewsPort, RunsPort } from "../use-cases/ports.ts";
import type { RateLimit } from "./rate-limit.ts";

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
  /** An org's ledger (durable-objects/budget-ledger); a stub for each call. */
  readonly budgets: (org: string) => Pick<BudgetLedgerRpc, "setCaps" | "view">;
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
