/**
 * A bound on the pages that streams of this isolate have read and their clients have not taken. A client that never reads costs a page
 * only for a moment: where others wait, what nobody has touched for a while is dropped, and read again should its client go on. Nobody
 * waits for what another request does: the runtime may end that one at any time.
 */
import type { EpochMs } from "../../core/time.ts";

/** How many pages are held, and for how long against others that wait. */
export type HeldLimits = {
  /** Maximum pages held at once. */
  readonly most: number;
  /** A page of which nothing was taken for this long, in ms, makes room for another. */
  readonly idleMs: number;
  /** So does one that has not been read to its end after this long, in ms. */
  readonly readingMs: number;
  /** How long whoever finds no room waits before it looks again, in ms. */
  readonly againMs: number;
};

/** What holds a page; `drop` is called at most once, and lets go of it. */
export type Holder = { readonly drop: () => void };

/** The pages held in this isolate. */
export class HeldPages {
  readonly #limits: HeldLimits;
  readonly #now: () => EpochMs;
  readonly #sleep: (ms: number) => Promise<void>;
  /** From when on each page makes room for another. */
  readonly #held = new Map<Holder, EpochMs>();

  constructor(limits: HeldLimits, now: () => EpochMs, sleep: (ms: number) => Promise<void>) {
    this.#limits = limits;
    this.#now = now;
    this.#sleep = sleep;
  }

  /** Waits until this holder may read a page. */
  async enter(holder: Holder): Promise<void> {
    while (!this.#hasRoom()) await this.#sleep(this.#limits.againMs);
    this.#held.set(holder, this.#now() + this.#limits.readingMs);
  }

  /** Something of the page was taken. */
  touch(holder: Holder): void {
    if (this.#held.has(holder)) this.#held.set(holder, this.#now() + this.#limits.idleMs);
  }

  /** The page was taken to its end, or nobody wants it any more. */
  leave(holder: Holder): void {
    this.#held.delete(holder);
  }

  #hasRoom(): boolean {
    if (this.#held.size < this.#limits.most) return true;
    const now = this.#now();
    for (const [holder, until] of this.#held) {
      if (until > now) continue;
      this.#held.delete(holder);
      holder.drop();
      return true;
    }
    return false;
  }
}
