/** How other rooms reach the deployment's kill switch. */
import { theStubOf } from "../kit/stub.ts";
import type { KillSwitch } from "./kill-switch.ts";

/** The kill switch, from its namespace. */
export const killSwitchOf = theStubOf<
  KillSwitch,
  "stops" | "throwSwitch" | "status" | "requestRecovery" | "approveRecovery" | "confirm" | "drill" | "drills" | "holdMonthlyDrill"
>();
/** The verbs that other rooms may call. */
export type KillSwitchRpc = ReturnType<typeof killSwitchOf>;
