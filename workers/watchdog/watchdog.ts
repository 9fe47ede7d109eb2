/**
 * The watchdog: from time to time it looks at runs that should move and whose line in the index has not changed for a while, and
 * has each look again. Nearly all are busy or have their alarm set, and looking again changes nothing; one that had missed its wake-up is
 * moved by it, and that is put on record. Decides nothing itself: the run does.
 */
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { type Stops, stoppedBy } from "../../core/kill-switch/stops.ts";
import type { RunStatus } from "../../core/run/outside/view.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide } from "../../kit/bounded.ts";

/** Such runs always have a next wake-up; a `waiting` one may have none, and waits for somebody. */
const MOVING: readonly RunStatus[] = ["queued", "running", "compensating", "paused"];
/** A line that is younger than this is no reason to look. */
export const QUIET_MS = 5 * 60_000;
/** Runs of one sweep, and how many at a time; the longest untouched come first, so every one has its turn. */
export const SWEEP_RUNS = 200;
const WIDTH = 10;

/** What the watchdog needs from the index and from runs. */
export type WatchdogPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  /** Runs in one of these statuses that nobody touched since `before`; taking one counts as touching it. */
  readonly takeQuiet: (
    statuses: readonly RunStatus[],
    before: EpochMs,
    limit: number,
  ) => Promise<readonly { readonly id: string; readonly org: string; readonly workflow: string; readonly status: RunStatus }[]>;
  /** Throws when nobody can say. */
  readonly stops: () => Promise<Stops>;
  /** Has the run look again; `overdue`: it should have moved before and had not. null: its object is empty. */
  readonly lookAgain: (run: string, stops: Stops) => Promise<{ readonly status: RunStatus; readonly overdue: boolean } | null>;
  readonly record: (org: string, record: AuditRecord) => Promise<void>;
  /** Tells the org's people. */
  readonly notify: (org: string, notice: { readonly id: string; readonly type: string; readonly data: Json }) => Promise<void>;
  readonly log: Log;
};

/** How many runs were looked at, moved on, and had no object. */
export type Sweep = { readonly looked: number; readonly moved: number; readonly lost: number };

/** Looks at one batch. Safe at any time, also twice at once: two sweeps share the runs. */
export async function sweepRuns(ports: WatchdogPorts): Promise<Sweep> {
  const runs = await ports.takeQuiet(MOVING, ports.now() - QUIET_MS, SWEEP_RUNS);
  let [looked, moved, lost] = [0, 0, 0];
  if (runs.length === 0) return { looked, moved, lost };
  const stops = await ports.stops();
  // What a switch holds is where it should be.
  const free = runs.filter(({ status, org, workflow }) => status !== "paused" || stoppedBy(stops, { org, workflow }) === null);
  await sideBySide(free, WIDTH, async ({ id, org, workflow, status }) => {
    try {
      const seen = await ports.lookAgain(id, stops);
      looked += 1;
      if (seen === null) {
        lost += 1;
        ports.log(logLine("run.lost", { run: id, org, run_status: status }));
      } else if (seen.overdue) {
        moved += 1;
        await report(ports, { id, org, workflow, from: status, to: seen.status });
      }
    } catch (error) {
      ports.log(logLine("run.out_of_reach", { run: id, error: errorName(error) }));
    }
  });
  return { looked, moved, lost };
}

type Moved = { readonly id: string; readonly org: string; readonly workflow: string; readonly from: RunStatus; readonly to: RunStatus };

async function report(ports: WatchdogPorts, { id, org, workflow, from, to }: Moved): Promise<void> {
  ports.log(logLine("run.unstuck", { run: id, org, workflow, from, to }));
  const at = ports.now();
  const eventId = mintId("evt", at, ports.random(10));
  const record = auditRecord({
    id: eventId,
    at,
    type: "run.unstuck",
    actor: { type: "system", id: "watchdog" },
    action: "run.look_again",
    resource: `run/${id}`,
    data: { from, to },
  });
  await ports.record(org, record);
  await ports.notify(org, { id: eventId, type: "run.unstuck", data: { run: id, workflow, status: to } });
}
