/** `npm run simulate -- --seeds N [--seed S] [--minutes M]`: the real engine in a simulated world. Ends with 1 when a seed fails. */
import { availableParallelism } from "node:os";
import { type Asked, readArguments, USAGE } from "../simulation/arguments.ts";
import { work } from "../simulation/crew.ts";
import { plantAll } from "../simulation/plant.ts";
import type { Told } from "../simulation/worker.ts";

const PROGRESS_EVERY_MS = 5_000;
/** After so many failed seeds the rest would say nothing new. */
const ENOUGH_FAILURES = 20;

let asked: Asked;
try {
  asked = readArguments(process.argv.slice(2), availableParallelism());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error(USAGE);
  process.exit(2);
}
process.exit(asked.plant ? await plantAll(asked) : await simulate(asked));

async function simulate({ seeds, first, minutes, workers }: Asked): Promise<number> {
  const startedAt = performance.now();
  const until = minutes === null ? Number.POSITIVE_INFINITY : startedAt + minutes * 60_000;
  const sums = { seeds: 0, failed: 0, runs: 0, events: 0, steps: 0, strikes: 0, lives: 0 };
  let handedOut = 0;
  const rate = (): string => (sums.seeds / ((performance.now() - startedAt) / 1_000)).toFixed(1);
  const progress = setInterval(() => console.log(`  ${sums.seeds} seeds, ${sums.failed} failed, ${rate()} seeds/s`), PROGRESS_EVERY_MS);
  await work({
    workers,
    fault: null,
    shrink: true,
    next: () => {
      const more = minutes === null ? handedOut < seeds : performance.now() < until;
      return more && sums.failed < ENOUGH_FAILURES ? first + handedOut++ : null;
    },
    told: (told) => {
      sums.seeds++;
      sums.runs += told.ends.length;
      sums.events += told.events;
      sums.steps += told.steps;
      sums.strikes += told.strikes;
      sums.lives += told.lives;
      if (told.violations.length === 0) return;
      sums.failed++;
      printFailure(told);
    },
  });
  clearInterval(progress);
  console.log(
    `${sums.seeds} seeds (${first} to ${first + handedOut - 1}), ${sums.failed} failed, ${rate()} seeds/s on ${workers} threads: ` +
      `${sums.runs} runs, ${sums.events} journal events, ${sums.strikes} strikes, ${sums.lives} lives of objects, ${sums.steps} deliveries`,
  );
  return sums.failed === 0 ? 0 : 1;
}

function printFailure({ seed, violations, strikes, shortest }: Told): void {
  console.log(`\nseed ${seed} fails:`);
  for (const { kind, what } of violations.slice(0, 5)) console.log(`  ${kind}: ${what}`);
  if (shortest === null) console.log(`  its ${strikes} strikes alone do not bring it back`);
  else if (shortest.length === 0) console.log("  nothing has to go wrong for it");
  else {
    console.log(`  the shortest schedule that still fails (${shortest.length} of ${strikes} strikes):`);
    for (const { key, what, at } of shortest) console.log(`    ${new Date(at).toISOString().slice(11, 23)}  ${key}  ${what}`);
  }
  console.log(`  again: npm run simulate -- --seed ${seed}\n`);
}
