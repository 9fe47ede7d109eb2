/** What an object asks of the outside: it leaves when it is durable, takes its time, may not get through, and comes back to the life that asked. */
import { type Clock, WORLD } from "./clock.ts";
import type { Dice } from "./dice.ts";
import type { Life } from "./life.ts";
import type { Trouble } from "./trouble.ts";

export type OutwardWorld = { readonly clock: Clock; readonly dice: Dice; readonly trouble: Trouble };

/** `unreachable`: how likely it is that it does not get through, or its answer does not. */
export function outward<T>(world: OutwardWorld, life: Life, what: string, unreachable: number, work: () => Promise<T>): Promise<T> {
  const { clock, dice, trouble } = world;
  const latency = (): number => dice.skewed(`${what}/latency`, 1, 40);
  return new Promise((resolve, reject) => {
    life.leave(what, () => {
      const struck = trouble.strike(`outside/${life.name}/${what}`, unreachable, ["unreachable", "answer lost", "slow"] as const);
      const back = (settle: () => void): void => {
        const delay = struck === "slow" ? dice.between("outward/slow", 1_000, 20_000) : latency();
        clock.after(delay, life, () => {
          try {
            if (!life.outdated) life.point(`${what}:back`);
          } catch {
            return; // ended with the answer on its way in
          }
          settle();
        });
      };
      if (struck === "unreachable") return back(() => reject(new Error("Network connection lost.")));
      clock.after(latency(), WORLD, () => {
        work().then(
          (value) =>
            back(() => (struck === "answer lost" ? reject(new Error("Network connection lost.")) : resolve(structuredClone(value)))),
          (error: unknown) => back(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    });
  });
}
