/**
 * CPU of the runtime's whole process for each run: the request, the run, its audit on the way through the queue into D1, and the
 * object's leaving memory. A round ends when the engine rests, so that nothing is left to be done at another's expense.
 */
import type { Engine } from "../engines/engine.ts";
import { settle } from "../engines/settle.ts";
import { closedLoop } from "../load/closed-loop.ts";
import type { Contender } from "../load/contenders.ts";
import type { Figure } from "../report/figure.ts";
import { ratios, summarise } from "../report/statistics.ts";

const ROUNDS = 3;
const CALLERS = 32;
/** Idle objects leave memory after 10 s (PLATFORM: developers.cloudflare.com/durable-objects/concepts/durable-object-lifecycle). */
const REST_MS = { quick: 4_000, full: 14_000 };

/** The first contender is `ours`, the second is on `theirs`. */
export async function cpu(
  head: Pick<Figure, "id" | "what" | "target">,
  ours: Engine,
  theirs: Engine,
  contenders: readonly [Contender, Contender, ...Contender[]],
  quick: boolean,
  tell: (what: string) => void,
): Promise<Figure> {
  const [platform, floor] = contenders;
  const runs = quick ? 300 : 1_000;
  const restMs = quick ? REST_MS.quick : REST_MS.full;
  const measured: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] };
  const sides = [
    { engine: ours, run: platform.run, values: measured.ours },
    { engine: theirs, run: floor.run, values: measured.theirs },
  ];
  await Promise.all([settle(ours, restMs), settle(theirs, restMs)]);
  for (let round = 1; round <= ROUNDS; round++) {
    tell(`CPU, round ${round} of ${ROUNDS}`);
    for (const { engine, run, values } of sides) {
      const before = engine.cpuMs();
      await closedLoop(run, CALLERS, runs);
      await settle(engine, restMs);
      values.push((engine.cpuMs() - before) / runs);
    }
  }
  return {
    ...head,
    part: head.id.split(".")[0] ?? head.id,
    unit: "×",
    value: ratios(measured.ours, measured.theirs),
    sides: [
      { name: platform.name, unit: "ms CPU", value: summarise(measured.ours) },
      { name: floor.name, unit: "ms CPU", value: summarise(measured.theirs) },
    ],
    note: "the platform's side holds the audit's way through the queue into D1",
  };
}
