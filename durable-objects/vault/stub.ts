/** How other rooms reach an org's vault. */
import { stubsOf } from "../kit/stub.ts";
import type { Vault } from "./vault.ts";

/** An org's vault. */
export const vaultOf = stubsOf<
  Vault,
  | "assign"
  | "open"
  | "inherit"
  | "carry"
  | "erase"
  | "forget"
  | "forgetName"
  | "valuesOf"
  | "pseudonyms"
  | "pseudonymOf"
  | "resolve"
  | "sealingKey"
  | "openingKeys"
  | "sealedRuns"
>();
