/** How other rooms reach the deployment's kill switch. */
import type { KillSwitch } from "./kill-switch.ts";

export type KillSwitchRpc = Pick<KillSwitch, "stops" | "throwSwitch" | "status" | "requestRecovery" | "approveRecovery" | "confirm">;

/** The object's name in its namespace: there is one. */
export const DEPLOYMENT = "deployment";

export const killSwitchOf = (namespace: DurableObjectNamespace<KillSwitch>): KillSwitchRpc => namespace.getByName(DEPLOYMENT);
