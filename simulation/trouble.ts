/**
 * What goes wrong, and what went wrong: every place where the world may strike asks here, under a name that is the same in every
 * run of the seed. A schedule is the list of the strikes; told to make only some of them, the same seed shows whether those are
 * enough to fail.
 */
import type { EpochMs } from "../core/time.ts";
import type { Dice } from "./dice.ts";

/** One strike: where (`run-1/sql.exec#17`), what it was, and when. */
export type Strike = { readonly key: string; readonly what: string; readonly at: EpochMs };

/** `null`: as the dice fall. Otherwise exactly these keys; `key=kind` says also how it strikes. */
export type Schedule = ReadonlySet<string> | null;

export class Trouble {
  readonly strikes: Strike[] = [];
  /** How often each place was passed. */
  readonly passed = new Map<string, number>();
  readonly #dice: Dice;
  readonly #only: Schedule;
  readonly #now: () => EpochMs;
  readonly #calmAt: EpochMs;

  /** From `calmAt` on nothing strikes any more. */
  constructor(dice: Dice, only: Schedule, now: () => EpochMs, calmAt: EpochMs) {
    this.#dice = dice;
    this.#only = only;
    this.#now = now;
    this.#calmAt = calmAt;
  }

  get isCalm(): boolean {
    return this.#now() >= this.#calmAt;
  }

  /** One of `kinds`, or null when nothing happens. The same key strikes the same way in every run of the seed. */
  strike<K extends string>(place: string, probability: number, kinds: readonly K[]): K | null {
    const count = this.passed.get(place) ?? 0;
    this.passed.set(place, count + 1);
    const key = `${place}#${count}`;
    const only = this.#only;
    const forced = only === null ? undefined : kinds.find((one) => only.has(`${key}=${one}`));
    const struck = only === null ? !this.isCalm && this.#dice.fate(key) < probability : forced !== undefined || only.has(key);
    if (!struck || kinds.length === 0) return null;
    const kind = forced ?? (kinds[Math.floor(this.#dice.fate(`${key}?`) * kinds.length)] as K);
    this.strikes.push({ key, what: kind, at: this.#now() });
    return kind;
  }
}
