/** Opens the world of a seed: fits the platform into it, and lets its people in. */
import { consumeWorldCalls, consumeWorldRecords, watchdog } from "./background.ts";
import { WORLD } from "./clock.ts";
import { birthOf, type Work, workOf } from "./definitions.ts";
import { forgetter } from "./forgetting.ts";
import { checkCaps, treasurer } from "./money.ts";
import { objectsOf } from "./objects.ts";
import { client, operator, reviewer, signaller } from "./people.ts";
import { type Fittings, World, type WorldOptions } from "./world.ts";

/** The caller MUST close the world. */
export function openWorld(seed: number, { works, ...options }: WorldOptions): World {
  const world = new World(seed, options, fittingsOf);
  letIn(world, works);
  return world;
}

function fittingsOf(world: World): Fittings {
  /** What was taken of each scope at the ledger's last commit, in micro-dollars. */
  const taken = new Map<string, number>();
  return {
    objects: objectsOf(world),
    consumeRecords: (batch, owner) => consumeWorldRecords(world, batch, owner),
    consumeCalls: (batch, owner) => consumeWorldCalls(world, batch, owner),
    committed: (object) => {
      if (object.kind === "BudgetLedger") checkCaps(world, object, taken);
    },
  };
}

function letIn(world: World, works: readonly Work[] | null): void {
  const { clock, dice } = world;
  const begin = (delay: number, work: () => Promise<void>): void => {
    clock.after(delay, WORLD, () => {
      work().catch((error: unknown) => world.watch.note("stray error", error instanceof Error ? (error.stack ?? "") : String(error)));
    });
  };
  const all = works ?? Array.from({ length: dice.skewed("runs", 1, 3) }, (_, index) => workOf(dice, `run-${index}`));
  for (const [index, work] of all.entries()) {
    world.clientsLeft++;
    const at = works === null ? dice.skewed("client/start", 0, 60_000) : 0;
    begin(at, async () => {
      await client(world, birthOf(dice, `run-${index}`, work, clock.now));
      world.clientsLeft--;
    });
  }
  begin(0, () => reviewer(world));
  begin(0, () => operator(world));
  begin(0, () => signaller(world));
  begin(0, () => treasurer(world));
  begin(0, () => forgetter(world));
  begin(0, () => watchdog(world));
}
