/** The kill switch as the ingress asks for it: reads through this isolate's snapshot, changes through the object. */
import type { KillSwitchRpc } from "../../durable-objects/kill-switch/stub.ts";
import type { KillSwitchPort } from "../ingress/ports.ts";
import type { StopsReader } from "./stops.ts";

/** What is asked of the deployment's switch. */
export type SwitchPort = Pick<KillSwitchRpc, "throwSwitch" | "status" | "requestRecovery" | "approveRecovery">;

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
  requestRecovery: (scope, by, reason) => object().requestRecovery(scope, by, reason),
  async approveRecovery(id, by) {
    try {
      return await object().approveRecovery(id, by);
    } finally {
      reader.forget();
    }
  },
});
