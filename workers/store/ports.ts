/** What the store answers, table by table. D1 holds it; every write takes the audit record of what it does and commits both in one batch. */

import type { Principal, Role } from "../../core/access/principal.ts";
import type { ApiKeyView } from "../../core/access/view.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Incident } from "../../core/incident/incident.ts";
import type { Json } from "../../core/json.ts";
import type { Collection } from "../../core/knowledge/collection.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { TaskRoute } from "../../core/model/task-route.ts";
import type { OrgChange, OrgSettings } from "../../core/org/settings.ts";
import type { OrgView } from "../../core/org/view.ts";
import type { WitnessChange } from "../../core/org/witnesses.ts";
import type { Approval, Override } from "../../core/override/override.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import type { Activation, ActiveSets, SetKind, SetVersion } from "../../core/policy/set.ts";
import type { Result } from "../../core/result.ts";
import type { ApproverRule } from "../../core/review/approvers.ts";
import type { DeadLetterView, FeedbackView, RunStatus } from "../../core/run/outside/view.ts";
import type { EpochMs } from "../../core/time.ts";
import type { ToolOrigin } from "../../core/tool/import/source.ts";
import type { ToolContent, ToolManifest } from "../../core/tool/manifest.ts";
import type { Definition } from "../../core/workflow/definition.ts";
import type { Share } from "../../core/workflow/traffic.ts";
import type { WorkflowVersionLine, WorkflowVersionView } from "../../core/workflow/view.ts";
import type { HealthStore } from "./health.ts";

/** A key and what is kept of it beside its view. */
export type ApiKeyRow = ApiKeyView & {
  hash: string;
  created_by: string | null;
  root: string;
  /** The first of the keys that rotated themselves into this one: its own id where none did. */
  chain: string;
  /** When every key of the chain expires at the latest; null: no end was set. */
  ends_at: string | null;
};

/** API keys, by the hash of the key. */
export type KeyStore = {
  /** Revoked keys too: their use is refused. */
  byHash(hash: string): Promise<(ApiKeyRow & { revoked_at: string | null }) | null>;
  create(key: ApiKeyRow, record: AuditRecord): Promise<void>;
  list(org: string, page: PageRequest): Promise<Page<ApiKeyView>>;
  get(org: string, id: string): Promise<ApiKeyView | null>;
  /** A key in force, with what is kept of who holds it, and whether it has a successor; null: there is none, or it is over. */
  holding(
    org: string,
    id: string,
  ): Promise<(ApiKeyView & Pick<ApiKeyRow, "created_by" | "root" | "chain" | "ends_at"> & { readonly rotated: boolean }) | null>;
  /** The roles of all keys and logins that are in force for a user; empty: there is none. */
  rolesOf(org: string, user: string): Promise<readonly Role[]>;
  /**
   * As `rolesOf`, but a user without any key or login in force keeps the roles of keys that merely expired since the last one was revoked. null:
   * neither a key nor a login of the org was ever this user's. `how`: as it is now, or as it was at most as long ago as a revoked key may still count.
   */
  standing(org: string, user: string, how: "now" | "lately"): Promise<readonly Role[] | null>;
  /**
   * Makes the key that replaces another one, which ends at `overlapUntil` at the latest. `once`: only where that one has no successor yet; earlier keys
   * of the chain end at once.
   * False: there is no such key in force; nothing is made.
   */
  rotate(old: string, key: ApiKeyRow, overlapUntil: EpochMs, record: AuditRecord, once?: boolean): Promise<boolean>;
  /** The key was used then. */
  used(id: string, at: EpochMs): Promise<void>;
  /** Keys that expire before `until` and whose orgs were not told so yet, soonest first. */
  expiring(until: EpochMs, limit: number): Promise<readonly ApiKeyView[]>;
  /** Puts on record that the key expires soon, once. */
  tellExpiry(key: ApiKeyView, at: EpochMs, record: AuditRecord): Promise<void>;
  /** `successors`: with the keys that it rotated itself into. False: there is no such key in force, nor, with `successors`, one of those. */
  revoke(org: string, id: string, at: EpochMs, record: AuditRecord, successors?: boolean): Promise<boolean>;
  orgExists(org: string): Promise<boolean>;
};

/** People whom identity providers vouch for. */
export type LoginStore = {
  /** Somebody came, with these roles. */
  seen(principal: Pick<Principal, "org" | "user" | "roles" | "credential">, at: EpochMs): Promise<void>;
};

/** Versions of workflows, and how traffic is split between them. */
export type WorkflowStore = {
  /** The same content (digest) gives the version it has; of a withdrawn workflow that version is in force again. */
  put(
    org: string,
    definition: Definition,
    digest: string,
    record: (version: number) => AuditRecord,
  ): Promise<{ view: WorkflowVersionView; created: boolean }>;
  /** The newest active version, or the one asked for. A workflow that was withdrawn has no active version, and keeps its versions. */
  get(org: string, name: string, version: number | null): Promise<WorkflowVersionView | null>;
  /** The newest version that was in force when the workflow was withdrawn, if that was after `born`; null: it was not. */
  heldBy(org: string, name: string, born: EpochMs): Promise<WorkflowVersionView | null>;
  /** Retires every version and ends the split of its traffic. False: it has no active version. */
  withdraw(org: string, name: string, record: AuditRecord): Promise<boolean>;
  list(org: string, page: PageRequest): Promise<Page<WorkflowVersionView>>;
  /** Names in use, for a caller who missed one: `MOST_NAMES` (core/errors/unknown-name.ts) at most. */
  names(org: string): Promise<readonly string[]>;
  /** The version that this user's runs start with: by the org's split, else the newest active one. */
  choose(org: string, name: string, user: string): Promise<WorkflowVersionView | null>;
  /** Newest first. */
  versions(org: string, name: string, page: PageRequest): Promise<Page<WorkflowVersionLine>>;
  /** What each version takes of the traffic today; versions that take nothing are not in it. */
  shares(org: string, name: string): Promise<readonly Share[]>;
  /** `unknown`: the first of these versions that does not exist; nothing is changed then. */
  setTraffic(
    org: string,
    name: string,
    shares: readonly Share[],
    record: AuditRecord,
  ): Promise<Result<readonly Share[], { readonly unknown: number }>>;
};

/** A new secret that callbacks are signed with. */
export type NewCallbackSecret = {
  /** `sec_…` */
  readonly id: string;
  /** Encrypted by the credential broker. */
  readonly sealed: string;
};

/** Orgs and their settings. */
export type OrgStore = {
  /** With every default filled in; an org that does not exist has the defaults. */
  settings(org: string): Promise<OrgSettings>;
  get(org: string): Promise<OrgView | null>;
  /** True for an org that has settings or a key, and for that of the platform's admins. */
  isKnown(org: string): Promise<boolean>;
  /** Orgs that are known, for a caller who missed one: `MOST_NAMES` (core/errors/unknown-name.ts) at most. */
  names(): Promise<readonly string[]>;
  /** Creates the org where there is none. `secret`: kept when there is no callback secret yet; `secretKept` says so. */
  put(
    org: string,
    change: OrgChange,
    secret: NewCallbackSecret | null,
    record: AuditRecord,
  ): Promise<{ view: OrgView; secretKept: boolean }>;
  /** The list of witnesses that waits for a second person; null: none does. */
  witnessChange(org: string): Promise<WitnessChange | null>;
  /** Takes the place of the one that waited. */
  askWitnesses(org: string, change: WitnessChange, record: AuditRecord): Promise<void>;
  /** Puts the list in force; false: it does not wait any more. */
  setWitnesses(org: string, change: WitnessChange, record: AuditRecord): Promise<boolean>;
  /** A new secret; the one before it goes on signing beside it until the next. */
  rotateCallbackSecret(org: string, secret: NewCallbackSecret, record: AuditRecord): Promise<void>;
  /** Sealed, newest first. */
  callbackSecrets(org: string): Promise<readonly string[]>;
};

/** What people think of runs. */
export type FeedbackStore = {
  /** One for each person and run: the newest counts. */
  put(org: string, feedback: FeedbackView, record: AuditRecord): Promise<{ view: FeedbackView; created: boolean }>;
  of(org: string, run: string, user: string): Promise<FeedbackView | null>;
};

/** A version of a tool, whether or not it is in force. */
export type StoredTool = {
  readonly manifest: ToolManifest;
  /** `proposed`: an import made it, and nobody has approved it. */
  readonly status: "active" | "proposed";
  /** null: a person wrote it. */
  readonly origin: ToolOrigin | null;
};

/** Versions of tools. Nothing but `stored`, `list`, `propose` and `approve` knows of a proposed one. */
export type ToolStore = {
  /** A new version when it differs from the newest active one. It is in force at once. */
  put(org: string, manifest: ToolContent, record: (version: number) => AuditRecord): Promise<ToolManifest>;
  /** `version` null: the newest that is active. A proposed version is none. */
  get(org: string, name: string, version: number | null): Promise<ToolManifest | null>;
  /** The version that was in force when the tool was withdrawn, if that was after `born`; null: it was not, or it was never withdrawn. */
  heldBy(org: string, name: string, born: EpochMs): Promise<ToolManifest | null>;
  /** Takes every version out of every answer but `get` by version and `heldBy`. False: there is no such tool. */
  withdraw(org: string, name: string, record: AuditRecord): Promise<boolean>;
  /** Each tool in its newest active version, or, if nobody has approved any, in its newest. */
  list(org: string, page: PageRequest): Promise<Page<StoredTool>>;
  /** Of each of these names the newest active version and every proposed one after it; by name, then version. */
  stored(org: string, names: readonly string[]): Promise<readonly StoredTool[]>;
  /** A new proposed version, unless the newest active one or a proposed one after it has this content. `isNew`: it was made now. */
  propose(
    org: string,
    manifest: ToolContent,
    origin: ToolOrigin,
    record: (version: number) => AuditRecord,
  ): Promise<StoredTool & { readonly isNew: boolean }>;
  /**
   * The versions in force that were imported from this MCP server and were not compared with it since `before`; from now on they count as
   * compared. Whoever is given one compares it: nobody else is.
   */
  claimCheck(org: string, url: string, before: EpochMs): Promise<readonly StoredTool[]>;
  /** False: it is not proposed, or a newer version is active. `origin`: with who approved it. */
  approve(org: string, name: string, version: number, origin: ToolOrigin, record: AuditRecord): Promise<boolean>;
  /** Names in use, for a caller who missed one: `MOST_NAMES` (core/errors/unknown-name.ts) at most. */
  names(org: string): Promise<readonly string[]>;
  /** Which of these names are registered. */
  known(org: string, names: readonly string[]): Promise<ReadonlySet<string>>;
};

/** Models that an org registered. */
export type ModelStore = {
  put(org: string, entry: ModelEntry, record: AuditRecord): Promise<void>;
  get(org: string, id: string): Promise<ModelEntry | null>;
  list(org: string): Promise<readonly ModelEntry[]>;
};

/** An org's routes of tasks to models. */
export type RouteStore = {
  put(org: string, route: TaskRoute, record: AuditRecord): Promise<void>;
  /** False: the org has no route of its own for the task. */
  remove(org: string, task: string, record: AuditRecord): Promise<boolean>;
  get(org: string, task: string): Promise<TaskRoute | null>;
  /** By task. */
  list(org: string, page: PageRequest): Promise<Page<TaskRoute>>;
};

/** An org's own policies and its permission matrix: every version, and which are in force. */
export type PolicyStore = {
  /** False: the org has this version; nothing is written. */
  put(org: string, version: SetVersion, record: AuditRecord): Promise<boolean>;
  get(org: string, version: string): Promise<SetVersion | null>;
  /** Newest first, of one kind. */
  list(org: string, kind: SetKind, page: PageRequest): Promise<Page<SetVersion>>;
  /** What is in force. */
  active(org: string): Promise<ActiveSets>;
  request(org: string, activation: Activation, record: AuditRecord): Promise<void>;
  activation(org: string, id: string): Promise<Activation | null>;
  /** Newest first. */
  activations(org: string, page: PageRequest): Promise<Page<Activation>>;
  /** Puts the version in force, in place of the one of its kind before it. False: the request is not pending; nothing changes. */
  approve(org: string, activation: Activation, approval: { by: string; at: EpochMs }, record: AuditRecord): Promise<boolean>;
};

/** Sealed credentials of tools and models. */
export type SecretStore = {
  /** `sealed`: encrypted by the credential broker. */
  put(org: string, name: string, sealed: string, hosts: readonly string[], record: AuditRecord): Promise<void>;
  get(org: string, name: string): Promise<{ sealed: string; hosts: readonly string[] } | null>;
};

/** Which runs are listed; null and what is left out: whichever. */
export type RunFilter = {
  readonly status: RunStatus | null;
  readonly workflow: string | null;
  readonly user: string | null;
  readonly session?: string | null;
  readonly traceId?: string | null;
  /** Created then or later. */
  readonly since?: EpochMs | null;
  /** Created before then. */
  readonly until?: EpochMs | null;
};

/** The index of runs, at most seconds behind the runs themselves, and the org's `max_runs`. */
export type RunList = {
  list(org: string, filter: RunFilter, page: PageRequest): Promise<Page<Json>>;
  /** Takes one of the org's `max_runs`; false when none is left. The same run again takes none. */
  reserve(org: string, run: string): Promise<boolean>;
  /** The run did not begin, or has ended: what it took is free again. */
  release(org: string, run: string): void;
  /** The run began, and its starter is about to hear so: from now on it counts whether the index shows it in time. */
  accepted(org: string, run: string): void;
  /** The index shows many of the org's runs later than promised. */
  isBehind(org: string): Promise<boolean>;
};

/** The registry of approvers: an entry for each operation (core/review/approvers.ts). */
export type ApproverStore = {
  put(org: string, rule: ApproverRule, record: AuditRecord): Promise<void>;
  /** False: the org has no entry for the operation. */
  remove(org: string, operation: string, record: AuditRecord): Promise<boolean>;
  /** The entries for these operations, in no order. */
  of(org: string, operations: readonly string[]): Promise<readonly ApproverRule[]>;
  /** By operation. */
  list(org: string, page: PageRequest): Promise<Page<ApproverRule>>;
};

/** Overrides of the risk block. */
export type OverrideStore = {
  /** Putting the same id twice is putting it once. */
  put(override: Override, record: AuditRecord): Promise<void>;
  get(org: string, id: string): Promise<Override | null>;
  /** Adds an approval to the override as it was read; false: it has changed since, and nothing is kept. */
  approve(read: Override, approval: Approval, record: AuditRecord): Promise<boolean>;
  /** The id of one that lifts the block of this step in one of these runs at this time; null: none does. */
  active(org: string, runs: readonly string[], step: string, at: EpochMs): Promise<string | null>;
  /** Newest first. */
  list(org: string, page: PageRequest): Promise<Page<Override>>;
};

/** Incidents. */
export type IncidentStore = {
  /** False: what opened it has opened it before, and nothing is kept. */
  open(incident: Incident, record: AuditRecord): Promise<boolean>;
  get(org: string, id: string): Promise<Incident | null>;
  change(incident: Incident, record: AuditRecord): Promise<void>;
  /** Newest first. */
  list(org: string, page: PageRequest): Promise<Page<Incident>>;
};

/** Dead letters, newest first. */
export type DeadLetterList = {
  /** Newest first; of every status when none is named. */
  list(org: string, page: PageRequest, status?: DeadLetterView["status"]): Promise<Page<DeadLetterView>>;
};

/** The audit chain as D1 has it, and facts of the edge. */
export type AuditStore = {
  entries(
    org: string,
    filter: { after: number; run: string | null; user: string | null; type: string | null; limit: number },
  ): Promise<{
    readonly entries: readonly Json[] /** The number after which to ask again; null: after the last entry. */;
    readonly goesOn: number | null;
  }>;
  /** Who is behind the pseudonyms in these entries; null: the vault cannot say at the moment. */
  persons(org: string, entries: readonly Json[]): Promise<ReadonlyMap<string, string> | null>;
  /** A fact of the edge that changes nothing in D1 (a refusal, an export): durable when it answers. */
  record(org: string, record: AuditRecord): Promise<void>;
};

/** Idempotency keys and what they were claimed for. */
export type IdempotencyStore = {
  /** Claims the key, or answers what it was claimed for. Atomic. */
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

/** Console sessions that were ended before their time. */
export type SessionStore = {
  /** `until`: when it is over by itself, and may be forgotten here. Ending it twice is ending it once. */
  end(id: string, until: EpochMs): Promise<void>;
  isEnded(id: string): Promise<boolean>;
};

/** Collections of documents. */
export type CollectionStore = {
  get(org: string, name: string): Promise<Collection | null>;
  /**
   * Changes the settings, or makes the collection under this id (`before`: null). Answers with what is kept; null: the collection is not as `before`
   * any more, and nothing was written.
   */
  put(
    collection: Pick<Collection, "org" | "name" | "id" | "settings">,
    before: Collection | null,
    record: AuditRecord,
  ): Promise<Collection | null>;
  /** False: there is no such collection (any more). */
  remove(org: string, name: string, id: string, record: AuditRecord): Promise<boolean>;
  /** By name. */
  list(org: string, page: PageRequest): Promise<Page<Collection>>;
};

/** Everything that other rooms ask of the store. */
export type StorePort = {
  readonly sessions: SessionStore;
  readonly keys: KeyStore;
  readonly logins: LoginStore;
  readonly workflows: WorkflowStore;
  readonly orgs: OrgStore;
  readonly feedback: FeedbackStore;
  readonly tools: ToolStore;
  readonly models: ModelStore;
  readonly routes: RouteStore;
  readonly policies: PolicyStore;
  readonly secrets: SecretStore;
  readonly runs: RunList;
  readonly deadLetters: DeadLetterList;
  readonly overrides: OverrideStore;
  readonly health: HealthStore;
  readonly incidents: IncidentStore;
  /** Lines of runs that failed or became dead letters in a time, newest first. */
  readonly failedRuns: (org: string, from: EpochMs, to: EpochMs, limit: number) => Promise<readonly Json[]>;
  readonly approvers: ApproverStore;
  readonly collections: CollectionStore;
  readonly audit: AuditStore;
  readonly idempotency: IdempotencyStore;
};
