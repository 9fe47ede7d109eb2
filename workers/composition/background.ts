/** What works behind the requests: the consumers of the queues, the archive, and the chores of the scheduled handler. */
import { createHash } from "node:crypto";
import type { RecordsMessage } from "../../core/audit/record.ts";
import { hasIdForm } from "../../core/ids.ts";
import type { SlowCallMessage } from "../../core/run/calls/slow-call.ts";
import type { EventView } from "../../core/run/outside/view.ts";
import { type Archive, defineArchive } from "../archive/archive.ts";
import { removeRunValues } from "../archive/run-values.ts";
import { type ConsumerPorts, consumeRecords, followKeys, type Outboxes, pruneSegments, sweepTexts, trimPages } from "../audit/index.ts";
import type { Compliance } from "../compliance/compliance.ts";
import type { Inventory } from "../compliance/inventory.ts";
import type { Erasures } from "../erasure/erasure.ts";
import type { PersonExports } from "../person-export/export.ts";
import type { PolicyWork } from "../policy-work/policy-work.ts";
import { defineSlowCalls } from "../slow-calls/consumer.ts";
import { sweepAnswers } from "../store/answers.ts";
import { sweepMinutes } from "../store/minutes.ts";
import { exportChats } from "../traces/chats.ts";
import { defineExporter } from "../traces/exporter.ts";
import { tellExpiringKeys } from "../watchdog/expiring-keys.ts";
import { type Chores, sweep } from "../watchdog/sweep.ts";
import { sweepRuns } from "../watchdog/watchdog.ts";
import { buildCompliance, buildInventory, noteUseOf } from "./compliance.ts";
import { buildErasures, buildPersonExports, retentionChore } from "./erasures.ts";
import { logAlarmOf } from "./log-alarm.ts";
import { buildPolicyWork } from "./policy-work.ts";
import type { Rooms } from "./rooms.ts";

/** Work that no request waits for. */
export type Background = {
  readonly archive: Archive;
  readonly consume: (batch: MessageBatch<unknown>) => Promise<void>;
  readonly sweep: () => Promise<void>;
  readonly erasures: Erasures;
  readonly personExports: PersonExports;
  readonly inventory: Inventory;
  readonly compliance: Compliance;
  readonly policyWork: PolicyWork;
};

/** Consumers and chores, fitted to the bindings. */
export function buildBackground(env: Cloudflare.Env, rooms: Rooms): Background {
  const { objects, store, stops } = rooms;
  const { now, random, log } = rooms.outside;
  async function* eventsOf(id: string): AsyncGenerator<EventView> {
    for (let after = 0; ; ) {
      const page = await objects.run(id).events(after);
      if (page === null || page.events.length === 0) return;
      yield* page.events;
      after = page.events.at(-1)?.seq ?? after;
    }
  }
  const archive = defineArchive({
    now,
    random,
    log,
    bucket: env.ARCHIVE,
    overdue: store.keeping.overdue,
    markArchived: store.keeping.markArchived,
    putOff: store.keeping.putOff,
    record: async (id) => {
      const record = await objects.run(id).record();
      return record === null ? null : { ...record, events: eventsOf(id) };
    },
    seals: rooms.seals,
    trace: async (id) => objects.run(id).spans(),
    empty: async (id, seq) => objects.run(id).empty(seq),
    removeValues: async (id) => {
      await removeRunValues(env.VALUES, env.RUN_ENGINE.idFromName(id).toString());
    },
  });
  const slowCalls = defineSlowCalls({
    take: async (run, activity, call) => objects.run(run).takeCall(activity, call),
    stillCalling: async (run, call) => objects.run(run).stillCalling(call),
    answer: async (run, activity, call, outcome) => objects.run(run).callAnswered(activity, call, outcome),
    callTool: rooms.callTool,
    callModel: rooms.callModel,
    wait: (ms) => scheduler.wait(ms),
    log,
  });
  const exporter = defineExporter({
    delivery: rooms.delivery,
    chance: () => (random(1)[0] ?? 0) / 256,
    take: async (run) => (hasIdForm("run", run) ? objects.run(run).takeTrace() : null),
    traced: async (run, upTo) => objects.run(run).traced(upTo),
    log,
  });
  const erasures = buildErasures(env, rooms, archive);
  const inventory = buildInventory(rooms);
  const compliance = buildCompliance(env, rooms, inventory);
  const policyWork = buildPolicyWork(env, rooms);
  const noteUse = noteUseOf(rooms);
  const chores: Chores = {
    erasures: () => erasures.sweep(),
    compliance: () => compliance.sweep(),
    policies: () => policyWork.sweep(),
    retention: retentionChore(env, rooms, archive),
    outbox: () => store.sweepOutbox(),
    idempotency: () => store.sweepIdempotency(),
    archive: async () => ({ ...(await archive.sweep()), ...(await store.archivedLines.move()) }),
    audit: async () => ({
      trimmed: await trimPages({ db: env.DB, bucket: env.AUDIT, now, log }),
      pruned: await pruneSegments({
        ...{ now, random, log, bucket: env.AUDIT, keeping: store.auditKeeping, lockYears: rooms.settings.auditLockYears },
        subtrees: async (org, size) => objects.auditLog(org).subtrees(org, size),
      }),
    }),
    keys: async () => ({
      followed: await followKeys({
        db: env.DB,
        rotation: () => objects.keyRing().rotation(),
        reached: (kid, org) => objects.keyRing().rotationReached(kid, org),
        follow: (org) => objects.auditLog(org).followKey(org),
        integrated: (org, upTo) => objects.auditLog(org).integrated(upTo),
      }),
    }),
    texts: async () => ({
      deleted: await sweepTexts({
        ...{ now, random, bucket: env.TEXTS, keeping: store.auditKeeping, lockYears: rooms.settings.auditLockYears },
        retentionOf: store.orgs.settings,
        runsIn: async (org, runs) => {
          const { indexed } = await store.keeping.look(org, runs, 0);
          const others = runs.filter((run) => hasIdForm("run", run) && !indexed.includes(run));
          return others.length === 0 ? indexed : [...indexed, ...(await store.archivedLines.has(org, others))];
        },
        record: (org, record) => store.audit.record(org, record),
      }),
    }),
    costs: () => rooms.costs.sweep(),
    minutes: async () => ({ ...(await sweepMinutes(env.DB, now())), answers: await sweepAnswers(env.DB, now()) }),
    expiries: () =>
      tellExpiringKeys({
        now,
        random,
        keys: store.keys,
        notify: async (org, notice) => {
          await rooms.tell(org, notice);
        },
      }),
    drills: async () => ({ begun: (await objects.killSwitch().holdMonthlyDrill()) ? 1 : 0 }),
    sandboxes: async () => {
      await rooms.containers?.pool().tend();
      return {};
    },
    watchdog: () =>
      sweepRuns({
        now,
        random,
        log,
        takeQuiet: store.keeping.takeQuiet,
        stops: () => stops.stops(),
        lookAgain: async (run, known) => objects.run(run).lookAgain({ ...known }),
        record: (org, record) => store.audit.record(org, record),
        notify: async (org, notice) => {
          await rooms.tell(org, notice);
        },
      }),
  };
  return {
    archive,
    sweep: () => sweep(chores, log),
    erasures,
    personExports: buildPersonExports(rooms, archive, erasures),
    inventory,
    compliance,
    policyWork,
    consume: (batch) =>
      batch.queue === "bulkhead-traces"
        ? exporter.consume(batch)
        : batch.queue === "bulkhead-calls"
          ? slowCalls.consume(batch as MessageBatch<SlowCallMessage>)
          : consumeAndWatch(rooms, batch as MessageBatch<RecordsMessage>, {
              db: env.DB,
              auditLog: (org) => ({
                append: async (...given) => objects.auditLog(org).append(...given),
                integrated: async (upTo) => objects.auditLog(org).integrated(upTo),
              }),
              upsertRuns: store.upsertRuns,
              noteUse,
              tell: rooms.tell,
              putCosts: rooms.costs.put,
              pseudonyms: async (org, persons) => objects.vault(org).pseudonyms(persons),
              tellBroken: async (org, seq) => {
                if (isToldAgain(org, now())) return;
                await logAlarmOf(rooms)(org, { type: "audit.broken", seq, code: "page_differs" });
              },
              outboxes: outboxesOf(rooms),
              log,
            }),
  };
}

/** Orgs whose watch this isolate has begun lately, and when. */
const BEGIN_EVERY_MS = 5 * 60_000;
const begun = new Map<string, number>();

/** The queue brings the records of a broken log again and again; people are told once an hour, by each isolate. */
const TELL_BROKEN_EVERY_MS = 60 * 60_000;
const toldBroken = new Map<string, number>();

function isToldAgain(org: string, at: number): boolean {
  if ((toldBroken.get(org) ?? 0) > at - TELL_BROKEN_EVERY_MS) return true;
  toldBroken.set(org, at);
  return false;
}

/** An org of which something is recorded is watched. */
async function consumeAndWatch(
  { objects, store, traces, outside: { now, log } }: Rooms,
  batch: MessageBatch<RecordsMessage>,
  ports: ConsumerPorts,
): Promise<void> {
  if (traces !== null) {
    const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
    const settings = async (org: string) => (await store.orgs.settings(org)).traces;
    await exportChats(
      batch.messages.map(({ body }) => body),
      { ...traces, settings, sha256, log },
    );
  }
  const orgs = new Set(batch.messages.map(({ body }) => body.org).filter((org) => typeof org === "string" && org !== ""));
  await consumeRecords(batch, ports);
  const late = [...orgs].filter((org) => (begun.get(org) ?? 0) <= now() - BEGIN_EVERY_MS);
  await Promise.all(
    late.map(async (org) => {
      begun.set(org, now());
      await objects
        .watch(org)
        .begin(org)
        .catch(() => begun.delete(org));
    }),
  );
}

/** Where the rows of the records queue come from. An id that is no run's is a bug of its writer: the message stays and is in the log. */
function outboxesOf({ objects, store }: Rooms): Outboxes {
  return {
    run: async (rows, { id }) => {
      if (!hasIdForm("run", id)) throw new Error("records of a run whose id is none");
      await objects.run(id).confirm(rows);
    },
    store: (rows) => store.confirmRecords(rows),
    "review-queue": (rows, { org }) => objects.reviewQueue(org).confirm(rows),
    "kill-switch": (rows) => objects.killSwitch().confirm(rows),
    "memory-store": (rows, { id }) => objects.memoryStore(id).confirm(rows),
    sessions: (rows, { id }) => objects.sessionsAt(id).confirm(rows),
    "knowledge-index": (rows, { id }) => objects.knowledgeIndex(id).confirm(rows),
    "budget-ledger": (rows, { id }) => objects.budgetLedger(id).confirm(rows),
  };
}
