/**
 * Runs that an isolate accepted and that the index has not shown yet, whether they are still under way or have ended. They tell how far
 * the index is behind, and take no slot of `max_runs` (run-slots.ts). In memory of the isolate, bounded; knows no clock.
 */
import type { EpochMs } from "../../core/time.ts";

/** Maximum runs that an isolate remembers. Two seconds of starts are far fewer. */
const MOST = 10_000;
/** A run that the index has not shown by then never will be shown, in ms: the records queue retries for that long. */
const FORGET_MS = 10 * 60_000;

/** Accepted runs by org; those of one org in the order in which they were accepted. */
export class UnlistedRuns {
  /** The org that accepted a run last is the last. */
  readonly #orgs = new Map<string, Map<string, EpochMs>>();
  #size = 0;

  /** The run's starter hears now that it began. */
  accepted(org: string, run: string, at: EpochMs): void {
    const ofOrg = this.#orgs.get(org) ?? new Map<string, EpochMs>();
    this.#orgs.delete(org);
    this.#orgs.set(org, ofOrg);
    if (ofOrg.has(run) || !this.#makesRoomBeside(org)) return;
    ofOrg.set(run, at);
    this.#size += 1;
  }

  /** Of this org, the oldest first. */
  of(org: string): Iterable<string> {
    return this.#orgs.get(org)?.keys() ?? [];
  }

  /** True when at least `count` runs of the org were accepted at `at` or before. */
  hasSince(org: string, at: EpochMs, count: number): boolean {
    let found = 0;
    for (const acceptedAt of this.#orgs.get(org)?.values() ?? []) {
      if (acceptedAt > at) return false;
      found += 1;
      if (found >= count) return true;
    }
    return false;
  }

  /** The index shows these runs; those that it never showed in all this time are dropped as well. */
  shown(org: string, runs: readonly string[], now: EpochMs): void {
    for (const run of runs) this.#drop(org, run);
    for (const [run, at] of this.#orgs.get(org) ?? []) {
      if (now - at <= FORGET_MS) break;
      this.#drop(org, run);
    }
  }

  #drop(org: string, run: string): void {
    const ofOrg = this.#orgs.get(org);
    if (ofOrg?.delete(run) !== true) return;
    this.#size -= 1;
    if (ofOrg.size === 0) this.#orgs.delete(org);
  }

  /** The org that has accepted nothing for longest is forgotten. Where there is only one, its oldest runs tell most: they stay. */
  #makesRoomBeside(org: string): boolean {
    if (this.#size < MOST) return true;
    const first = this.#orgs.entries().next();
    if (first.done || first.value[0] === org) return false;
    this.#size -= first.value[1].size;
    this.#orgs.delete(first.value[0]);
    return this.#size < MOST;
  }
}
