/**
 * Runs that an isolate accepted and that the index has not shown yet, whether they are still under way or have ended. They tell how far
 * the index is behind, and take no slot of `max_runs` (run-slots.ts). In memory of the isolate, bounded; knows no clock.
 */
import type { EpochMs } from "../../core/time.ts";

/** Maximum runs that an isolate remembers. Two seconds of starts are far fewer. */
const MOST = 10_000;
/** A run that the index has not shown by then never will be shown, in ms: the records queue retries for that long. */
const FORGET_MS = 10 * 60_000;
/** This many late runs of an org mean that the index is behind; fewer are messages that are delivered again. */
const LATE_RUNS = 50;
/**
 * It takes only this many, somewhat later in ms, where the index shows nothing that was accepted after them: then it stands still. At 40
 * runs a second both say so at the same time, 3.4 s after the first of them.
 */
const LATE_AND_LAST = { runs: 5, laterMs: 1_200 };

type OfOrg = {
  readonly runs: Map<string, EpochMs>;
  /** When the newest run that the index showed was accepted. */
  shownUpTo: EpochMs;
};

/** Accepted runs by org; those of one org in the order in which they were accepted. */
export class UnlistedRuns {
  /** The org that accepted a run last is the last. */
  readonly #orgs = new Map<string, OfOrg>();
  #size = 0;

  /** The run's starter hears now that it began. */
  accepted(org: string, run: string, at: EpochMs): void {
    const ofOrg = this.#orgs.get(org) ?? { runs: new Map<string, EpochMs>(), shownUpTo: 0 };
    this.#orgs.delete(org);
    this.#orgs.set(org, ofOrg);
    if (ofOrg.runs.has(run) || !this.#makesRoomBeside(org)) return;
    ofOrg.runs.set(run, at);
    this.#size += 1;
  }

  /** Of this org, the oldest first. */
  of(org: string): Iterable<string> {
    return this.#orgs.get(org)?.runs.keys() ?? [];
  }

  hasAny(org: string): boolean {
    return this.#orgs.has(org);
  }

  /** True when so many of the org's runs that were accepted at `at` or before are missing in the index that it must be behind. */
  isBehind(org: string, at: EpochMs): boolean {
    const { runs, shownUpTo } = this.#orgs.get(org) ?? { runs: new Map<string, EpochMs>(), shownUpTo: 0 };
    let late = 0;
    let last = 0;
    for (const acceptedAt of runs.values()) {
      if (acceptedAt > at) return false;
      late += 1;
      if (acceptedAt > shownUpTo && acceptedAt <= at - LATE_AND_LAST.laterMs) last += 1;
      if (late >= LATE_RUNS || last >= LATE_AND_LAST.runs) return true;
    }
    return false;
  }

  /** The index shows these runs; those that it never showed in all this time are dropped as well. */
  shown(org: string, runs: readonly string[], now: EpochMs): void {
    const ofOrg = this.#orgs.get(org);
    if (ofOrg === undefined) return;
    for (const run of runs) {
      ofOrg.shownUpTo = Math.max(ofOrg.shownUpTo, ofOrg.runs.get(run) ?? 0);
      if (ofOrg.runs.delete(run)) this.#size -= 1;
    }
    for (const [run, at] of ofOrg.runs) {
      if (now - at <= FORGET_MS) break;
      if (ofOrg.runs.delete(run)) this.#size -= 1;
    }
    if (ofOrg.runs.size === 0) this.#orgs.delete(org);
  }

  /** The org that has accepted nothing for longest is forgotten. Where there is only one, its oldest runs tell most: they stay. */
  #makesRoomBeside(org: string): boolean {
    if (this.#size < MOST) return true;
    const first = this.#orgs.entries().next();
    if (first.done || first.value[0] === org) return false;
    this.#size -= first.value[1].runs.size;
    this.#orgs.delete(first.value[0]);
    return this.#size < MOST;
  }
}
