/** The one way into life: runs that somebody starts, children of runs, and runs that continue another all begin here. */
import type { Stops } from "../../core/kill-switch/stops.ts";
import type { RunStart } from "../../core/run/machine/birth.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import type { KillSwitchPort } from "../kill-switch/kill-switch.ts";
import type { RunObject } from "./ports.ts";

/** How the object of a run is reached. */
export type BearPorts = { readonly runs: (id: string, org: string) => Pick<RunObject, "start"> };

/** `stops`: at most two seconds old. `waitMs`: how long to wait for the run's end. The same start twice is one run. */
export const bear = (ports: BearPorts, start: RunStart, stops: Stops, waitMs: number): Promise<RunView> =>
  ports.runs(start.id, start.org).start(start, stops, waitMs);

/** What a run that descends from another needs besides. */
export type HeirPorts = BearPorts & {
  readonly killSwitch: Pick<KillSwitchPort, "stops">;
  /** Personal data of the run `from` resolves in the run `to` from now on. */
  readonly inherit: (org: string, runs: { readonly from: string; readonly to: string }) => Promise<void>;
};

/** Bears a run that takes over from another, its parent or the one that it continues: what that one may see, it may too. */
export async function bearHeir(ports: HeirPorts, from: string, start: RunStart): Promise<void> {
  await ports.inherit(start.org, { from, to: start.id });
  await bear(ports, start, await ports.killSwitch.stops(), 0);
}
