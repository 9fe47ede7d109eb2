/** The watchdog: whom it looks at, what it puts on record, and that one failure stops nothing. */
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../core/audit/record.ts";
import type { JsonObject } from "../../../core/json.ts";
import type { StopScope } from "../../../core/kill-switch/stops.ts";
import type { RunStatus } from "../../../core/run/outside/view.ts";
import type { LogLine } from "../../../core/telemetry/log-line.ts";
import { sweep } from "../../../workers/watchdog/sweep.ts";
import { QUIET_MS, SWEEP_RUNS, sweepRuns, type WatchdogPorts } from "../../../workers/watchdog/watchdog.ts";

const NOW = Date.UTC(2026, 9, 1, 12);
type Quiet = Awaited<ReturnType<WatchdogPorts["takeQuiet"]>>[number];
const quiet = (id: string, status: RunStatus = "running", workflow = "refund"): Quiet => ({ id, org: "acme", workflow, status });

function makeWorld(runs: readonly Quiet[], over: Partial<WatchdogPorts> & { active?: readonly StopScope[] } = {}) {
  const records: AuditRecord[] = [];
  const notices: JsonObject[] = [];
  const lines: LogLine[] = [];
  const looked: string[] = [];
  const asked: unknown[] = [];
  const { active = [], ...ports } = over;
  const world: WatchdogPorts = {
    now: () => NOW,
    random: (bytes) => new Uint8Array(bytes),
    takeQuiet: async (...given) => {
      asked.push(given);
      return runs;
    },
    stops: async () => ({ epoch: 4, active, asOf: NOW }),
    lookAgain: async (run) => {
      looked.push(run);
      return { status: "running", overdue: run.includes("stuck") };
    },
    record: async (_org, record) => void records.push(record),
    notify: async (org, notice) => void notices.push({ org, ...notice }),
    log: (line) => lines.push(line),
    ...ports,
  };
  return { ports: world, records, notices, lines, looked, asked };
}

describe("the watchdog", () => {
  it("[WATCH-2] has quiet runs look again, and puts on record those alone that were stuck", async () => {
    const world = makeWorld([quiet("run_busy"), quiet("run_stuck"), quiet("run_paused", "paused")]);
    expect(await sweepRuns(world.ports)).toEqual({ looked: 3, moved: 1, lost: 0 });
    expect(world.asked).toEqual([[["queued", "running", "compensating", "paused"], NOW - QUIET_MS, SWEEP_RUNS]]);
    expect(world.records).toMatchObject([
      {
        event_type: "run.unstuck",
        actor: { type: "system", id: "watchdog" },
        resource: "run/run_stuck",
        data: { from: "running", to: "running" },
      },
    ]);
    expect(world.notices).toMatchObject([{ org: "acme", type: "run.unstuck", data: { run: "run_stuck" } }]);
    expect(world.lines).toMatchObject([{ level: "warn", run: "run_stuck" }]);
  });

  it("[WATCH-3] leaves alone what a switch holds, and looks at a paused run whose switch is gone", async () => {
    const runs = [quiet("run_held", "paused"), quiet("run_free", "paused", "mail"), quiet("run_running")];
    const world = makeWorld(runs, { active: [{ kind: "workflow", org: "acme", name: "refund" }] });
    await sweepRuns(world.ports);
    expect(world.looked.sort()).toEqual(["run_free", "run_running"]);
    const all = makeWorld(runs, { active: [{ kind: "all" }] });
    await sweepRuns(all.ports);
    expect(all.looked).toEqual(["run_running"]);
  });

  it("[WATCH-4] goes on past a run that is out of reach, says which one is lost, and moves nothing when nobody knows what is stopped", async () => {
    const world = makeWorld([quiet("run_away"), quiet("run_lost"), quiet("run_stuck")], {
      lookAgain: async (run) => {
        if (run === "run_away") throw new Error("away");
        return run === "run_lost" ? null : { status: "completed", overdue: true };
      },
    });
    expect(await sweepRuns(world.ports)).toEqual({ looked: 2, moved: 1, lost: 1 });
    expect(world.lines.map((line) => [line["level"], line["run"]])).toEqual(
      expect.arrayContaining([
        ["error", "run_away"],
        ["error", "run_lost"],
        ["warn", "run_stuck"],
      ]),
    );
    const blind = makeWorld([quiet("run_stuck")], { stops: async () => Promise.reject(new Error("away")) });
    await expect(sweepRuns(blind.ports)).rejects.toThrow("away");
    expect(blind.looked).toEqual([]);
  });

  it("asks nobody when nothing is quiet", async () => {
    const world = makeWorld([], { stops: async () => Promise.reject(new Error("asked")) });
    expect(await sweepRuns(world.ports)).toEqual({ looked: 0, moved: 0, lost: 0 });
  });
});

describe("the chores of the schedule", () => {
  it("[WATCH-4] one that fails is in the log and holds up no other", async () => {
    const lines: LogLine[] = [];
    const done: string[] = [];
    const chore = (name: string, count: number) => async () => ({ count: done.push(name) > 0 ? count : 0 });
    const broken = async () => Promise.reject(new RangeError("secret text"));
    await sweep({ broken, a: chore("a", 2), b: chore("b", 0) }, (line) => lines.push(line));
    expect(done).toEqual(["a", "b"]);
    expect(lines).toHaveLength(2);
    expect(lines).toEqual(
      expect.arrayContaining([
        { level: "error", event: "sweep.failed", chore: "broken", error: "RangeError" },
        { level: "info", event: "sweep.done", chore: "a", counts: { count: 2 } },
      ]),
    );
  });
});
