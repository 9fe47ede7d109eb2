import { env } from "cloudflare:workers";
import type { SealingPort } from "../../../durable-objects/kit/sealing-port.ts";
import { vaultOf } from "../../../durable-objects/vault/stub.ts";

/** Keys from the vault of the org, as deployed. */
export const vaultSealing: SealingPort = {
  sealingKey: ({ org, ...of }) => vaultOf(env.VAULT, org).sealingKey(of),
  openingKeys: async (by) => (by[0] === undefined ? [] : vaultOf(env.VAULT, by[0].org).openingKeys(by.map(({ org: _org, ...one }) => one))),
};
