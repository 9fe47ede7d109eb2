/**
 * Deletes runs whose time is over, out of every store: those of a class for which the org set days, and archived ones that are older than its
 * evidence. The lines of a portion go in one transaction with the record that counts them, so that nothing goes unrecorded.
 */
import { auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { RunErasers } from "../../core/keeping/stores.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide } from "../../kit/bounded.ts";
import type { ExpiredRun, RunKeeping } from "../store/run-keeping.ts";
import { eraseRun } from "./erase-run.ts";

/** Runs of a portion, and how many of them at a time. A sweep every five minutes that takes 600 keeps pace with 170,000 runs a day. */
const PORTION = 100;
const WIDTH = 6;
const PORTIONS = 6;
/** A sweep ends before the next one begins, in ms. */
const LONGEST_MS = 4 * 60_000;

/** What the retention needs from outside. */
export type RetentionPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly log: Log;
  readonly keeping: Pick<RunKeeping, "expired" | "forget" | "putOff">;
  readonly erasers: Omit<RunErasers, "DB.runs">;
  /** The redacted texts of the run's entries. Safe to repeat. */
  readonly forgetTexts: (of: { readonly org: string; readonly subject: string; readonly run: string }) => Promise<unknown>;
};

/** Deletes what is over; how many runs that were. Safe at any time, also twice at once. */
export async function sweepRetention(ports: RetentionPorts): Promise<{ readonly deleted: number }> {
  const until = ports.now() + LONGEST_MS;
  let deleted = 0;
  for (let portion = 0; portion < PORTIONS && ports.now() < until; portion++) {
    const runs = await ports.keeping.expired(ports.now(), PORTION);
    const gone: ExpiredRun[] = [];
    await sideBySide(runs, WIDTH, async (run) => {
      if (await goes(ports, run)) gone.push(run);
      else await ports.keeping.putOff(run.org, run.id).catch(() => {});
    });
    for (const alike of Map.groupBy(gone, groupOf).values()) deleted += await forget(ports, alike);
    if (runs.length < PORTION || gone.length === 0) break;
  }
  return { deleted };
}

const groupOf = ({ org, class: dataClass, why, after }: ExpiredRun): string => JSON.stringify([org, dataClass, why, after]);

async function goes(ports: RetentionPorts, { org, subject, id }: ExpiredRun): Promise<boolean> {
  try {
    if ((await eraseRun(ports.erasers, { org, run: id, because: "retention" })) === "later") return false;
    await ports.forgetTexts({ org, subject, run: id });
    return true;
  } catch (error) {
    ports.log(logLine("erasure.run_failed", { org, run: id, error: errorName(error) }));
    return false;
  }
}

/** Runs that are alike in org, class and reason. */
async function forget(ports: RetentionPorts, runs: readonly ExpiredRun[]): Promise<number> {
  const [first] = runs;
  if (first === undefined) return 0;
  const at = ports.now();
  const { org, class: dataClass, why, after } = first;
  const record = auditRecord({
    id: mintId("evt", at, ports.random(10)),
    at,
    type: "retention.applied",
    actor: { type: "system", id: "retention" },
    action: "run.delete",
    resource: `org/${org}`,
    data: { class: dataClass, runs: runs.length, ...(why === "class" ? { after_days: after } : { after_years: after }) },
  });
  return ports.keeping.forget(
    org,
    runs.map(({ id }) => id),
    record,
  );
}
