/**
 * Interleaved rounds: A B A B …, a slice of load on each contender in turn, so that what else the machine does falls on all of them.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { closedLoop } from "../load/closed-loop.ts";
import type { Contender } from "../load/contenders.ts";
import type { Figure, Target, Unit } from "../report/figure.ts";
import { percentile, ratios, summarise } from "../report/statistics.ts";

export type Slice = { readonly p50: number; readonly p95: number; readonly perSecond: number };
export type Rounds = ReadonlyMap<string, readonly Slice[]>;
export type Load = { readonly concurrency: number; readonly rounds: number; readonly runs: number };

/** Between slices, so that what one leaves behind (queues, timers) is not all done during the next. */
const PAUSE_MS = 300;

export async function interleave(contenders: readonly Contender[], { concurrency, rounds, runs }: Load): Promise<Rounds> {
  const slices = new Map<string, Slice[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    // Every other round in the opposite order: nobody always goes first.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const { latencies, perSecond } = await closedLoop(contender.run, concurrency, runs);
      slices.get(contender.name)?.push({ p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95), perSecond });
      await sleep(PAUSE_MS);
    }
  }
  return slices;
}

export const valuesOf = (rounds: Rounds, name: string, field: keyof Slice): number[] =>
  (rounds.get(name) ?? []).map((slice) => slice[field]);

/** Makes figures whose value is the first contender's side over that of the second. */
export function figuresOf(part: string) {
  return (id: string, what: string, unit: Unit, field: keyof Slice, rounds: Rounds, target: Target | null): Figure => {
    const [ours = "", floor = ""] = rounds.keys();
    return {
      part,
      id,
      what,
      unit: "×",
      target,
      value: ratios(valuesOf(rounds, ours, field), valuesOf(rounds, floor, field)),
      sides: [...rounds.keys()].map((name) => ({ name, unit, value: summarise(valuesOf(rounds, name, field)) })),
    };
  };
}
