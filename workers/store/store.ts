/**
 * The store: the room of D1's tables. The audit pages have a room of their own (workers/audit), and /metrics reads across tables
 * (workers/telemetry). Every change takes the audit record of what it does, and both are committed together or not at all.
 */
import type { EpochMs } from "../../core/time.ts";
import { storeApprovers } from "./approvers.ts";
import { type ArchivedLines, type ArchiveIndexOf, storeArchivedLines } from "./archived-lines.ts";
import { type AuditKeeping, storeAuditKeeping } from "./audit-keeping.ts";
import { chooseVersion } from "./choose-version.ts";
import { storeCollections } from "./collections.ts";
import { type ComplianceStore, storeCompliance } from "./compliance.ts";
import { openDatabase } from "./database.ts";
import { storeDeadLetters } from "./dead-letters.ts";
import { type ErasureStore, storeErasures } from "./erasures.ts";
import { storeFeedback } from "./feedback.ts";
import { storeHealth } from "./health.ts";
import { storeIdempotency } from "./idempotency.ts";
import { failedRuns, storeIncidents } from "./incidents.ts";
import { storeKeys } from "./keys.ts";
import { storeLogins } from "./logins.ts";
import { storeModels } from "./models.ts";
import { storeOrgs } from "./orgs.ts";
import { Outbox, type Send } from "./outbox.ts";
import { storeOverrides } from "./overrides.ts";
import { storePolicies } from "./policies.ts";
import { type PolicyJobStore, storePolicyJobs } from "./policy-jobs.ts";
import type { AuditStore, StorePort } from "./ports.ts";
import { storeRoutes } from "./routes.ts";
import { type RunCosts, storeRunCosts } from "./run-costs.ts";
import { type RunKeeping, storeRunKeeping } from "./run-keeping.ts";
import { type RunIndex, storeRuns } from "./runs.ts";
import { storeSecrets } from "./secrets.ts";
import { storeSessions } from "./sessions.ts";
import { storeTools } from "./tools.ts";
import { storeTraffic, type TrafficStore } from "./traffic.ts";
import { storeWorkflows } from "./workflows.ts";

/** What the store needs from outside. */
export type StorePorts = {
  readonly db: D1Database;
  readonly now: () => EpochMs;
  /** Hands a message to the records queue; throws when the queue does not take it. */
  readonly send: Send;
  /** The index of an org's archived runs of one month. */
  readonly archiveIndex: ArchiveIndexOf;
  /** The audit room's view of the entries that D1 holds. */
  readonly readEntries: AuditStore["entries"];
  readonly personsBehind: AuditStore["persons"];
};

/** Every table of D1 that the platform reads or writes. */
export type Store = StorePort &
  RunCosts &
  Pick<RunIndex, "upsertRuns" | "runsInScope" | "countRunsInScope"> & {
    readonly keeping: RunKeeping;
    readonly archivedLines: ArchivedLines;
    readonly auditKeeping: AuditKeeping;
    readonly erasures: ErasureStore;
    readonly compliance: ComplianceStore;
    readonly policyJobs: PolicyJobStore;
    readonly layout: TrafficStore["layout"];
    /** Outbox rows of this store that are sequenced and in D1 (messages whose source kind is `store`). */
    confirmRecords(ids: readonly string[]): Promise<void>;
    /** Sends again what nobody confirmed in 30 s. Safe at any time, also twice at once. */
    sweepOutbox(): Promise<{ resent: number }>;
    /** Forgets idempotency keys older than 24 h. Safe at any time, also twice at once. */
    sweepIdempotency(): Promise<{ expired: number }>;
  };

/** Fits the tables to one database and one outbox. */
export function defineStore(ports: StorePorts): Store {
  const { now } = ports;
  const db = openDatabase(ports.db);
  const outbox = new Outbox(db, now, ports.send);
  const archivedLines = storeArchivedLines(db, outbox, ports.archiveIndex, now);
  const runs = storeRuns(db, archivedLines, now);
  const keeping = storeRunKeeping(db, outbox, now);
  const orgs = storeOrgs(db, outbox, now);
  const workflows = storeWorkflows(db, outbox, now);
  const { layout, versions, shares, setTraffic } = storeTraffic(db, outbox, now);
  const idempotency = storeIdempotency(db);
  return {
    ...storeRunCosts(db),
    keys: storeKeys(db, outbox, now),
    logins: storeLogins(db),
    sessions: storeSessions(db, now),
    workflows: {
      ...workflows,
      versions,
      shares,
      setTraffic,
      choose: (org, name, user) => chooseVersion({ layout, version: workflows.get }, org, name, user),
    },
    layout,
    orgs,
    feedback: storeFeedback(db, outbox, now),
    keeping,
    auditKeeping: storeAuditKeeping(db, outbox, now),
    archivedLines,
    erasures: storeErasures(db, outbox, archivedLines, now),
    compliance: storeCompliance(db, outbox, now),
    policyJobs: storePolicyJobs(db, outbox, now),
    tools: storeTools(db, outbox, now),
    models: storeModels(db, outbox, now),
    routes: storeRoutes(db, outbox, now),
    policies: storePolicies(db, outbox, now),
    secrets: storeSecrets(db, outbox, now),
    runs: {
      list: runs.list,
      // By the index alone, which lags: the memory in front of the store (cached.ts) adds what was started since.
      async reserve(org) {
        const { max_runs: max } = await orgs.settings(org);
        return (await keeping.look(org, [], max)).unfinished < max;
      },
      release: () => undefined,
      accepted: () => undefined,
      isBehind: async () => false,
    },
    deadLetters: storeDeadLetters(db, archivedLines),
    health: storeHealth(db),
    failedRuns: (org, from, to, limit) => failedRuns(db, org, from, to, limit),
    incidents: storeIncidents(db, outbox, now),
    overrides: storeOverrides(db, outbox, now),
    approvers: storeApprovers(db, outbox, now),
    collections: storeCollections(db, outbox, now),
    audit: {
      entries: ports.readEntries,
      persons: ports.personsBehind,
      async record(org, record) {
        await db.batch([outbox.statement(org, record, now())]);
        await outbox.flush(org, record);
      },
    },
    idempotency,
    upsertRuns: runs.upsertRuns,
    runsInScope: runs.runsInScope,
    countRunsInScope: runs.countRunsInScope,
    confirmRecords: (ids) => outbox.confirm(ids),
    sweepOutbox: async () => ({ resent: await outbox.sweep() }),
    sweepIdempotency: async () => ({ expired: await idempotency.sweep(now()) }),
  };
}
