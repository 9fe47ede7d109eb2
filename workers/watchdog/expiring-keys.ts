/** Keys that end soon: each is put on record once and told to its org, two weeks ahead. */

import { EXPIRES_SOON_MS } from "../../core/access/view.ts";
import { auditRecord } from "../../core/audit/record.ts";
import { mintId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { EpochMs } from "../../core/time.ts";
import type { KeyStore } from "../store/ports.ts";

/** Keys in one sweep; the next takes the rest. */
const MOST_IN_A_SWEEP = 50;

/** What the chore needs. */
export type ExpiringKeyPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly keys: Pick<KeyStore, "expiring" | "tellExpiry">;
  readonly notify: (org: string, notice: { readonly id: string; readonly type: string; readonly data: Json }) => Promise<void>;
};

/** One sweep. A notice that does not arrive is in the log; the record is in the chain, and the header of the key's answers says it too. */
export async function tellExpiringKeys({ now, random, keys, notify }: ExpiringKeyPorts): Promise<JsonObject> {
  const expiring = await keys.expiring(now() + EXPIRES_SOON_MS, MOST_IN_A_SWEEP);
  for (const key of expiring) {
    const at = now();
    const id = mintId("evt", at, random(10));
    const data = { key: key.id, user: key.user, expires_at: key.expires_at };
    const recorded = { ...data, roles: [...key.roles] };
    const fact = { type: "key.expires_soon", action: "key.read", resource: `api-key/${key.id}`, decision: null } as const;
    await keys.tellExpiry(
      key,
      at,
      auditRecord({ id, at, traceId: null, actor: { type: "system", id: "expiries" }, ...fact, data: recorded }),
    );
    await notify(key.org, { id, type: fact.type, data });
  }
  return { told: expiring.length };
}
