/**
 * Everything that works without being asked each time, and how a thrown kill switch stops it. A source that is missing here fails a
 * test (test/core/keeping); one that has to be pushed does not compile until the kill switch gets it.
 */
import type { RetentionChore } from "./stores.ts";

/** What a thrown switch does about work in its scope. */
export type Stop =
  /** The kill switch halts each piece, and resumes it after a recovery (`PushedWork`). */
  | { readonly by: "push" }
  /** It asks what is stopped before each piece, in these files, and refuses when nobody can say. */
  | { readonly by: "asking"; readonly where: readonly string[] }
  /** It goes on. */
  | { readonly by: "nothing"; readonly why: string };

/** What wakes it: a request, a queue (wrangler.toml), the alarm of an object, or a chore of the scheduled handler. */
type Wake = "fetch" | `queue:${string}` | `alarm:${string}` | `chore:${string}`;
type Work = { readonly wokenBy: readonly Wake[]; readonly stop: Stop };

const asking = (...where: readonly string[]) => ({ by: "asking", where }) as const;
const nothing = (why: string) => ({ by: "nothing", why }) as const;

/** Every source of work: what wakes it, and how the kill switch stops it. */
export const WORK = {
  runs: { wokenBy: ["alarm:RUN_ENGINE"], stop: { by: "push" } },
  starts: { wokenBy: ["fetch"], stop: asking("workers/use-cases/stops.ts") },
  chats: { wokenBy: ["fetch"], stop: asking("workers/chat/call.ts", "workers/governed-call/governed-call.ts") },
  embeddings: { wokenBy: ["fetch"], stop: asking("workers/governed-call/governed-call.ts") },
  "calls under way": { wokenBy: ["alarm:RUN_ENGINE", "queue:bulkhead-calls"], stop: asking("workers/kill-switch/break-off.ts") },
  records: { wokenBy: ["queue:bulkhead-records", "chore:outbox"], stop: nothing("what has happened goes on record, also while stopped") },
  traces: {
    wokenBy: ["queue:bulkhead-traces"],
    stop: nothing("tells the deployment's collector what has happened; decides and spends nothing"),
  },
  reviews: {
    wokenBy: ["alarm:REVIEW_QUEUE"],
    stop: nothing("time raises a case's severity; what a decision leads to, its run asks about"),
  },
  budgets: { wokenBy: ["alarm:BUDGET_LEDGER"], stop: nothing("takes leases back and tells people of thresholds; spends nothing") },
  "audit logs": {
    wokenBy: ["alarm:AUDIT_LOG", "chore:keys"],
    stop: nothing("publishes what is on record, and which key signs it; decides and spends nothing"),
  },
  switches: { wokenBy: ["alarm:KILL_SWITCH"], stop: nothing("is what stops the others") },
  watches: { wokenBy: ["alarm:WATCH"], stop: nothing("looks at sums and tells people; decides and spends nothing") },
  drills: { wokenBy: ["chore:drills"], stop: nothing("begins the drill of the month; its runs are runs, and a stopped org gets none") },
  callbacks: { wokenBy: ["alarm:RUN_ENGINE"], stop: asking("durable-objects/run-engine/effects.ts") },
  "expiring keys": { wokenBy: ["chore:expiries"], stop: nothing("tells orgs of keys that end soon; changes and spends nothing") },
  containers: {
    wokenBy: ["alarm:SANDBOX_POOL", "chore:sandboxes"],
    stop: nothing("has containers ready; a call of one is a call, and stopped as every call"),
  },
  memory: {
    wokenBy: ["alarm:MEMORY_STORE"],
    stop: nothing("forgets what is over; decides and spends nothing"),
  },
  sessions: {
    wokenBy: ["alarm:SESSIONS"],
    stop: nothing("tells a run that its turn has come; what the run does then, it asks about"),
  },
  knowledge: {
    wokenBy: ["alarm:KNOWLEDGE_INDEX"],
    stop: nothing("removes what has expired; decides and spends nothing. A model that embeds is asked as every model is"),
  },
  watchdog: { wokenBy: ["chore:watchdog"], stop: asking("workers/watchdog/watchdog.ts") },
  erasures: {
    wokenBy: ["fetch", "chore:erasures"],
    stop: nothing("erases persons and calls nobody; the runs that it ends are cancelled as by a person"),
  },
  "compliance exports": {
    wokenBy: ["fetch", "chore:compliance"],
    stop: nothing("reads the log and writes files; decides and spends nothing"),
  },
  "policy jobs": {
    wokenBy: ["fetch", "chore:policies"],
    stop: nothing("asks the policies about what was decided; decides and spends nothing"),
  },
  retention: {
    wokenBy: ["chore:archive", "chore:audit", "chore:idempotency", "chore:retention", "chore:texts", "chore:minutes"],
    stop: nothing("moves or deletes what has ended; decides and spends nothing"),
  },
} as const satisfies { readonly [name: string]: Work };

type Sources = typeof WORK;

/** Work whose pieces the kill switch has to reach. */
export type PushedWork = { [W in keyof Sources]: Sources[W]["stop"]["by"] extends "push" ? W : never }[keyof Sources];

type ChoreOf<W> = W extends `chore:${infer Name}` ? Name : never;

/** Every chore of the scheduled handler: those that end a retention, and those that look after work. */
export type ChoreName = RetentionChore | ChoreOf<Sources[keyof Sources]["wokenBy"][number]>;
