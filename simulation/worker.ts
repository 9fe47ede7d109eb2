/**
 * One worker thread: runs the seeds it is given, shrinks those that fail, and tells. With a planted fault it patches the platform's
 * modules before it loads any of them.
 */
import "./hooks.ts";
import { parentPort, workerData } from "node:worker_threads";
import { plantFault } from "./faults.ts";
import type { Strike } from "./trouble.ts";
import type { Violation } from "./watch.ts";

export type Task = { readonly fault: string | null };
export type Told = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** How many strikes there were, and the shortest list of them that still fails; null: it was not looked for. */
  readonly strikes: number;
  readonly shortest: readonly Strike[] | null;
  readonly events: number;
  readonly steps: number;
  readonly lives: number;
  readonly ends: readonly string[];
};
export type Order = { readonly seed: number; readonly shrink: boolean };

const { fault } = workerData as Task;
if (fault !== null) plantFault(fault);
const { runSeed } = await import("./seed.ts");
const { shrink } = await import("./shrink.ts");

parentPort?.on("message", async ({ seed, shrink: wanted }: Order) => {
  const outcome = await runSeed(seed);
  const [first] = outcome.violations;
  const shrunk =
    first === undefined || !wanted ? null : await shrink(outcome.strikes, first.kind, (schedule) => runSeed(seed, { schedule }));
  const told: Told = {
    seed,
    violations: shrunk?.outcome.violations ?? outcome.violations,
    strikes: outcome.strikes.length,
    shortest: shrunk?.strikes ?? null,
    events: outcome.events,
    steps: outcome.steps,
    lives: outcome.lives,
    ends: outcome.ends,
  };
  parentPort?.postMessage(told);
});
parentPort?.postMessage("ready");
