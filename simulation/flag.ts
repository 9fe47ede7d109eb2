/** The kill switch's flag in KV: a read may show what stood there up to a minute ago, and a hand in the dashboard may write it. */
import type { FlagMark, FlagReading, FlagValue } from "../core/kill-switch/flag.ts";
import type { FlagPort } from "../durable-objects/kill-switch/flag-watch.ts";
import type { Clock } from "./clock.ts";
import type { Dice } from "./dice.ts";

const STALE_MS = 60_000;

export class Flag implements FlagPort {
  readonly #clock: Clock;
  readonly #dice: Dice;
  readonly #history: { readonly at: number; readonly reading: FlagReading }[] = [{ at: 0, reading: { value: null, mark: null } }];

  constructor(clock: Clock, dice: Dice) {
    this.#clock = clock;
    this.#dice = dice;
  }

  async read(): Promise<FlagReading> {
    const seenAt = this.#clock.now - (this.#dice.happens("flag/stale", 0.3) ? this.#dice.between("flag/age", 0, STALE_MS) : 0);
    return this.#history.findLast(({ at }) => at <= seenAt)?.reading ?? { value: null, mark: null };
  }

  async write(value: FlagValue, mark: FlagMark): Promise<void> {
    this.#history.push({ at: this.#clock.now, reading: { value, mark } });
  }

  setByHand(value: FlagValue): void {
    this.#history.push({ at: this.#clock.now, reading: { value, mark: null } });
  }
}
