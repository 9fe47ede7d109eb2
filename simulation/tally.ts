/**
 * A run's money, added up once more from what its journal says was reserved, paid and left in doubt, apart from the fold: each call has at most
 * one reservation, which what it cost takes the place of.
 */
import type { RunEvent } from "../core/run/machine/event.ts";
import { factsOf } from "./shop.ts";

/** In micro-dollars. `paid`: known costs. `total`: with what is reserved for calls under way, and kept for those of which nobody told. */
export class Tally {
  paid = 0;
  #kept = 0;
  readonly #ruledOut = new Set<string>();
  readonly #open = new Map<string, number>();
  /** Of each call: what is kept for its sendings, oldest first. */
  readonly #doubts = new Map<string, number[]>();

  get total(): number {
    return [...this.#open.values()].reduce((sum, reserved) => sum + reserved, this.paid + this.#kept);
  }

  take(event: RunEvent): void {
    switch (event.type) {
      case "tool.called":
        // Who does not honour keys may charge for each call that left, also for one that broke off, unless it said that nothing happened.
        if (factsOf(event.data.tool).idempotency !== "key" && !this.#ruledOut.delete(event.data.activity))
          this.#settle(event.data.activity, 0, this.#open.get(event.data.activity) ?? 0);
        this.#open.set(event.data.activity, event.data.reserved?.micro_usd ?? 0);
        break;
      case "model.calling":
      case "child.called":
        this.#open.set(event.data.activity, event.data.reserved.micro_usd);
        break;
      case "tool.answered":
        this.#settle(event.data.activity, event.data.spent_micro_usd ?? 0, event.data.held_micro_usd ?? 0);
        this.#keepApart(event.data.activity, event.data.held_micro_usd ?? 0);
        break;
      case "tool.looked_up":
        if (event.data.found === "no") this.#ruledOut.add(event.data.activity);
        if (event.data.found !== "unsure") this.#letGo(event.data.activity, event.data.found === "no");
        if (event.data.spent_micro_usd !== undefined) this.#settle(event.data.activity, event.data.spent_micro_usd, 0);
        break;
      case "model.called":
        this.#settle(event.data.activity, event.data.spent.micro_usd, event.data.held?.micro_usd ?? 0);
        break;
      case "child.ended":
        this.#settle(event.data.activity, event.data.usage.microUsd, event.data.held.micro_usd);
    }
  }

  #keepApart(activity: string, kept: number): void {
    if (kept > 0) this.#doubts.set(activity, [...(this.#doubts.get(activity) ?? []), kept]);
  }

  /** What a look-up settles: of a write that never happened all that is kept; of one that happened its last sending, which is paid instead. */
  #letGo(activity: string, never: boolean): void {
    const doubts = this.#doubts.get(activity) ?? [];
    this.#doubts.delete(activity);
    if (never) this.#kept -= doubts.reduce((sum, kept) => sum + kept, 0);
    else if ((this.#open.get(activity) ?? 0) === 0) this.#kept -= doubts.at(-1) ?? 0;
  }

  #settle(activity: string, paid: number, kept: number): void {
    this.#open.delete(activity);
    this.paid += paid;
    this.#kept += kept;
  }
}
