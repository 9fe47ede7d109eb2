/** Small faults planted in the engine, the budget and the objects: their tests must notice nine in ten (scripts/mutants/). */
import { AREAS } from "../mutants/areas.ts";
import { plantAll } from "../mutants/plant.ts";
import type { Check } from "./check.ts";

/** Share of an area's faults that must be caught, or argued to be none. */
const ENOUGH = 0.9;

export const mutants: Check = {
  name: "mutants",
  title: "small faults planted in the engine, the budget and the objects, which their tests must notice",
  async run({ tell, violation }) {
    const rows = [["area", "planted", "caught", "argued", "survived"]];
    for (const area of AREAS) {
      const { planted, caught, argued, survivors } = await plantAll(area, { count: area.sample }, tell);
      rows.push([area.name, ...[planted, caught, argued.length, survivors.length].map(String)]);
      if (caught + argued.length >= ENOUGH * planted) continue;
      violation(`${area.name}: ${survivors.length} of ${planted} faults are not noticed (npm run mutants -- --area ${area.name})`);
    }
    return rows;
  },
};
