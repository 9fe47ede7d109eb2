/** Which child runs a run had, read off its journal. Pure. */
import type { MicroUsd } from "../money.ts";
import type { RunEvent } from "../run/machine/event.ts";
import type { EpochMs } from "../time.ts";

/** A child run as its parent saw it. */
export type ChildRun = {
  readonly run: string;
  readonly step: string;
  readonly workflow: string;
  readonly microUsd: MicroUsd;
  readonly ms: number;
};

/** What the node of a child run is called in its parent's tree of costs. */
export const childNode = (run: string): string => `run ${run}`;

/** Each child run once, the dearest first, then the longest. `until`: where one that is under way is cut off. */
export function childRuns(events: readonly RunEvent[], until: EpochMs): ChildRun[] {
  const found = new Map<string, ChildRun & { readonly from: EpochMs }>();
  for (const event of events) {
    const step = event.step ?? "";
    if (event.type === "child.called") {
      const { run, workflow } = event.data;
      if (!found.has(run)) found.set(run, { run, step, workflow, microUsd: 0, ms: until - event.at, from: event.at });
    } else if (event.type === "child.ended") {
      const child = found.get(event.data.run);
      if (child !== undefined) found.set(child.run, { ...child, microUsd: event.data.usage.microUsd, ms: event.at - child.from });
    }
  }
  return [...found.values()].map(({ from: _, ...child }) => child).toSorted((a, b) => b.microUsd - a.microUsd || b.ms - a.ms);
}
