/** What one warm run is asked for, and what it writes as it goes: a line of JSON for each step, so that nothing is lost when it hangs. */
import type { Mutant } from "../mutant.ts";

/** Environment variable that names the file with the orders. */
export const ORDERS = "BULKHEAD_MUTANTS";

export type Orders = {
  /** The vitest project whose tests run. */
  readonly project: "core" | "rooms";
  /** All faults of the sources; a fault's index is its place in this list. */
  readonly mutants: readonly Mutant[];
  /** Indexes of those to plant. */
  readonly plant: readonly number[];
  /** How many test files take part. */
  readonly files: number;
  /** File that the lines are appended to. */
  readonly out: string;
};

/** What the runner itself needs of them; `inject("mutantOrders")` gives it. */
export type RunnerOrders = Pick<Orders, "plant" | "files" | "out">;

declare module "vitest" {
  interface ProvidedContext {
    readonly mutantOrders: RunnerOrders;
  }
}

export type Line =
  /** So many tests passed without a fault, and are run again from now on. */
  | { readonly kind: "loaded"; readonly tests: number }
  /** These have no switch in their source, or are asked once, when it is loaded: only a load of their own shows what they do. */
  | { readonly kind: "apart"; readonly indexes: readonly number[] }
  /** A test that fails without a fault when it is run again takes no part any more. */
  | { readonly kind: "unfit"; readonly test: string }
  | { readonly kind: "planting"; readonly index: number }
  /**
   * `by`: the test that noticed; null: none did of those that are quick, and a later line says what the long ones did. `unseen`: test files
   * that reach its place where no test run again can see what it does, while they load or in a test that is unfit.
   */
  | {
      readonly kind: "judged";
      readonly index: number;
      readonly by: string | null;
      readonly isReached: boolean;
      readonly unseen: readonly string[];
    }
  | { readonly kind: "done" };
