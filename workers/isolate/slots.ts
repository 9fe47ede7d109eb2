/**
 * How many dynamic Workers one object has in flight. The platform allows ten for a Durable Object; more calls wait here, in order, each
 * run for itself: one run's calls hold up no other's.
 */

/** Dynamic Workers in flight for one Durable Object (Cloudflare, "Dynamic Workers: limits"). */
const AT_ONCE = 10;
/** Calls of one run that wait; further ones are refused. */
const MOST_WAITING = 100;

type Lane = { inFlight: number; readonly org: string; readonly waiting: Set<() => void> };

/** The slots of this isolate's runs. */
export class Slots {
  readonly #lanes = new Map<string, Lane>();

  /** Work once there is a slot, or null when too many wait. Whoever gives up waiting frees its place. */
  async use<T>(run: string, org: string, within: <W>(work: Promise<W>) => Promise<W>, work: () => Promise<T>): Promise<T | null> {
    const key = JSON.stringify([org, run]);
    const lane: Lane = this.#lanes.get(key) ?? { inFlight: 0, org, waiting: new Set() };
    this.#lanes.set(key, lane);
    if (lane.inFlight >= AT_ONCE) {
      if (lane.waiting.size >= MOST_WAITING) return null;
      const { promise, resolve } = Promise.withResolvers<void>();
      lane.waiting.add(resolve);
      try {
        await within(promise);
      } catch (error) {
        // Its turn may have come in the same moment: then it is the next one's.
        if (!lane.waiting.delete(resolve)) this.#next(key, lane);
        throw error;
      }
    } else lane.inFlight += 1;
    try {
      return await work();
    } finally {
      this.#next(key, lane);
    }
  }

  /** Hands the slot on, or frees it. */
  #next(key: string, lane: Lane): void {
    const [first] = lane.waiting;
    if (first !== undefined) {
      lane.waiting.delete(first);
      first();
      return;
    }
    lane.inFlight -= 1;
    if (lane.inFlight === 0) this.#lanes.delete(key);
  }

  /** Calls that wait, by org. */
  waiting(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { org, waiting } of this.#lanes.values()) counts.set(org, (counts.get(org) ?? 0) + waiting.size);
    return counts;
  }
}
