/** `npm run simulate -- …`: what was asked for. */
import { parseArgs } from "node:util";

export type Asked = {
  readonly seeds: number;
  readonly first: number;
  /** null: as many seeds as asked for, however long it takes. */
  readonly minutes: number | null;
  readonly plant: boolean;
  readonly workers: number;
};

export const USAGE = `usage: npm run simulate -- [--seeds N] [--seed S] [--minutes M] [--workers W] [--plant]
  --seeds N     how many seeds (200)
  --seed S      the first of them (1); alone: just this one, with its events when it fails
  --minutes M   as many seeds as fit into M minutes
  --workers W   side by side (the cores that there are)
  --plant       plants ten faults, one after another, and says how many seeds each needed to be found`;

/** Throws with a sentence when the arguments make no sense. */
export function readArguments(given: readonly string[], cores: number): Asked {
  const { values } = parseArgs({
    args: [...given],
    options: {
      seeds: { type: "string" },
      seed: { type: "string" },
      minutes: { type: "string" },
      workers: { type: "string" },
      plant: { type: "boolean", default: false },
    },
  });
  const first = wholeNumber("seed", values.seed ?? "1", 0);
  const seeds = values.seeds === undefined ? (values.seed === undefined ? 200 : 1) : wholeNumber("seeds", values.seeds, 1);
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  if (minutes !== null && !(minutes > 0)) throw new TypeError("--minutes takes a number above 0");
  const workers =
    values.workers === undefined
      ? minutes === null && !values.plant
        ? Math.min(cores, seeds)
        : cores
      : wholeNumber("workers", values.workers, 1);
  return { seeds, first, minutes, plant: values.plant, workers };
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) throw new TypeError(`--${name} takes a whole number from ${least} on`);
  return value;
}
