/**
 * A bound on how many do something at once in this isolate, for who cannot wait in line: whoever finds it full is told when to come
 * again, one after another at a steady rate, so that a crowd comes back spread out. Knows no clock: callers say what time it is.
 */
import type { EpochMs } from "../core/time.ts";

/** How many a turnstile lets in, and how it spreads out those that it turns away. */
export type TurnstileLimits = {
  /** Maximum inside at once. */
  readonly width: number;
  /** Maximum inside at once of one group: a crowd of one leaves room for the others. */
  readonly groupWidth: number;
  /** How many of those turned away are told to come again within the same second. */
  readonly perSecond: number;
  /** Maximum milliseconds that anybody is told to wait. */
  readonly longestMs: number;
};

/** Lets a bounded number in. In memory of the isolate. */
export class Turnstile {
  readonly #limits: TurnstileLimits;
  readonly #inside = new Map<unknown, { readonly group: string; readonly until: EpochMs }>();
  /** When the last of those turned away comes again. */
  #lastAt: EpochMs = 0;

  constructor(limits: TurnstileLimits) {
    this.#limits = limits;
  }

  /**
   * 0: `who` is inside, until it leaves or `heldMs` have passed. Otherwise the milliseconds after which it may ask again. `who` is the
   * key of a map; whoever is inside already is not counted twice.
   */
  enter(who: unknown, group: string, at: EpochMs, heldMs: number): number {
    if (!this.#inside.has(who) && !this.#hasRoom(group)) this.#expire(at);
    if (this.#inside.has(who) || this.#hasRoom(group)) {
      this.#inside.set(who, { group, until: at + heldMs });
      return 0;
    }
    const { perSecond, longestMs } = this.#limits;
    this.#lastAt = Math.min(Math.max(this.#lastAt, at) + 1_000 / perSecond, at + longestMs);
    return Math.max(1, Math.ceil(this.#lastAt - at));
  }

  leave(who: unknown): void {
    this.#inside.delete(who);
  }

  #hasRoom(group: string): boolean {
    const { width, groupWidth } = this.#limits;
    if (this.#inside.size >= width) return false;
    if (this.#inside.size < groupWidth) return true;
    let ofGroup = 0;
    for (const inside of this.#inside.values()) if (inside.group === group) ofGroup += 1;
    return ofGroup < groupWidth;
  }

  #expire(at: EpochMs): void {
    for (const [who, { until }] of this.#inside) if (until <= at) this.#inside.delete(who);
  }
}
