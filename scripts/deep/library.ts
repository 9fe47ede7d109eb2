/** The object of a collection in simulated worlds, and with one end at many of its points (docs/simulation.md). */
import type { Check } from "./check.ts";

/** Worlds and points, by the number of worlds that are asked for. */
const SHARE = 0.2;
const POINTS_SHARE = 0.25;

export const library: Check = {
  name: "library",
  title: "a collection of documents in simulated worlds full of crashes and lost messages, and one end at many points",
  async run({ sizes, tell, violation }) {
    // First of all: the object's class needs the runtime's own module.
    await import("../../simulation/hooks.ts");
    const { libraryPoints, runLibrary } = await import("../../simulation/library.ts");
    const worlds = Math.ceil(sizes.worlds * SHARE);
    const sums = { lives: 0, strikes: 0 };
    for (let n = 0; n < worlds; n++) {
      const { violations, lives, strikes } = await runLibrary(sizes.seed + n);
      for (const what of violations) violation(`seed ${sizes.seed + n}: ${what}`);
      sums.lives += lives;
      sums.strikes += strikes;
      if (n % 10 === 0) tell(`${n} of ${worlds} worlds`);
    }
    const all = libraryPoints(await runLibrary(sizes.seed, new Set()));
    const every = Math.max(1, Math.floor(all.length / (sizes.worlds * POINTS_SHARE)));
    const points = all.filter((_, at) => at % every === 0);
    for (const [at, point] of points.entries()) {
      const { violations } = await runLibrary(sizes.seed, new Set([`${point}=${at % 4 === 0 ? "code updated" : "crash"}`]));
      for (const what of violations) violation(`an end at ${point}: ${what}`);
      if (at % 10 === 0) tell(`${at} of ${points.length} points`);
    }
    return [
      ["worlds", "lives of the object", "strikes", "points", "of"],
      [worlds, sums.lives, sums.strikes, points.length, all.length].map(String),
    ];
  },
};
