/** The simulation bites: faults planted while the platform's modules are loaded are found. `npm run simulate -- --plant` takes them all. */
import { describe, expect, it } from "vitest";
import { work } from "../../simulation/crew.ts";
import { FAULTS, sourceOf, withFault } from "../../simulation/faults.ts";
import type { Told } from "../../simulation/worker.ts";

const QUICK = {
  "forget-the-alarm": "no alarm",
  "forget-to-settle": "money differs",
  "call-again-on-waking": "one intent, two calls",
  "seal-from-the-next-turn": "in the clear",
};
const SEEDS = 10;

describe("planted faults", () => {
  it.each(FAULTS.map((fault) => [fault.name, fault] as const))("[SIM-6] %s still has its one place in the source", (_name, fault) => {
    expect(withFault(fault, sourceOf(fault))).not.toBe(sourceOf(fault));
  });

  it("[SIM-6] a place that is gone is told", () => {
    const [fault] = FAULTS;
    expect(() => fault && withFault(fault, "nothing of the kind")).toThrow("its place is 0 times");
  });

  it.each(Object.entries(QUICK))("[SIM-6] %s is found, as: %s", async (fault, kind) => {
    let next = 1;
    const found: Told[] = [];
    await work({
      workers: 1,
      fault,
      shrink: false,
      next: () => (found.length === 0 && next <= SEEDS ? next++ : null),
      told: (told) => {
        if (told.violations.length > 0) found.push(told);
      },
    });
    expect(found[0]?.violations[0]?.kind).toBe(kind);
  });
});
