/** Values of an org with the placeholders of another owner in its vault: a run's, a session's, a memory's. */
import type { Json } from "../../core/json.ts";
import type { vaultOf } from "../../durable-objects/vault/stub.ts";
import type { CarriedAs } from "../../durable-objects/vault/vault.ts";
import { carryPlaceholders } from "../guardrail/carry.ts";
import { eachPortion } from "../guardrail/in-portions.ts";

/** `[EMAIL_1]` is legible like a placeholder, and resolves nowhere: its owner never made such a one. */
const disarmed = (placeholder: string): string => `[${placeholder.slice(2, -2)}]`;

/** The org's vault. */
export type VaultOf = (org: string) => Pick<ReturnType<typeof vaultOf>, "carry" | "forget">;

/** Carries placeholders in values of one org from an owner in the vault to another. */
export const carrier =
  (vault: VaultOf, org: string) =>
  <T>(value: T, from: string, to: string, as: CarriedAs): Promise<T> =>
    carryPlaceholders(
      value as unknown as Json,
      (placeholders) => eachPortion(placeholders, (portion) => vault(org).carry({ from, to, placeholders: portion, as })),
      disarmed,
    ) as unknown as Promise<T>;
