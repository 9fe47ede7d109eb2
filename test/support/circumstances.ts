/** The circumstances from which the requests in policies/ALLOW and policies/DENY differ. */
import type { Circumstances } from "../../core/access/circumstances.ts";
import ordinary from "../../policies/ordinary-call.json";

/** A developer fixed the call; nothing happened before; everything is trusted. */
export const ORDINARY_CALL = ordinary as Circumstances;
