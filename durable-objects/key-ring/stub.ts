/** How other rooms reach the deployment's key ring. */
import { theStubOf } from "../kit/stub.ts";
import type { KeyRing } from "./key-ring.ts";

/** The deployment's key ring. */
export const keyRingOf = theStubOf<
  KeyRing,
  "idKey" | "auditKey" | "checkpointKey" | "rotation" | "rotationReached" | "credentialKey" | "vaultKey" | "publicKeys"
>();
