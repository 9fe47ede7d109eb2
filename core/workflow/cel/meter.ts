/**
 * What bounds an evaluation, and how it ends early. `Stopped` is thrown and caught inside this folder only: the evaluator's
 * callers get data.
 */

/** About 50 ns each: a whole template stays well under 50 ms. */
const MAX_STEPS = 200_000;
/** UTF-16 units of one text that an expression builds. */
const MAX_TEXT = 1_048_576;

/** Thrown to end an evaluation, and caught by the evaluator or by `expression.ts`. */
export class Stopped {
  readonly reason: string;
  /** A spent budget: `||`, `&&`, `all` and `exists` must not swallow it as they do other errors. */
  readonly final: boolean;

  constructor(reason: string, final: boolean) {
    this.reason = reason;
    this.final = final;
  }
}

/** Ends the evaluation with this reason. */
export function fail(reason: string): never {
  throw new Stopped(reason, false);
}

/** Counts the steps of an evaluation, and ends it beyond the maximum. */
export class Meter {
  readonly #most: number;
  #left: number;

  constructor(steps: number = MAX_STEPS) {
    this.#most = steps;
    this.#left = steps;
  }

  /** Steps so far, never more than the maximum. */
  get spent(): number {
    return Math.min(this.#most, this.#most - this.#left);
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new Stopped("it takes too many steps", true);
  }

  /** A text of this length is about to be built. */
  text(length: number): void {
    if (length > MAX_TEXT) throw new Stopped("a text becomes too long", true);
    this.spend(length / 64);
  }
}
