/** Runs are forgotten: one that is still needed refuses, one that has ended leaves nothing behind and does not come back. */
import type { World } from "./world.ts";

const ANSWER_WITHIN_MS = 120_000;
const ASKED_AT_MOST = 3;

/** Now and then somebody would have a run forgotten that is under way, or that has gone on since its record was taken. */
export async function forgetter(world: World): Promise<void> {
  const { dice, trouble, watch } = world;
  for (;;) {
    await world.sleep(dice.skewed("forgetter/pause", 10_000, 600_000));
    if (trouble.isCalm) return;
    for (const [run, { state }] of watch.runs) {
      const upTo = state.endedAt === null ? state.seq : state.seq - 1;
      const emptied = await world.ask<boolean>("RunEngine", run, "empty", upTo).catch(() => false);
      if (emptied) watch.note("forgotten too early", `${run} was forgotten at event ${upTo}`);
    }
  }
}

/** At rest, after all else was judged. */
export async function forgetAll(world: World): Promise<void> {
  for (const [run, { state }] of world.watch.runs) {
    if (!(await forgets(world, run, state.seq))) {
      world.watch.note("not forgotten", `${run} has ended, and its object keeps its record`);
      continue;
    }
    const { disk } = world.house.object("RunEngine", run);
    if (disk.alarm !== null) world.watch.note("not forgotten", `${run} was forgotten and has an alarm`);
  }
}

/**
 * A crash in the middle of it is no answer: whoever forgets asks again. As the archive does, it asks for the record first: the object may
 * have been emptied before its answer was lost, and an empty object refuses to be emptied, as it does not stand at event `upTo`.
 */
async function forgets(world: World, run: string, upTo: number): Promise<boolean> {
  for (let asked = 0; asked < ASKED_AT_MOST; asked++) {
    if (asked > 0 && (await answerOf(world, run, "record")) === null) return true;
    if ((await answerOf(world, run, "empty", upTo)) === true) return true;
  }
  return false;
}

/** Lets the world go on until the object has answered. undefined: it has not. */
async function answerOf(world: World, run: string, method: "record" | "empty", ...given: readonly unknown[]): Promise<unknown> {
  let answer: unknown;
  void world.ask<unknown>("RunEngine", run, method, ...given).then(
    (value) => {
      answer = value;
    },
    () => {},
  );
  const until = world.clock.now + ANSWER_WITHIN_MS;
  while (answer === undefined && (await world.step(until)));
  return answer;
}
