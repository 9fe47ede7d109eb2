/** What a portion of a replay or an analysis asks. */
import type { ActiveSets } from "../../core/policy/set.ts";
import type { Access } from "../access/access.ts";
import type { RecordedDecision } from "../audit/index.ts";

/** A page of decisions on record. `next`: where the following one begins; null: there is none. */
export type DecisionPage = { readonly decisions: readonly RecordedDecision[]; readonly next: readonly [number, number] | null };

/** Who answers by policies, and who reads what was decided. */
export type PortionPorts = Pick<Access, "answerTo"> & {
  readonly analysis: (org: string, candidate: ActiveSets, active: ActiveSets) => ReturnType<Access["analysis"]>;
  /** The version of the shipped policies. */
  readonly shipped: () => string;
  /** The org's newest runs on record, newest first. */
  readonly newestRuns: (org: string, most: number) => Promise<readonly string[]>;
  /** Decisions on record of these runs, oldest first, those after a place in the log. */
  readonly decisions: (
    org: string,
    runs: readonly string[],
    after: readonly [number, number] | null,
    limit: number,
  ) => Promise<DecisionPage>;
};

/** The version that is tried as if it were in force, and its comparison with what is. */
export type Sets = { readonly candidate: ActiveSets; readonly analysis: () => ReturnType<Access["analysis"]> };

const utf8 = new TextEncoder();
/** Bytes of a value as JSON in UTF-8. */
export const bytesOf = (value: unknown): number => utf8.encode(JSON.stringify(value)).length;
