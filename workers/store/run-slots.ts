/**
 * An org's `max_runs` without a read per start. The index of runs is counted at most once a second; what was started here since, and
 * is not in the index yet, is counted on top. The index lags by up to two seconds, so across isolates the limit is approximate: they
 * may exceed it together by what each lets in within three seconds. Within one isolate it is exact. A run that ended gives its slot
 * back when the index says so. What was started here and is not in the index in time also tells how far the index is behind.
 */
import type { EpochMs } from "../../core/time.ts";

/** How long a count may be used, in ms. */
export const COUNT_MS = 1_000;
/** A start that the index has not shown by then never will be shown, in ms: the records queue retries for that long. */
const FORGET_MS = 10 * 60_000;
/** A run that is not in the index this many milliseconds after its start is late; the index promises it within 2 s (docs/contract.md). */
const LATE_MS = 1_200;
/** This many late runs of an org mean that the index is behind; fewer are messages that are delivered again. */
const LATE_RUNS = 50;
/** Maximum orgs that an isolate remembers; the oldest is dropped for a new one. */
const ORGS = 1_000;

/** What the limit of unfinished runs is counted from. */
export type SlotPorts = {
  readonly now: () => EpochMs;
  readonly maxRuns: (org: string) => Promise<number>;
  /** One snapshot: unfinished runs of the org (at most `atMost` are counted), and which of these runs are in the index. */
  readonly look: (org: string, runs: readonly string[], atMost: number) => Promise<{ unfinished: number; indexed: readonly string[] }>;
};

type Held = {
  unfinished: number;
  countedAt: EpochMs;
  /** When somebody last began to count: while there is room, the others use the old count meanwhile. */
  countingSince: EpochMs;
  /** Counts in the order they were asked for: an answer that comes after a newer one is dropped. */
  asked: number;
  answered: number;
  /** Started here and not in the index yet. */
  readonly started: Map<string, { readonly at: EpochMs; acceptedAt: EpochMs | null }>;
};

/** An org's unfinished runs, counted in this isolate between two looks at D1. */
export class RunSlots {
  readonly #ports: SlotPorts;
  readonly #orgs = new Map<string, Held>();

  constructor(ports: SlotPorts) {
    this.#ports = ports;
  }

  /** Takes a slot for this run; false: the org has none left. */
  async take(org: string, run: string): Promise<boolean> {
    const max = await this.#ports.maxRuns(org);
    const held = this.#heldOf(org);
    if (held.started.has(run)) return true;
    if (this.#isDue(held, max)) await this.#count(org, held, max);
    // INVARIANT: nothing is awaited between the comparison and the entry.
    if (held.unfinished + held.started.size >= max) return false;
    held.started.set(run, { at: this.#ports.now(), acceptedAt: null });
    return true;
  }

  /** The run began: its starter hears so now. */
  accepted(org: string, run: string): void {
    const started = this.#orgs.get(org)?.started.get(run);
    if (started !== undefined) started.acceptedAt = this.#ports.now();
  }

  /**
   * True while many runs of the org that began here are late in the index. Known without an answer from D1, which is as late as the
   * index where an isolate has too much to do; one caller a second asks it.
   */
  async isBehind(org: string): Promise<boolean> {
    const held = this.#orgs.get(org);
    if (held === undefined || !this.#areManyLate(held)) return false;
    const now = this.#ports.now();
    if (now - held.countingSince < COUNT_MS) return true;
    held.countingSince = now; // nothing is awaited before: one of those who ask at once counts
    await this.#count(org, held, await this.#ports.maxRuns(org));
    return this.#areManyLate(held);
  }

  /** What the index shows in time is known here one count later. */
  #areManyLate({ started }: Held): boolean {
    if (started.size < LATE_RUNS) return false;
    const before = this.#ports.now() - LATE_MS - COUNT_MS;
    let late = 0;
    for (const { acceptedAt } of started.values()) if (acceptedAt !== null && acceptedAt <= before) late += 1;
    return late >= LATE_RUNS;
  }

  /** The run did not begin, or is known to have ended before the index showed it. */
  give(org: string, run: string): void {
    this.#orgs.get(org)?.started.delete(run);
  }

  #heldOf(org: string): Held {
    const known = this.#orgs.get(org);
    if (known !== undefined) return known;
    const oldest = this.#orgs.size >= ORGS ? this.#orgs.keys().next() : null;
    if (oldest !== null && !oldest.done) this.#orgs.delete(oldest.value);
    const held: Held = {
      unfinished: 0,
      countedAt: -COUNT_MS,
      countingSince: -COUNT_MS,
      asked: 0,
      answered: 0,
      started: new Map(),
    };
    this.#orgs.set(org, held);
    return held;
  }

  #isDue(held: Held, max: number): boolean {
    const now = this.#ports.now();
    if (now - held.countedAt < COUNT_MS) return false;
    // Somebody counts already: an old count is good enough to let in by, not to refuse by. Before its first count an org has none.
    const isCounting = held.countedAt >= 0 && now - held.countingSince < COUNT_MS;
    return !isCounting || held.unfinished + held.started.size >= max;
  }

  async #count(org: string, held: Held, max: number): Promise<void> {
    const at = this.#ports.now();
    held.asked += 1;
    const number = held.asked;
    held.countingSince = at;
    for (const [run, started] of held.started) if (at - started.at > FORGET_MS) held.started.delete(run);
    const { unfinished, indexed } = await this.#ports.look(org, [...held.started.keys()], max);
    if (number < held.answered) return;
    held.answered = number;
    held.unfinished = unfinished;
    held.countedAt = at;
    for (const run of indexed) held.started.delete(run);
  }
}
