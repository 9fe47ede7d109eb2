/**
 * The tables of D1: what is queried across runs. Knows their shape and nothing of who reads them.
 *
 * PERSISTED: the files in `migrations/` create exactly these, and a test compares the two. Times are whole milliseconds since
 * 1970 (UTC); columns said to be JSON hold JSON text. Whoever reads a row says which org it belongs to: every key that a client
 * can name starts with `org`.
 */

import { sql } from "drizzle-orm";
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Role } from "../../core/access/principal.ts";
import type { AuditRecord, DeadLetterRow } from "../../core/audit/record.ts";
import { type ExportProgress, FRAMEWORKS } from "../../core/compliance/export.ts";
import type { Incident } from "../../core/incident/incident.ts";
import type { Json } from "../../core/json.ts";
import type { Gone } from "../../core/keeping/stores.ts";
import type { CollectionSettings } from "../../core/knowledge/collection.ts";
import { DATA_CLASSES } from "../../core/label/label.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { TaskRoute } from "../../core/model/task-route.ts";
import type { ChosenSettings, OrgWitness } from "../../core/org/settings.ts";
import type { Override } from "../../core/override/override.ts";
import type { JobProgress, PolicyJob, PolicyTask, PolicyTaskState } from "../../core/policy/job.ts";
import type { ActivationPerson, SetContent } from "../../core/policy/set.ts";
import type { ApproverRule } from "../../core/review/approvers.ts";
import type { ToolOrigin } from "../../core/tool/import/source.ts";
import type { ToolContent } from "../../core/tool/manifest.ts";
import type { Definition } from "../../core/workflow/definition.ts";
import type { Layout } from "../../core/workflow/traffic.ts";

/** Orgs that exist: `default` from the first migration on, any other from its first API key on. */
export const orgs = sqliteTable("orgs", {
  name: text("name").primaryKey(),
  createdAt: integer("created_at").notNull(),
  /** JSON: what the org chose; what it did not choose is the default. */
  settings: text("settings", { mode: "json" }).$type<ChosenSettings>().notNull().default({}),
});

/** A list of witnesses that one person asked for and nobody approved yet. */
export const witnessChanges = sqliteTable("witness_changes", {
  org: text("org").primaryKey(),
  /** `wit_…` */
  id: text("id").notNull(),
  /** JSON: the whole list. */
  witnesses: text("witnesses", { mode: "json" }).$type<readonly OrgWitness[]>().notNull(),
  /** JSON: who asked, as far as a second person is told from the first by it. */
  asker: text("asker", { mode: "json" }).$type<ActivationPerson>().notNull(),
  requestedAt: integer("requested_at").notNull(),
});

/** What callbacks are signed with, sealed by the credential broker. */
export const callbackSecrets = sqliteTable("callback_secrets", {
  org: text("org").primaryKey(),
  /** `sec_…` of the newest. */
  id: text("id").notNull(),
  sealed: text("sealed").notNull(),
  madeAt: integer("made_at").notNull(),
  /** Sealed: the one that it replaced; null: it is the first. */
  previous: text("previous"),
});

/** API keys. The key itself is shown once, when it is made, and is never here. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    /** `key_…` */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    user: text("user").notNull(),
    /** JSON: list of roles. */
    roles: text("roles", { mode: "json" }).$type<Role[]>().notNull(),
    /** SHA-256 of the key, hex. */
    hash: text("hash").notNull(),
    /** The key's last four characters, for people to tell keys apart. */
    last4: text("last4").notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    /** JSON: list of CIDR blocks the key may come from; empty: any. */
    allowFrom: text("allow_from", { mode: "json" }).$type<string[]>().notNull(),
    /** 1: may start runs about other people. */
    forOthers: integer("for_others", { mode: "boolean" }).notNull(),
    /** The user who made it; null: the platform admin's key. */
    createdBy: text("created_by"),
    /** null: in force. */
    revokedAt: integer("revoked_at"),
    /** The person at the root of its making. */
    root: text("root").notNull().default("platform-admin"),
    /** To five minutes; null: never. */
    lastUsedAt: integer("last_used_at"),
    /** When the org was told that the key expires soon; null: not yet. */
    expiryToldAt: integer("expiry_told_at"),
    /** null: it has no successor. */
    rotatedAt: integer("rotated_at"),
    /** The key that this one replaced; null: none. */
    rotatedFrom: text("rotated_from"),
    /** The first of the keys that rotated themselves into this one; null: itself. */
    chain: text("chain"),
    /** When every key of the chain expires at the latest; null: no end was set. */
    endsAt: integer("ends_at"),
  },
  (table) => [
    uniqueIndex("api_keys_by_hash").on(table.hash),
    index("api_keys_by_org").on(table.org, table.id),
    index("api_keys_by_chain").on(table.org, table.chain),
    index("api_keys_by_user").on(table.org, table.user),
  ],
);

/** Console sessions that were ended before their time, until that time. */
export const endedSessions = sqliteTable(
  "ended_sessions",
  {
    /** SHA-256 of the cookie's value, hex. */
    id: text("id").primaryKey(),
    /** When the session is over by itself. */
    until: integer("until").notNull(),
  },
  (table) => [index("ended_sessions_by_end").on(table.until)],
);

/** With which roles somebody last came from an identity provider. */
export const logins = sqliteTable(
  "logins",
  {
    org: text("org").notNull(),
    user: text("user").notNull(),
    /** `login_…`: one person at one issuer. */
    credential: text("credential").notNull(),
    /** JSON: list of roles. */
    roles: text("roles", { mode: "json" }).$type<Role[]>().notNull(),
    seenAt: integer("seen_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.user, table.credential] }), index("logins_by_age").on(table.seenAt)],
);

/** Every version of every workflow. None is ever deleted: a run names the version it started with. */
export const workflows = sqliteTable(
  "workflows",
  {
    org: text("org").notNull(),
    name: text("name").notNull(),
    /** Whole numbers from 1 without gaps. */
    version: integer("version").notNull(),
    /** SHA-256 of the canonical definition, hex: the same content is the same version. */
    digest: text("digest").notNull(),
    status: text("status", { enum: ["active", "retired"] }).notNull(),
    /** JSON, checked, with every default filled in. */
    definition: text("definition", { mode: "json" }).$type<Definition>().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When it was the version in force and the workflow was withdrawn; null: it was not, or it is in force again. */
    withdrawnAt: integer("withdrawn_at"),
  },
  (table) => [
    primaryKey({ columns: [table.org, table.name, table.version] }),
    uniqueIndex("workflows_by_digest").on(table.org, table.name, table.digest),
  ],
);

/** Every version of an org's own policies and of its permission matrix. */
export const policies = sqliteTable(
  "policies",
  {
    org: text("org").notNull(),
    /** 32 hex digits of the SHA-256 of its content. */
    version: text("version").notNull(),
    kind: text("kind", { enum: ["policies", "permissions"] }).notNull(),
    /** JSON: the Cedar text or the rules. */
    content: text("content", { mode: "json" }).$type<SetContent>().notNull(),
    note: text("note"),
    createdAt: integer("created_at").notNull(),
    createdBy: text("created_by").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.version] }), index("policies_by_time").on(table.org, table.kind, table.createdAt)],
);

/** Requests to put a version in force. At most one of each kind is `active` in an org. */
export const policyActivations = sqliteTable(
  "policy_activations",
  {
    org: text("org").notNull(),
    /** `act_…` */
    id: text("id").notNull(),
    kind: text("kind", { enum: ["policies", "permissions"] }).notNull(),
    version: text("version").notNull(),
    reason: text("reason").notNull(),
    /** JSON: who asked, as far as a second person is told from the first by it. */
    asker: text("asker", { mode: "json" }).$type<ActivationPerson>().notNull(),
    requestedAt: integer("requested_at").notNull(),
    status: text("status", { enum: ["pending", "active", "superseded"] }).notNull(),
    approvedBy: text("approved_by"),
    activatedAt: integer("activated_at"),
  },
  (table) => [primaryKey({ columns: [table.org, table.id] }), index("policy_activations_by_status").on(table.org, table.status)],
);

/** How an org splits a workflow's users among its versions. No row: the newest version takes them all. */
export const traffic = sqliteTable(
  "traffic",
  {
    org: text("org").notNull(),
    workflow: text("workflow").notNull(),
    /** Counts the changes from 1: a change is made to the split that it was computed from, or not at all. */
    revision: integer("revision").notNull(),
    /** JSON. */
    layout: text("layout", { mode: "json" }).$type<Layout>().notNull(),
    changedAt: integer("changed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.workflow] })],
);

/** What people think of runs: one line a person and run. */
export const feedback = sqliteTable(
  "feedback",
  {
    org: text("org").notNull(),
    run: text("run").notNull(),
    user: text("user").notNull(),
    /** `fb_…` */
    id: text("id").notNull(),
    /** -1 to 1. */
    score: real("score").notNull(),
    /** Permanently redacted. */
    comment: text("comment"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.org, table.run, table.user] }),
    index("feedback_by_user").on(table.org, table.user),
    index("feedback_by_time").on(table.org, table.createdAt),
  ],
);

/** Every version of every tool. The newest that is active is the tool; going back to older content is a new version. */
export const tools = sqliteTable(
  "tools",
  {
    org: text("org").notNull(),
    name: text("name").notNull(),
    /** Whole numbers from 1 without gaps. */
    version: integer("version").notNull(),
    /** SHA-256 of the canonical manifest without its version, hex. */
    digest: text("digest").notNull(),
    /** JSON, checked, with every default filled in, without its version. */
    manifest: text("manifest", { mode: "json" }).$type<ToolContent>().notNull(),
    createdAt: integer("created_at").notNull(),
    /** `proposed`: an import made it and nobody has approved it; no call is made with it. */
    status: text("status", { enum: ["active", "proposed"] })
      .notNull()
      .default("active"),
    /** JSON: where an import found it; null: a person wrote it. */
    origin: text("origin", { mode: "json" }).$type<ToolOrigin>(),
    /** When the tool was withdrawn while this version existed; null: it is not withdrawn. */
    withdrawnAt: integer("withdrawn_at"),
    /** When it was last compared with its source; null: never. */
    checkedAt: integer("checked_at"),
  },
  (table) => [primaryKey({ columns: [table.org, table.name, table.version] })],
);

/** Models an org may use. */
export const models = sqliteTable(
  "models",
  {
    org: text("org").notNull(),
    /** `{provider}/{name}` */
    id: text("id").notNull(),
    /** JSON. */
    entry: text("entry", { mode: "json" }).$type<ModelEntry>().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.id] })],
);

/** Which models an org wants for a task. No row: the models that have the task, cheapest first. */
export const routes = sqliteTable(
  "routes",
  {
    org: text("org").notNull(),
    task: text("task").notNull(),
    /** JSON. */
    route: text("route", { mode: "json" }).$type<TaskRoute>().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.task] })],
);

/** Credentials of tools and models, sealed by the credential broker: nobody who reads this table can use them. */
export const secrets = sqliteTable(
  "secrets",
  {
    org: text("org").notNull(),
    name: text("name").notNull(),
    /** Ciphertext in the broker's own format. */
    sealed: text("sealed").notNull(),
    /** JSON: the hosts it may be sent to. */
    hosts: text("hosts", { mode: "json" }).$type<string[]>().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.name] })],
);

/** The index of runs: one line each, written by the consumer of the records queue. The truth is the run's own object. */
export const runs = sqliteTable(
  "runs",
  {
    /** `run_…`, sorts by time. */
    id: text("id").primaryKey(),
    /** The run's journal position that this line shows; a line with a lower one never replaces it. */
    seq: integer("seq").notNull(),
    org: text("org").notNull(),
    user: text("user").notNull(),
    /** Whose data it is. */
    subject: text("subject").notNull(),
    workflow: text("workflow").notNull(),
    version: integer("version").notNull(),
    status: text("status").notNull(),
    /** JSON: the run as lists show it. */
    summary: text("summary", { mode: "json" }).$type<Json>().notNull(),
    createdAt: integer("created_at").notNull(),
    /** null: not ended. */
    endedAt: integer("ended_at"),
    /** When the line was last written, or its run last looked at by the watchdog. */
    touchedAt: integer("touched_at").notNull().default(0),
    /** When the run's object was emptied into the archive; null: it was not. */
    archivedAt: integer("archived_at"),
    /** When the archive last failed to take the run, or the retention to delete it; null: never. */
    archiveTriedAt: integer("archive_tried_at"),
    /** The highest class of the data that it has seen. */
    class: text("class", { enum: DATA_CLASSES }).notNull().default("internal"),
  },
  (table) => [
    index("runs_by_org").on(table.org, table.id),
    index("runs_by_status").on(table.org, table.status, table.id),
    index("runs_by_workflow").on(table.org, table.workflow, table.id),
    index("runs_by_user").on(table.org, table.user, table.id),
    index("runs_by_status_anywhere").on(table.status, table.id),
    index("runs_by_touch").on(table.status, table.touchedAt),
    index("runs_by_ended").on(table.org, table.endedAt),
    index("runs_by_trace").on(table.org, sql`${table.summary} ->> '$.trace_id'`, table.id),
    index("runs_by_session").on(table.org, sql`${table.summary} ->> '$.session'`, table.id),
    index("runs_by_subject").on(table.org, table.subject, table.id),
    index("runs_by_archived").on(table.archivedAt).where(sql`archived_at IS NOT NULL`),
  ],
);

/** The months of which the index of the archive has lines (durable-objects/archive-index). */
export const archiveMonths = sqliteTable(
  "archive_months",
  {
    org: text("org").notNull(),
    /** `2026-11`: of the runs' ids, UTC. */
    month: text("month").notNull(),
    /** The highest id that a line of it ever had. */
    newest: text("newest").notNull(),
    /** When it was last looked through for lines whose time is over. */
    lookedAt: integer("looked_at").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.org, table.month] }), index("archive_months_by_look").on(table.lookedAt)],
);

/** Runs whose end needs a person. Lines come with those of `runs`. */
export const deadLetters = sqliteTable(
  "dead_letters",
  {
    /** `dl_…`: the run's own ULID. */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    run: text("run").notNull(),
    /** As in `runs`. */
    seq: integer("seq").notNull(),
    workflow: text("workflow").notNull(),
    /** null: no step is to blame. */
    step: text("step"),
    /** JSON: `{code, message}`. */
    reason: text("reason", { mode: "json" }).$type<DeadLetterRow["reason"]>().notNull(),
    /** JSON: the steps whose effects still stand. */
    undone: text("undone", { mode: "json" }).$type<string[]>().notNull(),
    status: text("status", { enum: ["open", "redriven", "discarded"] }).notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("dead_letters_by_org").on(table.org, table.id), index("dead_letters_open").on(table.org).where(sql`status = 'open'`)],
);

/** Who decides what: an entry for each operation. */
export const approvers = sqliteTable(
  "approvers",
  {
    org: text("org").notNull(),
    operation: text("operation").notNull(),
    /** JSON. */
    rule: text("rule", { mode: "json" }).$type<ApproverRule>().notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.operation] })],
);

/** Incidents. */
export const incidents = sqliteTable(
  "incidents",
  {
    /** `inc_…` */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    /** What opened it. */
    source: text("source").notNull(),
    title: text("title").notNull(),
    severity: text("severity").$type<Incident["severity"]>().notNull(),
    status: text("status").$type<Incident["status"]>().notNull(),
    owner: text("owner"),
    /** Without personal data. */
    postmortem: text("postmortem"),
    openedBy: text("opened_by").notNull(),
    openedAt: integer("opened_at").notNull(),
    resolvedAt: integer("resolved_at"),
    /** JSON: kept when it is resolved. */
    timeline: text("timeline", { mode: "json" }).$type<Incident["timeline"]>(),
  },
  (table) => [index("incidents_by_org").on(table.org, table.id), uniqueIndex("incidents_by_source").on(table.org, table.source)],
);

/** Overrides of the risk block. */
export const overrides = sqliteTable(
  "overrides",
  {
    /** `ovr_…` */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    run: text("run").notNull(),
    step: text("step").notNull(),
    /** Without personal data. */
    reason: text("reason").notNull(),
    /** JSON: a holder. */
    askedBy: text("asked_by", { mode: "json" }).$type<Override["askedBy"]>().notNull(),
    /** JSON: holders with the time of their approval. */
    approvals: text("approvals", { mode: "json" }).$type<Override["approvals"]>().notNull(),
    expiresAt: integer("expires_at").notNull(),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [index("overrides_by_org").on(table.org, table.id), index("overrides_by_run").on(table.org, table.run, table.step)],
);

/** Erasures of persons: who asked, and what went. */
export const erasures = sqliteTable(
  "erasures",
  {
    /** `era_…` */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    /** "": the keyed digest of the person that was here until migration 0045 would lead from a guessed id to the erasure. */
    person: text("person").notNull(),
    /** The org's own id for the person; null: the erasure is complete. */
    subject: text("subject"),
    status: text("status", { enum: ["running", "completed"] }).notNull(),
    /** The user who asked. */
    askedBy: text("asked_by").notNull(),
    /** Runs that began later are not touched. */
    askedAt: integer("asked_at").notNull(),
    completedAt: integer("completed_at"),
    /** JSON: how many entries went, by store. */
    gone: text("gone", { mode: "json" }).$type<Gone>().notNull(),
    /** When it was last gone on with. */
    lookedAt: integer("looked_at").notNull(),
  },
  (table) => [
    index("erasures_by_subject").on(table.org, table.subject, table.id),
    index("erasures_by_look").on(table.status, table.lookedAt),
  ],
);

/** Collections of documents. */
export const collections = sqliteTable(
  "collections",
  {
    org: text("org").notNull(),
    name: text("name").notNull(),
    /** `col_…`: names its index objects. */
    id: text("id").notNull(),
    /** JSON. */
    settings: text("settings", { mode: "json" }).$type<CollectionSettings>().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.name] })],
);

/** What ran: models, tools and workflows, as the records of their calls name them. */
export const usedThings = sqliteTable(
  "used_things",
  {
    org: text("org").notNull(),
    kind: text("kind", { enum: ["model", "tool", "workflow"] }).notNull(),
    name: text("name").notNull(),
    /** Of a tool or workflow; "": of a model. */
    version: text("version").notNull(),
    /** The workflow whose runs used it; "": a chat, or it is one itself. */
    workflow: text("workflow").notNull(),
    firstUsedAt: integer("first_used_at").notNull(),
    lastUsedAt: integer("last_used_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.org, table.kind, table.name, table.version, table.workflow] })],
);

/** Exports of evidence for a framework of compliance. */
export const complianceExports = sqliteTable(
  "compliance_exports",
  {
    /** `exp_…` */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    framework: text("framework", { enum: FRAMEWORKS }).notNull(),
    /** The user who asked. */
    askedBy: text("asked_by").notNull(),
    askedAt: integer("asked_at").notNull(),
    /** Of the period. */
    fromAt: integer("from_at").notNull(),
    toAt: integer("to_at").notNull(),
    status: text("status", { enum: ["running", "completed", "failed"] }).notNull(),
    /** JSON: which parts are made. */
    progress: text("progress", { mode: "json" }).$type<ExportProgress>().notNull(),
    completedAt: integer("completed_at"),
    /** When it was last gone on with. */
    lookedAt: integer("looked_at").notNull(),
  },
  (table) => [
    index("compliance_exports_by_look").on(table.status, table.lookedAt),
    index("compliance_exports_by_org").on(table.org, table.id),
  ],
);

/** Replays and analyses of an org's policies that took longer than their request. */
export const policyJobs = sqliteTable(
  "policy_jobs",
  {
    /** `job_…` */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    /** That is tried. */
    version: text("version").notNull(),
    task: text("task", { mode: "json" }).$type<PolicyTask>().notNull(),
    /** JSON: the versions that were in force. */
    against: text("against", { mode: "json" }).$type<PolicyJob["against"]>().notNull(),
    /** The user who asked. */
    askedBy: text("asked_by").notNull(),
    askedAt: integer("asked_at").notNull(),
    status: text("status", { enum: ["running", "completed", "failed"] }).notNull(),
    /** JSON: how far it is, and what it has found. */
    state: text("state", { mode: "json" }).$type<PolicyTaskState>().notNull(),
    /** JSON: how far it is, for lists. */
    progress: text("progress", { mode: "json" }).$type<JobProgress>().notNull(),
    completedAt: integer("completed_at"),
    /** How often a sweep took it since it last got on. */
    tries: integer("tries").notNull(),
    /** When it was last gone on with. */
    lookedAt: integer("looked_at").notNull(),
  },
  (table) => [
    index("policy_jobs_by_look").on(table.status, table.lookedAt),
    index("policy_jobs_by_org").on(table.org, table.id),
    index("policy_jobs_by_time").on(table.askedAt),
  ],
);

/** Claimed idempotency keys, for 24 hours. */
export const idempotency = sqliteTable(
  "idempotency",
  {
    /** Org, caller and route. */
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    /** HMAC of the request, hex; never the request. */
    mac: text("mac").notNull(),
    /** Of what the first request made. */
    id: text("id").notNull(),
    /** HTTP status of the first answer; null: not answered yet. */
    status: integer("status"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.scope, table.key] }), index("idempotency_by_age").on(table.createdAt)],
);

/** Audit records of what was changed here, until the audit log has them. */
export const auditOutbox = sqliteTable(
  "audit_outbox",
  {
    /** The record's `event_id`. */
    id: text("id").primaryKey(),
    org: text("org").notNull(),
    /** JSON: the record. */
    body: text("body", { mode: "json" }).$type<AuditRecord>().notNull(),
    createdAt: integer("created_at").notNull(),
    /** When it was last handed to the records queue, whether or not the queue took it. */
    sentAt: integer("sent_at").notNull(),
  },
  (table) => [index("audit_outbox_by_sent").on(table.sentAt)],
);
