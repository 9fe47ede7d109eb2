/** Chance from a seed: the same sentences, folds and weights on every machine. */
import { seeded } from "../../../test/support/personal/draw.ts";

export type Draw = {
  /** From 0 to 1, 1 excluded. */
  next(): number;
  /** Whole numbers from 0, `below` excluded. */
  below(bound: number): number;
  pick<T>(items: readonly T[]): T;
};

/** `seed`: a whole number. */
export function drawFrom(seed: number): Draw {
  const next = seeded(seed);
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
  };
}
