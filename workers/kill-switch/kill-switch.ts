/** The kill switch as the edge asks for it: reads through this isolate's snapshot, changes through the object. */

import type { Principal } from "../../core/access/principal.ts";
import type { Refusal } from "../../core/errors/problem.ts";
import type { DrillView } from "../../core/kill-switch/drill.ts";
import type { StopScope, Stops } from "../../core/kill-switch/stops.ts";
import type { SwitchesView, SwitchView } from "../../core/kill-switch/view.ts";
import type { Result } from "../../core/result.ts";
import type { KillSwitchRpc } from "../../durable-objects/kill-switch/stub.ts";
import type { StopsReader } from "./stops-reader.ts";

/** The kill switch as the edge asks for it. */
export type KillSwitchPort = {
  /** At most two seconds old. Throws when the object is out of reach: the caller then refuses. */
  stops(): Promise<Stops>;
  throwSwitch(scope: StopScope, by: Principal, reason: string): Promise<SwitchView>;
  status(org: string, platformAdmin: boolean): Promise<SwitchesView>;
  requestRecovery(scope: StopScope, by: Principal, reason: string): Promise<Result<{ id: string }, Refusal>>;
  approveRecovery(id: string, by: Principal): Promise<Result<SwitchView, Refusal>>;
  /** Begins a drill with runs in the principal's org. */
  drill(scope: StopScope, by: Principal): Promise<Result<{ id: string }, Refusal>>;
  drills(org: string, platformAdmin: boolean): Promise<DrillView[]>;
};

/** What is asked of the deployment's switch. */
export type SwitchPort = Pick<KillSwitchRpc, "throwSwitch" | "status" | "requestRecovery" | "approveRecovery" | "drill" | "drills">;

/** `object` gives a stub for each call: one that broke is not used again. */
export const killSwitchFrom = (object: () => SwitchPort, reader: StopsReader): KillSwitchPort => ({
  stops: () => reader.stops(),
  async throwSwitch(scope, by, reason) {
    try {
      return await object().throwSwitch(scope, by, reason);
    } finally {
      reader.forget(); // even without an answer it may have been thrown
    }
  },
  status: (org, platformAdmin) => object().status(org, platformAdmin),
  drill: (scope, by) => object().drill(scope, by.org, by.user),
  drills: (org, platformAdmin) => object().drills(org, platformAdmin),
  requestRecovery: (scope, by, reason) => object().requestRecovery(scope, by, reason),
  async approveRecovery(id, by) {
    try {
      return await object().approveRecovery(id, by);
    } finally {
      reader.forget();
    }
  },
});
