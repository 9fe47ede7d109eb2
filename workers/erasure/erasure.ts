/**
 * Erases a person (GDPR Art. 17): their key first, so that nothing opens any more, then store by store and run by run. It works in portions
 * and is done again where it broke off. Who asked and what went stays on record under the erasure's own id: once it is complete, nothing
 * that the platform keeps or answers leads from the person's id to it, or to the pseudonyms that the person had.
 */
import type { AuditRecord } from "../../core/audit/record.ts";
import { auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { Gone } from "../../core/keeping/stores.ts";
import { type ErasureRecord, type ErasureView, erasureView, LOOKS_AGAIN_FOR_MS, together } from "../../core/person/erasure.ts";
import { errorName, logLine } from "../../core/telemetry/log-line.ts";
import { sideBySide } from "../../kit/bounded.ts";
import { eraseRun } from "./erase-run.ts";
import type { ErasurePorts } from "./ports.ts";

/** Runs of one page of the index, how many of them at a time, and how many pages a look takes. */
const PAGE = 50;
const WIDTH = 6;
const PAGES = 10;
/** How long the request that asks works itself, and how long its isolate goes on after the answer, in ms. */
const BEFORE_THE_ANSWER_MS = 5_000;
const AFTER_THE_ANSWER_MS = [1_000, 2_000, 4_000, 8_000];
/** A running erasure is looked after again when nobody did for this long, in ms; and so many of them by one sweep. */
const QUIET_MS = 30_000;
const SWEPT = 20;

/** Goes first: from then on nothing of the person opens any more. */
const KEYS = "VAULT_KEYS";

/** Who asks, for the record. */
export type Asking = { readonly user: string; readonly traceId: string };

/** Erasures of persons. */
export type Erasures = {
  /** Begins, or goes on with, the erasure of the person; answers with what is gone now. `rest`: what goes on after the answer. */
  erase(org: string, subject: string, by: Asking): Promise<{ readonly view: ErasureView; readonly rest: Promise<void> }>;
  /** The person's erasure that is under way; null: there is none, whether or not there ever was one. */
  underWay(org: string, subject: string): Promise<ErasureView | null>;
  /** An erasure by its id, under way or complete; null: there is no such one. */
  get(org: string, id: string): Promise<ErasureView | null>;
  /** Goes on with those that are not complete. Safe at any time, also twice at once. */
  sweep(): Promise<{ readonly erasures: number }>;
};

/** Erasures over the given ports. */
export function defineErasures(ports: ErasurePorts): Erasures {
  const { store, now } = ports;
  const view = async (erasure: ErasureRecord): Promise<ErasureView> => {
    const left = erasure.subject === null ? 0 : await store.countRunsOf(erasure.org, erasure.subject, erasure.askedAt);
    return erasureView(erasure, left);
  };

  return {
    async erase(org, subject, by) {
      const at = now();
      const fresh: ErasureRecord = {
        id: mintId("era", at, ports.random(10)),
        org,
        subject,
        status: "running",
        askedBy: by.user,
        askedAt: at,
        completedAt: null,
        gone: {},
      };
      const asked = (of: ErasureRecord) => recordOf(ports, of, "person.erasure_requested", { type: "user", id: by.user }, by.traceId);
      const begun = await store.begin(fresh, asked(fresh));
      // Asked for again while it runs: it takes in what has come since.
      const known = begun ? null : await store.underWay(org, subject);
      const extended = known !== null && (await store.extend(known, at, asked(known)));
      const erasure = extended ? { ...known, askedAt: at } : (known ?? fresh);
      const looked = await look(ports, erasure, at + BEFORE_THE_ANSWER_MS);
      return { view: await view(looked), rest: begun ? goOn(ports, looked) : Promise.resolve() };
    },

    async underWay(org, subject) {
      const erasure = await store.underWay(org, subject);
      return erasure === null ? null : view(erasure);
    },

    async get(org, id) {
      const erasure = await store.get(org, id);
      return erasure === null ? null : view(erasure);
    },

    async sweep() {
      const taken = await store.take(now() - QUIET_MS, SWEPT);
      for (const erasure of taken) {
        // One that cannot go on now holds up no other.
        await look(ports, erasure, now() + QUIET_MS).catch((error: unknown) => {
          ports.log(logLine("erasure.failed", { org: erasure.org, erasure: erasure.id, error: errorName(error) }));
        });
      }
      return { erasures: taken.length };
    },
  };
}

/** What can go now, until `until`; complete when nothing is left and no run can turn up any more. */
async function look(ports: ErasurePorts, erasure: ErasureRecord, until: number): Promise<ErasureRecord> {
  const { store } = ports;
  const { org, subject, askedAt } = erasure;
  if (subject === null) return erasure;
  let went: Gone = {};
  for (const [place, erase] of Object.entries(ports.persons).toSorted(([a], [b]) => Number(b === KEYS) - Number(a === KEYS))) {
    const here = await erase(org, subject, askedAt);
    went = together(went, typeof here === "number" ? { [place]: here } : here);
  }
  let left = false;
  let after = "";
  for (let page = 0; page < PAGES; page++) {
    const runs = await store.runsOf(org, subject, askedAt, after, PAGE);
    await sideBySide(runs, WIDTH, async ({ id }) => {
      const here = ports.now() > until ? "later" : await erased(ports, org, id);
      if (here === "later") left = true;
      else went = together(went, here);
    });
    after = runs.at(-1)?.id ?? after;
    if (runs.length < PAGE) break;
    if (page === PAGES - 1) left = true;
  }
  const at = ports.now();
  const looked = { ...erasure, gone: await store.add(erasure.id, went) };
  if (left || at < askedAt + LOOKS_AGAIN_FOR_MS) return looked;
  // What was recorded meanwhile made the person a new pseudonym. Whoever has a new run is a person of today, and keeps it.
  if ((await store.countRunsOf(org, subject, at)) === 0) await ports.forgetName(org, subject, at);
  const completed = { ...looked, subject: null, status: "completed", completedAt: at } as const;
  const record = recordOf(ports, completed, "person.erased", { type: "system", id: "erasure" }, null);
  if (await store.complete(completed, record)) await tell(ports, completed);
  return completed;
}

async function erased(ports: ErasurePorts, org: string, run: string): Promise<Gone | "later"> {
  try {
    return await eraseRun(ports.runs, { org, run, because: "person" });
  } catch (error) {
    ports.log(logLine("erasure.run_failed", { org, run, error: errorName(error) }));
    return "later";
  }
}

/** The isolate goes on for some seconds; after that the sweep does. */
async function goOn(ports: ErasurePorts, erasure: ErasureRecord): Promise<void> {
  let looked = erasure;
  for (const ms of AFTER_THE_ANSWER_MS) {
    await ports.wait(ms);
    const left = looked.subject === null ? 0 : await ports.store.countRunsOf(looked.org, looked.subject, looked.askedAt);
    if (left === 0) return;
    try {
      looked = await look(ports, looked, ports.now() + BEFORE_THE_ANSWER_MS);
    } catch (error) {
      ports.log(logLine("erasure.failed", { org: erasure.org, erasure: erasure.id, error: errorName(error) }));
      return;
    }
  }
}

/** Who else holds data of the person: whoever owns the collector of traces. The notice names the erasure, never the person. */
async function tell(ports: ErasurePorts, { org, id, gone }: ErasureRecord): Promise<void> {
  const data = { erasure: id, runs: gone["DB.runs"] ?? 0, traces_exported: ports.exportsTraces };
  await ports.notify(org, { id, type: "person.erased", data }).catch(() => {});
}

function recordOf(
  ports: ErasurePorts,
  { id, gone }: ErasureRecord,
  type: string,
  actor: AuditRecord["actor"],
  traceId: string | null,
): AuditRecord {
  const at = ports.now();
  const told = type === "person.erased" ? { gone: { ...gone }, traces_exported: ports.exportsTraces } : {};
  return auditRecord({
    id: mintId("evt", at, ports.random(10)),
    at,
    type,
    actor,
    action: "person.erase",
    resource: `erasure/${id}`,
    traceId,
    decision: "allow",
    data: told,
  });
}
