/** What the cases of `StorePort` are run over, and what they have in common. */
import type { RunStatus } from "../../core/run/outside/view.ts";
import type { StorePort } from "../../workers/store/ports.ts";

export type StoreUnderTest = {
  readonly store: StorePort;
  readonly clock: { at: number };
  /** Types of the records that the store took for this org, in order. */
  readonly recorded: (org: string) => readonly string[];
  /** Puts a run, and its dead letter, where the index shows them. */
  readonly addRun: (
    org: string,
    run: { id: string; user: string; workflow: string; status: RunStatus; isDeadLetter?: boolean },
  ) => Promise<void>;
};

/** A page that holds all of what a case makes. */
export const PAGE = { limit: 50, cursor: null };

/** Names of orgs that no other case uses: all of them share one database. */
export function freshOrgs(name: string): () => string {
  let orgs = 0;
  return () => `${name.replaceAll(" ", "-")}-${++orgs}`;
}
