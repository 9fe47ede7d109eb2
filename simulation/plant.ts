/** Plants each fault and looks how many seeds it takes until one fails: a fault that nothing finds is a hole in the simulation. */
import type { Asked } from "./arguments.ts";
import { work } from "./crew.ts";
import { FAULTS, sourceOf, withFault } from "./faults.ts";
import type { Told } from "./worker.ts";

/** Maximum seeds tried for one fault; beyond them it counts as not found. */
export const MOST_SEEDS = 3_000;

/** 0 when every fault was found. */
export async function plantAll({ first, workers }: Asked): Promise<number> {
  for (const fault of FAULTS) withFault(fault, sourceOf(fault));
  let missed = 0;
  console.log(["seeds", "found as", "fault"].map((word, index) => word.padEnd([7, 24, 0][index] ?? 0)).join(""));
  for (const { name, what } of FAULTS) {
    const failure = await firstFailure(name, first, workers);
    if (failure === null) missed++;
    const seeds = failure === null ? `>${MOST_SEEDS}` : String(failure.seed - first + 1);
    console.log(`${seeds.padEnd(7)}${(failure?.violations[0]?.kind ?? "not found").padEnd(24)}${name}: ${what}`);
  }
  return missed === 0 ? 0 : 1;
}

/** The lowest failing seed from `first` on; null when none of `MOST_SEEDS` fails. */
export async function firstFailure(fault: string, first: number, workers: number): Promise<Told | null> {
  let next = first;
  let found: Told | null = null;
  await work({
    workers,
    fault,
    shrink: false,
    next: () => (found === null && next < first + MOST_SEEDS ? next++ : null),
    told: (told) => {
      if (told.violations.length > 0 && (found === null || told.seed < found.seed)) found = told;
    },
  });
  return found;
}
