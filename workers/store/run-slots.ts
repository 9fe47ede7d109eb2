/**
 * An org's `max_runs` without a read per start. The index of runs is counted at most once a second; what was started here since, and
 * is not in the index yet, is counted on top. The index lags by up to two seconds, so across isolates the limit is approximate: they
 * may exceed it together by what each lets in within three seconds. Within one isolate it is exact. A run that ended gives its slot
 * back when the index says so. The same looks tell which accepted runs are in the index (unlisted-runs.ts), and so how far it is behind.
 */
import type { EpochMs } from "../../core/time.ts";
import { UnlistedRuns } from "./unlisted-runs.ts";

/** How long a count may be used, in ms. */
export const COUNT_MS = 1_000;
/** A start that the index has not shown by then never will be shown, in ms: the records queue retries for that long. */
const FORGET_MS = 10 * 60_000;
/** A run that is not in the index this many milliseconds after its start is late; the index promises it within 2 s (docs/contract.md). */
const LATE_MS = 1_200;
/**
 * Nobody waits longer than this for a count, in ms, whoever asked for it. The runtime ends the asking of a request whose client went away or that
 * was answered meanwhile: the promise of its count never settles then.
 */
const WAIT_MS = COUNT_MS;
/** How often a count that another request asked for is looked at, in ms. */
const LOOK_MS = 20;
/**
 * Runs that were accepted are looked for this often, in ms, whether or not anybody starts another: retention may delete the line of an ended run
 * soon, and who looks later than that takes the run for one that never was listed.
 */
const SEARCH_MS = 2_000;
/**
 * A search goes on for so long, in ms: what a request keeps under way ends 30 s after its answer
 * (developers.cloudflare.com/workers/runtime-apis/context, 2026-10). A run accepted later than `renewMs` after its begin begins the next one.
 */
const SEARCH = { mostMs: 20_000, renewMs: 5_000 } as const;
/** Maximum orgs that an isolate remembers; the oldest is dropped for a new one. */
const ORGS = 1_000;

const NEVER = Number.NEGATIVE_INFINITY;

/** What the limit of unfinished runs is counted from. */
export type SlotPorts = {
  readonly now: () => EpochMs;
  readonly maxRuns: (org: string) => Promise<number>;
  /** One snapshot: unfinished runs of the org (at most `atMost` are counted), and which of these runs are in the index. */
  readonly look: (org: string, runs: readonly string[], atMost: number) => Promise<{ unfinished: number; indexed: readonly string[] }>;
  /** Keeps a count under way that its request does not wait for to the end: without it nobody learns that the index has caught up. */
  readonly waitUntil: (count: Promise<unknown>) => void;
  readonly sleep: (ms: number) => Promise<void>;
};

type Held = {
  unfinished: number;
  countedAt: EpochMs;
  /** When somebody last began to count: while there is room, the others use the old count meanwhile. */
  countingSince: EpochMs;
  /** Counts in the order they were asked for: an answer that comes after a newer one is dropped. */
  asked: number;
  answered: number;
  /** The newest count that has no answer yet; `since`: when the first one after the last answer was asked for. */
  waiting: { readonly since: EpochMs; readonly count: Promise<void> } | null;
  /** When each run was started here that is not in the index yet. */
  readonly started: Map<string, EpochMs>;
  /** When the search that is under way began; the one before it ends. */
  searchingSince: EpochMs;
};

/** An org's unfinished runs, counted in this isolate between two looks at D1. */
export class RunSlots {
  readonly #ports: SlotPorts;
  readonly #orgs = new Map<string, Held>();
  readonly #unlisted = new UnlistedRuns();

  constructor(ports: SlotPorts) {
    this.#ports = ports;
  }

  /** Takes a slot for this run; false: the org has none left. */
  async take(org: string, run: string): Promise<boolean> {
    const max = await this.#ports.maxRuns(org);
    const held = this.#heldOf(org);
    if (held.started.has(run)) return true;
    if (this.#isDue(held, max)) await this.#count(org, held);
    // INVARIANT: nothing is awaited between the comparison and the entry.
    if (held.unfinished + held.started.size >= max) return false;
    held.started.set(run, this.#ports.now());
    return true;
  }

  /** The run began, and may have ended: its starter hears so now. */
  accepted(org: string, run: string): void {
    const now = this.#ports.now();
    this.#unlisted.accepted(org, run, now);
    const held = this.#heldOf(org);
    if (now - held.searchingSince < SEARCH.renewMs) return;
    held.searchingSince = now;
    this.#ports.waitUntil(this.#search(org, held, now));
  }

  /** These runs have or had a line in the index, as who deletes the line knows. */
  listed(org: string, runs: readonly string[]): void {
    this.#unlisted.shown(org, runs, this.#ports.now());
    for (const run of runs) this.give(org, run);
  }

  /** Looks for the org's accepted runs until the index has shown all of them. Never rejects: the next look asks again. */
  async #search(org: string, held: Held, since: EpochMs): Promise<void> {
    for (let round = 0; round < SEARCH.mostMs / SEARCH_MS; round++) {
      await this.#ports.sleep(SEARCH_MS);
      if (held.searchingSince !== since) return;
      if (!this.#unlisted.hasAny(org)) break;
      if (this.#ports.now() - held.countedAt >= COUNT_MS) await this.#count(org, held).catch(() => undefined);
    }
    if (held.searchingSince === since) held.searchingSince = NEVER;
  }

  /**
   * True while the index does not show many of the org's runs that were accepted here long enough ago. Nobody waits for D1 where its last
   * answer is fresh, or where it has owed one for a second: an isolate with too much to do gets it as late as the index gets its lines.
   */
  async isBehind(org: string): Promise<boolean> {
    if (!this.#areManyLate(org)) return false;
    const held = this.#heldOf(org);
    const now = this.#ports.now();
    if (now - held.countedAt < COUNT_MS) return true;
    const isOwed = held.waiting !== null && now - held.waiting.since >= COUNT_MS;
    const isAsked = now - held.countingSince < COUNT_MS;
    const own = isAsked ? null : this.#count(org, held);
    if (isOwed) return true;
    return (await (own === null ? isAnsweredMeanwhile(held) : isAnswered(own))) ? this.#areManyLate(org) : true;
  }

  /** What the index shows in time is known here one count later. */
  #areManyLate(org: string): boolean {
    return this.#unlisted.isBehind(org, this.#ports.now() - LATE_MS - COUNT_MS);
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
      waiting: null,
      started: new Map(),
      searchingSince: NEVER,
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

  #count(org: string, held: Held): Promise<void> {
    // INVARIANT: nothing is awaited before: one of those who ask at once counts.
    const at = this.#ports.now();
    held.asked += 1;
    held.countingSince = at;
    const count = this.#ask(org, held, held.asked, at);
    held.waiting = { since: held.waiting?.since ?? at, count };
    // Who waits for it hears of its failure. For the others it is over: the next one asks again, and waits for that.
    const over = count.catch(() => {
      if (held.waiting?.count === count) held.waiting = null;
    });
    this.#ports.waitUntil(over);
    return count;
  }

  async #ask(org: string, held: Held, number: number, at: EpochMs): Promise<void> {
    const max = await this.#ports.maxRuns(org);
    for (const [run, startedAt] of held.started) if (at - startedAt > FORGET_MS) held.started.delete(run);
    const runs = new Set([...held.started.keys(), ...this.#unlisted.of(org)]);
    const { unfinished, indexed } = await this.#ports.look(org, [...runs], max);
    this.#unlisted.shown(org, indexed, at);
    if (number < held.answered) return;
    held.answered = number;
    held.unfinished = unfinished;
    held.countedAt = at;
    held.waiting = null;
    for (const run of indexed) held.started.delete(run);
  }
}

/**
 * True when the count that another request asked for has its answer. Looked at by a timer of one's own: what waits for a promise of another
 * request may go on in that request's context, where the runtime lets it do nothing any more.
 */
async function isAnsweredMeanwhile(held: Held): Promise<boolean> {
  const number = held.asked;
  for (let waited = 0; waited < WAIT_MS && held.waiting !== null && held.answered < number; waited += LOOK_MS)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return held.answered >= number;
}

/** False: there is no answer in time. Rejects as the count does. `count`: one's own. */
async function isAnswered(count: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), WAIT_MS);
  });
  try {
    return await Promise.race([count.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
