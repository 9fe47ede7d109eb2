/** What a run cost beside its calls, as a tree: people's decisions and the platform itself, which no ledger pays. Read off the journal. */
import { useOf } from "../costs/of-run.ts";
import { decisionsOfPeople } from "../costs/people.ts";
import { storageParts } from "../costs/storage.ts";
import type { Birth } from "../run/machine/birth.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { RunState } from "../run/machine/state.ts";
import { type CostNode, node } from "./cost-tree.ts";

/** Decisions that are leaves of their own; further ones are one leaf. */
const MOST_DECISIONS = 50;

/** Its sum is beside the run's `usage`, never in it. People are in it where the org had a price for their time when the run began. */
export function besideTree(birth: Birth, state: RunState, events: readonly RunEvent[]): CostNode {
  const storage = node(
    "storage (estimated)",
    storageParts(useOf(state)).map(({ what, microUsd }) => ({ name: what, microUsd })),
  );
  if (birth.people === undefined) return node("beside the ledger", [storage]);
  const decisions = decisionsOfPeople(events, birth.people, null).map(({ what, ms, microUsd }) => ({ name: what, microUsd, ms }));
  const rest = decisions.slice(MOST_DECISIONS);
  const sum = (of: "microUsd" | "ms"): number => rest.reduce((total, decision) => total + decision[of], 0);
  const others = rest.length === 0 ? [] : [{ name: "further decisions", microUsd: sum("microUsd"), ms: sum("ms"), calls: rest.length }];
  return node("beside the ledger", [node("people", [...decisions.slice(0, MOST_DECISIONS), ...others]), storage]);
}
