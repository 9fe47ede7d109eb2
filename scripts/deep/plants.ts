/** Faults planted in the engine's source, one at a time: the simulation must find each, or it has a hole (docs/simulation.md). */
import { availableParallelism } from "node:os";
import { FAULTS, sourceOf, withFault } from "../../simulation/faults.ts";
import { firstFailure, MOST_SEEDS } from "../../simulation/plant.ts";
import type { Check } from "./check.ts";

export const plants: Check = {
  name: "plants",
  title: "faults planted in the engine, each of which the simulation must find",
  async run({ tell, violation }) {
    for (const fault of FAULTS) withFault(fault, sourceOf(fault)); // throws where a fault no longer fits its source
    const rows = [["seeds", "found as", "fault"]];
    for (const [index, { name, what }] of FAULTS.entries()) {
      tell(`${index + 1} of ${FAULTS.length}: ${name}`);
      const failure = await firstFailure(name, 1, availableParallelism());
      if (failure === null) violation(`${name} is not found in ${MOST_SEEDS} seeds: ${what}`);
      rows.push([failure === null ? `>${MOST_SEEDS}` : String(failure.seed), failure?.violations[0]?.kind ?? "not found", name]);
    }
    return rows;
  },
};
