/** How other rooms reach the limits of an org. */
import { stubsOf } from "../kit/stub.ts";
import type { Limits } from "./limits.ts";

export const limitsOf = stubsOf<Limits, "ask" | "noteCredential" | "admitCredential" | "credentialUse">();
