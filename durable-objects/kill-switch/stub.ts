/** How other rooms reach the deployment's kill switch. */
import { theStubOf } from "../kit/stub.ts";
import type { KillSwitch } from "./kill-switch.ts";

export const killSwitchOf = theStubOf<KillSwitch, "stops" | "throwSwitch" | "status" | "requestRecovery" | "approveRecovery" | "confirm">();
export type KillSwitchRpc = ReturnType<typeof killSwitchOf>;
