/** What erases: every store that the record of stores names (core/keeping/stores.ts), by person or by run. */

import { pseudonymOf } from "../../core/audit/persons.ts";
import type { Json } from "../../core/json.ts";
import type { RunErasers, StoreErasers } from "../../core/keeping/stores.ts";
import { shardOfSubject } from "../../core/memory/memory.ts";
import { erasedRun, erasedSummary } from "../../core/person/erased-run.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { memoryStoreName } from "../../durable-objects/memory-store/stub.ts";
import { sessionsName } from "../../durable-objects/sessions/stub.ts";
import { sideBySide, within } from "../../kit/bounded.ts";
import type { Archive } from "../archive/archive.ts";
import { withArchive } from "../archive/archived-runs.ts";
import { removeRunValues } from "../archive/run-values.ts";
import { defineErasures, type Erasures } from "../erasure/erasure.ts";
import { sweepRetention } from "../erasure/retention.ts";
import { definePersonExports, type PersonExports } from "../person-export/export.ts";
import type { Rooms } from "./rooms.ts";

/** Sealed runs that are ended before their key goes, and how many at a time. */
const SEALED_RUNS = 200;
const WIDTH = 6;
/** How long one of them may take, in ms: the key waits for none longer. */
const SEALED_RUN_MS = 2_000;

/**
 * A sealed run cannot be read without its key: it is ended before the key goes, so that what it did is undone. One that cannot be reached now is erased
 * unread later, which must not keep the key. How many are gone.
 */
async function endSealedRuns({ objects, outside: { log } }: Rooms, org: string, subject: string, upTo: number): Promise<number> {
  let gone = 0;
  await sideBySide(await objects.vault(org).sealedRuns(subject, upTo, SEALED_RUNS), WIDTH, async (run) => {
    try {
      if ((await within(SEALED_RUN_MS, objects.run(run).erase())) === "erased") gone += 1;
    } catch (error) {
      log(logLine("erasure.run_failed", { org, run, error: errorName(error) }));
    }
  });
  return gone;
}

/** Erases what the stores keep of a person. */
function personErasers(rooms: Rooms): StoreErasers {
  const { objects, store, answers, texts } = rooms;
  return {
    async VAULT_KEYS(org, subject, upTo) {
      const ended = await endSealedRuns(rooms, org, subject, upTo);
      const { keys, values } = await objects.vault(org).erase(subject, upTo);
      return { VAULT_KEYS: keys, "VAULT.value": values, "RUN_ENGINE.journal": ended };
    },
    "MEMORY_STORE.memory": (org, subject, upTo) => objects.memoryStore(memoryStoreName(org, shardOfSubject(subject))).erase(subject, upTo),
    "SESSIONS.session": (org, subject, upTo) => objects.sessions(sessionsName(org, subject)).erase(upTo),
    TEXTS: (org, subject) => texts.forget(org, subject),
    ANSWERS: (org, subject) => answers.forget(org, subject),
    "DB.feedback": (org, subject) => store.erasures.forgetFeedbackOf(org, subject),
    "DB.cost_days": (org, subject) => store.erasures.forgetCostsOf(org, subject),
  };
}

/** Erases what the stores keep of a run. */
function runErasers(env: Cloudflare.Env, { objects, store, outside }: Rooms, archive: Archive): RunErasers {
  return {
    async "RUN_ENGINE.journal"({ run }) {
      const erased = await objects.run(run).erase();
      return erased === "later" ? "later" : erased === "erased" ? 1 : 0;
    },
    "REVIEW_QUEUE.review": ({ org, run }) => objects.reviewQueue(org).forget(run),
    "VAULT.value": ({ org, run }) => objects.vault(org).forget(run),
    VALUES: ({ run }) => removeRunValues(env.VALUES, env.RUN_ENGINE.idFromName(run).toString()),
    async ARCHIVE({ org, run, because }) {
      const line = because === "person" ? await store.erasures.lineOf(org, run) : null;
      const forgotten = await archive.forget(org, run);
      if (line !== null) await archive.leave(org, run, erasedRun(line.summary, outside.now()));
      return forgotten;
    },
    async "DB.runs"({ org, run, because }) {
      const line = because === "person" ? await store.erasures.lineOf(org, run) : null;
      const view = line === null ? null : erasedRun(line.summary, outside.now());
      return store.erasures.eraseRun(org, run, view === null ? null : { summary: erasedSummary(view), user: view.user });
    },
  };
}

/** Erasures of persons, over every store. */
export function buildErasures(env: Cloudflare.Env, rooms: Rooms, archive: Archive): Erasures {
  const { now, random, log } = rooms.outside;
  return defineErasures({
    now,
    random,
    log,
    wait: (ms) => scheduler.wait(ms),
    store: rooms.store.erasures,
    persons: personErasers(rooms),
    runs: runErasers(env, rooms, archive),
    forgetName: (org, subject, until) => rooms.objects.vault(org).forgetName(subject, until),
    exportsTraces: rooms.settings.traces.collector !== null,
    notify: async (org, notice) => {
      await rooms.tell(org, notice);
    },
  });
}

/** More are not stored of a person (durable-objects/memory-store). */
const MEMORIES_AT_MOST = 1_000;
const SESSIONS_AT_ONCE = 20;

/** Exports of what is held of persons. `erasures`: one that is under way is told, too. */
export function buildPersonExports({ objects, store, texts, outside }: Rooms, archive: Archive, erasures: Erasures): PersonExports {
  const runs = withArchive(objects.run, archive);
  return definePersonExports({
    now: outside.now,
    runsOf: store.erasures.runsOf,
    view: (org, run) => runs(run, org).view(),
    events: (org, run, after) => runs(run, org).events(after),
    valuesOf: (org, run) => objects.vault(org).valuesOf(run),
    reviewsOf: (org, run) => objects.reviewQueue(org).listOf(run),
    feedbackOn: store.erasures.feedbackOn,
    feedbackBy: store.erasures.feedbackBy,
    memoriesOf: (org, subject) =>
      objects.memoryStore(memoryStoreName(org, shardOfSubject(subject))).list(subject, null, null, null, MEMORIES_AT_MOST),
    sessionsOf: async (org, subject, after) => {
      const book = () => objects.sessions(sessionsName(org, subject));
      const ids = await book().list(after, SESSIONS_AT_ONCE);
      return (await Promise.all(ids.map((id) => book().read(id)))).filter((found) => found !== null);
    },
    textsOf: texts.read,
    runsWithTexts: texts.runsOf,
    pseudonym: async (org, subject) => {
      const code = await objects.vault(org).pseudonymOf(subject);
      return code === null ? null : pseudonymOf(code);
    },
    erasure: async (org, subject) => (await erasures.underWay(org, subject)) as unknown as Json,
  });
}

/** Deletes runs whose time is over: those with a line in D1, and those whose line is in the index of the archive. */
export function retentionChore(env: Cloudflare.Env, rooms: Rooms, archive: Archive): () => Promise<{ readonly deleted: number }> {
  const { now, random, log } = rooms.outside;
  const { "DB.runs": _lines, ...erasers } = runErasers(env, rooms, archive);
  const ports = { now, random, log, erasers, forgetTexts: rooms.texts.forgetRun };
  const { keeping, archivedLines } = rooms.store;
  return async () => {
    const here = await sweepRetention({ ...ports, keeping });
    const there = await sweepRetention({ ...ports, keeping: archivedLines });
    return { deleted: here.deleted + there.deleted };
  };
}
