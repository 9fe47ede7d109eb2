/** The real engine in a few thousand simulated worlds (docs/simulation.md): more of what `npm test` looks at in two hundred. */
import { availableParallelism } from "node:os";
import { work } from "../../simulation/crew.ts";
import type { Check } from "./check.ts";

/** After this many failed seeds the rest would say nothing new. */
const ENOUGH_FAILURES = 10;

export const seeds: Check = {
  name: "seeds",
  title: "the engine in simulated worlds full of crashes, lost messages and failing tools",
  async run({ sizes, tell, violation }) {
    const sums = { seeds: 0, failed: 0, runs: 0, strikes: 0, lives: 0 };
    let handedOut = 0;
    await work({
      workers: availableParallelism(),
      fault: null,
      shrink: false,
      next: () => (handedOut < sizes.worlds && sums.failed < ENOUGH_FAILURES ? sizes.seed + handedOut++ : null),
      told: ({ seed, ends, strikes, lives, violations }) => {
        sums.seeds++;
        sums.runs += ends.length;
        sums.strikes += strikes;
        sums.lives += lives;
        if (sums.seeds % 20 === 0) tell(`${sums.seeds} of ${sizes.worlds} worlds`);
        const [first] = violations;
        if (first === undefined) return;
        sums.failed++;
        violation(`seed ${seed}: ${first.kind}: ${first.what} (again: npm run simulate -- --seed ${seed})`);
      },
    });
    return [
      ["first seed", "worlds", "runs", "strikes", "lives of objects", "failed"],
      [sizes.seed, sums.seeds, sums.runs, sums.strikes, sums.lives, sums.failed].map(String),
    ];
  },
};
