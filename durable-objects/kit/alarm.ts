/**
 * An object's one alarm. It rings at the earliest of what the object waits for, never at `now` (set to `now` inside `alarm()` it can
 * stall), and an alarm that the platform dropped after its retries is noticed. Remembers what storage has, to write it rarely.
 */
import type { EpochMs } from "../../core/time.ts";

/** While `alarm()` works, the next one stands this far ahead, in ms: a crash in the middle is picked up. */
const LEASE_MS = 30_000;
/** An alarm that is this late, in ms, was dropped: the platform's six retries take less. */
const LOST_MS = 60_000;

/** The runtime takes no alarm after April 2262 (2^63 nanoseconds since 1970): one that is farther away than a year is set for a year. */
const FARTHEST_MS = 365 * 24 * 60 * 60_000;

/** An object's one alarm: the earliest wish wins. */
export class Alarm {
  readonly #storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">;
  readonly #now: () => EpochMs;
  /** What storage has; null: none; undefined: not known. */
  #at: EpochMs | null | undefined;

  constructor(storage: Pick<DurableObjectStorage, "getAlarm" | "setAlarm" | "deleteAlarm">, now: () => EpochMs) {
    this.#storage = storage;
    this.#now = now;
  }

  /** At the earliest of everything that the object waits for; no alarm when that is nothing. MUST be given all of it. */
  async setTo(wishes: readonly (EpochMs | null)[]): Promise<void> {
    const earliest = earliestOf(wishes);
    if (earliest === null) await this.#clear();
    else await this.#set(earliest);
  }

  /**
   * At the earliest of everything that the object waits for or before: an earlier alarm stays, and finds nothing to do. No alarm when
   * that is nothing. INVARIANT: nothing is awaited before the alarm is set, so that it is durable together with what was just committed.
   */
  async setByAll(wishes: readonly (EpochMs | null)[]): Promise<void> {
    const earliest = earliestOf(wishes);
    if (earliest === null) await this.#clear();
    else if (this.#at == null || this.#at <= this.#now() || this.#at > this.#soonest(earliest)) await this.#set(earliest);
  }

  /** At the earliest of these or before, for a caller that does not know what else the object waits for: an earlier alarm stays. */
  async setByAny(wishes: readonly (EpochMs | null)[]): Promise<void> {
    const earliest = earliestOf(wishes);
    if (earliest === null) return;
    if (this.#at === undefined || (this.#at !== null && isLate(this.#at, this.#now()))) await this.#look();
    if (this.#at == null || this.#at > this.#soonest(earliest)) await this.#set(earliest);
  }

  /** MUST come first in an `alarm()` that may die in the middle; `setTo` ends the lease. */
  async lease(): Promise<void> {
    await this.#set(this.#now() + LEASE_MS);
  }

  /** What is remembered is no longer true: the alarm rings, or storage was emptied. */
  forget(): void {
    this.#at = undefined;
  }

  /** True when storage has no alarm, or one that was dropped. While `alarm()` runs without a lease there is none. */
  async isLost(): Promise<boolean> {
    await this.#look();
    return this.#at === null;
  }

  async #look(): Promise<void> {
    const before = this.#at;
    const stored = await this.#storage.getAlarm();
    if (this.#at === before) this.#at = isLate(stored, this.#now()) ? null : stored; // else it was set meanwhile
  }

  async #set(wish: EpochMs): Promise<void> {
    this.#at = this.#soonest(wish);
    await this.#storage.setAlarm(this.#at);
  }

  /** Between 1 ms and `FARTHEST_MS` from now. An alarm that rings before its time finds nothing to do and is set again. */
  #soonest(wish: EpochMs): EpochMs {
    return Math.min(Math.max(wish, this.#now() + 1), this.#now() + FARTHEST_MS);
  }

  async #clear(): Promise<void> {
    if (this.#at === null) return;
    this.#at = null;
    await this.#storage.deleteAlarm();
  }
}

/** True when an alarm that storage has was dropped, and when it has none. */
export const isLate = (alarm: EpochMs | null, now: EpochMs): boolean => alarm === null || alarm < now - LOST_MS;

function earliestOf(wishes: readonly (EpochMs | null)[]): EpochMs | null {
  const times = wishes.filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
}
