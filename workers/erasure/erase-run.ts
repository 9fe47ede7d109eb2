/** One run out of every store, in the order of the record of stores: the run's object first, since it knows whether the run may go. */
import type { Gone, RunErasers, RunToErase } from "../../core/keeping/stores.ts";
import { together } from "../../core/person/erasure.ts";

/**
 * What went, by store; `later`: the run still owes something to somebody, and is kept where it was. Safe to repeat: its line in the index
 * goes last, so that a run which was erased in part is found again.
 */
export async function eraseRun(erasers: Partial<RunErasers>, run: RunToErase): Promise<Gone | "later"> {
  let gone: Gone = {};
  for (const [store, erase] of Object.entries(erasers).toSorted(([a], [b]) => rank(a) - rank(b))) {
    const entries = await erase(run);
    if (entries === "later") return "later";
    gone = together(gone, typeof entries === "number" ? { [store]: entries } : entries);
  }
  return gone;
}

/** The run's object goes first, and its line in the index last. */
const rank = (store: string): number => (store.startsWith("RUN_ENGINE.") ? 0 : store === "DB.runs" ? 2 : 1);
