/** Who takes part: keys of one org that the platform admin makes, for a day, with just the roles that each part needs. */
import type { Role } from "../../core/access/principal.ts";
import { type Client, createClient } from "../../sdk/client.ts";

export type People = {
  /** The support desk's app: starts runs for customers. */
  readonly app: Client;
  /** Registers tools and workflows. */
  readonly developer: Client;
  /** Decides reviews; somebody else than who starts runs. */
  readonly reviewer: Client;
  /** Reads the audit chain. */
  readonly auditor: Client;
};

export const REVIEWER = "rita";
const DAY_MS = 24 * 60 * 60_000;

export async function makePeople(url: string, adminKey: string): Promise<People> {
  const admin = createClient({ url, key: adminKey });
  const join = async (user: string, roles: readonly Role[], forOthers = false): Promise<Client> => {
    const { key } = await admin.keys.create({
      user,
      roles,
      expires_at: new Date(Date.now() + DAY_MS).toISOString(),
      ...(forOthers ? { for_others: true } : {}),
    });
    return createClient({ url, key });
  };
  const [app, developer, reviewer, auditor] = await Promise.all([
    join("support-desk", ["caller"], true),
    join("dora", ["developer"]),
    join(REVIEWER, ["reviewer"]),
    join("august", ["auditor"]),
  ]);
  return { app, developer, reviewer, auditor };
}
