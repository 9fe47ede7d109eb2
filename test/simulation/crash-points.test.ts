/** The shipped workflows with one crash at each point of their run's object; a sample of the points of the other objects. */
import { describe, expect, it } from "vitest";
import { crashPointsOf, endAt } from "../../simulation/crash-points.ts";
import { SHIPPED } from "../../simulation/definitions.ts";
import { often } from "../support/depth.ts";

/** Of the run's own points every so manieth; `npm run check:deep -- crash-points` takes them all. */
const EVERY = often({ run: 10, other: 80 }, { run: 6, other: 60 });

describe("one crash", () => {
  it.each(SHIPPED.map((work) => [work.definition.name, work] as const))(
    "[SIM-5] anywhere in %s loses nothing and doubles nothing",
    async (_name, work) => {
      const { points, calm } = await crashPointsOf(work, ["RunEngine", "ReviewQueue", "AuditLog"]);
      expect(calm.violations).toEqual([]);
      expect(calm.ends).toEqual(["completed"]);
      expect(points.length).toBeGreaterThan(100);
      const own = points.filter((point) => point.startsWith("RunEngine/")).filter((_point, index) => index % EVERY.run === 0);
      const other = points.filter((point) => !point.startsWith("RunEngine/")).filter((_point, index) => index % EVERY.other === 0);
      for (const [index, point] of [...own, ...other].entries()) {
        const outcome = await endAt(work, point, index % 5 === 0 ? "code updated" : "crash");
        expect(outcome?.violations, point).toEqual([]);
        expect(outcome?.ends, point).toEqual(["completed"]);
      }
    },
  );
});
