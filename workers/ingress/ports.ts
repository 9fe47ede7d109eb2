/** What the ingress asks of the other rooms: what use cases ask, and what HTTP alone needs. `workers/composition/edge.ts` fits them together. */

import type { Principal } from "../../core/access/principal.ts";
import type { AlertView } from "../../core/alert/watch.ts";
import type { AnomalyView } from "../../core/anomaly/anomaly.ts";
import type { ModelEntry, ModelParameters } from "../../core/model/entry.ts";
import type { Taken } from "../../core/model/parameters.ts";
import type { Result } from "../../core/result.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import type { ExpositionFormat } from "../../core/telemetry/prometheus.ts";
import type { EpochMs } from "../../core/time.ts";
import type { AuditLogRpc } from "../../durable-objects/audit-log/stub.ts";
import type { BudgetLedgerRpc } from "../../durable-objects/budget-ledger/stub.ts";
import type { RawStores } from "../audit/raw-stores.ts";
import type { LogVerdict, VerifyRequest } from "../audit/verify-log.ts";
import type { Auth } from "../auth/auth.ts";
import type { SignIn } from "../auth/oidc/sign-in.ts";
import type { ChatPort } from "../chat/ports.ts";
import type { Compliance } from "../compliance/compliance.ts";
import type { Inventory } from "../compliance/inventory.ts";
import type { KeysPort } from "../credential-broker/ports.ts";
import type { Erasures } from "../erasure/erasure.ts";
import type { EvidenceFile, EvidenceReader } from "../evidence/evidence.ts";
import type { KillSwitchPort } from "../kill-switch/kill-switch.ts";
import type { LimitsPort } from "../limits/limits.ts";
import type { PersonExports } from "../person-export/export.ts";
import type { PolicyWork } from "../policy-work/policy-work.ts";
import type { Costs } from "../store/costs.ts";
import type { RunCosts } from "../store/run-costs.ts";
import type { TraceAnswered } from "../traces/requests.ts";
import type { UseCasePorts } from "../use-cases/ports.ts";

export type IngressPorts = UseCasePorts & {
  readonly settings: {
    readonly adminApiKey: string;
    readonly version: string;
    /** Requests a minute of each key. */
    readonly perMinute: number;
    /** Years for which evidence in R2 is locked: no org may ask for less. */
    readonly auditLockYears: number;
    /** The deployment has a service of mail. */
    readonly sendsMail: boolean;
    /** Where this deployment is reached from outside; null: at the address that a request came to. */
    readonly publicUrl: string | null;
  };
  readonly killSwitch: KillSwitchPort;
  /** Exports the request's span. Absent: nobody takes traces. */
  readonly traceAnswered?: TraceAnswered | undefined;
  /** Chats and embeddings of apps, governed like a run's calls. */
  readonly chat: ChatPort;
  readonly auth: Auth;
  /** Signing in to the console at an identity provider. */
  readonly signIn: SignIn;
  /** Remembers that a credential was used; null: it was remembered a moment ago. */
  readonly noteUse: (principal: Principal) => Promise<void> | null;
  /** An org's ledger (durable-objects/budget-ledger); a stub for each call. */
  readonly budgets: (org: string) => Pick<BudgetLedgerRpc, "setCaps" | "view">;
  /** What a model takes: as it is registered, and what its upstream taught by refusing. */
  readonly takenBy: (org: string, entry: ModelEntry) => ModelParameters & Taken;
  readonly keys: KeysPort;
  /** An org's audit log, as it is published; a stub for each call. */
  readonly auditLog: (org: string) => Pick<AuditLogRpc, "checkpoint" | "proof" | "consistency" | "tile">;
  /** A run's evidence as a file; `view` as everybody sees it (workers/evidence). `forAuditor`: it says who is behind pseudonyms. */
  readonly evidence: (view: RunView, host: string, reader: EvidenceReader) => Promise<EvidenceFile>;
  /** Recomputes the org's audit chain from raw rows: what is new, or all of it in portions. */
  readonly verifyAudit: (org: string, request: VerifyRequest) => Promise<Result<LogVerdict, "no_cursor">>;
  /** What each store has of an org's audit log. */
  readonly rawAudit: RawStores;
  readonly erasures: Pick<Erasures, "erase" | "underWay" | "get">;
  readonly personExports: PersonExports;
  readonly inventory: Inventory;
  readonly compliance: Pick<Compliance, "begin" | "get" | "list" | "zip">;
  readonly policyWork: Pick<PolicyWork, "run" | "get" | "list">;
  readonly limits: LimitsPort;
  /** False: this address came without a valid credential too often. */
  readonly mayTry: (address: string) => Promise<boolean>;
  /** What runs of a workflow cost and took lately. */
  readonly pastRuns: RunCosts["pastRuns"];
  /** What calls cost. */
  readonly costs: Pick<Costs, "ask">;
  /** Which of the org's alerts fire. */
  readonly alerts: (org: string) => Promise<readonly AlertView[]>;
  /** The org's anomalies that were first seen at `since` or later, newest first. */
  readonly anomalies: (org: string, since: EpochMs) => Promise<readonly AnomalyView[]>;
  /** The text of `/metrics`. */
  readonly metrics: (format: ExpositionFormat) => Promise<string>;
  /** Counts an answer of the edge; `code` is that of the problem that answered. */
  readonly countAnswer?: (status: number, code: string | null) => void;
  /** The console's files; null when the path is none of them. */
  readonly console: (request: Request) => Response | null;
};
