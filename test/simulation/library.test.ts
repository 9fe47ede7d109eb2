/** A collection in failing worlds, and with one end at each of its object's points. */
import { describe, expect, it } from "vitest";
import { libraryPoints, runLibrary } from "../../simulation/library.ts";

describe("a collection", () => {
  it("[KNOW-18] loses no document, leaves none half there or half gone, and no search sees a ghost, in failing worlds", async () => {
    let [lives, strikes] = [0, 0];
    for (let seed = 1; seed <= 4; seed++) {
      const outcome = await runLibrary(seed);
      expect(outcome.violations, `seed ${seed}`).toEqual([]);
      lives += outcome.lives;
      strikes += outcome.strikes;
    }
    expect(lives).toBeGreaterThan(16);
    expect(strikes).toBeGreaterThan(100);
  });

  it("[KNOW-18] nor does one end of its object at any point", async () => {
    const points = libraryPoints(await runLibrary(1, new Set()));
    expect(points.length).toBeGreaterThan(1_000);
    // Every so manieth here; `npm run check:deep -- library` takes more of them.
    const every = Math.ceil(points.length / 3);
    for (const [at, point] of points.filter((_, n) => n % every === 0).entries()) {
      const outcome = await runLibrary(1, new Set([`${point}=${at % 4 === 0 ? "code updated" : "crash"}`]));
      expect(outcome.violations, point).toEqual([]);
      expect(outcome.strikes, point).toBe(1);
    }
  });
});
