/** What other rooms ask of access. */
import type { Principal } from "../../core/access/principal.ts";
import type { JsonObject } from "../../core/json.ts";
import type { PolicyFlaw } from "./org-set.ts";

/** What is wrong with a text of policies; empty: nothing. */
export type PolicyFlaws = (cedar: string) => readonly PolicyFlaw[];

/** Decides whether somebody may do something. */
export type AccessPort = {
  /** Cedar decides; anything but a clear permit is a denial. */
  decide(
    principal: Principal,
    action: string,
    resource: { type: string; org: string; owner?: string; attributes?: JsonObject },
  ): { decision: "allow" | "deny"; policyVersion: string; reasons: readonly string[] };
};
