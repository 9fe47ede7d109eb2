/** What one warm run is asked for, and what it writes as it goes: a line of JSON for each step, so that nothing is lost when it hangs. */
import type { Mutant } from "../mutant.ts";

/** Environment variable that names the file with the orders. */
export const ORDERS = "BULKHEAD_MUTANTS";

export type Orders = {
  /** All faults of the sources; a fault's index is its place in this list. */
  readonly mutants: readonly Mutant[];
  /** Indexes of those to plant. */
  readonly plant: readonly number[];
  /** How many test files take part. */
  readonly files: number;
  /** File that the lines are appended to. */
  readonly out: string;
};

export type Line =
  /** So many tests passed without a fault, and are run again from now on. */
  | { readonly kind: "loaded"; readonly tests: number }
  /** These have no switch in their source. */
  | { readonly kind: "apart"; readonly indexes: readonly number[] }
  /** A test that fails without a fault when it is run again takes no part any more. */
  | { readonly kind: "unfit"; readonly test: string }
  | { readonly kind: "planting"; readonly index: number }
  /**
   * `by`: the test that noticed; null: none did of those that are quick, and a later line says what the long ones did. `isAtLoad`: its place
   * is also reached while test files load, so that only a load of its own shows all that it does.
   */
  | { readonly kind: "judged"; readonly index: number; readonly by: string | null; readonly isReached: boolean; readonly isAtLoad: boolean }
  | { readonly kind: "done" };
