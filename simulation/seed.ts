/** One seed from its first event to rest, and what was wrong with it. */
import { keepsRestricted } from "../core/run/outside/restricted.ts";
import { forgetAll } from "./forgetting.ts";
import { openWorld } from "./open-world.ts";
import type { Strike } from "./trouble.ts";
import { isAtRest, judge, unrest } from "./verdict.ts";
import { sha256, type Violation } from "./watch.ts";
import type { World, WorldOptions } from "./world.ts";

export type Outcome = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly strikes: readonly Strike[];
  readonly events: number;
  readonly steps: number;
  readonly lives: number;
  /** How each run ended. */
  readonly ends: readonly string[];
  /** Runs that read something of class `restricted`. */
  readonly sealed: number;
  /** How often each point was passed. */
  readonly passed: ReadonlyMap<string, number>;
  /** Of everything that was journaled: two runs of a seed must agree. */
  readonly digest: string;
};

/** A world that has not come to rest so long after the last trouble never will. */
const REST_WITHIN_MS = 3 * 24 * 60 * 60_000;
const MOST_STEPS = 150_000;
/** After rest: what comes late, comes now. */
const QUIET_MS = 45_000;
/** An alarm that an earlier life set may fire once more, late; it must not be set again. */
const LAST_ALARM_MS = 15 * 60_000;
const LOOK_EVERY = 25;

export async function runSeed(seed: number, options: Partial<WorldOptions> = {}): Promise<Outcome> {
  const world = openWorld(seed, { schedule: null, climate: null, works: null, ...options });
  try {
    const until = world.calmAt + REST_WITHIN_MS;
    let rested = false;
    while (world.clock.steps < MOST_STEPS && world.watch.violations.length === 0) {
      if (!(await world.step(until))) break;
      if (world.clock.steps % LOOK_EVERY === 0 && isAtRest(world)) {
        rested = true;
        break;
      }
    }
    if (rested) {
      const quiet = world.clock.now + QUIET_MS;
      while (await world.step(quiet));
      while (isAnyRunAwake(world) && world.clock.now < quiet + LAST_ALARM_MS && (await world.step(quiet + LAST_ALARM_MS)));
      judge(world);
      if (world.watch.violations.length === 0) await forgetAll(world);
    } else if (world.watch.violations.length === 0) for (const what of unrest(world)) world.watch.note("stuck", what);
    const runs = [...world.watch.runs.values()];
    return {
      seed,
      violations: world.watch.violations,
      strikes: world.trouble.strikes,
      events: runs.reduce((sum, { events }) => sum + events.length, 0),
      steps: world.clock.steps,
      lives: [...world.house.objects.values()].reduce((sum, { lives }) => sum + lives, 0),
      ends: runs.map(({ state }) => state.status),
      sealed: runs.filter(({ machinery, state }) => keepsRestricted(machinery, state)).length,
      passed: world.trouble.passed,
      digest: digestOf(runs.map(({ events }) => events)),
    };
  } finally {
    world.close();
  }
}

const isAnyRunAwake = (world: World): boolean =>
  [...world.house.objects.values()].some(({ kind, disk, firing }) => kind === "RunEngine" && (disk.alarm !== null || firing !== null));

const digestOf = (value: unknown): string => sha256(JSON.stringify(value));
