/**
 * Time that passes only when nothing else can happen. Everything that happens later is an entry here, and belongs to somebody: what
 * belongs to one who is gone does not happen. Between two entries the microtasks run dry, so that each entry is one event of one
 * owner, as the runtime delivers them.
 *
 * INVARIANT: what crosses from one owner to another goes through an entry, never through a promise.
 */
import type { EpochMs } from "../core/time.ts";
import type { Dice } from "./dice.ts";

export type Owner = { readonly name: string; readonly dead: boolean };

/** The network, people, the platform: what is always there. */
export const WORLD: Owner = { name: "world", dead: false };

type Entry = { readonly at: EpochMs; readonly order: number; readonly owner: Owner; readonly work: () => void; cancelled: boolean };

const realSetImmediate = setImmediate;
/** Resolves when the microtasks have run dry. */
const settled = (): Promise<void> => new Promise((resolve) => realSetImmediate(resolve));

export class Clock {
  now: EpochMs;
  /** Whose event is being handled: timers that are set now are this owner's. */
  current: Owner = WORLD;
  /** Events so far. */
  steps = 0;
  readonly #dice: Dice;
  readonly #heap: Entry[] = [];

  constructor(start: EpochMs, dice: Dice) {
    this.now = start;
    this.#dice = dice;
  }

  /** Entries of the same millisecond come in any order. */
  after(delayMs: number, owner: Owner, work: () => void): { cancel(): void } {
    const entry: Entry = { at: this.now + Math.max(0, delayMs), order: this.#dice.roll("clock/order"), owner, work, cancelled: false };
    this.#push(entry);
    return {
      cancel() {
        entry.cancelled = true;
      },
    };
  }

  /** One event. False when nothing is left to happen before `until`. */
  async step(until: EpochMs): Promise<boolean> {
    for (let top = this.#heap[0]; top !== undefined && (top.cancelled || top.owner.dead); top = this.#heap[0]) this.#pop();
    const next = this.#heap[0];
    if (next === undefined || next.at > until) return false;
    this.#pop();
    this.now = Math.max(this.now, next.at);
    this.current = next.owner;
    this.steps++;
    next.work();
    await settled();
    this.current = WORLD;
    return true;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!isBefore(entry, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = index * 2 + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && isBefore(heap[right] as Entry, heap[left] as Entry) ? right : left;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
