/**
 * Every place that keeps data, and what the erasure of a person and the end of a retention do there. A place that is missing here
 * fails a test (test/core/keeping); one that says it is erased or swept by a function does not compile until a room brings it.
 * Data only: which functions those are is for the composition.
 */

/** What is done about a person: somebody a run is about, known by the org's own id for them (`subject`). */
export type Erasure =
  /** A function of its room erases them (`StoreErasers`). */
  | { readonly by: "function" }
  /** A function of its room erases what it keeps of one run, for each run about the person (`RunErasers`). */
  | { readonly by: "run" }
  /** Goes in one piece with that of another store. */
  | { readonly by: "with"; readonly store: string }
  /** Holds nothing to erase. */
  | { readonly by: "nothing"; readonly why: string }
  /** Has to be built. */
  | { readonly by: "missing"; readonly why: string };

/** What ends the keeping. */
export type Retention =
  /** A chore of the scheduled handler (`RetentionChore`). */
  | { readonly by: "chore"; readonly chore: string }
  /** Each row ends with what it is for, or expires. */
  | { readonly by: "itself"; readonly why: string }
  /** Kept without end, on purpose. `grows`: with what its rows grow in number; never with runs or calls. */
  | { readonly by: "nothing"; readonly grows: Growth; readonly why: string }
  /** Has to be built. */
  | { readonly by: "missing"; readonly why: string };

/**
 * With what a store that has no end grows. `one row`: with nothing. `names`: of workflows, models, tools, operations, orgs. `what people do`: with
 * acts of people who operate and configure. `pages of the log`: with a line for some thousands of audit entries.
 */
export type Growth = "one row" | "names" | "persons" | "what people do" | "pages of the log";

type Store = { readonly erasure: Erasure; readonly retention: Retention };

const stays = (grows: Growth, why: string) => ({ by: "nothing", grows, why }) as const;
const nothing = (why: string) => ({ by: "nothing", why }) as const;
const itself = (why: string) => ({ by: "itself", why }) as const;
const together = <S extends string>(store: S) => ({ by: "with", store }) as const;

const BY_RUN = { by: "run" } as const;
const NUMBERS = nothing("names, numbers and digests");
const PSEUDONYMS = nothing(
  "names of who decides, operates or configures, digests and counts; persons as pseudonyms that nobody resolves any more. Entries of version 1 name callers",
);
const CALLERS = nothing("names of callers, who are on record for what they did");
const CONFIGURED = stays("what people do", "configuration: it stays until somebody changes it");
const UNPERSONAL = nothing("documents are an org's own; personal data in them is replaced for good before they are stored");
const UNTIL_DELETED = itself("a document expires, or somebody deletes it or its collection");
const ARCHIVED = { by: "chore", chore: "archive" } as const;
/** Deleted with its run, when the time of its class or of the evidence is over. */
const WITH_RUN = { by: "chore", chore: "retention" } as const;
const UNTIL_CONFIRMED = itself("a row is deleted when its records are sequenced and in D1");
const QUEUED = itself("a queue keeps a message 14 days at most");

/** By binding (wrangler.toml), and below it by table where it has tables. */
export const STORES = {
  "RUN_ENGINE.birth": { erasure: together("RUN_ENGINE.journal"), retention: ARCHIVED },
  "RUN_ENGINE.journal": { erasure: BY_RUN, retention: ARCHIVED },
  "RUN_ENGINE.rest": { erasure: together("RUN_ENGINE.journal"), retention: ARCHIVED },
  "RUN_ENGINE.confirmed": { erasure: together("RUN_ENGINE.journal"), retention: ARCHIVED },

  "REVIEW_QUEUE.queue": { erasure: NUMBERS, retention: stays("one row", "the org, once") },
  "REVIEW_QUEUE.review": { erasure: BY_RUN, retention: WITH_RUN },
  "REVIEW_QUEUE.delivery": {
    erasure: together("REVIEW_QUEUE.review"),
    retention: itself("a message is deleted when its run has answered or ended"),
  },
  "REVIEW_QUEUE.tally": { erasure: NUMBERS, retention: stays("names", "a row for each operation, overwritten") },
  "REVIEW_QUEUE.judgement": { erasure: CALLERS, retention: itself("the oldest of 10,000 is deleted with the next judgement") },
  "REVIEW_QUEUE.outbox": { erasure: NUMBERS, retention: UNTIL_CONFIRMED },

  "KILL_SWITCH.deployment": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },
  "KILL_SWITCH.switch": { erasure: CALLERS, retention: stays("what people do", "what was stopped, when and by whom") },
  "KILL_SWITCH.recovery": { erasure: CALLERS, retention: stays("what people do", "who asked for a recovery and who approved it") },
  "KILL_SWITCH.push": { erasure: NUMBERS, retention: itself("a push is deleted when its last pass is over") },
  "KILL_SWITCH.drill": { erasure: CALLERS, retention: itself("the oldest go beyond 200") },
  "KILL_SWITCH.drill_mark": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },
  "KILL_SWITCH.notice": { erasure: CALLERS, retention: itself("a notice is deleted when the watches of its orgs have it") },
  "KILL_SWITCH.outbox": { erasure: NUMBERS, retention: UNTIL_CONFIRMED },

  "VAULT.value": {
    erasure: BY_RUN,
    retention: WITH_RUN,
  },
  "VAULT.sealed_run": { erasure: together("VAULT.value"), retention: WITH_RUN },
  "VAULT.erased": {
    erasure: nothing("pseudonyms of persons who were erased, and when: their old runs get no new key"),
    retention: stays("persons", "a run of before may be restored at any time"),
  },
  "VAULT.pseudonym": {
    erasure: together("VAULT_KEYS"),
    retention: stays("persons", "who is behind a pseudonym of the audit log is known until they are erased"),
  },
  VAULT_KEYS: {
    erasure: { by: "function" },
    retention: stays("persons", "a key lives as long as anything of its person may be opened"),
  },

  "AUDIT_LOG.log": { erasure: NUMBERS, retention: stays("one row", "the org, once") },
  "AUDIT_LOG.segments": { erasure: PSEUDONYMS, retention: itself("a page is deleted when D1 has it, but for the newest") },
  "AUDIT_LOG.edges": { erasure: NUMBERS, retention: stays("pages of the log", "digests: every later proof needs them") },
  "AUDIT_LOG.tiles": { erasure: NUMBERS, retention: itself("a tile is deleted when R2 has it") },
  "AUDIT_LOG.checkpoint": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },
  "AUDIT_LOG.catching_up": { erasure: NUMBERS, retention: itself("one row, deleted when the tree has every entry") },
  "AUDIT_LOG.alerts": { erasure: NUMBERS, retention: stays("names", "one row for each kind of alert, overwritten") },
  "AUDIT_LOG.signer": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },
  "AUDIT_LOG.taken": { erasure: NUMBERS, retention: itself("forgotten when its source was silent for 15 days") },

  "KEY_RING.symmetric_keys": {
    erasure: nothing("keys of the deployment"),
    retention: stays("what people do", "what they sealed could not be opened"),
  },
  "KEY_RING.signing_keys": {
    erasure: nothing("keys of the deployment"),
    retention: stays("what people do", "old signatures are verified with them"),
  },
  "KEY_RING.rotations": {
    erasure: nothing("names of keys of the deployment"),
    retention: stays("what people do", "one row for each change of the key"),
  },

  "BUDGET_LEDGER.ledger": { erasure: NUMBERS, retention: stays("one row", "the org, once") },
  "BUDGET_LEDGER.account": { erasure: CALLERS, retention: stays("persons", "caps and sums of each scope, overwritten") },
  "BUDGET_LEDGER.lease": { erasure: CALLERS, retention: itself("a lease is taken back after its time") },
  "BUDGET_LEDGER.settled": {
    erasure: CALLERS,
    retention: itself("a desk is forgotten after 2 days, a run 35 days after its last report when it is archived"),
  },
  "BUDGET_LEDGER.purse": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },
  "BUDGET_LEDGER.notice": { erasure: CALLERS, retention: itself("a notice is deleted when it was taken or given up") },
  "BUDGET_LEDGER.outbox": { erasure: CALLERS, retention: UNTIL_CONFIRMED },

  "ARCHIVE_INDEX.run": { erasure: together("DB.runs"), retention: WITH_RUN },
  "ARCHIVE_INDEX.letter": { erasure: together("DB.runs"), retention: WITH_RUN },

  "WATCH.watch": { erasure: NUMBERS, retention: stays("one row", "the org, once") },
  "WATCH.notice": { erasure: CALLERS, retention: itself("a notice is deleted when all have it, or after six hours") },
  "WATCH.alert": { erasure: NUMBERS, retention: itself("an alert is deleted when it is over") },
  "WATCH.minute": { erasure: NUMBERS, retention: itself("a minute is deleted after two hours") },
  "WATCH.hour": { erasure: NUMBERS, retention: itself("an hour is deleted after four weeks") },
  "WATCH.closed": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },
  "WATCH.norm": { erasure: NUMBERS, retention: itself("a row a workflow, a hundred at most, deleted when nothing ended for four weeks") },
  "WATCH.anomaly": { erasure: NUMBERS, retention: itself("an anomaly is deleted 30 days after it was seen, with one that clears") },

  "LIMITS.book": { erasure: CALLERS, retention: itself("a row is deleted a minute or two after its last use, with a later one") },
  "LIMITS.credential_use": {
    erasure: NUMBERS,
    retention: itself("what is usual for a tool's credentials is deleted 90 days after the last one, with another's"),
  },

  "MEMORY_STORE.store_of": { erasure: NUMBERS, retention: stays("one row", "one row: whose store it is") },
  "MEMORY_STORE.memory": { erasure: { by: "function" }, retention: itself("a memory is deleted when its time is over") },
  "MEMORY_STORE.outbox": { erasure: NUMBERS, retention: UNTIL_CONFIRMED },

  "SESSIONS.sessions_of": {
    erasure: together("SESSIONS.session"),
    retention: itself("whose sessions they are: one row, deleted with the last of them"),
  },
  "SESSIONS.session": { erasure: { by: "function" }, retention: itself("a session is deleted when the time of its class is over") },
  "SESSIONS.member": { erasure: together("SESSIONS.session"), retention: itself("a run's line is deleted a day after it has left") },
  "SESSIONS.message": { erasure: together("SESSIONS.session"), retention: itself("a message goes with its session, or into its summary") },
  "SESSIONS.outbox": { erasure: CALLERS, retention: UNTIL_CONFIRMED },

  "KNOWLEDGE_INDEX.shard_of": { erasure: NUMBERS, retention: stays("one row", "one row: whose shard it is") },
  "KNOWLEDGE_INDEX.part": { erasure: CALLERS, retention: itself("a set of rights goes with the last document that has it") },
  "KNOWLEDGE_INDEX.revision": { erasure: UNPERSONAL, retention: UNTIL_DELETED },
  "KNOWLEDGE_INDEX.chunk": { erasure: UNPERSONAL, retention: UNTIL_DELETED },
  "KNOWLEDGE_INDEX.place": { erasure: NUMBERS, retention: itself("names of documents go with their collection") },
  "KNOWLEDGE_INDEX.fill": { erasure: NUMBERS, retention: stays("names", "a number for each shard") },
  "KNOWLEDGE_INDEX.job": { erasure: NUMBERS, retention: itself("a row is deleted when its revision is indexed") },
  "KNOWLEDGE_INDEX.passage": { erasure: UNPERSONAL, retention: itself("a row is deleted when its revision is indexed") },
  "KNOWLEDGE_INDEX.outbox": { erasure: CALLERS, retention: UNTIL_CONFIRMED },

  "CIRCUIT_BREAKER.breaker": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },

  "DB.orgs": { erasure: NUMBERS, retention: CONFIGURED },
  "DB.ended_sessions": { erasure: NUMBERS, retention: itself("a row is deleted after the session's own end, with the next that is ended") },
  "DB.logins": { erasure: CALLERS, retention: itself("a row is deleted when the person was not seen for 90 days, with a later one") },
  "DB.witness_changes": { erasure: CALLERS, retention: itself("one row an org, deleted when it is approved") },
  "DB.api_keys": { erasure: CALLERS, retention: stays("what people do", "which keys there were, and who made them; never a key itself") },
  "DB.callback_secrets": { erasure: nothing("sealed secrets of the org"), retention: CONFIGURED },
  "DB.workflows": { erasure: nothing("definitions"), retention: CONFIGURED },
  "DB.traffic": { erasure: nothing("shares of versions"), retention: CONFIGURED },
  "DB.tools": { erasure: nothing("manifests"), retention: CONFIGURED },
  "DB.models": { erasure: nothing("entries of models"), retention: CONFIGURED },
  "DB.policies": { erasure: CALLERS, retention: stays("what people do", "every decision on record names the version that it was made by") },
  "DB.policy_activations": { erasure: CALLERS, retention: stays("what people do", "who put which policies in force, and why") },
  "DB.policy_jobs": {
    erasure: nothing("who asked, and which decisions about which runs would change; all of it gone after seven days"),
    retention: { by: "chore", chore: "policies" },
  },
  "DB.routes": { erasure: nothing("routes of tasks"), retention: CONFIGURED },
  "DB.secrets": { erasure: nothing("sealed secrets of the org"), retention: CONFIGURED },
  "DB.runs": {
    erasure: BY_RUN,
    retention: WITH_RUN,
  },
  "DB.archive_months": { erasure: NUMBERS, retention: itself("a month goes with its last line") },
  "DB.dead_letters": { erasure: together("DB.runs"), retention: WITH_RUN },
  "DB.approvers": { erasure: CALLERS, retention: CONFIGURED },
  "DB.collections": { erasure: CALLERS, retention: CONFIGURED },
  "DB.overrides": { erasure: together("DB.runs"), retention: WITH_RUN },
  "DB.incidents": {
    erasure: CALLERS,
    retention: stays("what people do", "what went wrong and what was done about it; post-mortems are scrubbed of personal data"),
  },
  "DB.feedback": {
    erasure: { by: "function" },
    retention: WITH_RUN,
  },
  "DB.idempotency": {
    erasure: nothing("MACs of each request, its sender and its key, never what was sent"),
    retention: { by: "chore", chore: "idempotency" },
  },
  "DB.metric_names": { erasure: NUMBERS, retention: stays("names", "a thousand names an org at most") },
  "DB.metric_bounds": { erasure: NUMBERS, retention: CONFIGURED },
  "DB.metric_sums": { erasure: NUMBERS, retention: stays("names", "a row a series, added to") },
  "DB.metric_buckets": { erasure: NUMBERS, retention: stays("names", "a row a bucket, added to") },
  "DB.answer_minutes": { erasure: NUMBERS, retention: { by: "chore", chore: "minutes" } },
  "DB.finding_minutes": { erasure: NUMBERS, retention: { by: "chore", chore: "minutes" } },
  "DB.cost_calls": { erasure: together("DB.cost_days"), retention: { by: "chore", chore: "costs" } },
  "DB.cost_days": { erasure: { by: "function" }, retention: { by: "chore", chore: "costs" } },
  "DB.used_things": { erasure: nothing("names of models, tools and workflows"), retention: stays("names", "what was ever used, once") },
  "DB.compliance_exports": { erasure: CALLERS, retention: stays("what people do", "who asked for which evidence") },
  "DB.erasures": {
    erasure: nothing("who asked and counts; the person's id only until their erasure is complete"),
    retention: stays("what people do", "who asked for an erasure and what went"),
  },
  "DB.audit_outbox": { erasure: CALLERS, retention: UNTIL_CONFIRMED },
  "DB.audit_segments": {
    erasure: NUMBERS,
    retention: stays("pages of the log", "a line a segment: the chain goes on from its last hash, also when the entries are gone"),
  },
  "DB.audit_segment_runs": { erasure: NUMBERS, retention: { by: "chore", chore: "audit" } },
  "DB.text_sweep": { erasure: NUMBERS, retention: stays("one row", "one row, overwritten") },
  "DB.audit_types": { erasure: NUMBERS, retention: itself("a line is deleted when its pages are") },
  "DB.audit_typed": { erasure: NUMBERS, retention: stays("names", "one row for each org") },
  "DB.audit_verified": { erasure: NUMBERS, retention: stays("names", "one row for each org, overwritten") },
  "DB.audit_pages": {
    erasure: PSEUDONYMS,
    retention: { by: "chore", chore: "audit" },
  },

  FLAGS: { erasure: nothing("what the kill switch shows"), retention: stays("one row", "one key, overwritten") },
  ARCHIVE: { erasure: BY_RUN, retention: WITH_RUN },
  AUDIT: {
    erasure: PSEUDONYMS,
    retention: { by: "chore", chore: "audit" },
  },
  VALUES: { erasure: BY_RUN, retention: ARCHIVED },
  TEXTS: { erasure: { by: "function" }, retention: { by: "chore", chore: "texts" } },
  ANSWERS: { erasure: { by: "function" }, retention: itself("an answer expires after 7 days, a question after 1") },

  RECORDS: { erasure: CALLERS, retention: QUEUED },
  "bulkhead-records-dead": { erasure: CALLERS, retention: QUEUED },
  CALLS: { erasure: nothing("ids of calls"), retention: QUEUED },
  "bulkhead-calls-dead": { erasure: nothing("ids of calls"), retention: QUEUED },
  TRACES: { erasure: nothing("ids of runs; of chats, names of callers, numbers and codes"), retention: QUEUED },
  "bulkhead-traces-dead": { erasure: nothing("ids of runs; of chats, names of callers, numbers and codes"), retention: QUEUED },
} as const satisfies { readonly [name: string]: Store };

type Stores = typeof STORES;
type ErasedBy<How extends string> = { [S in keyof Stores]: Stores[S]["erasure"]["by"] extends How ? S : never }[keyof Stores];

/** How many entries went, by store. */
export type Gone = { readonly [store: string]: number };

/**
 * Erases what a store keeps of a person; answers how many entries that were, by store where that is more than one. What belongs to runs that
 * began after `upTo` (epoch ms) may stay. Safe to repeat. Throws when it cannot: nobody may be told a lie.
 */
export type StoreErasers = {
  readonly [S in ErasedBy<"function">]: (org: string, subject: string, upTo: number) => Promise<number | Gone>;
};

/** A run about a person who is erased, or whose retention is over. */
export type RunToErase = {
  readonly org: string;
  readonly run: string;
  /** `person`: what nobody can read stays as a line that says so. `retention`: nothing stays. */
  readonly because: "person" | "retention";
};

/**
 * Erases what a store keeps of one run, in the order of this record, with what goes together with it; answers how many entries that
 * were, by store where that is more than one, or `later` when the run still owes something to somebody. Safe to repeat. Throws when it cannot.
 */
export type RunErasers = { readonly [S in ErasedBy<"run">]: (run: RunToErase) => Promise<number | Gone | "later"> };

/** The chores that end a retention. */
export type RetentionChore = Extract<Stores[keyof Stores]["retention"], { by: "chore" }>["chore"];
