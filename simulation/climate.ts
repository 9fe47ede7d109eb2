/** How rough one seed's world is: drawn once, so that some seeds are calm but for one thing and others have everything at once. */
import type { Dice } from "./dice.ts";

/** How far the clock of a run's life is off at most, in milliseconds: two lives that follow each other differ by twice as much. */
export const SKEW_MS = 700;

export type Climate = {
  /** For how long things go wrong, from the first event on. */
  readonly roughMs: number;
  /** Probability at each point of a life: storage calls, and what leaves and comes back. */
  readonly crash: number;
  readonly eviction: number;
  /** Of a call out of an object, or to one, that does not get through. */
  readonly unreachable: number;
  readonly alarm: number;
  readonly queue: number;
  readonly database: number;
  readonly tool: number;
  readonly model: number;
  readonly authority: number;
  /** Of a life of a run whose clock is not right, or is set while it lasts. */
  readonly clock: number;
  /** Of people who cancel, throw switches, repeat themselves. */
  readonly people: number;
};

/** Nothing goes wrong by itself. */
export const CALM: Climate = {
  roughMs: 0,
  crash: 0,
  eviction: 0,
  unreachable: 0,
  alarm: 0,
  queue: 0,
  database: 0,
  tool: 0,
  model: 0,
  authority: 0,
  clock: 0,
  people: 0,
};

export function climateOf(dice: Dice): Climate {
  const rough = (name: string, most: number): number => {
    const share = dice.roll(`climate/${name}`);
    return share < 0.3 ? 0 : most * ((share - 0.3) / 0.7) ** 2;
  };
  return {
    roughMs: dice.skewed("climate/rough", 20_000, 30 * 60_000),
    crash: rough("crash", 0.02),
    eviction: rough("eviction", 0.05),
    unreachable: rough("unreachable", 0.25),
    alarm: rough("alarm", 0.5),
    queue: rough("queue", 0.5),
    database: rough("database", 0.3),
    tool: rough("tool", 0.8),
    model: rough("model", 0.6),
    authority: rough("authority", 0.2),
    clock: dice.happens("climate/clock", 0.3) ? 0.6 : 0,
    people: rough("people", 0.5),
  };
}
